#include "proxy/admin_pages.h"

#include "base/version.h"
#include "http/head.h"
#include "http/request.h"
#include "proxy/answer.h"
#include "proxy/metrics_text.h"
#include "proxy/ready.h"
#include "proxy/setup.h"

#include <stddef.h>

static void
answer_metrics(const struct admin_page *page, struct answer *a)
{
	const struct policy_facts *policy = policy_facts(page->setup->policy);
	const struct metrics_facts facts = {.version = CONSENT_VERSION,
	    .policy_version = policy->version,
	    .policy_hash = policy->hash,
	    .now = page->now,
	    .setup = page->setup};

	answer_start(a, 200);
	answer_field(a, SPAN("Content-Type"),
	    SPAN("text/plain; version=0.0.4; charset=utf-8"));
	if (a->rc == CONSENT_OK)
		a->rc = metrics_text(page->metrics, &facts, &a->body);
}

/* One member of a JSON object; the texts are ours and need no escapes. */
static void
add_reason(struct answer *a, const char *name, const char *reason)
{
	answer_text(a, SPAN("\""));
	answer_text(a, span_of(name));
	answer_text(a, SPAN("\":\""));
	answer_text(a, span_of(reason == NULL ? "ok" : reason));
	answer_text(a, SPAN("\""));
}

static void
start_json(struct answer *a, bool well)
{
	answer_start(a, well ? 200 : 503);
	answer_field(a, SPAN("Content-Type"), SPAN("application/json"));
}

static void
answer_ready(const struct admin_page *page, struct answer *a)
{
	struct ready ready;
	size_t i;

	ready_judge(page->metrics, page->now, &ready);
	start_json(a, ready.all);
	answer_text(a, ready.all ? SPAN("{\"ready\":true,\"checks\":{")
				 : SPAN("{\"ready\":false,\"checks\":{"));
	for (i = 0; i < READY_CHECKS; i++) {
		answer_text(a, i == 0 ? SPAN("") : SPAN(","));
		add_reason(a, ready.checks[i].name, ready.checks[i].reason);
	}
	answer_text(a, SPAN("}}\n"));
}

static void
answer_health(const struct admin_page *page, struct answer *a)
{
	const char *reason = ready_life(page->metrics, page->now);

	start_json(a, reason == NULL);
	answer_text(a, reason == NULL ? SPAN("{\"healthy\":true,")
				      : SPAN("{\"healthy\":false,"));
	add_reason(a, "processes", reason);
	answer_text(a, SPAN("}\n"));
}

static const struct {
	const char *path;
	void (*answer)(const struct admin_page *page, struct answer *a);
} pages[] = {
    {"/healthz", answer_health},
    {"/readyz", answer_ready},
    {"/metrics", answer_metrics},
};

void
admin_answer(const struct admin_page *page, const struct head *request,
    struct answer *answer)
{
	struct request_target target;
	struct span path;
	size_t i;

	if (!span_equal(request->method, SPAN("GET")) &&
	    !span_equal(request->method, SPAN("HEAD"))) {
		answer_error_json(answer, 405, SPAN("only GET and HEAD"));
		answer_field(answer, SPAN("Allow"), SPAN("GET, HEAD"));
		return;
	}
	if (request_target(request, &target) != CONSENT_OK) {
		answer_error_json(answer, 400, SPAN("no such target"));
		return;
	}
	path = span_sub(target.path, 0, span_find(target.path, '?'));
	for (i = 0; i < sizeof pages / sizeof pages[0]; i++)
		if (span_equal(path, span_of(pages[i].path))) {
			pages[i].answer(page, answer);
			return;
		}
	answer_error_json(
	    answer, 404, SPAN("there are /healthz, /readyz and /metrics"));
}
