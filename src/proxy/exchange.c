#include "proxy/exchange.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/codec.h"
#include "http/head.h"
#include "http/head_edit.h"
#include "http/request.h"
#include "net/lane.h"
#include "net/lane_send.h"
#include "net/upstream.h"
#include "proxy/access.h"
#include "proxy/answer.h"
#include "proxy/body.h"
#include "proxy/endpoint.h"
#include "proxy/forward.h"
#include "proxy/home.h"
#include "proxy/prefix.h"
#include "proxy/screen.h"
#include "proxy/visit.h"

#include <assert.h>
#include <stdlib.h>

enum {
	EXCHANGE_MAGIC = 0x65786368
};

enum exchange_flow {
	EXCHANGE_NEXT, /* on to the following step */
	EXCHANGE_WAIT, /* until another fact is noted */
	EXCHANGE_DONE, /* everything was answered */
	EXCHANGE_FAIL  /* through the one door: see fail_exchange */
};

/* What has happened; noted by events, read by steps. */
enum exchange_fact {
	FACT_REQUEST_HEAD = 1u << 0,
	FACT_REQUEST_END = 1u << 1,
	FACT_CONNECTED = 1u << 2,
	FACT_RESPONSE_HEAD = 1u << 3,
	FACT_RESPONSE_END = 1u << 4,
	FACT_BODY_SENT = 1u << 5,   /* request body bytes went out */
	FACT_HEAD_SENT = 1u << 6,   /* the response has begun */
	FACT_FINISHED = 1u << 7,    /* the response is complete */
	FACT_CLIENT_GONE = 1u << 8, /* nobody to answer */
	FACT_FAILED = 1u << 9,	    /* status and reason say how */
	FACT_RETRIED = 1u << 10,    /* a second connection was tried */
	FACT_WHOLE = 1u << 11,	    /* asked again without Range */
	FACT_ANSWERED = 1u << 12    /* our own answer is ready */
};

/* The rows of the table of steps. */
enum exchange_stage {
	STAGE_ADMIT,
	STAGE_ROUTE,
	STAGE_SCREEN,
	STAGE_CONNECT,
	STAGE_SEND,
	STAGE_JUDGE,
	STAGE_STREAM,
	STAGE_COLLECT, /* our own paths branch off here */
	STAGE_ANSWER
};

struct exchange {
	unsigned magic;
	struct home *home;
	const struct home_client *from;
	struct lane *client, *origin; /* NULL once released */
	struct upstream_wait wait;
	enum exchange_stage stage;
	unsigned facts;
	bool stepping;	    /* exchange_step is on the stack */
	unsigned status;    /* to answer a failure with */
	const char *reason; /* one sentence for the visitor */
	const char *why;    /* one token for the log */
	struct visit visit;
	struct screen_plan plan; /* of the response's body */
	struct body *body;	 /* its chain when it is rewritten */
	struct endpoint *endpoint;
	struct answer answer;
	struct access_line access;
};

static void exchange_step(struct exchange *x);

static enum exchange_flow
set_failure(
    struct exchange *x, unsigned status, const char *why, const char *reason)
{
	x->status = status;
	x->why = why;
	x->reason = reason;
	return EXCHANGE_FAIL;
}

/* ---- toward the client ------------------------------------------------ */

static void
release_origin(struct exchange *x)
{
	upstream_cancel(&x->wait);
	if (x->origin != NULL)
		lane_release(x->origin);
	x->origin = NULL;
}

static void
abort_origin(struct exchange *x)
{
	if (x->origin != NULL)
		lane_abort(x->origin);
	release_origin(x);
}

/* Pauses the origin while the client takes no more. */
static void
press_back(struct exchange *x)
{
	if (x->origin != NULL && lane_is_full(x->client))
		lane_pause(x->origin);
}

/* Sends the head of the origin's response as it was judged. */
static int
send_response_head(struct exchange *x)
{
	struct head *head = lane_head(x->origin);
	int rc;

	if (x->facts & FACT_HEAD_SENT)
		return CONSENT_OK;
	rc = lane_send_head(x->client, head, x->plan.kind, x->plan.length);
	if (rc != CONSENT_OK)
		return rc;
	x->facts |= FACT_HEAD_SENT;
	x->access.status = head->status;
	return CONSENT_OK;
}

/* The end of a body's chain: what comes out goes to the client. */
static int
on_rewritten(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct exchange *x = ctx;
	int rc = CONSENT_OK;

	if (bytes.n > 0 || mark == SINK_LAST)
		rc = send_response_head(x);
	if (rc == CONSENT_OK && (x->facts & FACT_HEAD_SENT))
		rc = lane_send(x->client, bytes, mark);
	if (rc == CONSENT_OK)
		x->access.bytes += bytes.n;
	return rc;
}

static enum exchange_flow
send_answer(struct exchange *x)
{
	struct answer *a = &x->answer;
	struct span body = buf_span(&a->body);
	int rc = a->rc;

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
	abort_origin(x);
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
	(void)send_answer(x); /* its own failure aborts */
}

static void
exchange_free(struct exchange *x)
{
	release_origin(x); /* kept for another request if it is whole */
	access_write(&x->access, lane_head(x->client));
	lane_release(x->client);
	endpoint_free(x->endpoint);
	body_free(x->body);
	visit_fini(&x->visit);
	answer_fini(&x->answer);
	x->home->live--;
	x->magic = 0;
	free(x);
}

/* ---- the request's steps ---------------------------------------------- */

static enum exchange_flow
step_admit(struct exchange *x)
{
	struct head *head = lane_head(x->client);

	if (!(x->facts & FACT_REQUEST_HEAD))
		return EXCHANGE_WAIT;
	if (span_equal(head->method, SPAN("CONNECT")) ||
	    span_equal(head->method, SPAN("TRACE")))
		return set_failure(
		    x, 501, "method", "This method is not supported here.");
	if (request_expects(head) == REQUEST_EXPECTS_UNKNOWN)
		return set_failure(x, 417, "expectation",
		    "The expectation of this request cannot be met.");
	if (visit_admit(&x->visit, x->home, head) != CONSENT_OK)
		return set_failure(x, 503, "memory",
		    "The server is short of memory. Please try again.");
	return EXCHANGE_NEXT;
}

static void
on_endpoint_answer(void *ctx)
{
	struct exchange *x = ctx;

	x->facts |= FACT_ANSWERED;
	exchange_step(x);
}

static enum exchange_flow
step_route(struct exchange *x)
{
	struct call call = {.home = x->home,
	    .client = x->from,
	    .visit = &x->visit,
	    .request = lane_head(x->client),
	    .answer = &x->answer,
	    .done = on_endpoint_answer,
	    .ctx = x};

	if (!prefix_owns(x->home->setup, x->visit.path))
		return EXCHANGE_NEXT;
	x->endpoint = endpoint_new(&call);
	if (x->endpoint == NULL)
		return set_failure(x, 503, "memory",
		    "The server is short of memory. Please try again.");
	if (request_expects(lane_head(x->client)) == REQUEST_EXPECTS_CONTINUE) {
		answer_start(&x->answer, 100);
		if (lane_send_interim(x->client, &x->answer.head) != CONSENT_OK)
			lane_close_after(x->client);
	}
	x->stage = STAGE_COLLECT;
	lane_resume(x->client);
	return EXCHANGE_WAIT;
}

static enum exchange_flow
step_screen(struct exchange *x)
{
	struct forward_facts facts = {.client = span_of(x->from->text),
	    .scheme = x->visit.scheme,
	    .host = visit_site_host(&x->visit, x->home->setup)};
	struct head *head = lane_head(x->client);
	int rc = forward_request(head, &facts);

	if (rc == CONSENT_OK)
		rc = screen_request(head, &x->visit, x->home->setup);
	if (rc != CONSENT_OK)
		return set_failure(x, 431, "head-room",
		    "The header of this request is too large.");
	return EXCHANGE_NEXT;
}

static void
on_upstream_ready(void *ctx, struct lane *lane, int rc)
{
	struct exchange *x = ctx;

	x->origin = lane;
	if (rc == CONSENT_OK) {
		x->facts |= FACT_CONNECTED;
	} else {
		x->facts |= FACT_FAILED;
		if (rc == CONSENT_EBUSY)
			(void)set_failure(x, 503, "origin-busy",
			    "The site is busy. Please try again in a moment.");
		else
			(void)set_failure(x, 502, "origin-connect",
			    "The site behind this server cannot be reached.");
	}
	exchange_step(x);
}

static enum exchange_flow
step_connect(struct exchange *x)
{
	int rc;

	if (x->facts & FACT_CONNECTED)
		return EXCHANGE_NEXT;
	if (x->wait.upstream != NULL)
		return EXCHANGE_WAIT;
	x->wait.on_ready = on_upstream_ready;
	x->wait.ctx = x;
	rc = upstream_get(x->home->upstream, &x->wait);
	if (rc != CONSENT_OK)
		return set_failure(x, 503, "origin-busy",
		    "The site is busy. Please try again in a moment.");
	return EXCHANGE_WAIT;
}

/* ---- the origin's events ---------------------------------------------- */

static void
on_origin_head(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;
	struct head *head = lane_head(lane);

	if (head->status < 200 && head->status != 101) {
		head_drop_hops(head);
		if (screen_interim(head, &x->visit, x->home->setup) !=
			CONSENT_OK ||
		    lane_send_interim(x->client, head) != CONSENT_OK)
			log_debug("interim.dropped", "%s", "");
		return;
	}
	x->facts |= FACT_RESPONSE_HEAD;
	exchange_step(x);
}

/* A body that cannot be served safely is cut: that is an incident. */
static void
cut_response(struct exchange *x, int rc)
{
	x->facts |= FACT_FAILED;
	log_warn("page.cut", "reason=\"%s\"", status_text(rc));
	(void)set_failure(x, 502, "page-cut",
	    "This page cannot be shown safely, so it was withheld.");
}

static void
on_origin_body(void *ctx, struct lane *lane, struct span bytes)
{
	struct exchange *x = ctx;
	int rc;

	(void)lane;
	if (x->body != NULL) {
		rc = body_write(x->body, bytes, SINK_FLUSH);
		if (rc != CONSENT_OK)
			cut_response(x, rc);
	} else {
		rc = lane_send(x->client, bytes, SINK_MORE);
		x->access.bytes += bytes.n;
		if (rc != CONSENT_OK)
			x->facts |= FACT_CLIENT_GONE;
	}
	press_back(x);
	if (rc != CONSENT_OK)
		exchange_step(x);
}

static void
on_origin_end(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;

	(void)lane;
	x->facts |= FACT_RESPONSE_END;
	exchange_step(x);
}

static bool
try_again(struct exchange *x, struct lane *lane)
{
	if ((x->facts & (FACT_RETRIED | FACT_RESPONSE_HEAD | FACT_BODY_SENT)) ||
	    !lane_is_retryable(lane))
		return false;
	lane_pause(x->client); /* its body waits for the new connection */
	release_origin(x);
	x->facts = (x->facts | FACT_RETRIED) & ~(unsigned)FACT_CONNECTED;
	x->wait.want = UPSTREAM_FRESH;
	x->stage = STAGE_CONNECT;
	return true;
}

static void
on_origin_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	struct exchange *x = ctx;

	if (!try_again(x, lane)) {
		x->facts |= FACT_FAILED;
		if (why == LANE_TIMEOUT_HEAD)
			(void)set_failure(x, 504, "origin-silent",
			    "The site behind this server did not answer "
			    "in time.");
		else
			(void)set_failure(x, 502,
			    why == LANE_FAULT ? lane_fault(lane)->reason
					      : "origin-broke",
			    "The site behind this server gave no valid "
			    "answer.");
	}
	exchange_step(x);
}

static void
on_origin_drain(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;

	(void)lane;
	if (x->client != NULL)
		lane_resume(x->client);
}

static const struct lane_handler origin_handler = {
    .on_head = on_origin_head,
    .on_body = on_origin_body,
    .on_end = on_origin_end,
    .on_fail = on_origin_fail,
    .on_drain = on_origin_drain,
};

/* ---- the response's steps --------------------------------------------- */

static enum exchange_flow
step_send(struct exchange *x)
{
	enum body_kind kind = lane_body_kind(x->client);
	int rc;

	lane_attach(x->origin, &origin_handler, x);
	rc = lane_send_head(
	    x->origin, lane_head(x->client), kind, lane_body_length(x->client));
	if (rc == CONSENT_OK &&
	    (kind == BODY_NONE || (x->facts & FACT_REQUEST_END)))
		rc = lane_finish(x->origin, NULL);
	if (rc != CONSENT_OK)
		return set_failure(x, 502, "origin-send",
		    "The site behind this server cannot be reached.");
	lane_resume(x->client);
	return EXCHANGE_NEXT;
}

/* Asks again for the whole of a page, of which no part can be screened. */
static enum exchange_flow
ask_for_whole(struct exchange *x)
{
	struct head *request = lane_head(x->client);

	abort_origin(x);
	head_drop_all(request, SPAN("Range"));
	head_drop_all(request, SPAN("If-Range"));
	x->facts |= FACT_WHOLE;
	x->facts &= ~(
	    unsigned)(FACT_CONNECTED | FACT_RESPONSE_HEAD | FACT_RESPONSE_END);
	x->stage = STAGE_CONNECT;
	return step_connect(x);
}

static enum exchange_flow
step_judge(struct exchange *x)
{
	struct head *head;
	int rc;

	if (!(x->facts & FACT_RESPONSE_HEAD))
		return EXCHANGE_WAIT;
	head = lane_head(x->origin);
	if (head->status == 101)
		return set_failure(x, 502, "upgrade",
		    "The site changed to a protocol that was not asked for.");
	rc = screen_plan(&x->plan, &x->visit, x->origin);
	if (rc == CONSENT_EBUSY && !(x->facts & FACT_WHOLE) &&
	    lane_body_kind(x->client) == BODY_NONE)
		return ask_for_whole(x);
	if (rc == CONSENT_OK)
		rc = forward_response(head);
	if (rc == CONSENT_OK)
		rc = screen_response(head, &x->visit, &x->plan, x->home->setup);
	if (rc == CONSENT_OK && x->plan.rewrite)
		rc = body_new(&x->plan, &x->visit,
		    (struct sink){on_rewritten, x}, &x->body);
	else if (rc == CONSENT_OK)
		rc = send_response_head(x);
	if (rc == CONSENT_OK)
		return EXCHANGE_NEXT;
	cut_response(x, rc);
	return EXCHANGE_FAIL;
}

static enum exchange_flow
step_stream(struct exchange *x)
{
	int rc;

	if (!(x->facts & FACT_RESPONSE_END))
		return EXCHANGE_WAIT;
	if (x->body != NULL) {
		rc = body_write(x->body, (struct span){NULL, 0}, SINK_LAST);
		if (rc != CONSENT_OK) {
			cut_response(x, rc);
			return EXCHANGE_FAIL;
		}
	} else if (lane_finish(x->client, lane_trailers(x->origin)) !=
		   CONSENT_OK) {
		x->facts |= FACT_CLIENT_GONE;
		return set_failure(x, 0, "client-gone", "");
	}
	x->facts |= FACT_FINISHED;
	return EXCHANGE_DONE;
}

/* ---- our own paths ---------------------------------------------------- */

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

/* ---- the machine ------------------------------------------------------ */

static const struct {
	const char *name;
	enum exchange_flow (*run)(struct exchange *x);
} steps[] = {
    [STAGE_ADMIT] = {"admit", step_admit},
    [STAGE_ROUTE] = {"route", step_route},
    [STAGE_SCREEN] = {"screen", step_screen},
    [STAGE_CONNECT] = {"connect", step_connect},
    [STAGE_SEND] = {"send", step_send},
    [STAGE_JUDGE] = {"judge", step_judge},
    [STAGE_STREAM] = {"stream", step_stream},
    [STAGE_COLLECT] = {"collect", step_collect},
    [STAGE_ANSWER] = {"answer", step_answer},
};

/* Runs steps until one waits; frees the exchange when it has ended. */
static void
exchange_step(struct exchange *x)
{
	enum exchange_flow flow = EXCHANGE_NEXT;

	assert(x->magic == EXCHANGE_MAGIC);
	while (flow == EXCHANGE_NEXT) {
		if (x->facts & (FACT_FAILED | FACT_CLIENT_GONE)) {
			flow = EXCHANGE_FAIL;
			break;
		}
		flow = steps[x->stage].run(x);
		if (flow == EXCHANGE_NEXT)
			x->stage++;
	}
	x->access.stage = steps[x->stage].name;
	if (flow == EXCHANGE_FAIL)
		fail_exchange(x);
	if (flow != EXCHANGE_WAIT)
		exchange_free(x);
}

/* ---- the client's events ---------------------------------------------- */

static void
on_client_head(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;

	lane_pause(lane);
	x->facts |= FACT_REQUEST_HEAD;
	exchange_step(x);
}

static void
on_client_body(void *ctx, struct lane *lane, struct span bytes)
{
	struct exchange *x = ctx;

	if (x->endpoint != NULL) {
		endpoint_body(x->endpoint, bytes);
		return;
	}
	x->facts |= FACT_BODY_SENT;
	if (x->origin == NULL || lane_send(x->origin, bytes, SINK_MORE) != 0)
		return; /* what broke is told by the origin's on_fail */
	if (lane_is_full(x->origin))
		lane_pause(lane);
}

static void
on_client_end(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;

	x->facts |= FACT_REQUEST_END;
	if (x->endpoint == NULL && x->origin != NULL &&
	    lane_body_kind(lane) != BODY_NONE &&
	    lane_finish(x->origin, lane_trailers(lane)) != CONSENT_OK)
		return; /* likewise */
	exchange_step(x);
}

static void
on_client_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	struct exchange *x = ctx;
	const struct codec_fault *fault = lane_fault(lane);

	x->facts |= FACT_FAILED;
	if (why == LANE_FAULT)
		(void)set_failure(x, fault->status, fault->reason, fault->text);
	else if (why == LANE_TIMEOUT_HEAD || why == LANE_TIMEOUT_BODY)
		(void)set_failure(x, 408, "request-slow",
		    "The request did not arrive in time.");
	else if (why == LANE_CLOSED)
		(void)set_failure(x, 400, "request-cut",
		    "The request ended before it was complete.");
	else
		x->facts |= FACT_CLIENT_GONE;
	if (x->facts & FACT_CLIENT_GONE)
		(void)set_failure(x, 0, "client-gone", "");
	exchange_step(x);
}

static void
on_client_drain(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;

	(void)lane;
	if (x->origin != NULL)
		lane_resume(x->origin);
}

static const struct lane_handler client_handler = {
    .on_head = on_client_head,
    .on_body = on_client_body,
    .on_end = on_client_end,
    .on_fail = on_client_fail,
    .on_drain = on_client_drain,
};

int
exchange_begin(
    struct home *home, struct lane *lane, const struct home_client *client)
{
	struct exchange *x = calloc(1, sizeof *x);

	if (x == NULL)
		return CONSENT_ENOMEM;
	x->magic = EXCHANGE_MAGIC;
	x->home = home;
	x->from = client;
	x->client = lane;
	answer_init(&x->answer);
	access_start(&x->access, clock_monotonic());
	home->live++;
	lane_attach(lane, &client_handler, x);
	return CONSENT_OK;
}
