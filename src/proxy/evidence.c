#include "proxy/evidence.h"

#include "audit/layout.h"
#include "proxy/answer.h"
#include "proxy/ballot.h"
#include "proxy/home.h"
#include "proxy/posted.h"
#include "proxy/visit.h"
#include "web/form.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	QUERY = 256 /* bytes of its decoded fields */
};

struct evidence {
	const struct call *call;
	struct ballot_question question;
};

/* The number in ?seq=N. */
static bool
read_seq(const struct call *call, uint64_t *seq)
{
	struct span name, value;
	struct buf scratch;
	struct form form;
	bool found = false;

	buf_init(&scratch, QUERY);
	form_init(&form, call->visit->query, &scratch);
	while (!found && form_next(&form, &name, &value) == CONSENT_OK)
		found =
		    span_equal(name, SPAN("seq")) &&
		    span_to_u64(value, 10, LAYOUT_SEQ_MAX, seq) == CONSENT_OK;
	buf_fini(&scratch);
	return found;
}

/* What the visitor asks for; false: they have no entry that they could. */
static bool
fill_question(struct evidence *e)
{
	const struct record *record = visit_record(e->call->visit);
	struct ballot_question *q = &e->question;

	if (e->call->visit->query.n > 0)
		return read_seq(e->call, &q->seq);
	/* a token that grants nothing has no handle */
	if (record == NULL || record->id[0] == '\0')
		return false;
	q->seq = record->seq;
	memcpy(q->entry, record->id, sizeof q->entry);
	return true;
}

static void
answer_json(const struct evidence *e, struct span json)
{
	struct answer *a = e->call->answer;
	char name[96];

	(void)snprintf(name, sizeof name,
	    "attachment; filename=\"consent-receipt-%" PRIu64 ".json\"",
	    e->question.seq);
	answer_start(a, 200);
	answer_field(a, SPAN("Content-Type"), SPAN("application/json"));
	answer_field(a, SPAN("Content-Disposition"), span_of(name));
	answer_text(a, json);
	answer_text(a, SPAN("\n"));
}

static void
on_answered(void *ctx, int status, struct span json)
{
	struct evidence *e = ctx;

	if (status == CONSENT_OK)
		answer_json(e, json);
	else if (status == CONSENT_ENOENT)
		posted_refuse_unread(e->call, REFUSAL_PATH);
	else if (status == CONSENT_ELIMIT)
		posted_refuse_unread(e->call, REFUSAL_MANY);
	else
		posted_refuse_unread(e->call, REFUSAL_RECEIPT);
	e->call->done(e->call->ctx);
}

enum call_result
evidence_start(const struct call *call, struct evidence **evidence)
{
	struct evidence *e = calloc(1, sizeof *e);
	enum refusal refusal = REFUSAL_RECEIPT;

	if (e != NULL) {
		*evidence = e;
		e->call = call;
		e->question.done = on_answered;
		e->question.ctx = e;
		memcpy(e->question.address, call->client->key,
		    sizeof e->question.address);
		if (!fill_question(e))
			refusal = REFUSAL_PATH;
		else if (ballot_ask(call->home->ballot, &e->question) ==
			 CONSENT_OK)
			return CALL_WAIT;
	}
	posted_refuse_unread(call, refusal);
	return CALL_READY;
}

void
evidence_free(struct evidence *evidence)
{
	if (evidence == NULL)
		return;
	ballot_cancel(evidence->call->home->ballot, evidence);
	free(evidence);
}
