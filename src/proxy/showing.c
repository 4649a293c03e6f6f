#include "proxy/showing.h"

#include "base/clock.h"
#include "base/log.h"
#include "proxy/answer.h"
#include "proxy/ballot.h"
#include "proxy/choice.h"
#include "proxy/home.h"
#include "proxy/metrics.h"
#include "proxy/own_page.h"
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
	const struct notice *notice;
	enum record_via via;
	bool is_stale; /* a notice was named that is not in force */
	bool has_notice;
	bool has_url, is_broken; /* once, and no more than once */
	char back[WAY_BACK];
	size_t back_n;
};

struct showing {
	const struct call *call;
	struct wanted wanted;
	int64_t cast_at; /* monotonic ms */
};

static void
wanted_init(struct wanted *w, const struct call *call)
{
	*w = (struct wanted){
	    .notice = call->visit->notice, .via = RECORD_VIA_API};
	buf_init(&w->url, EMBED_URL);
	buf_init(&w->parsed, URL_SCRATCH);
	buf_init(&w->shown, EMBED_URL);
	w->back_n = way_back(call, SPAN(""), w->back).n;
}

static void
wanted_fini(struct wanted *w)
{
	buf_fini(&w->url);
	buf_fini(&w->parsed);
	buf_fini(&w->shown);
}

static void
refuse(const struct call *call, const struct wanted *w, enum refusal why)
{
	struct refused refused = {
	    .why = why, .notice = w->notice, .back = {w->back, w->back_n}};

	refusal_answer(call, &refused);
}

/* ---- what is asked for ------------------------------------------------ */

static void
read_notice(struct wanted *w, const struct call *call, struct span hash)
{
	const struct notice_set *set = call->home->setup->notices;
	size_t i;

	w->is_stale = true;
	for (i = 0; i < notice_count(set); i++) {
		const struct notice *n = notice_at(set, i);

		if (!span_equal(span_of(notice_facts(n)->hash), hash))
			continue;
		w->notice = n;
		w->has_notice = true;
		w->is_stale = false;
	}
}

static void
read_lang(struct wanted *w, const struct call *call, struct span tag)
{
	struct notice_wish wish = {.explicit_tag = tag};

	if (!w->has_notice)
		w->notice = notice_pick(call->home->setup->notices, &wish);
}

static void
read_url(struct wanted *w, struct span value)
{
	if (w->has_url || buf_append(&w->url, value) != CONSENT_OK)
		w->is_broken = true;
	w->has_url = true;
}

static void
read_field(struct wanted *w, const struct call *call, struct span name,
    struct span value)
{
	if (span_equal(name, SPAN("url")))
		read_url(w, value);
	else if (span_equal(name, SPAN("width")))
		w->embed.width = embed_side(value);
	else if (span_equal(name, SPAN("height")))
		w->embed.height = embed_side(value);
	else if (span_equal(name, SPAN("return")))
		w->back_n = way_back(call, value, w->back).n;
	else if (span_equal(name, SPAN("notice")))
		read_notice(w, call, value);
	else if (span_equal(name, SPAN("lang")))
		read_lang(w, call, value);
	else if (span_equal(name, SPAN("via")) &&
		 span_equal(value, SPAN("notice")))
		w->via = RECORD_VIA_NOTICE;
}

/* Whether the policy lets the URL be shown once; then it is written anew. */
static bool
judge(struct wanted *w, const struct call *call)
{
	const struct gate *gate = &call->visit->gate;

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
read_wanted(struct wanted *w, const struct call *call, struct span text)
{
	struct span name, value;
	struct buf scratch;
	struct form form;
	int rc;

	buf_init(&scratch, CALL_BODY);
	form_init(&form, text, &scratch);
	while ((rc = form_next(&form, &name, &value)) == CONSENT_OK)
		read_field(w, call, name, value);
	buf_fini(&scratch);
	if (rc != CONSENT_ENOENT || !w->has_url || w->is_broken ||
	    !judge(w, call))
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
		refusal = read_wanted(&w, call, call->visit->query);
	if (refusal != REFUSAL_NONE) {
		refuse(call, &w, refusal);
		wanted_fini(&w);
		return;
	}
	own_page_start(a, 200, notice_facts(w.notice));
	if (a->rc == CONSENT_OK)
		a->rc = embed_ask(w.notice, &w.embed,
		    (struct span){w.back, w.back_n}, &a->body);
	wanted_fini(&w);
}

/* ---- showing ---------------------------------------------------------- */

/* It decides about nothing; a visitor without a handle gets none. */
static void
fill_record(struct record *r, const struct call *call, const struct wanted *w)
{
	const struct proxy_setup *setup = call->home->setup;
	const struct notice_facts *notice = notice_facts(w->notice);
	const struct record *before = visit_record(call->visit);

	r->action = RECORD_EMBED;
	r->via = w->via;
	r->gpc = call->visit->gate.gpc;
	(void)snprintf(r->policy, sizeof r->policy, "%s",
	    policy_facts(setup->policy)->hash);
	(void)snprintf(r->notice, sizeof r->notice, "%s", notice->hash);
	(void)snprintf(r->lang, sizeof r->lang, "%s", notice->lang);
	(void)snprintf(
	    r->site, sizeof r->site, "%s", setup->sites[call->visit->site]);
	(void)snprintf(r->embed, sizeof r->embed, "%s", w->embed.rule->host);
	if (before != NULL)
		memcpy(r->sub, before->sub, sizeof r->sub);
}

static void
count_result(enum names_result result)
{
	metrics_add(METRIC_CHOICES + RECORD_EMBED * NAMES_RESULTS + result, 1);
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
	    a, 200, notice_facts(w->notice), buf_span(&origin));
	buf_fini(&origin);
	(void)snprintf(number, sizeof number, "%" PRIu64, seq);
	answer_field(a, SPAN("Consent-Entry"), span_of(number));
	if (rc != CONSENT_OK)
		a->rc = rc;
	if (a->rc == CONSENT_OK)
		a->rc = embed_show(w->notice, &w->embed,
		    (struct span){w->back, w->back_n}, &a->body);
}

/* The log did not take it: then nothing is shown. */
static void
answer_unrecorded(const struct showing *s, int status)
{
	log_error("choice.unrecorded", "reason=\"%s\"", status_text(status));
	count_result(NAMES_UNRECORDED);
	refuse(s->call, &s->wanted, REFUSAL_UNCHANGED);
}

static void
on_counted(void *ctx, const struct ballot_result *result)
{
	struct showing *s = ctx;

	switch (result->status) {
	case CONSENT_OK:
		count_result(NAMES_RECORDED);
		metrics_time(
		    METRIC_TIME_CHOICE, clock_monotonic() - s->cast_at);
		answer_shown(s, result->record->seq);
		break;
	case CONSENT_ELIMIT:
		count_result(NAMES_LIMITED);
		refuse(s->call, &s->wanted, REFUSAL_MANY);
		break;
	case CONSENT_EINVAL:
	case CONSENT_ENOENT:
	case CONSENT_EDENIED:
		count_result(NAMES_REFUSED);
		log_warn("choice.refused", "reason=\"%s\"",
		    status_text(result->status));
		refuse(s->call, &s->wanted, REFUSAL_AGAIN);
		break;
	default:
		answer_unrecorded(s, result->status);
	}
	s->call->done(s->call->ctx);
}

/* Hands what was read to the notary. */
static enum call_result
cast(struct showing *s)
{
	const struct call *call = s->call;
	struct ballot_request request = {.done = on_counted, .ctx = s};
	int rc;

	fill_record(&request.record, call, &s->wanted);
	memcpy(request.address, call->client->key, sizeof request.address);
	s->cast_at = clock_monotonic();
	rc = ballot_cast(call->home->ballot, &request);
	if (rc == CONSENT_OK)
		return CALL_WAIT;
	answer_unrecorded(s, rc);
	return CALL_READY;
}

enum call_result
showing_start(
    const struct call *call, struct span form, struct showing **showing)
{
	struct showing *s = calloc(1, sizeof *s);
	enum refusal refusal = way_check(call);

	if (s == NULL) {
		choice_refuse(call, REFUSAL_MEMORY);
		return CALL_READY;
	}
	s->call = call;
	*showing = s;
	wanted_init(&s->wanted, call);
	if (refusal == REFUSAL_NONE)
		refusal = read_wanted(&s->wanted, call, form);
	if (refusal == REFUSAL_NONE && s->wanted.is_stale)
		refusal = REFUSAL_STALE;
	if (refusal == REFUSAL_NONE)
		return cast(s);
	refuse(call, &s->wanted, refusal);
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
