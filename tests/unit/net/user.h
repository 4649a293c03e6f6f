#ifndef CONSENT_UNIT_NET_USER_H
#define CONSENT_UNIT_NET_USER_H

/*
 * For the tests of peers: a user of lanes that writes down each event, one
 * word each, and may act on it. The helpers are in lanes.h.
 */

#include <stdio.h>

#include "far.h"
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
	unsigned pauses; /* they depend on how bytes come: not in the log */
	/* called behind each event; may be NULL */
	void (*react)(struct user *u, const char *event);
	bool nested;	 /* inside a call of ours: no event may come */
	unsigned round;	 /* for react */
	struct buf ends; /* "5 5 ": the bytes of body at the end of each */
	size_t heard;	 /* number of far.got; body and ends follow */
};

/* Writes an event down and lets the test react. */
static inline void
user_note(struct user *u, const char *event)
{
	assert_false(u->nested);
	far_note(&u->log, span_of(event));
	far_note(&u->log, SPAN(" "));
	if (u->react != NULL)
		u->react(u, event);
}

/* lane_handler.on_head */
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

/* lane_handler.on_body: one word for any number of pieces */
static inline void
user_on_body(void *ctx, struct lane *lane, struct span bytes)
{
	struct user *u = ctx;

	assert_ptr_equal(lane, u->lane);
	assert_true(bytes.n != 0);
	far_note(&u->body, bytes);
	if (!span_ends(buf_span(&u->log), SPAN("body ")))
		user_note(u, "body");
}

/* lane_handler.on_pause: behind some of a body */
static inline void
user_on_pause(void *ctx, struct lane *lane)
{
	struct user *u = ctx;

	assert_ptr_equal(lane, u->lane);
	assert_true(u->body.n > 0);
	u->pauses++;
}

/* lane_handler.on_end */
static inline void
user_on_end(void *ctx, struct lane *lane)
{
	struct user *u = ctx;
	char text[32];

	(void)lane;
	(void)snprintf(text, sizeof text, "%zu ", u->body.n);
	far_note(&u->ends, span_of(text));
	user_note(u, "end");
}

/* lane_handler.on_fail */
static inline void
user_on_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	struct user *u = ctx;

	(void)lane;
	u->why = why;
	user_note(u, "fail");
}

/* lane_handler.on_drain */
static inline void
user_on_drain(void *ctx, struct lane *lane)
{
	(void)lane;
	user_note(ctx, "drain");
}

/* lane_handler.on_sent */
static inline void
user_on_sent(void *ctx, struct lane *lane)
{
	(void)lane;
	user_note(ctx, "sent");
}

static const struct lane_handler user_handler = {user_on_head, user_on_body,
    user_on_pause, user_on_end, user_on_fail, user_on_drain, user_on_sent};

/* peer_owner.on_lane: takes it. */
static inline void
user_on_lane(void *ctx, struct peer *peer, struct lane *lane)
{
	struct user *u = ctx;

	assert_ptr_equal(peer, u->peer);
	u->lane = lane;
	lane_attach(lane, &user_handler, u);
	user_note(u, "lane");
}

/* peer_owner.on_open */
static inline void
user_on_open(void *ctx, struct peer *peer)
{
	(void)peer;
	user_note(ctx, "open");
}

/* peer_owner.on_idle */
static inline void
user_on_idle(void *ctx, struct peer *peer)
{
	(void)peer;
	user_note(ctx, "idle");
}

/* peer_owner.on_closed */
static inline void
user_on_closed(void *ctx, struct peer *peer)
{
	struct user *u = ctx;

	assert_ptr_equal(peer, u->peer);
	u->peer = NULL;
	user_note(u, "closed");
}

static const struct peer_owner user_owner = {
    .on_lane = user_on_lane,
    .on_open = user_on_open,
    .on_idle = user_on_idle,
    .on_closed = user_on_closed,
};

#endif
