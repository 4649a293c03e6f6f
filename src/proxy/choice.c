#include "proxy/choice.h"

#include "base/clock.h"
#include "base/log.h"
#include "proxy/answer.h"
#include "proxy/ballot.h"
#include "proxy/home.h"
#include "proxy/metrics.h"
#include "proxy/own_page.h"
#include "proxy/state.h"
#include "proxy/sweep.h"
#include "proxy/variant.h"
#include "proxy/visit.h"
#include "proxy/way.h"
#include "web/form.h"

#include <libconsent/notice.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CHOICE_SET_COOKIE = 4096
};

/* The fields of the form that count. */
struct choice_form {
	enum record_action action;
	category_set granted;
	enum record_via via;
	const struct notice *notice;
	bool notice_is_stale; /* a notice was named that is not in force */
	char back[WAY_BACK];
	size_t back_n;
};

struct choice {
	const struct call *call;
	struct choice_form form;
	bool json;	 /* how to answer */
	int64_t cast_at; /* monotonic ms */
};

/* Refuses a form that came as far as this. */
static void
refuse(
    const struct call *call, const struct choice_form *form, enum refusal why)
{
	struct refused refused = {.why = why,
	    .notice = form->notice,
	    .back = {form->back, form->back_n}};

	refusal_answer(call, &refused);
}

/* ---- the form --------------------------------------------------------- */

static const struct notice *
notice_of_hash(const struct notice_set *set, struct span hash)
{
	size_t i;

	for (i = 0; i < notice_count(set); i++) {
		const struct notice *n = notice_at(set, i);

		if (span_equal(span_of(notice_facts(n)->hash), hash))
			return n;
	}
	return NULL;
}

static const struct notice *
notice_of_language(const struct notice_set *set, struct span tag)
{
	struct notice_wish wish = {.explicit_tag = tag};

	return notice_pick(set, &wish);
}

/* What is gathered while the fields are walked. */
struct form_reader {
	const struct call *call;
	struct choice_form *out;
	bool has_action, has_notice;
	enum refusal refusal; /* the last reason */
};

static void
read_action(struct form_reader *r, struct span value)
{
	if (r->has_action ||
	    record_action_of(value, &r->out->action) != CONSENT_OK ||
	    !record_decides(r->out->action))
		r->refusal = REFUSAL_ACTION;
	r->has_action = true;
}

static void
read_category(struct form_reader *r, struct span value)
{
	int i = policy_category(r->call->home->setup->policy, value);

	if (i < 0)
		r->refusal = REFUSAL_CATEGORY;
	else
		r->out->granted |= (category_set)1 << i;
}

static void
read_notice(struct form_reader *r, struct span value)
{
	const struct notice *n =
	    notice_of_hash(r->call->home->setup->notices, value);

	r->has_notice = n != NULL;
	r->out->notice_is_stale = n == NULL;
	if (n != NULL)
		r->out->notice = n;
}

static void
read_lang(struct form_reader *r, struct span value)
{
	if (!r->has_notice)
		r->out->notice =
		    notice_of_language(r->call->home->setup->notices, value);
}

static void
read_via(struct form_reader *r, struct span value)
{
	if (span_equal(value, SPAN("notice")))
		r->out->via = RECORD_VIA_NOTICE;
	else if (span_equal(value, SPAN("preferences")))
		r->out->via = RECORD_VIA_PREFERENCES;
}

static void
read_return(struct form_reader *r, struct span value)
{
	struct span path = way_back(r->call, value, r->out->back);

	r->out->back_n = path.n;
}

static const struct {
	struct span name;
	void (*read)(struct form_reader *r, struct span value);
} fields[] = {
    {{"action", 6}, read_action},
    {{"category", 8}, read_category},
    {{"notice", 6}, read_notice},
    {{"lang", 4}, read_lang},
    {{"via", 3}, read_via},
    {{"return", 6}, read_return},
};

static void
read_field(struct form_reader *r, struct span name, struct span value)
{
	size_t i;

	for (i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (span_equal(name, fields[i].name))
			fields[i].read(r, value);
}

/* All categories that may be chosen. */
static category_set
choosable(const struct policy_facts *facts)
{
	return (((category_set)1 << facts->n_categories) - 1) &
	       ~facts->required;
}

/* What the action makes of the categories that were ticked. */
static category_set
granted_by(const struct policy_facts *facts, const struct choice_form *form)
{
	switch (form->action) {
	case RECORD_ACCEPT:
		return choosable(facts);
	case RECORD_CHOOSE:
		return form->granted & choosable(facts);
	case RECORD_REJECT:
	case RECORD_WITHDRAW:
	case RECORD_EMBED: /* no form of a choice */
		break;
	}
	return 0;
}

/* What a form is before its fields are read. */
static void
form_begin(const struct call *call, struct choice_form *out)
{
	*out = (struct choice_form){
	    .via = RECORD_VIA_API, .notice = call->visit->notice};
	out->back_n = way_back(call, SPAN(""), out->back).n;
}

static enum refusal
read_form(const struct call *call, struct span body, struct choice_form *out)
{
	const struct proxy_setup *setup = call->home->setup;
	struct form_reader reader = {.call = call, .out = out};
	struct span name, value;
	struct buf scratch;
	struct form form;
	int rc;

	buf_init(&scratch, CALL_BODY);
	form_init(&form, body, &scratch);
	while ((rc = form_next(&form, &name, &value)) == CONSENT_OK)
		read_field(&reader, name, value);
	buf_fini(&scratch);
	if (reader.refusal != REFUSAL_NONE)
		return reader.refusal;
	if (rc != CONSENT_ENOENT || !reader.has_action)
		return REFUSAL_UNREADABLE;
	out->granted = granted_by(policy_facts(setup->policy), out);
	return out->notice_is_stale && out->granted != 0 ? REFUSAL_STALE
							 : REFUSAL_NONE;
}

/* ---- the record ------------------------------------------------------- */

static void
copy_text(char *out, size_t room, const char *text)
{
	(void)snprintf(out, room, "%s", text);
}

static void
fill_record(
    struct record *r, const struct call *call, const struct choice_form *form)
{
	const struct proxy_setup *setup = call->home->setup;
	const struct notice_facts *notice = notice_facts(form->notice);
	const struct record *before = visit_record(call->visit);

	r->action = form->action;
	r->via = form->via;
	r->gpc = call->visit->gate.gpc;
	record_decide(r, setup->policy, form->granted);
	copy_text(r->notice, sizeof r->notice, notice->hash);
	copy_text(r->lang, sizeof r->lang, notice->lang);
	copy_text(r->site, sizeof r->site, setup->sites[call->visit->site]);
	/* a refusal leaves no handle; a withdrawal ends the one there is */
	if (before != NULL &&
	    (record_grants(r) || r->action == RECORD_WITHDRAW))
		copy_text(r->sub, sizeof r->sub, before->sub);
}

/* Whether it only takes away: less is granted than now, or nothing at all. */
static bool
narrows(const struct choice *c)
{
	const struct gate *gate = &c->call->visit->gate;
	category_set now = gate->agreed & ~gate->facts->required;
	category_set wanted = c->form.granted;

	return wanted == 0 || (wanted != now && (wanted & ~now) == 0);
}

/* ---- the answer ------------------------------------------------------- */

/* Sets the token, or with none given deletes it. */
static void
add_token(struct choice *c, const struct ballot_result *result)
{
	const struct token_options *options = &c->call->home->setup->token;
	struct answer *a = c->call->answer;
	struct buf line;
	int rc;

	buf_init(&line, CHOICE_SET_COOKIE);
	if (result != NULL)
		rc = token_set_cookie(
		    options, result->token, result->record->expires, &line);
	else
		rc = token_delete_cookie(options, &line);
	answer_field(a, SPAN("Set-Cookie"), buf_span(&line));
	buf_fini(&line);
	if (rc != CONSENT_OK)
		a->rc = rc;
}

/* Opens the gate as it is after the choice; record NULL: nothing granted. */
static void
open_gate(
    const struct choice *c, const struct record *record, struct gate *gate)
{
	const struct visit *v = c->call->visit;
	struct gate_options options = {.policy = v->gate.policy,
	    .record = record,
	    .sites = v->gate.sites,
	    .n_sites = v->gate.n_sites,
	    .path = SPAN("/"),
	    .gpc = v->gate.gpc};

	gate_open(gate, &options);
}

/*
 * Deletes the cookies that the choice does not cover; what finds no room
 * goes with the responses that follow.
 */
static void
add_expiries(struct choice *c, const struct gate *gate)
{
	const struct call *call = c->call;
	struct sweep_choice choice = {.visit = call->visit,
	    .setup = call->home->setup,
	    .gate = gate,
	    .path = {c->form.back, c->form.back_n}};
	struct answer *a = call->answer;
	struct sweep sweep = {.sent = 0};
	int rc = a->rc;

	if (rc == CONSENT_OK)
		rc = sweep_begin(&sweep, &choice, call->request);
	if (rc == CONSENT_OK)
		rc = sweep_add(&sweep, &a->head, call->home->sums);
	if (rc != CONSENT_OK)
		a->rc = rc;
}

/* Whether something that was granted is granted no more. */
static bool
takes_back(const struct choice *c)
{
	const struct gate *gate = &c->call->visit->gate;

	return (gate->agreed & ~gate->facts->required & ~c->form.granted) != 0;
}

/*
 * Pages that were made for another choice go: those kept, and those fetched or
 * opened ahead. Never "cookies": that takes essential ones, too; and
 * storage, with service workers, where the site can live without.
 */
static void
add_clearing(struct choice *c)
{
	const struct call *call = c->call;
	struct span what =
	    SPAN("\"cache\", \"prefetchCache\", \"prerenderCache\"");

	if (call->home->setup->clear_storage)
		what = SPAN("\"cache\", \"prefetchCache\", "
			    "\"prerenderCache\", \"storage\"");
	if (c->form.action == RECORD_WITHDRAW || takes_back(c))
		answer_field(call->answer, SPAN("Clear-Site-Data"), what);
}

static void
answer_recorded(struct choice *c, const struct ballot_result *result)
{
	struct answer *a = c->call->answer;
	struct span back = {c->form.back, c->form.back_n};
	struct gate gate;
	char seq[24];

	open_gate(c, result->record, &gate);
	answer_start(a, c->json ? 200 : 303);
	if (!c->json)
		answer_field(a, SPAN("Location"), back);
	(void)snprintf(seq, sizeof seq, "%" PRIu64, result->record->seq);
	answer_field(a, SPAN("Consent-Entry"), span_of(seq));
	add_token(c, result);
	variant_answer(a, c->call->home->setup, &gate, result->record->expires);
	add_expiries(c, &gate);
	add_clearing(c);
	if (!c->json)
		return;
	answer_field(a, SPAN("Content-Type"), SPAN("application/json"));
	if (a->rc == CONSENT_OK)
		a->rc = state_write(&gate, result->record, &a->body);
}

/* The log did not take it. What narrows holds all the same (see rules). */
static void
answer_unrecorded(struct choice *c)
{
	bool holds = narrows(c);
	struct gate gate;

	refuse(c->call, &c->form, holds ? REFUSAL_HOLDS : REFUSAL_UNCHANGED);
	if (!holds)
		return;
	open_gate(c, NULL, &gate);
	add_token(c, NULL);
	variant_answer(c->call->answer, c->call->home->setup, &gate, 0);
	add_expiries(c, &gate);
	add_clearing(c);
}

static void
count_result(const struct choice *c, enum names_result result)
{
	metrics_add(
	    METRIC_CHOICES + (unsigned)c->form.action * NAMES_RESULTS + result,
	    1);
}

static void
on_counted(void *ctx, const struct ballot_result *result)
{
	struct choice *c = ctx;

	switch (result->status) {
	case CONSENT_OK:
		count_result(c, NAMES_RECORDED);
		metrics_time(
		    METRIC_TIME_CHOICE, clock_monotonic() - c->cast_at);
		answer_recorded(c, result);
		break;
	case CONSENT_ELIMIT:
		count_result(c, NAMES_LIMITED);
		refuse(c->call, &c->form, REFUSAL_MANY);
		break;
	case CONSENT_EINVAL:
	case CONSENT_ENOENT:
	case CONSENT_EDENIED:
		count_result(c, NAMES_REFUSED);
		log_warn("choice.refused", "reason=\"%s\"",
		    status_text(result->status));
		refuse(c->call, &c->form, REFUSAL_AGAIN);
		break;
	default:
		log_error("choice.unrecorded", "reason=\"%s\"",
		    status_text(result->status));
		count_result(c, NAMES_UNRECORDED);
		answer_unrecorded(c);
	}
	c->call->done(c->call->ctx);
}

/* ---- the way in ------------------------------------------------------- */

/* Without a page to go back to: the preferences, which say what holds. */
static void
default_return(struct choice *c)
{
	int n;

	if (c->form.back_n > 0)
		return;
	n = snprintf(c->form.back, sizeof c->form.back, "%s/?saved",
	    c->call->home->setup->prefix);
	c->form.back_n = n < 0 ? 0 : (size_t)n;
}

/* Hands a choice that was read to the notary. */
static enum call_result
cast(struct choice *c)
{
	const struct call *call = c->call;
	struct ballot_request request = {.done = on_counted, .ctx = c};
	int rc;

	default_return(c);
	fill_record(&request.record, call, &c->form);
	memcpy(request.address, call->client->key, sizeof request.address);
	c->cast_at = clock_monotonic();
	rc = ballot_cast(call->home->ballot, &request);
	if (rc == CONSENT_OK)
		return CALL_WAIT;
	log_error("choice.unrecorded", "reason=\"%s\"", status_text(rc));
	count_result(c, NAMES_UNRECORDED);
	answer_unrecorded(c);
	return CALL_READY;
}

enum call_result
choice_start(const struct call *call, struct span form, struct choice **choice)
{
	enum refusal refusal = way_check(call);
	struct choice *c = calloc(1, sizeof *c);

	if (c == NULL) {
		choice_refuse(call, REFUSAL_MEMORY);
		return CALL_READY;
	}
	form_begin(call, &c->form);
	if (refusal == REFUSAL_NONE)
		refusal = read_form(call, form, &c->form);
	if (refusal != REFUSAL_NONE) {
		refuse(call, &c->form, refusal);
		free(c);
		return CALL_READY;
	}
	c->call = call;
	c->json = own_page_wants_json(call->request);
	*choice = c;
	return cast(c);
}

void
choice_refuse(const struct call *call, enum refusal why)
{
	struct choice_form form;

	form_begin(call, &form);
	refuse(call, &form, why);
}

void
choice_free(struct choice *choice)
{
	if (choice == NULL)
		return;
	ballot_cancel(choice->call->home->ballot, choice);
	free(choice);
}
