#include "proxy/choice.h"

#include "proxy/answer.h"
#include "proxy/home.h"
#include "proxy/mode_map.h"
#include "proxy/own_page.h"
#include "proxy/posted.h"
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
};

struct choice {
	const struct call *call;
	struct posted posted;
	struct choice_form form;
	bool json;	 /* how to answer */
	bool leads_here; /* to the preferences */
};

/* ---- the form --------------------------------------------------------- */

/* What is gathered while the fields are walked. */
struct form_reader {
	const struct policy *policy;
	struct choice_form *out;
	bool has_action;
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
	int i = policy_category(r->policy, value);

	if (i < 0)
		r->refusal = REFUSAL_CATEGORY;
	else
		r->out->granted |= (category_set)1 << i;
}

static void
read_via(struct form_reader *r, struct span value)
{
	if (span_equal(value, SPAN("notice")))
		r->out->via = RECORD_VIA_NOTICE;
	else if (span_equal(value, SPAN("preferences")))
		r->out->via = RECORD_VIA_PREFERENCES;
}

static const struct {
	struct span name;
	void (*read)(struct form_reader *r, struct span value);
} fields[] = {
    {{"action", 6}, read_action},
    {{"category", 8}, read_category},
    {{"via", 3}, read_via},
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

static enum refusal
read_form(struct choice *c, struct span body)
{
	const struct policy *policy = c->call->home->setup->policy;
	struct form_reader reader = {.policy = policy, .out = &c->form};
	struct span name, value;
	struct buf scratch;
	struct form form;
	int rc;

	buf_init(&scratch, CALL_BODY);
	form_init(&form, body, &scratch);
	while ((rc = form_next(&form, &name, &value)) == CONSENT_OK)
		if (!posted_read(&c->posted, name, value))
			read_field(&reader, name, value);
	buf_fini(&scratch);
	if (reader.refusal != REFUSAL_NONE)
		return reader.refusal;
	if (rc != CONSENT_ENOENT || !reader.has_action)
		return REFUSAL_UNREADABLE;
	c->form.granted = granted_by(policy_facts(policy), &c->form);
	return c->posted.is_stale && c->form.granted != 0 ? REFUSAL_STALE
							  : REFUSAL_NONE;
}

/* ---- the record ------------------------------------------------------- */

static void
fill_record(struct record *r, const struct choice *c)
{
	const struct record *before = visit_record(c->call->visit);

	posted_record(&c->posted, c->form.action, r);
	r->via = c->form.via;
	record_decide(r, c->call->home->setup->policy, c->form.granted);
	/* a refusal leaves no handle; a withdrawal ends the one there is */
	if (before != NULL &&
	    (record_grants(r) || r->action == RECORD_WITHDRAW))
		memcpy(r->sub, before->sub, sizeof r->sub);
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
	const struct mode_sets modes = mode_map_read();
	struct gate_options options = {.policy = v->gate.policy,
	    .reporting = modes.reporting,
	    .enforcing = modes.enforcing,
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
	    .path = posted_back(&c->posted)};
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

/* Our own page is told which entry the choice became, for its receipt. */
static void
add_location(const struct choice *c, const char *seq)
{
	struct answer *a = c->call->answer;
	struct span back = posted_back(&c->posted);
	char text[WAY_BACK + 32];

	if (c->leads_here) {
		(void)snprintf(
		    text, sizeof text, "%.*s=%s", SPAN_ARG(back), seq);
		back = span_of(text);
	}
	answer_field(a, SPAN("Location"), back);
}

static void
answer_recorded(struct choice *c, const struct ballot_result *result)
{
	struct answer *a = c->call->answer;
	struct gate gate;
	char seq[24];

	open_gate(c, result->record, &gate);
	answer_start(a, c->json ? 200 : 303);
	(void)snprintf(seq, sizeof seq, "%" PRIu64, result->record->seq);
	if (!c->json)
		add_location(c, seq);
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

	posted_refuse(&c->posted, holds ? REFUSAL_HOLDS : REFUSAL_UNCHANGED);
	if (!holds)
		return;
	open_gate(c, NULL, &gate);
	add_token(c, NULL);
	variant_answer(c->call->answer, c->call->home->setup, &gate, 0);
	add_expiries(c, &gate);
	add_clearing(c);
}

static void
on_counted(void *ctx, const struct ballot_result *result)
{
	struct choice *c = ctx;
	enum refusal refusal =
	    posted_outcome(&c->posted, c->form.action, result->status);

	if (refusal == REFUSAL_NONE)
		answer_recorded(c, result);
	else if (refusal == REFUSAL_UNCHANGED)
		answer_unrecorded(c);
	else
		posted_refuse(&c->posted, refusal);
	c->call->done(c->call->ctx);
}

/* ---- the way in ------------------------------------------------------- */

/* Without a page to go back to: the preferences, which say what holds. */
static void
default_return(struct choice *c)
{
	struct posted *p = &c->posted;
	int n;

	if (p->back_n > 0)
		return;
	c->leads_here = true;
	n = snprintf(
	    p->back, sizeof p->back, "%s/?saved", c->call->home->setup->prefix);
	p->back_n = n < 0 ? 0 : (size_t)n;
}

/* Hands a choice that was read to the notary. */
static enum call_result
cast(struct choice *c)
{
	struct ballot_request request = {.done = on_counted, .ctx = c};
	enum call_result result;

	default_return(c);
	fill_record(&request.record, c);
	result = posted_cast(&c->posted, &request);
	if (result == CALL_READY)
		answer_unrecorded(c);
	return result;
}

enum call_result
choice_start(const struct call *call, struct span form, struct choice **choice)
{
	enum refusal refusal = way_check(call);
	struct choice *c = calloc(1, sizeof *c);

	if (c == NULL) {
		posted_refuse_unread(call, REFUSAL_MEMORY);
		return CALL_READY;
	}
	c->call = call;
	c->form.via = RECORD_VIA_API;
	posted_begin(&c->posted, call);
	if (refusal == REFUSAL_NONE)
		refusal = read_form(c, form);
	if (refusal != REFUSAL_NONE) {
		posted_refuse(&c->posted, refusal);
		free(c);
		return CALL_READY;
	}
	c->json = own_page_wants_json(call->request);
	*choice = c;
	return cast(c);
}

void
choice_free(struct choice *choice)
{
	if (choice == NULL)
		return;
	ballot_cancel(choice->call->home->ballot, choice);
	free(choice);
}
