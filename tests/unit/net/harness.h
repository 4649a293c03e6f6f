#ifndef CONSENT_UNIT_NET_HARNESS_H
#define CONSENT_UNIT_NET_HARNESS_H

/*
 * For the tests of net/: a loop that turns until a condition holds or a
 * deadline passes. It ticks, so a condition may look at a socket of its own.
 */

#include "../failing.h"

#include "base/clock.h"
#include "net/loop.h"

enum {
	HARNESS_MS = 10000, /* a condition that takes longer fails */
	HARNESS_TURNS = 20, /* "nothing happens" is watched this long */
	HARNESS_FEW = 5	    /* turns, where allocations fail in turn */
};

struct harness {
	struct loop *loop;
	struct event *tick;
	unsigned ticks;
};

/* Counts the ticks. */
static inline void
harness_tick(evutil_socket_t fd, short what, void *arg)
{
	struct harness *h = arg;

	(void)fd;
	(void)what;
	h->ticks++;
}

/* Makes the loop and its tick. */
static inline void
harness_init(struct harness *h)
{
	static const struct timeval soon = {0, 1000};

	h->ticks = 0;
	h->loop = loop_new();
	assert_non_null(h->loop);
	h->tick =
	    event_new(loop_base(h->loop), -1, EV_PERSIST, harness_tick, h);
	assert_non_null(h->tick);
	assert_int_equal(event_add(h->tick, &soon), 0);
}

/* Frees both. */
static inline void
harness_fini(struct harness *h)
{
	event_free(h->tick);
	loop_free(h->loop);
}

/* Turns the loop until done says so; false when it takes too long. */
static inline bool
harness_until(struct harness *h, bool (*done)(void *ctx), void *ctx)
{
	int64_t deadline = clock_monotonic() + HARNESS_MS;

	while (!done(ctx)) {
		if (clock_monotonic() > deadline)
			return false;
		(void)event_base_loop(loop_base(h->loop), EVLOOP_ONCE);
	}
	return true;
}

/* Turns the loop for a while in which nothing is to happen. */
static inline void
harness_turn(struct harness *h)
{
	unsigned until = h->ticks + HARNESS_TURNS, few = HARNESS_FEW;

	while (failing.on ? few-- > 0 : h->ticks < until)
		(void)event_base_loop(loop_base(h->loop), EVLOOP_ONCE);
}

/* A condition: a counter is no longer zero. */
static inline bool
is_set(void *counter)
{
	return *(const unsigned *)counter != 0;
}

#endif
