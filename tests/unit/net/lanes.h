#ifndef CONSENT_TESTS_NET_LANES_H
#define CONSENT_TESTS_NET_LANES_H

/*
 * For the tests of peers: a user of lanes that writes down each event, one
 * word each, and may act on it.
 */

#include <stdio.h>

#include "harness.h"
#include "http/codec.h"
#include "http/head_edit.h"
#include "net/lane.h"
#include "net/lane_send.h"
#include "net/peer.h"

struct user {
	struct harness h;
	struct far far;
	struct peer *peer;
	struct lane *lane;
	struct buf log;	 /* "lane head end sent " */
	struct buf body; /* of all messages that came in */
	struct peer_options options;
	enum lane_failure why;
	unsigned status; /* of the last head */
	/* called behind each event; may be NULL */
	void (*react)(struct user *u, const char *event);
	bool nested;	/* inside a call of ours: no event may come */
	unsigned round; /* for react */
};

static inline void
user_note(struct user *u, const char *event)
{
	assert_false(u->nested);
	assert_int_equal(buf_printf(&u->log, "%s ", event), CONSENT_OK);
	if (u->react != NULL)
		u->react(u, event);
}

static inline void
user_on_head(void *ctx, struct lane *lane)
{
	struct user *u = ctx;
	const struct head *head = lane_head(lane);

	assert_ptr_equal(lane, u->lane);
	assert_non_null(head);
	u->status = head->status;
	user_note(u, "head");
}

static inline void
user_on_body(void *ctx, struct lane *lane, struct span bytes)
{
	struct user *u = ctx;

	assert_ptr_equal(lane, u->lane);
	assert_true(bytes.n != 0);
	assert_int_equal(buf_append(&u->body, bytes), CONSENT_OK);
	/* one word for any number of pieces */
	if (!span_ends(buf_span(&u->log), SPAN("body ")))
		user_note(u, "body");
}

static inline void
user_on_end(void *ctx, struct lane *lane)
{
	(void)lane;
	user_note(ctx, "end");
}

static inline void
user_on_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	struct user *u = ctx;

	(void)lane;
	u->why = why;
	user_note(u, "fail");
}

static inline void
user_on_drain(void *ctx, struct lane *lane)
{
	(void)lane;
	user_note(ctx, "drain");
}

static inline void
user_on_sent(void *ctx, struct lane *lane)
{
	(void)lane;
	user_note(ctx, "sent");
}

static const struct lane_handler user_handler = {user_on_head, user_on_body,
    user_on_end, user_on_fail, user_on_drain, user_on_sent};

static inline void
user_on_lane(void *ctx, struct peer *peer, struct lane *lane)
{
	struct user *u = ctx;

	assert_ptr_equal(peer, u->peer);
	u->lane = lane;
	lane_attach(lane, &user_handler, u);
	user_note(u, "lane");
}

static inline void
user_on_open(void *ctx, struct peer *peer)
{
	(void)peer;
	user_note(ctx, "open");
}

static inline void
user_on_idle(void *ctx, struct peer *peer)
{
	(void)peer;
	user_note(ctx, "idle");
}

static inline void
user_on_closed(void *ctx, struct peer *peer)
{
	struct user *u = ctx;

	assert_ptr_equal(peer, u->peer);
	u->peer = NULL;
	user_note(u, "closed");
}

static const struct peer_owner user_owner = {
    user_on_lane, user_on_open, user_on_idle, user_on_closed};

static inline void
user_release(struct user *u)
{
	struct lane *lane = u->lane;

	u->lane = NULL;
	u->nested = true;
	lane_release(lane);
	u->nested = false;
}

static inline void
user_init(struct user *u, enum peer_side side)
{
	memset(u, 0, sizeof *u);
	harness_init(&u->h);
	far_init(&u->far, -1);
	buf_init(&u->log, HARNESS_MAX);
	buf_init(&u->body, HARNESS_MAX);
	peer_options_init(&u->options, side);
	u->options.high = 64 * 1024;
	u->options.low = 16 * 1024;
}

static inline bool
user_is_closed(void *ctx)
{
	struct user *u = ctx;

	if (u->far.fd >= 0)
		far_take(&u->far, 65536);
	return u->peer == NULL;
}

static inline void
user_fini(struct user *u)
{
	u->react = NULL;
	if (u->peer != NULL)
		peer_close(u->peer);
	harness_turn(&u->h);
	if (u->lane != NULL)
		user_release(u);
	assert_true(harness_until(&u->h, user_is_closed, u));
	harness_fini(&u->h);
	far_fini(&u->far);
	buf_fini(&u->log);
	buf_fini(&u->body);
}

/* What user_heard waits for: a word, so many times. */
struct heard {
	struct user *user;
	struct span word;
	unsigned times;
};

static inline bool
user_has(void *ctx)
{
	const struct heard *e = ctx;
	struct span rest = buf_span(&e->user->log);
	unsigned n = 0;

	far_take(&e->user->far, 65536);
	while (rest.p != NULL)
		n += span_equal(span_cut(&rest, ' '), e->word) ? 1 : 0;
	return n >= e->times;
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

static inline void
user_logged(struct user *u, const char *words)
{
	struct span log = buf_span(&u->log);

	if (!span_equal(log, span_of(words)))
		fail_msg("log: %.*s", SPAN_ARG(log));
}

static inline void
far_received(struct far *f, const char *text)
{
	struct span got = buf_span(&f->got);

	if (!span_equal(got, span_of(text)))
		fail_msg("received: %.*s", SPAN_ARG(got));
}

static inline void
far_says(struct far *f, const char *text)
{
	far_send(f, span_of(text));
}

#endif
