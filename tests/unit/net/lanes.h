#ifndef CONSENT_UNIT_NET_LANES_H
#define CONSENT_UNIT_NET_LANES_H

/*
 * For the tests of peers: what one does with a user of lanes (user.h).
 */

#include <stdio.h>

#include "http/codec.h"
#include "http/head_edit.h"
#include "sockets.h"
#include "user.h"

/* Gives the lane back. */
static inline void
user_release(struct user *u)
{
	struct lane *lane = u->lane;

	u->lane = NULL;
	u->nested = true;
	lane_release(lane);
	u->nested = false;
}

/* A condition: the peer is gone. */
static inline bool
user_is_closed(void *ctx)
{
	struct user *u = ctx;

	if (u->far.fd >= 0)
		far_take(&u->far, 65536);
	return u->peer == NULL;
}

/* How many times a word is in a log. */
static inline unsigned
user_times(struct span log, struct span word)
{
	unsigned n = 0;

	while (log.p != NULL)
		n += span_equal(span_cut(&log, ' '), word) ? 1 : 0;
	return n;
}

/* Without memory: no other bytes, no end where others are told. */
static inline void
user_check(const struct user *u)
{
	if (!u->far.forgot)
		heard_as_far(u->heard, buf_span(&u->far.got));
	heard_as_far(u->heard + 1, buf_span(&u->body));
	heard_as_far(u->heard + 2, buf_span(&u->ends));
}

/* Ends peer and lane, whatever their state, and frees. */
static inline void
user_fini(struct user *u)
{
	bool strict = failing_ends(u);

	u->react = NULL;
	if (u->peer != NULL)
		peer_close(u->peer);
	harness_turn(&u->h);
	if (u->lane != NULL)
		user_release(u);
	assert_true(harness_until(&u->h, user_is_closed, u));
	user_check(u);
	harness_fini(&u->h);
	far_fini(&u->far);
	buf_fini(&u->log);
	buf_fini(&u->body);
	buf_fini(&u->ends);
	failing_ended(strict);
}

/* The same, for failing.h. */
static inline void
user_end(void *ctx)
{
	user_fini(ctx);
}

/* A user without a peer yet. */
static inline void
user_init(struct user *u, enum peer_side side)
{
	memset(u, 0, sizeof *u);
	harness_init(&u->h);
	far_init(&u->far, -1);
	buf_init(&u->log, FAR_MAX);
	buf_init(&u->body, FAR_MAX);
	buf_init(&u->ends, FAR_MAX);
	peer_options_init(&u->options, side);
	u->options.high = 64 * 1024;
	u->options.low = 16 * 1024;
	u->heard = heard_next();
	(void)heard_next();
	(void)heard_next();
	failing_later(user_end, u);
}

/* What user_heard waits for: a word, so many times. */
struct heard {
	struct user *user;
	struct span word;
	unsigned times;
};

/* A condition: the word came so many times. */
static inline bool
user_has(void *ctx)
{
	const struct heard *e = ctx;

	far_take(&e->user->far, 65536);
	return user_times(buf_span(&e->user->log), e->word) >= e->times;
}

/* Waits until the event came for the n-th time; the far side is read. */
static inline void
user_hears(struct user *u, const char *word, unsigned times)
{
	struct heard e = {u, span_of(word), times};

	if (!harness_until(&u->h, user_has, &e))
		fail_msg("no %s (%u) in: %.*s", word, times,
		    SPAN_ARG(buf_span(&u->log)));
}

/* Fails unless exactly these events came. */
static inline void
user_logged(struct user *u, const char *words)
{
	struct span log = buf_span(&u->log);

	if (!span_equal(log, span_of(words)))
		fail_msg("log: %.*s", SPAN_ARG(log));
}

#endif
