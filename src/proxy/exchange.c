#include "proxy/exchange.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/head.h"
#include "net/lane.h"
#include "net/lane_send.h"
#include "proxy/call.h"
#include "proxy/debug.h"
#include "proxy/endpoint.h"
#include "proxy/exchange_request.h"
#include "proxy/exchange_response.h"
#include "proxy/exchange_tunnel.h"
#include "proxy/home.h"
#include "proxy/memo_body.h"
#include "proxy/tally.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* What is short now, room in the queue or memory, is soon there again. */
#define RETRY_SECONDS "5"

enum {
	EXCHANGE_MAGIC = 0x65786368
};

static enum exchange_flow
send_answer(struct exchange *x)
{
	struct answer *a = &x->answer;
	struct span body = buf_span(&a->body);
	int rc;

	if (sweep_is_due(&x->sweep) &&
	    !head_lists(&a->head, SPAN("Cache-Control"), SPAN("no-store")))
		answer_cache(a, SPAN("private, no-cache"));
	rc = a->rc;
	if (rc == CONSENT_OK)
		rc = sweep_add(&x->sweep, &a->head, x->home->sums);
	if (rc == CONSENT_OK)
		rc =
		    lane_send_head(x->client, &a->head, BODY_LENGTH, a->body.n);
	if (rc == CONSENT_OK)
		x->facts |= FACT_HEAD_SENT;
	if (rc == CONSENT_OK)
		rc = lane_send(x->client, body, SINK_LAST);
	if (rc != CONSENT_OK) {
		lane_abort(x->client);
		return EXCHANGE_DONE;
	}
	x->access.status = a->head.status;
	x->access.bytes = a->body.n;
	x->facts |= FACT_FINISHED;
	return EXCHANGE_DONE;
}

/*
 * The one door for failures: an error page while nothing was answered, a
 * connection without an ending afterwards.
 */
static void
fail_exchange(struct exchange *x)
{
	log_info("exchange.failed", "status=%u why=%s", x->status, x->why);
	x->access.failure = x->why;
	tally_failure(x->why);
	exchange_abort_origin(x);
	if (x->facts & FACT_CLIENT_GONE) {
		lane_abort(x->client);
		return;
	}
	if (x->facts & FACT_HEAD_SENT) {
		lane_abort(x->client);
		return;
	}
	lane_close_after(x->client);
	answer_error(&x->answer, x->status, span_of(x->reason));
	if (x->status == 503) /* RFC 9110 15.6.4 */
		answer_field(
		    &x->answer, SPAN("Retry-After"), SPAN(RETRY_SECONDS));
	(void)send_answer(x); /* its own failure aborts */
}

static void
exchange_free(struct exchange *x)
{
	exchange_release_origin(
	    x); /* kept for another request if it is whole */
	access_write(&x->access, lane_head(x->client));
	tally_exchange(x);
	lane_release(x->client);
	endpoint_free(x->endpoint);
	exchange_forget_lull(x);
	memo_body_free(x->body);
	buf_fini(&x->held);
	exchange_leave_tunnel(x);
	visit_fini(&x->visit);
	sweep_fini(&x->sweep);
	answer_fini(&x->answer);
	x->home->live--;
	x->magic = 0;
	free(x);
}

static enum exchange_flow
step_collect(struct exchange *x)
{
	if (!(x->facts & FACT_REQUEST_END))
		return EXCHANGE_WAIT;
	if (endpoint_start(x->endpoint) == CALL_READY)
		x->facts |= FACT_ANSWERED;
	return EXCHANGE_NEXT;
}

static enum exchange_flow
step_answer(struct exchange *x)
{
	if (!(x->facts & FACT_ANSWERED))
		return EXCHANGE_WAIT;
	return send_answer(x);
}

static const struct {
	const char *name;
	enum exchange_flow (*run)(struct exchange *x);
} steps[] = {
    [STAGE_ADMIT] = {"admit", exchange_admit},
    [STAGE_ROUTE] = {"route", exchange_route},
    [STAGE_SCREEN] = {"screen", exchange_screen},
    [STAGE_CONNECT] = {"connect", exchange_connect},
    [STAGE_SEND] = {"send", exchange_send},
    [STAGE_JUDGE] = {"judge", exchange_judge},
    [STAGE_STREAM] = {"stream", exchange_stream},
    [STAGE_WITHHOLD] = {"withhold", exchange_withhold},
    [STAGE_COLLECT] = {"collect", step_collect},
    [STAGE_ANSWER] = {"answer", step_answer},
    [STAGE_TUNNEL] = {"tunnel", exchange_tunnel},
};

/* Runs steps until one waits; frees the exchange when it has ended. */
static void
run_steps(struct exchange *x)
{
	enum exchange_flow flow = EXCHANGE_AGAIN;

	assert(x->magic == EXCHANGE_MAGIC);
	while (flow == EXCHANGE_NEXT || flow == EXCHANGE_AGAIN) {
		if (flow == EXCHANGE_NEXT)
			x->stage++;
		flow = x->facts & (FACT_FAILED | FACT_CLIENT_GONE)
			   ? EXCHANGE_FAIL
			   : steps[x->stage].run(x);
	}
	x->access.stage = steps[x->stage].name;
	if (flow == EXCHANGE_FAIL)
		fail_exchange(x);
	if (flow != EXCHANGE_WAIT)
		exchange_free(x);
}

int
exchange_begin(
    struct home *home, struct lane *lane, const struct home_client *client)
{
	struct exchange *x = malloc(sizeof *x);

	if (x == NULL)
		return CONSENT_ENOMEM;
	memset(x, 0, offsetof(struct exchange, removed));
	page_counts_init(&x->removed);
	page_counts_init(&x->leaked);
	x->magic = EXCHANGE_MAGIC;
	x->step = run_steps;
	x->home = home;
	x->from = client;
	x->client = lane;
	answer_init(&x->answer);
	buf_init(&x->held, DEBUG_HELD);
	access_start(&x->access, clock_monotonic());
	thrift_note(&home->lives, ++home->live);
	exchange_hear_client(x);
	return CONSENT_OK;
}
