#include "proxy/exchange_response.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/codec.h"
#include "http/head.h"
#include "http/head_edit.h"
#include "net/lane.h"
#include "net/lane_send.h"
#include "net/loop.h"
#include "proxy/caching.h"
#include "proxy/debug.h"
#include "proxy/exchange_tunnel.h"
#include "proxy/forward.h"
#include "proxy/home.h"
#include "proxy/memo_body.h"
#include "proxy/metrics.h"
#include "proxy/screen.h"
#include "proxy/tally.h"
#include "proxy/upgrade.h"
#include "proxy/watch.h"

#include <event2/event.h>

enum {
	LULL_MS = 25 /* without a byte, twice in a row: the origin pauses */
};

/* Pauses the origin while the client takes no more. */
static void
press_back(struct exchange *x)
{
	if (x->origin != NULL && lane_is_full(x->client))
		lane_pause(x->origin);
}

/* For a developer: what heads and page lost, as far as the page has come. */
static int
tell_removed(struct exchange *x, struct head *head)
{
	const struct debug_facts facts = {.gate = &x->visit.gate,
	    .heads = &x->removed,
	    .page = memo_body_counts(x->body),
	    .partial = x->body != NULL && (x->facts & FACT_RESPONSE_END) == 0};

	return debug_add(head, &facts);
}

/* Sends the head of the origin's response as it was judged. */
static int
send_response_head(struct exchange *x)
{
	struct head *head = lane_head(x->origin);
	enum mime_form form;
	struct span charset = memo_body_charset(x->body, &form);
	int rc = CONSENT_OK;

	if (x->facts & FACT_HEAD_SENT)
		return CONSENT_OK;
	if (charset.n > 0)
		rc = plan_tell_charset(head, form, charset);
	if (rc == CONSENT_OK && (x->facts & FACT_DEBUG))
		rc = tell_removed(x, head);
	if (rc != CONSENT_OK)
		return rc;
	rc = lane_send_head(x->client, head, x->plan.kind, x->plan.length);
	if (rc != CONSENT_OK)
		return rc;
	x->facts |= FACT_HEAD_SENT;
	x->access.status = head->status;
	return CONSENT_OK;
}

/*
 * Keeps a page back while its head is still to tell what it lost. True when
 * the bytes were taken.
 */
static bool
is_held(struct exchange *x, struct span bytes, enum sink_mark mark)
{
	return (x->facts & FACT_DEBUG) && (x->facts & FACT_HEAD_SENT) == 0 &&
	       mark != SINK_LAST && buf_append(&x->held, bytes) == CONSENT_OK;
}

/* Sends the head, and what was kept back for its sake. */
static int
send_held(struct exchange *x)
{
	size_t n = x->held.n;
	int rc = send_response_head(x);

	if (rc != CONSENT_OK || n == 0)
		return rc;
	rc = lane_send(x->client, buf_span(&x->held), SINK_MORE);
	buf_fini(&x->held);
	if (rc == CONSENT_OK)
		x->access.bytes += n;
	return rc;
}

/* The end of a body's chain: what comes out goes to the client. */
static int
on_rewritten(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct exchange *x = ctx;
	int rc = CONSENT_OK;

	if (is_held(x, bytes, mark))
		return CONSENT_OK;
	if (bytes.n > 0 || mark == SINK_LAST)
		rc = send_held(x);
	if (rc == CONSENT_OK && (x->facts & FACT_HEAD_SENT))
		rc = lane_send(x->client, bytes, mark);
	if (rc == CONSENT_OK)
		x->access.bytes += bytes.n;
	return rc;
}

static void
on_origin_head(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;
	struct head *head = lane_head(lane);

	if (head->status < 200 && head->status != 101) {
		forward_interim(head);
		if (screen_interim(head, &x->visit, x->home->setup) !=
			CONSENT_OK ||
		    lane_send_interim(x->client, head) != CONSENT_OK)
			log_debug("interim.dropped", "%s", "");
		return;
	}
	metrics_time(METRIC_TIME_REQUEST + NAMES_ORIGIN * METRICS_TIMING,
	    clock_monotonic() - x->sent_at);
	watch_origin_good();
	x->facts |= FACT_RESPONSE_HEAD;
	exchange_step(x);
}

/*
 * The chain of a page's body. Who asks what was taken out gets no page that is
 * remembered: he may be about to find out why.
 */
static int
open_body(struct exchange *x)
{
	const struct memo_body_options options = {.plan = &x->plan,
	    .visit = &x->visit,
	    .memo = x->facts & FACT_DEBUG ? NULL : x->home->memo,
	    .heads = {lane_head(x->client), lane_head(x->origin)}};

	return memo_body_new(
	    &options, (struct sink){on_rewritten, x}, &x->body);
}

/* A body that cannot be served safely is cut: that is an incident. */
static void
cut_response(struct exchange *x, int rc)
{
	x->facts |= FACT_FAILED;
	log_warn("page.cut", "reason=\"%s\"", status_text(rc));
	tally_cut(x, rc);
	(void)exchange_refuse(x, 502, "page-cut",
	    "This page cannot be shown safely, so it was withheld.");
}

static void
wait_for_lull(struct exchange *x)
{
	const struct timeval wait = {.tv_usec = LULL_MS * 1000};

	(void)evtimer_add(&x->lull, &wait); /* without it: at the next byte */
}

/* The part of a page that waited goes on. */
static void
on_lull(evutil_socket_t fd, short what, void *ctx)
{
	struct exchange *x = ctx;
	int rc;

	(void)fd;
	(void)what;
	if (lane_is_full(x->client))
		return; /* it is we who pause: on_drain minds it again */
	/* a round that took long says nothing: what came may be read next */
	if (!x->is_quiet) {
		wait_for_lull(x);
		x->is_quiet = true;
		return;
	}
	rc = memo_body_pause(x->body);
	if (rc != CONSENT_OK)
		cut_response(x, rc);
	press_back(x);
	if (rc != CONSENT_OK)
		exchange_step(x);
}

void
exchange_mind_lull(struct exchange *x)
{
	if (x->body == NULL || !memo_body_lags(x->body))
		return;
	if (!event_initialized(&x->lull) &&
	    evtimer_assign(&x->lull, loop_base(x->home->loop), on_lull, x) != 0)
		return;
	wait_for_lull(x);
	x->is_quiet = false;
}

void
exchange_forget_lull(struct exchange *x)
{
	if (event_initialized(&x->lull))
		(void)evtimer_del(&x->lull); /* fails for none only */
}

static void
on_origin_body(void *ctx, struct lane *lane, struct span bytes)
{
	struct exchange *x = ctx;
	int rc;

	(void)lane;
	if (x->body != NULL) {
		rc = memo_body_write(x->body, bytes, SINK_MORE);
		if (rc != CONSENT_OK)
			cut_response(x, rc);
		exchange_mind_lull(x);
	} else {
		rc = lane_send(x->client, bytes, SINK_MORE);
		x->access.bytes += bytes.n;
		if (rc != CONSENT_OK) {
			x->facts |= FACT_CLIENT_GONE;
			(void)exchange_refuse(x, 0, "client-gone", "");
		}
	}
	press_back(x);
	if (rc != CONSENT_OK)
		exchange_step(x);
}

/* What the origin wrote is for the visitor now. */
static void
on_origin_pause(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;
	int rc;

	(void)lane;
	if (x->body == NULL)
		return;
	rc = memo_body_write(x->body, SPAN(""), SINK_FLUSH);
	if (rc == CONSENT_OK)
		return;
	cut_response(x, rc);
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
	exchange_release_origin(x);
	x->facts = (x->facts | FACT_RETRIED) & ~(unsigned)FACT_CONNECTED;
	x->wait.want = UPSTREAM_FRESH;
	metrics_add(METRIC_UPSTREAM_RETRIED, 1);
	x->stage = STAGE_CONNECT;
	return true;
}

static void
on_origin_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	struct exchange *x = ctx;

	if (!try_again(x, lane)) {
		x->facts |= FACT_FAILED;
		if (why == LANE_TIMEOUT_HEAD || why == LANE_TIMEOUT_BODY)
			(void)exchange_refuse(x, 504, "origin-silent",
			    "The site behind this server did not answer "
			    "in time.");
		else
			(void)exchange_refuse(x, 502,
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
    .on_pause = on_origin_pause,
    .on_end = on_origin_end,
    .on_fail = on_origin_fail,
    .on_drain = on_origin_drain,
};

void
exchange_hear_origin(struct exchange *x)
{
	lane_attach(x->origin, &origin_handler, x);
}

/* Asks again for the whole of a page, of which no part can be screened. */
static enum exchange_flow
ask_for_whole(struct exchange *x)
{
	struct head *request = lane_head(x->client);

	exchange_abort_origin(x);
	head_drop_all(request, SPAN("Range"));
	head_drop_all(request, SPAN("If-Range"));
	x->facts |= FACT_WHOLE;
	x->facts &= ~(
	    unsigned)(FACT_CONNECTED | FACT_RESPONSE_HEAD | FACT_RESPONSE_END);
	x->stage = STAGE_CONNECT;
	return EXCHANGE_AGAIN;
}

enum exchange_flow
exchange_judge(struct exchange *x)
{
	struct head *head;
	int rc;

	if (!(x->facts & FACT_RESPONSE_HEAD))
		return EXCHANGE_WAIT;
	head = lane_head(x->origin);
	if (head->status == 101)
		return exchange_switch(x);
	rc = plan_make(&x->plan, &x->visit, x->origin);
	if (rc == CONSENT_EBUSY && !(x->facts & FACT_WHOLE) &&
	    lane_body_kind(x->client) == BODY_NONE)
		return ask_for_whole(x);
	exchange_leave_tunnel(x);
	if (rc == CONSENT_OK)
		rc = upgrade_forward_response(lane_head(x->client), head);
	if (rc == CONSENT_OK)
		rc = screen_response(head, &x->visit, &x->plan, x->home->setup);
	if (rc == CONSENT_OK && sweep_is_due(&x->sweep))
		rc = caching_private(head);
	if (rc == CONSENT_OK)
		rc = sweep_add(&x->sweep, head, x->home->sums);
	if (rc == CONSENT_OK && x->plan.rewrite)
		rc = open_body(x);
	else if (rc == CONSENT_OK)
		rc = send_response_head(x);
	if (rc == CONSENT_OK)
		return EXCHANGE_NEXT;
	cut_response(x, rc);
	return EXCHANGE_FAIL;
}

enum exchange_flow
exchange_stream(struct exchange *x)
{
	int rc;

	if (!(x->facts & FACT_RESPONSE_END))
		return EXCHANGE_WAIT;
	if (x->body != NULL) {
		rc =
		    memo_body_write(x->body, (struct span){NULL, 0}, SINK_LAST);
		if (rc != CONSENT_OK) {
			cut_response(x, rc);
			return EXCHANGE_FAIL;
		}
	} else if (lane_finish(x->client, lane_trailers(x->origin)) !=
		   CONSENT_OK) {
		x->facts |= FACT_CLIENT_GONE;
		return exchange_refuse(x, 0, "client-gone", "");
	}
	x->facts |= FACT_FINISHED;
	return EXCHANGE_DONE;
}
