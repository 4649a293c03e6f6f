#include "net/peer_h2_events.h"

#include <stdlib.h>

#include "base/log.h"
#include "net/peer_h2_lane.h"
#include "net/peer_h2_state.h"

/* A stream that nobody takes. */
static void
refuse(struct h2_stream *s)
{
	h2_reset(s, H2_REFUSED_STREAM);
	h2_release(s);
}

/* A new lane in the ring; NULL without memory. */
static struct lane_h2 *
lane_new(struct peer_h2 *p, struct h2_stream *s)
{
	struct lane_h2 *l = calloc(1, sizeof *l);

	if (l == NULL)
		return NULL;
	l->lane.ops = &lane_h2_ops;
	l->peer = p;
	l->stream = s;
	buf_init(&l->held, H2_STREAM_WINDOW);
	l->next = &p->lanes;
	l->prev = p->lanes.prev;
	l->prev->next = l->next->prev = l;
	p->live++;
	p->served++;
	p->idle_due = 0;
	return l;
}

/* Hands out a lane; NULL when nobody took it. */
static struct lane_h2 *
hand_out(struct peer_h2 *p, struct h2_stream *s)
{
	struct lane_h2 *l = lane_new(p, s);

	if (l == NULL)
		return NULL;
	s->user = l;
	p->owner->on_lane(p->ctx, &p->base, &l->lane);
	if (l->lane.handler != NULL)
		return l;
	l->released = true;
	l->stream = NULL;
	return NULL;
}

static void
on_request(void *ctx, struct h2_stream *s)
{
	struct peer_h2 *p = ctx;
	struct lane_h2 *l = hand_out(p, s);

	if (l == NULL) {
		refuse(s);
		return;
	}
	if (s->fault != NULL) {
		l->lane.handler->on_fail(l->lane.ctx, &l->lane, LANE_FAULT);
		return;
	}
	l->has_head = true;
	if (!s->ended)
		peer_h2_await_body(l);
	l->lane.handler->on_head(l->lane.ctx, &l->lane);
}

/* The window bounds what is held; a lane that failed wants no more. */
static void
on_body(void *ctx, struct h2_stream *s, struct span bytes)
{
	struct lane_h2 *l = s->user;

	(void)ctx;
	l->received += bytes.n;
	if (l->failed || l->fail_due) {
		h2_consume(s, bytes.n);
	} else if (l->paused || l->resumed) {
		if (buf_append(&l->held, bytes) == CONSENT_OK)
			return;
		h2_consume(s, bytes.n); /* nobody else gives that room back */
		peer_h2_fail(l, LANE_IO);
	} else {
		peer_h2_await_body(l);
		h2_consume(s, bytes.n);
		l->lane.handler->on_body(l->lane.ctx, &l->lane, bytes);
	}
}

static void
on_end(void *ctx, struct h2_stream *s)
{
	struct lane_h2 *l = s->user;

	(void)ctx;
	l->body_due = 0;
	if (l->failed || l->fail_due)
		return;
	if (l->paused || l->resumed) {
		l->end_due = true;
		return;
	}
	l->lane.handler->on_end(l->lane.ctx, &l->lane);
}

static void
on_fault(void *ctx, struct h2_stream *s)
{
	(void)ctx;
	peer_h2_fail(s->user, LANE_FAULT);
}

static void
on_taken(void *ctx, struct h2_stream *s)
{
	struct lane_h2 *l = s->user;
	size_t left = h2_queued(s);

	(void)ctx;
	l->taken += l->queued > left ? l->queued - left : 0;
	l->queued = left;
	if (left == 0 && !s->finished)
		l->send_due = 0;
	else
		peer_h2_await_taking(l);
	if (left <= PEER_H2_LOW && l->full)
		l->drain_due = true;
}

static void
on_sent(void *ctx, struct h2_stream *s)
{
	struct lane_h2 *l = s->user;

	(void)ctx;
	l->send_due = 0;
	l->sent_due = s->finished;
}

static void
on_closed(void *ctx, struct h2_stream *s)
{
	struct peer_h2 *p = ctx;
	struct lane_h2 *l = s->user;

	if (l == NULL)
		return; /* refused: there was no memory for a lane */
	l->closed = true;
	l->body_due = l->send_due = 0;
	if (!s->ended || !s->sent)
		peer_h2_fail(l, LANE_IO);
	if (l->released)
		l->stream = NULL;
	peer_h2_wake(p);
}

void
peer_h2_stall(struct lane_h2 *l)
{
	log_info("http2.stalled", "%s", "");
	if (l->stream != NULL)
		h2_reset(l->stream, H2_CANCEL);
	peer_h2_fail(l, LANE_TIMEOUT_SEND);
}

const struct h2_events peer_h2_events = {
    .on_request = on_request,
    .on_body = on_body,
    .on_end = on_end,
    .on_fault = on_fault,
    .on_taken = on_taken,
    .on_sent = on_sent,
    .on_closed = on_closed,
};
