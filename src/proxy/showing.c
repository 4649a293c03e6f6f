#include "proxy/showing.h"

#include "proxy/answer.h"
#include "proxy/home.h"
#include "proxy/own_page.h"
#include "proxy/posted.h"
#include "proxy/refusal.h"
#include "proxy/visit.h"
#include "proxy/way.h"
#include "web/form.h"

#include <libconsent/embed.h>
#include <libconsent/notice.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SHOWING_ORIGIN = 512 /* longest origin of a frame */
};

/* What is to be shown, as the query or the form says. */
struct wanted {
	struct buf url;	   /* as it came */
	struct buf parsed; /* what the parser needs */
	struct buf shown;  /* as a frame gets it */
	struct url parts;
	struct embed embed;
	struct posted posted;
	enum record_via via;
	bool has_url, is_broken; /* once, and no more than once */
};

struct showing {
	const struct call *call;
	struct wanted wanted;
};

static void
wanted_init(struct wanted *w, const struct call *call)
{
	*w = (struct wanted){.via = RECORD_VIA_API};
	posted_begin(&w->posted, call);
	buf_init(&w->url, EMBED_URL);
	buf_init(&w->parsed, URL_SCRATCH);
	buf_init(&w->shown, EMBED_URL);
}

static void
wanted_fini(struct wanted *w)
{
	buf_fini(&w->url);
	buf_fini(&w->parsed);
	buf_fini(&w->shown);
}

/* ---- what is asked for ------------------------------------------------ */

static void
read_url(struct wanted *w, struct span value)
{
	if (w->has_url || buf_append(&w->url, value) != CONSENT_OK)
		w->is_broken = true;
	w->has_url = true;
}

static void
read_field(struct wanted *w, struct span name, struct span value)
{
	if (posted_read(&w->posted, name, value))
		return;
	if (span_equal(name, SPAN("url")))
		read_url(w, value);
	else if (span_equal(name, SPAN("width")))
		w->embed.width = embed_side(value);
	else if (span_equal(name, SPAN("height")))
		w->embed.height = embed_side(value);
	else if (span_equal(name, SPAN("via")) &&
		 span_equal(value, SPAN("notice")))
		w->via = RECORD_VIA_NOTICE;
}

/* Whether the policy lets the URL be shown once; then it is written anew. */
static bool
judge(struct wanted *w)
{
	const struct gate *gate = &w->posted.call->visit->gate;

	if (url_parse(buf_span(&w->url), NULL, &w->parsed, &w->parts) !=
	    CONSENT_OK)
		return false;
	w->embed.rule = embed_rule(gate, &w->parts);
	if (w->embed.rule == NULL ||
	    url_write(&w->parts, &w->shown) != CONSENT_OK)
		return false;
	w->embed.url = buf_span(&w->shown);
	return true;
}

static enum refusal
read_wanted(struct wanted *w, struct span text)
{
	struct span name, value;
	struct buf scratch;
	struct form form;
	int rc;

	buf_init(&scratch, CALL_BODY);
	form_init(&form, text, &scratch);
	while ((rc = form_next(&form, &name, &value)) == CONSENT_OK)
		read_field(w, name, value);
	buf_fini(&scratch);
	if (rc != CONSENT_ENOENT || !w->has_url || w->is_broken || !judge(w))
		return REFUSAL_EMBED;
	return REFUSAL_NONE;
}

/* ---- asking ----------------------------------------------------------- */

void
showing_ask(const struct call *call)
{
	struct answer *a = call->answer;
	enum refusal refusal = REFUSAL_NONE;
	struct wanted w;

	wanted_init(&w, call);
	/* nobody else can lay words or frames into a page of the site */
	if (!way_is_own(call))
		refusal = REFUSAL_ORIGIN;
	if (refusal == REFUSAL_NONE)
		refusal = read_wanted(&w, call->visit->query);
	if (refusal != REFUSAL_NONE) {
		posted_refuse(&w.posted, refusal);
		wanted_fini(&w);
		return;
	}
	own_page_start(a, 200, notice_facts(w.posted.notice));
	if (a->rc == CONSENT_OK)
		a->rc = embed_ask(w.posted.notice, &w.embed,
		    posted_back(&w.posted), &a->body);
	wanted_fini(&w);
}

/* ---- showing ---------------------------------------------------------- */

/* It decides about nothing; a visitor without a handle gets none. */
static void
fill_record(struct record *r, const struct wanted *w)
{
	const struct call *call = w->posted.call;
	const struct record *before = visit_record(call->visit);

	posted_record(&w->posted, RECORD_EMBED, r);
	r->via = w->via;
	(void)snprintf(r->policy, sizeof r->policy, "%s",
	    policy_facts(call->home->setup->policy)->hash);
	(void)snprintf(r->embed, sizeof r->embed, "%s", w->embed.rule->host);
	if (before != NULL)
		memcpy(r->sub, before->sub, sizeof r->sub);
}

/* The page with the frame, which may load from that one origin. */
static void
answer_shown(struct showing *s, uint64_t seq)
{
	struct wanted *w = &s->wanted;
	struct answer *a = s->call->answer;
	struct buf origin;
	char number[24];
	int rc;

	buf_init(&origin, SHOWING_ORIGIN);
	rc = url_write_origin(&w->parts, &origin);
	own_page_start_framing(
	    a, 200, notice_facts(w->posted.notice), buf_span(&origin));
	buf_fini(&origin);
	(void)snprintf(number, sizeof number, "%" PRIu64, seq);
	answer_field(a, SPAN("Consent-Entry"), span_of(number));
	if (rc != CONSENT_OK)
		a->rc = rc;
	if (a->rc == CONSENT_OK)
		a->rc = embed_show(w->posted.notice, &w->embed,
		    posted_back(&w->posted), &a->body);
}

static void
on_counted(void *ctx, const struct ballot_result *result)
{
	struct showing *s = ctx;
	const struct posted *posted = &s->wanted.posted;
	enum refusal refusal =
	    posted_outcome(posted, RECORD_EMBED, result->status);

	if (refusal == REFUSAL_NONE)
		answer_shown(s, result->record->seq);
	else
		posted_refuse(posted, refusal);
	s->call->done(s->call->ctx);
}

/* Hands what was read to the notary. */
static enum call_result
cast(struct showing *s)
{
	struct ballot_request request = {.done = on_counted, .ctx = s};
	enum call_result result;

	fill_record(&request.record, &s->wanted);
	result = posted_cast(&s->wanted.posted, &request);
	if (result == CALL_READY)
		posted_refuse(&s->wanted.posted, REFUSAL_UNCHANGED);
	return result;
}

enum call_result
showing_start(
    const struct call *call, struct span form, struct showing **showing)
{
	struct showing *s = calloc(1, sizeof *s);
	enum refusal refusal = way_check(call);

	if (s == NULL) {
		posted_refuse_unread(call, REFUSAL_MEMORY);
		return CALL_READY;
	}
	s->call = call;
	*showing = s;
	wanted_init(&s->wanted, call);
	if (refusal == REFUSAL_NONE)
		refusal = read_wanted(&s->wanted, form);
	if (refusal == REFUSAL_NONE && s->wanted.posted.is_stale)
		refusal = REFUSAL_STALE;
	if (refusal == REFUSAL_NONE)
		return cast(s);
	posted_refuse(&s->wanted.posted, refusal);
	return CALL_READY;
}

void
showing_free(struct showing *showing)
{
	if (showing == NULL)
		return;
	ballot_cancel(showing->call->home->ballot, showing);
	wanted_fini(&showing->wanted);
	free(showing);
}
