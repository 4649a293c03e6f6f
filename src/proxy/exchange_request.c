#include "proxy/exchange_request.h"

#include "base/clock.h"
#include "http/codec.h"
#include "http/head.h"
#include "http/request.h"
#include "net/lane.h"
#include "net/lane_send.h"
#include "policy/glob.h"
#include "proxy/caching.h"
#include "proxy/call.h"
#include "proxy/client.h"
#include "proxy/debug.h"
#include "proxy/endpoint.h"
#include "proxy/exchange_response.h"
#include "proxy/exchange_tunnel.h"
#include "proxy/forward.h"
#include "proxy/home.h"
#include "proxy/metrics.h"
#include "proxy/prefix.h"
#include "proxy/screen.h"
#include "proxy/tally.h"
#include "proxy/upgrade.h"
#include "proxy/verify.h"
#include "proxy/watch.h"
#include "proxy/withheld.h"

/* OPTIONS that may go no further is answered here (RFC 9110 7.6.2). */
static enum exchange_flow
answer_last_hop(struct exchange *x)
{
	answer_start(&x->answer, 204);
	x->facts |= FACT_ANSWERED;
	x->stage = STAGE_ANSWER;
	return EXCHANGE_AGAIN;
}

enum exchange_flow
exchange_admit(struct exchange *x)
{
	struct head *head = lane_head(x->client);
	enum request_hops hops;
	uint32_t left;
	int rc;

	if (!(x->facts & FACT_REQUEST_HEAD))
		return EXCHANGE_WAIT;
	if (naming_take(&x->access.naming, &x->home->names, head,
		x->from->is_trusted) != CONSENT_OK)
		return exchange_refuse(x, 431, "head-room",
		    "The header of this request is too large.");
	if (span_equal(head->method, SPAN("CONNECT")) ||
	    span_equal(head->method, SPAN("TRACE")))
		return exchange_refuse(
		    x, 501, "method", "This method is not supported here.");
	if (request_expects(head) == REQUEST_EXPECTS_UNKNOWN)
		return exchange_refuse(x, 417, "expectation",
		    "The expectation of this request cannot be met.");
	hops = request_hops(head, &left);
	if (hops == REQUEST_HOPS_INVALID)
		return exchange_refuse(x, 400, "max-forwards",
		    "Max-Forwards of this request is not a number.");
	if (hops == REQUEST_HOPS_NONE)
		return answer_last_hop(x);
	client_of_request(x->from, x->home->setup, head, &x->visitor);
	rc = visit_admit(&x->visit, x->home, head);
	if (rc == CONSENT_ENOENT)
		return exchange_refuse(
		    x, 421, "host", "This server has no site of that name.");
	if (rc != CONSENT_OK)
		return exchange_refuse(x, 503, "memory",
		    "The server is short of memory. Please try again.");
	x->visit.removed = &x->removed;
	x->visit.leaked = &x->leaked;
	if (debug_is_wanted(head, &x->visitor))
		x->facts |= FACT_DEBUG;
	return EXCHANGE_NEXT;
}

/* For a developer: which rule it was. */
static int
tell_withheld(struct exchange *x)
{
	const struct debug_facts facts = {
	    .gate = &x->visit.gate, .heads = &x->removed};

	return x->answer.rc == CONSENT_OK ? debug_add(&x->answer.head, &facts)
					  : x->answer.rc;
}

/* The answer is there: it goes out once the request is read. */
static enum exchange_flow
read_away(struct exchange *x)
{
	x->facts |= FACT_ANSWERED;
	x->stage = STAGE_WITHHOLD;
	lane_resume(x->client);
	return EXCHANGE_AGAIN;
}

/* A path of the site: the origin's, unless a rule withholds it. */
static enum exchange_flow
route_site(struct exchange *x)
{
	const struct head *head = lane_head(x->client);
	struct gate_verdict verdict =
	    gate_request(&x->visit.gate, &x->visit.url, head->method);

	page_counts_add(&x->removed, verdict, NULL);
	if (verdict.answer != GATE_WITHHOLD)
		return EXCHANGE_NEXT;
	metrics_add(METRIC_WITHHELD + x->home->counted[verdict.category], 1);
	withheld_answer(&x->answer, head);
	if (x->facts & FACT_DEBUG)
		x->answer.rc = tell_withheld(x);
	return read_away(x);
}

/*
 * Reads the body away before the answer. One that is long, or not yet on its
 * way, is not waited for: the connection ends with the answer then.
 */
enum exchange_flow
exchange_withhold(struct exchange *x)
{
	bool ends = (x->facts & FACT_REQUEST_END) != 0;
	bool waits =
	    request_expects(lane_head(x->client)) == REQUEST_EXPECTS_CONTINUE;

	if (!ends && !waits && x->access.received <= WITHHELD_BODY)
		return EXCHANGE_WAIT;
	if (!ends)
		lane_close_after(x->client);
	x->stage = STAGE_ANSWER;
	return EXCHANGE_AGAIN;
}

static void
on_endpoint_answer(void *ctx)
{
	struct exchange *x = ctx;

	x->facts |= FACT_ANSWERED;
	exchange_step(x);
}

/* On pages of our own, too; a choice does so by itself. */
static int
look_around(struct exchange *x)
{
	const struct head *head = lane_head(x->client);

	return span_equal(head->method, SPAN("GET"))
		   ? sweep_look(&x->sweep, &x->visit, x->home->setup, head)
		   : CONSENT_OK;
}

/* A server in front asks: nothing of an endpoint's is needed. */
static enum exchange_flow
verify(struct exchange *x)
{
	verify_answer(
	    &x->answer, &x->visit, x->home->setup, lane_head(x->client));
	return read_away(x);
}

enum exchange_flow
exchange_route(struct exchange *x)
{
	const struct proxy_setup *setup = x->home->setup;
	struct call call = {.home = x->home,
	    .client = &x->visitor,
	    .visit = &x->visit,
	    .request = lane_head(x->client),
	    .answer = &x->answer,
	    .done = on_endpoint_answer,
	    .ctx = x};

	if (prefix_verified(setup, x->visit.path).p != NULL)
		return verify(x);
	if (x->home->upstream != NULL && !prefix_owns(setup, x->visit.path))
		return route_site(x);
	x->endpoint = endpoint_new(&call);
	if (x->endpoint == NULL || look_around(x) != CONSENT_OK)
		return exchange_refuse(x, 503, "memory",
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

/* Whether the operator lets Upgrade pass on this path. */
static bool
may_upgrade(const struct exchange *x)
{
	const struct proxy_setup *setup = x->home->setup;
	size_t i;

	for (i = 0; i < setup->n_upgrades; i++)
		if (glob_match(span_of(setup->upgrades[i]), x->visit.url.path))
			return true;
	return false;
}

/* The request as any proxy sends it on, with its wish to upgrade if it may. */
static int
forward_head(struct exchange *x, const struct forward_facts *facts)
{
	struct head *head = lane_head(x->client);
	struct buf wanted;
	int rc = CONSENT_OK;

	buf_init(&wanted, UPGRADE_BYTES);
	if (may_upgrade(x))
		rc = upgrade_wanted(head, lane_body_kind(x->client), &wanted);
	if (rc == CONSENT_OK)
		rc = forward_request(head, facts, &x->home->malformed);
	if (rc == CONSENT_OK && wanted.n > 0)
		rc = upgrade_write(head, buf_span(&wanted));
	buf_fini(&wanted);
	return rc;
}

enum exchange_flow
exchange_screen(struct exchange *x)
{
	struct forward_facts facts = {.client = span_of(x->from->text),
	    .scheme = x->from->is_tls ? SPAN("https") : x->visit.scheme,
	    .host = visit_site_host(&x->visit, x->home->setup),
	    .is_trusted = x->from->is_trusted};
	struct head *head = lane_head(x->client);
	int rc = forward_head(x, &facts);

	if (rc == CONSENT_OK)
		rc = sweep_look(&x->sweep, &x->visit, x->home->setup, head);
	if (rc == CONSENT_OK)
		rc = screen_request(head, &x->visit, x->home->setup);
	if (rc == CONSENT_OK)
		rc = caching_request(head, &x->visit, x->home->setup);
	if (rc != CONSENT_OK)
		return exchange_refuse(x, 431, "head-room",
		    "The header of this request is too large.");
	if (head_find(head, SPAN("Upgrade"), 0) != HEAD_NONE)
		return exchange_reserve_tunnel(x);
	return EXCHANGE_NEXT;
}

static void
on_upstream_ready(void *ctx, struct lane *lane, int rc)
{
	struct exchange *x = ctx;

	x->origin = lane;
	metrics_time(METRIC_TIME_REQUEST + NAMES_QUEUE * METRICS_TIMING,
	    clock_monotonic() - x->queued_at);
	if (rc == CONSENT_EIO)
		watch_origin_bad();
	if (rc == CONSENT_OK) {
		x->facts |= FACT_CONNECTED;
	} else {
		x->facts |= FACT_FAILED;
		if (rc == CONSENT_EBUSY)
			(void)exchange_refuse(x, 503, "origin-busy",
			    "The site is busy. Please try again in a moment.");
		else
			(void)exchange_refuse(x, 502, "origin-connect",
			    "The site behind this server cannot be reached.");
	}
	exchange_step(x);
}

enum exchange_flow
exchange_connect(struct exchange *x)
{
	int rc;

	if (x->facts & FACT_CONNECTED)
		return EXCHANGE_NEXT;
	if (x->wait.upstream != NULL)
		return EXCHANGE_WAIT;
	x->wait.on_ready = on_upstream_ready;
	x->wait.ctx = x;
	x->queued_at = clock_monotonic();
	rc = upstream_get(x->home->upstream, &x->wait);
	if (rc != CONSENT_OK)
		return exchange_refuse(x, 503, "origin-busy",
		    "The site is busy. Please try again in a moment.");
	return EXCHANGE_WAIT;
}

enum exchange_flow
exchange_send(struct exchange *x)
{
	enum body_kind kind = lane_body_kind(x->client);
	int rc;

	exchange_hear_origin(x);
	x->sent_at = clock_monotonic();
	rc = lane_send_head(
	    x->origin, lane_head(x->client), kind, lane_body_length(x->client));
	if (rc == CONSENT_OK &&
	    (kind == BODY_NONE || (x->facts & FACT_REQUEST_END)))
		rc = lane_finish(x->origin, NULL);
	if (rc != CONSENT_OK)
		return exchange_refuse(x, 502, "origin-send",
		    "The site behind this server cannot be reached.");
	lane_resume(x->client);
	return EXCHANGE_NEXT;
}

static void
on_client_head(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;

	lane_pause(lane);
	x->facts |= FACT_REQUEST_HEAD;
	exchange_step(x);
}

/*
 * A piece of the request did not get to the origin. A connection that broke is
 * told by its on_fail, for an answer may have come by it; nobody else tells
 * that memory was short, and the rest must not follow. Whether it goes on.
 */
static bool
is_passed(struct exchange *x, int rc)
{
	if (rc == CONSENT_OK || rc == CONSENT_EIO)
		return rc == CONSENT_OK;
	x->facts |= FACT_FAILED;
	(void)exchange_refuse(x, 502, "origin-send",
	    "The site behind this server cannot be reached.");
	exchange_step(x);
	return false;
}

static void
on_client_body(void *ctx, struct lane *lane, struct span bytes)
{
	struct exchange *x = ctx;

	x->access.received += bytes.n;
	if (x->endpoint != NULL) {
		metrics_add(METRIC_REQUEST_BYTES, bytes.n);
		endpoint_body(x->endpoint, bytes);
		return;
	}
	metrics_add(METRIC_REQUEST_BYTES, bytes.n);
	if (x->stage == STAGE_WITHHOLD) {
		if (x->access.received > WITHHELD_BODY)
			exchange_step(x);
		return;
	}
	x->facts |= FACT_BODY_SENT;
	if (x->origin == NULL ||
	    !is_passed(x, lane_send(x->origin, bytes, SINK_MORE)))
		return;
	if (lane_is_full(x->origin))
		lane_pause(lane);
}

static void
on_client_end(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;
	struct head *trailers = lane_trailers(lane);

	x->facts |= FACT_REQUEST_END;
	forward_trailers(trailers);
	screen_trailers(trailers);
	if (x->endpoint == NULL && x->origin != NULL &&
	    lane_body_kind(lane) != BODY_NONE &&
	    !is_passed(x, lane_finish(x->origin, trailers)))
		return;
	exchange_step(x);
}

static void
on_client_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	struct exchange *x = ctx;
	const struct codec_fault *fault = lane_fault(lane);

	x->facts |= FACT_FAILED;
	if (why == LANE_FAULT)
		tally_fault(fault);
	if (why == LANE_FAULT)
		(void)exchange_refuse(
		    x, fault->status, fault->reason, fault->text);
	else if (why == LANE_TIMEOUT_HEAD || why == LANE_TIMEOUT_BODY)
		(void)exchange_refuse(x, 408, "request-slow",
		    "The request did not arrive in time.");
	else if (why == LANE_CLOSED)
		(void)exchange_refuse(x, 400, "request-cut",
		    "The request ended before it was complete.");
	else
		x->facts |= FACT_CLIENT_GONE;
	if (x->facts & FACT_CLIENT_GONE)
		(void)exchange_refuse(x, 0, "client-gone", "");
	exchange_step(x);
}

static void
on_client_drain(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;

	(void)lane;
	if (x->origin != NULL)
		lane_resume(x->origin);
	exchange_mind_lull(x);
}

static const struct lane_handler client_handler = {
    .on_head = on_client_head,
    .on_body = on_client_body,
    .on_end = on_client_end,
    .on_fail = on_client_fail,
    .on_drain = on_client_drain,
};

void
exchange_hear_client(struct exchange *x)
{
	lane_attach(x->client, &client_handler, x);
}
