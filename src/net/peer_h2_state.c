#include "net/peer_h2_state.h"

#include <stdlib.h>

#include "base/clock.h"

void
peer_h2_wake(struct peer_h2 *p)
{
	loop_defer(p->loop, &p->task);
}

/* Deadlines. */

void
peer_h2_expect(struct peer_h2 *p, int64_t *due, int64_t ms)
{
	*due = 0;
	if (ms <= 0 || p->stream == NULL)
		return;
	*due = clock_monotonic() + ms;
	if (p->armed != 0 && p->armed <= *due)
		return;
	p->armed = *due;
	stream_deadline(p->stream, ms);
}

/* Of the rate of all lanes; never so little that it would be none. */
static uint64_t
share(const struct peer_h2 *p, uint64_t rate)
{
	uint64_t part = p->live == 0 ? rate : rate / p->live;

	return rate != 0 && part == 0 ? 1 : part;
}

void
peer_h2_await_body(struct lane_h2 *l)
{
	struct peer_h2 *p = l->peer;
	const struct pace_limit limit = {
	    p->options->body_ms, share(p, p->options->body_rate)};

	peer_h2_expect(
	    p, &l->body_due, pace_wait(&l->coming, &limit, l->received));
}

void
peer_h2_await_taking(struct lane_h2 *l)
{
	struct peer_h2 *p = l->peer;
	const struct pace_limit limit = {
	    p->options->send_ms, share(p, p->options->send_rate)};

	peer_h2_expect(
	    p, &l->send_due, pace_wait(&l->taking, &limit, l->taken));
}

static int64_t
earlier(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

void
peer_h2_arm(struct peer_h2 *p)
{
	int64_t due = earlier(earlier(p->head_due, p->idle_due), p->drain_due);
	const struct lane_h2 *l;
	int64_t left;

	if (p->stream == NULL)
		return;
	for (l = p->lanes.next; l != &p->lanes; l = l->next)
		due = earlier(due, earlier(l->body_due, l->send_due));
	left = due == 0 ? 0 : due - clock_monotonic();
	p->armed = due;
	stream_deadline(p->stream, due != 0 && left < 1 ? 1 : left);
}

/* Lanes. */

void
peer_h2_fail(struct lane_h2 *l, enum lane_failure why)
{
	l->body_due = l->send_due = 0;
	if (l->released || l->failed || l->fail_due)
		return;
	l->fail_due = true;
	l->why = why;
	peer_h2_wake(l->peer);
}

/* What was held while the lane was paused. */
static void
tell_held(struct lane_h2 *l)
{
	struct buf held = l->held;

	l->resumed = false;
	buf_init(&l->held, H2_STREAM_WINDOW);
	if (held.n > 0) {
		h2_consume(l->stream, held.n);
		l->lane.handler->on_body(
		    l->lane.ctx, &l->lane, buf_span(&held));
	}
	buf_fini(&held);
}

static bool
is_heard(const struct lane_h2 *l)
{
	return !l->released && !l->failed && l->lane.handler != NULL;
}

/* After each event the next one may no longer be wanted. */
static void
tell_lane(struct lane_h2 *l)
{
	const struct lane_handler *handler = l->lane.handler;

	if (is_heard(l) && l->fail_due) {
		l->fail_due = false;
		l->failed = l->why == LANE_IO || l->why == LANE_TIMEOUT_SEND;
		l->end_due = l->resumed = false;
		handler->on_fail(l->lane.ctx, &l->lane, l->why);
	}
	if (is_heard(l) && l->resumed && !l->paused)
		tell_held(l);
	if (is_heard(l) && l->end_due && !l->paused) {
		l->end_due = false;
		handler->on_end(l->lane.ctx, &l->lane);
	}
	if (is_heard(l) && l->drain_due) {
		l->drain_due = l->full = false;
		if (handler->on_drain != NULL)
			handler->on_drain(l->lane.ctx, &l->lane);
	}
	if (is_heard(l) && l->sent_due) {
		l->sent_due = false;
		if (handler->on_sent != NULL)
			handler->on_sent(l->lane.ctx, &l->lane);
	}
}

void
peer_h2_tell(struct peer_h2 *p)
{
	struct lane_h2 *l;

	for (l = p->lanes.next; l != &p->lanes; l = l->next)
		tell_lane(l);
}

static void
lane_free(struct lane_h2 *l)
{
	l->next->prev = l->prev;
	l->prev->next = l->next;
	l->peer->live--;
	buf_fini(&l->held);
	free(l);
}

void
peer_h2_reap(struct peer_h2 *p)
{
	struct lane_h2 *l, *next;
	bool any = false;

	for (l = p->lanes.next; l != &p->lanes; l = next) {
		next = l->next;
		if (!l->released || (!l->closed && p->stream != NULL))
			continue;
		lane_free(l);
		any = true;
	}
	if (p->live > 0)
		return;
	if (p->out.cap > PEER_H2_KEEP && p->out.n == 0)
		buf_fini(&p->out);
	if (any)
		peer_h2_expect(p, &p->idle_due, p->options->idle_ms);
	if (p->stream != NULL || p->close_due)
		return;
	p->close_due = true;
	peer_h2_wake(p);
}

/* Endings. */

void
peer_h2_end(struct peer_h2 *p, enum stream_ending how, enum lane_failure why)
{
	struct lane_h2 *l;

	if (p->stream == NULL)
		return;
	stream_close(p->stream, how);
	p->stream = NULL;
	for (l = p->lanes.next; l != &p->lanes; l = l->next)
		peer_h2_fail(l, why);
	peer_h2_wake(p);
}
