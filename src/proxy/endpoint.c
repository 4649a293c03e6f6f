#include "proxy/endpoint.h"

#include "audit/layout.h"
#include "base/clock.h"
#include "http/head.h"
#include "proxy/answer.h"
#include "proxy/choice.h"
#include "proxy/evidence.h"
#include "proxy/home.h"
#include "proxy/key_board.h"
#include "proxy/own_page.h"
#include "proxy/posted.h"
#include "proxy/prefix.h"
#include "proxy/report.h"
#include "proxy/showing.h"
#include "proxy/state.h"
#include "proxy/tongue.h"
#include "proxy/visit.h"
#include "proxy/way.h"
#include "web/form.h"

#include <libconsent/notice.h>
#include <libconsent/seal_public.h>

#include <stdlib.h>
#include <string.h>

enum {
	ENDPOINT_QUERY = 4096
};

struct endpoint {
	struct call call;
	struct buf body;
	bool too_large;
	struct choice *choice;	   /* while one waits */
	struct showing *showing;   /* likewise */
	struct evidence *evidence; /* likewise */
};

/* ---- pages ------------------------------------------------------------ */

/* What the query says of a page. */
struct asked {
	const struct notice *notice; /* in its language, or the visitor's */
	char text[WAY_BACK];
	struct span back; /* the page to go back to, in text; or empty */
	bool saved;	  /* a choice led here, */
	uint64_t entry;	  /* which is in the log under this number less 1 */
};

static void
read_saved(struct asked *out, struct span value)
{
	uint64_t seq;

	out->saved = true;
	out->entry = span_to_u64(value, 10, LAYOUT_SEQ_MAX, &seq) == CONSENT_OK
			 ? seq + 1
			 : 0;
}

static void
read_asked(const struct call *call, struct asked *out)
{
	const struct notice *named = NULL;
	struct span name, value;
	struct buf scratch;
	struct form form;

	out->notice = call->visit->notice;
	out->saved = false;
	out->entry = 0;
	out->back = way_back(call, SPAN(""), out->text);
	buf_init(&scratch, ENDPOINT_QUERY);
	form_init(&form, call->visit->query, &scratch);
	while (form_next(&form, &name, &value) == CONSENT_OK) {
		if (span_equal(name, SPAN("return")))
			out->back = way_back(call, value, out->text);
		if (span_equal(name, SPAN("saved")))
			read_saved(out, value);
		if (named == NULL && span_equal(name, SPAN("lang")))
			named = notice_in(call->visit->notices, value);
	}
	buf_fini(&scratch);
	if (named != NULL)
		out->notice = named;
}

static void
serve_preferences(struct endpoint *e)
{
	const struct call *call = &e->call;
	struct answer *a = call->answer;
	struct notice_visitor visitor = {
	    .gate = &call->visit->gate, .record = visit_record(call->visit)};
	struct asked asked;

	read_asked(call, &asked);
	visitor.return_path = asked.back;

	if (asked.saved)
		visitor.message = NOTICE_MESSAGE_SAVED;
	visitor.entry = asked.entry;
	own_page_start(a, 200, notice_facts(asked.notice));
	if (a->rc == CONSENT_OK)
		a->rc = notice_preferences(asked.notice, &visitor, &a->body);
}

static void
serve_cookies(struct endpoint *e)
{
	struct answer *a = e->call.answer;
	const struct notice *notice;
	struct asked asked;

	read_asked(&e->call, &asked);
	notice = asked.notice;

	if (own_page_wants_json(e->call.request)) {
		answer_start(a, 200);
		answer_field(a, SPAN("Content-Type"), SPAN("application/json"));
		answer_field(
		    a, SPAN("Vary"), SPAN("Accept, Accept-Language, Cookie"));
		if (a->rc == CONSENT_OK)
			a->rc = notice_cookies_json(notice, &a->body);
		return;
	}
	own_page_start(a, 200, notice_facts(notice));
	if (a->rc == CONSENT_OK)
		a->rc = notice_cookies(notice, asked.back, &a->body);
}

static void
serve_style(struct endpoint *e)
{
	const struct notice_facts *notice = notice_facts(e->call.visit->notice);
	struct answer *a = e->call.answer;

	answer_start(a, 200);
	answer_field(a, SPAN("Content-Type"), SPAN("text/css; charset=utf-8"));
	if (span_starts(e->call.visit->query, SPAN("v=")))
		answer_cache(a, SPAN("public, max-age=31536000, immutable"));
	answer_text(a, notice->css);
}

/* ---- facts for programs ----------------------------------------------- */

static void
serve_state(struct endpoint *e)
{
	struct answer *a = e->call.answer;

	answer_start(a, 200);
	answer_field(a, SPAN("Content-Type"), SPAN("application/json"));
	if (a->rc == CONSENT_OK)
		a->rc = state_write(&e->call.visit->gate,
		    visit_record(e->call.visit), &a->body);
}

static void
serve_jwks(struct endpoint *e)
{
	struct answer *a = e->call.answer;

	answer_start(a, 200);
	answer_field(a, SPAN("Content-Type"), SPAN("application/jwk-set+json"));
	answer_cache(a, SPAN("public, max-age=3600"));
	key_board_follow();
	if (a->rc == CONSENT_OK)
		a->rc = seal_ring_jwks(e->call.home->setup->ring, &a->body);
}

/* The GPC support resource (W3C GPC, section 4). */
static void
serve_gpc(struct endpoint *e)
{
	const struct policy_facts *facts =
	    policy_facts(e->call.home->setup->policy);
	struct answer *a = e->call.answer;
	struct span date = span_sub(span_of(facts->version), 0, 10);
	char probe[32] = "";
	int64_t when;

	/* the version is a date by custom; the resource needs one */
	if (date.n == 10)
		memcpy(probe, date.p, date.n);
	memcpy(probe + 10, "T00:00:00Z", 11);
	if (clock_parse(span_of(probe), &when) != CONSENT_OK) {
		clock_format(clock_now(), probe);
		date = span_sub(span_of(probe), 0, 10);
	}
	answer_start(a, 200);
	answer_field(a, SPAN("Content-Type"), SPAN("application/json"));
	answer_cache(a, SPAN("public, max-age=3600"));
	answer_text(a, facts->gpc == POLICY_SIGNAL_REJECT
			   ? SPAN("{\"gpc\":true")
			   : SPAN("{\"gpc\":false"));
	answer_text(a, SPAN(",\"lastUpdate\":\""));
	answer_text(a, date);
	answer_text(a, SPAN("\"}\n"));
}

/* ---- routes ----------------------------------------------------------- */

static const struct route {
	struct span path; /* behind the prefix */
	void (*serve)(struct endpoint *e);
} routes[] = {
    {{"/", 1}, serve_preferences},
    {{"/state", 6}, serve_state},
    {{"/cookies", 8}, serve_cookies},
    {{"/notice.css", 11}, serve_style},
    {{"/jwks.json", 10}, serve_jwks},
};

static const struct span report_path = {"/report", 7};

static const struct route gpc_route = {{"", 0}, serve_gpc};

/* In the visitor's language, as all that people may see of us. */
static void
refuse(struct endpoint *e, enum refusal why, const char *allowed)
{
	const struct call *call = &e->call;
	struct refused refused = {.why = why, .allowed = allowed};
	struct asked asked;

	read_asked(call, &asked);
	refused.notice = asked.notice;
	refused.back = asked.back;
	refusal_answer(call, &refused);
}

static void
serve_get(struct endpoint *e, const struct route *route)
{
	struct span method = e->call.request->method;

	if (!span_equal(method, SPAN("GET")) &&
	    !span_equal(method, SPAN("HEAD")))
		refuse(e, REFUSAL_METHOD, "GET, HEAD");
	else
		route->serve(e);
}

/* "/.consent" itself: its pages live below the slash. */
static void
redirect_to_slash(struct endpoint *e)
{
	struct answer *a = e->call.answer;
	char path[128];
	struct buf text = {.p = path, .cap = sizeof path, .max = sizeof path};
	int rc = buf_append(&text, span_of(e->call.home->setup->prefix));

	if (rc == CONSENT_OK)
		rc = buf_append_byte(&text, '/');
	answer_start(a, 308);
	answer_field(a, SPAN("Location"), buf_span(&text));
	if (rc != CONSENT_OK)
		a->rc = rc;
}

/*
 * Why a form or report is not taken, as far as its head says. What is fetched
 * ahead changes nothing.
 */
static enum refusal
check_post(const struct endpoint *e)
{
	if (!span_equal(e->call.request->method, SPAN("POST")))
		return REFUSAL_METHOD;
	if (e->call.visit->is_ahead)
		return REFUSAL_AHEAD;
	return e->too_large ? REFUSAL_LARGE : REFUSAL_NONE;
}

static enum call_result
start_choice(struct endpoint *e)
{
	enum refusal refusal = check_post(e);

	if (refusal == REFUSAL_NONE)
		return choice_start(&e->call, buf_span(&e->body), &e->choice);
	posted_refuse_unread(&e->call, refusal);
	return CALL_READY;
}

/* A GET asks, a POST shows. */
static enum call_result
start_showing(struct endpoint *e)
{
	struct span method = e->call.request->method;
	enum refusal refusal = check_post(e);

	if (span_equal(method, SPAN("GET")) || span_equal(method, SPAN("HEAD")))
		showing_ask(&e->call);
	else if (refusal == REFUSAL_METHOD)
		refuse(e, REFUSAL_METHOD, "GET, HEAD, POST");
	else if (refusal != REFUSAL_NONE)
		posted_refuse_unread(&e->call, refusal);
	else
		return showing_start(&e->call, buf_span(&e->body), &e->showing);
	return CALL_READY;
}

/* Says in which language the visitor wants to be spoken to. */
static void
take_tongue(struct endpoint *e)
{
	enum refusal refusal = check_post(e);

	if (refusal == REFUSAL_NONE)
		tongue_take(&e->call, buf_span(&e->body));
	else
		posted_refuse_unread(&e->call, refusal);
}

static enum call_result
start_evidence(struct endpoint *e)
{
	struct span method = e->call.request->method;

	if (span_equal(method, SPAN("GET")) || span_equal(method, SPAN("HEAD")))
		return evidence_start(&e->call, &e->evidence);
	refuse(e, REFUSAL_METHOD, "GET, HEAD");
	return CALL_READY;
}

static void
serve_report(struct endpoint *e)
{
	enum refusal refusal = check_post(e);

	if (refusal == REFUSAL_NONE)
		report_take(&e->call, buf_span(&e->body));
	else if (refusal == REFUSAL_METHOD)
		refuse(e, REFUSAL_METHOD, "POST");
	else if (refusal == REFUSAL_LARGE)
		answer_error(e->call.answer, 413,
		    SPAN("This is longer than reports are read here."));
	else
		answer_error(e->call.answer, 403,
		    SPAN("What is fetched ahead changes nothing here."));
}

enum call_result
endpoint_start(struct endpoint *e)
{
	struct span rest =
	    prefix_rest(e->call.home->setup, e->call.visit->path);
	size_t i;

	if (rest.p == NULL) {
		if (prefix_owns(e->call.home->setup, e->call.visit->path))
			serve_get(e, &gpc_route);
		else /* of the site, and there is nothing behind us */
			refuse(e, REFUSAL_PATH, NULL);
		return CALL_READY;
	}
	if (span_equal(rest, SPAN("/choice")))
		return start_choice(e);
	if (span_equal(rest, SPAN("/embed")))
		return start_showing(e);
	if (span_equal(rest, SPAN("/language"))) {
		take_tongue(e);
		return CALL_READY;
	}
	if (span_equal(rest, SPAN("/receipt")))
		return start_evidence(e);
	if (span_equal(rest, report_path)) {
		serve_report(e);
		return CALL_READY;
	}
	if (rest.n == 0) {
		redirect_to_slash(e);
		return CALL_READY;
	}
	for (i = 0; i < sizeof routes / sizeof routes[0]; i++) {
		if (!span_equal(rest, routes[i].path))
			continue;
		serve_get(e, &routes[i]);
		return CALL_READY;
	}
	refuse(e, REFUSAL_PATH, NULL);
	return CALL_READY;
}

static bool
is_report(const struct call *call)
{
	return span_equal(
	    prefix_rest(call->home->setup, call->visit->path), report_path);
}

struct endpoint *
endpoint_new(const struct call *call)
{
	struct endpoint *e = calloc(1, sizeof *e);

	if (e == NULL)
		return NULL;
	e->call = *call;
	buf_init(&e->body, is_report(call) ? REPORT_BODY : CALL_BODY);
	return e;
}

void
endpoint_body(struct endpoint *e, struct span bytes)
{
	if (e->too_large || buf_append(&e->body, bytes) != CONSENT_OK)
		e->too_large = true;
}

void
endpoint_free(struct endpoint *e)
{
	if (e == NULL)
		return;
	choice_free(e->choice);
	showing_free(e->showing);
	evidence_free(e->evidence);
	buf_fini(&e->body);
	free(e);
}
