#include "proxy/report.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/head.h"
#include "proxy/answer.h"
#include "proxy/call.h"
#include "proxy/home.h"
#include "proxy/inventory.h"
#include "proxy/metrics.h"
#include "proxy/notary_limit.h"
#include "proxy/sums.h"
#include "proxy/visit.h"
#include "web/mime.h"

#include <libconsent/page.h>

#include <jansson.h>
#include <stdlib.h>

struct report_desk {
	struct limiter *each, *all;
};

int
report_desk_new(struct report_desk **out)
{
	struct report_desk *d = calloc(1, sizeof *d);
	int rc = d == NULL ? CONSENT_ENOMEM : CONSENT_OK;

	if (rc == CONSENT_OK)
		rc = limiter_new(REPORT_EACH_MINUTE, &d->each);
	if (rc == CONSENT_OK)
		rc = limiter_new(REPORT_ALL_MINUTE, &d->all);
	if (rc != CONSENT_OK) {
		report_desk_free(d);
		return rc;
	}
	*out = d;
	return CONSENT_OK;
}

void
report_desk_free(struct report_desk *d)
{
	if (d == NULL)
		return;
	limiter_free(d->each);
	limiter_free(d->all);
	free(d);
}

static void
count(enum names_report what)
{
	metrics_add(METRIC_CSP_REPORTS + what, 1);
}

/* Whether one more request may be read now. */
static bool
is_allowed(const struct call *call)
{
	static const unsigned char everybody[NOTARY_ADDRESS] = {1};
	const struct report_desk *d = call->home->reports;
	int64_t now = clock_monotonic();

	return d == NULL || (limiter_take(d->each, call->client->key, now) &&
				limiter_take(d->all, everybody, now));
}

/* ---- one report ------------------------------------------------------- */

/* One violation, as both forms tell it. */
struct violation {
	struct span blocked;   /* a URL, or a word: "inline" */
	struct span directive; /* "script-src-elem" */
	bool enforced;	       /* it was held back */
};

static struct span
text_of(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return (struct span){
	    json_string_value(value), json_string_length(value)};
}

/* The directives of ours, as CSP3 6.8.1 names what they stand in for. */
static const char *
directive_of(struct span name)
{
	static const char *const known[] = {"script-src", "script-src-elem",
	    "script-src-attr", "style-src", "style-src-elem", "style-src-attr",
	    "img-src", "connect-src", "font-src", "media-src", "frame-src",
	    "child-src", "object-src", "worker-src", "manifest-src",
	    "prefetch-src", "default-src"};
	size_t i;

	/* older browsers send the directive with its sources */
	name = span_sub(name, 0, span_find(name, ' '));
	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (span_equal(name, span_of(known[i])))
			return known[i];
	return "other";
}

/*
 * A host of a third party that no rule knows: a row of the inventory, and when
 * it is new, of which there are few a minute, a line of the diagnostics. It is
 * in the form of url.host: plain ASCII.
 */
static void
on_unnamed(void *ctx, const struct url *url)
{
	const struct violation *violation = ctx;

	if (inventory_note(INVENTORY_REPORTED, url->host, SPAN("")))
		log_info("report.unnamed", "host=%.*s directive=%s",
		    SPAN_ARG(url->host), directive_of(violation->directive));
}

/* A load that should not have been: counted until the log has it. */
static void
note_leak(const struct call *call, struct gate_verdict verdict)
{
	struct page_counts *counts = calloc(1, sizeof *counts);

	page_counts_add(counts, verdict, NULL);
	if (counts != NULL)
		sums_leaked(
		    call->home->sums, &call->visit->gate, counts, WIRE_LEAKED);
	free(counts);
}

static void
judge(
    const struct call *call, struct violation *violation, const struct url *url)
{
	struct gate gate = call->visit->gate;
	struct gate_verdict verdict;

	gate.on_unnamed =
	    on_unnamed; /* the page did not show it: it was told */
	gate.ctx = violation;
	verdict = gate_parsed_url(&gate, url);
	if (violation->enforced && verdict.answer == GATE_WITHHOLD) {
		count(NAMES_REPORT_BLOCKED);
	} else if (verdict.answer == GATE_WITHHOLD) {
		count(NAMES_REPORT_LEAKED);
		note_leak(call, verdict);
	} else {
		count(NAMES_REPORT_UNNAMED);
	}
}

static void
take_violation(const struct call *call, struct violation *violation)
{
	struct buf scratch;
	struct url url;

	buf_init(&scratch, URL_SCRATCH);
	if (url_parse(violation->blocked, NULL, &scratch, &url) == CONSENT_OK &&
	    url.kind == URL_NETWORK)
		judge(call, violation, &url);
	else
		count(NAMES_REPORT_IGNORED); /* "inline", "eval", "data" */
	buf_fini(&scratch);
}

/* ---- the two forms ---------------------------------------------------- */

/* {"csp-report":{...}}; browsers before CSP3 leave the disposition out. */
static bool
take_old(const struct call *call, const json_t *root)
{
	const json_t *report = json_object_get(root, "csp-report");
	struct violation violation = {.blocked = text_of(report, "blocked-uri"),
	    .directive = text_of(report, "effective-directive")};

	if (!json_is_object(report) || violation.blocked.p == NULL)
		return false;
	if (violation.directive.n == 0)
		violation.directive = text_of(report, "violated-directive");
	violation.enforced =
	    !span_equal(text_of(report, "disposition"), SPAN("report"));
	take_violation(call, &violation);
	return true;
}

static void
take_one(const struct call *call, const json_t *report)
{
	const json_t *body = json_object_get(report, "body");
	struct violation violation = {.blocked = text_of(body, "blockedURL"),
	    .directive = text_of(body, "effectiveDirective"),
	    .enforced =
		!span_equal(text_of(body, "disposition"), SPAN("report"))};

	if (span_equal(text_of(report, "type"), SPAN("csp-violation")) &&
	    violation.blocked.p != NULL)
		take_violation(call, &violation);
	else
		count(NAMES_REPORT_IGNORED);
}

/* [{"type":"csp-violation","body":{...}}, ...], or one without the list. */
static bool
take_new(const struct call *call, const json_t *root)
{
	size_t i, n = json_array_size(root);

	if (json_is_object(root)) {
		take_one(call, root);
		return true;
	}
	if (!json_is_array(root))
		return false;
	for (i = 0; i < n && i < REPORT_MOST; i++)
		take_one(call, json_array_get(root, i));
	return true;
}

/* ---- a request -------------------------------------------------------- */

enum form {
	FORM_NONE,
	FORM_OLD,
	FORM_NEW
};

static enum form
form_of(const struct head *request)
{
	struct mime mime;

	if (mime_parse(head_value(request, SPAN("Content-Type")), &mime) !=
	    CONSENT_OK)
		return FORM_NONE;
	if (mime_is(&mime, SPAN("application/csp-report")))
		return FORM_OLD;
	return mime_is(&mime, SPAN("application/reports+json")) ? FORM_NEW
								: FORM_NONE;
}

/* No page of another site has a say here. */
static bool
is_from_elsewhere(const struct head *request)
{
	struct span site = head_value(request, SPAN("Sec-Fetch-Site"));

	return site.p != NULL && !span_equal(site, SPAN("same-origin"));
}

static bool
read_body(const struct call *call, struct span body, enum form form)
{
	json_error_t error;
	json_t *root = json_loadb(body.p == NULL ? "" : body.p, body.n,
	    JSON_REJECT_DUPLICATES, &error);
	bool good = root != NULL && (form == FORM_OLD ? take_old(call, root)
						      : take_new(call, root));

	json_decref(root);
	return good;
}

void
report_take(const struct call *call, struct span body)
{
	enum form form = form_of(call->request);
	struct answer *a = call->answer;

	if (is_from_elsewhere(call->request)) {
		answer_error(a, 403, SPAN("Another site may not report here."));
	} else if (!is_allowed(call)) {
		count(NAMES_REPORT_LIMITED);
		answer_error(a, 429, SPAN("There were too many reports."));
		answer_field(a, SPAN("Retry-After"), SPAN("60"));
	} else if (form == FORM_NONE) {
		answer_error(
		    a, 415, SPAN("A report has a content type of its own."));
	} else if (!read_body(call, body, form)) {
		count(NAMES_REPORT_MALFORMED);
		answer_error(a, 400, SPAN("This is not a report."));
	} else {
		answer_start(a, 204);
	}
}
