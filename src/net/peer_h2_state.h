#ifndef CONSENT_NET_PEER_H2_STATE_H
#define CONSENT_NET_PEER_H2_STATE_H

/*
 * The inside of net/peer_h2: what an HTTP/2 connection and its lanes are, their
 * deadlines, and how they end. Lanes are freed from the task only. For the
 * files of net/peer_h2 only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>

#include "http/h2.h"
#include "http/h2_stream.h"
#include "net/lane.h"
#include "net/lane_ops.h"
#include "net/loop.h"
#include "net/pace.h"
#include "net/peer_ops.h"
#include "net/peer_user.h"
#include "net/stream.h"

enum {
	PEER_H2_WRITE = 128 * 1024, /* bytes for one system call */
	PEER_H2_KEEP = 4096,	    /* memory that an idle one may keep */
	/* of a lane: its source pauses at high and goes on at low */
	PEER_H2_HIGH = 64 * 1024,
	PEER_H2_LOW = 16 * 1024,
	/*
	 * After our answer to half a request: many clients end their half by
	 * themselves, and some take a reset without an error for one.
	 */
	PEER_H2_REFUSE_MS = 1000
};

struct peer_h2;

struct lane_h2 {
	struct lane lane; /* first, so that a lane is its lane_h2 */
	struct peer_h2 *peer;
	struct h2_stream *stream; /* NULL once it was released and closed */
	struct lane_h2 *next, *prev;
	struct buf held; /* of a body, while paused */
	/* when the body must go on, or, once it is not wanted, when it is
	 * refused; 0: no matter */
	int64_t body_due;
	int64_t send_due;      /* when the client must take some; likewise */
	struct pace coming;    /* of the body */
	struct pace taking;    /* of what the client is sent */
	uint64_t received;     /* bytes of the body */
	uint64_t taken;	       /* and of ours */
	size_t queued;	       /* of ours, when that was counted */
	enum lane_failure why; /* with fail_due */
	bool has_head;	       /* lane_head is good */
	bool paused;	       /* lane_pause */
	bool resumed;	       /* what is held is to be told */
	bool end_due;	       /* on_end follows, unless paused */
	bool fail_due;	       /* on_fail follows */
	bool failed;	       /* no event follows any more */
	bool full;	       /* so much waited that on_drain is owed */
	bool drain_due;	       /* on_drain follows */
	bool sent_due;	       /* on_sent follows */
	bool released;	       /* its user has gone */
	bool closed;	       /* its stream is */
};

struct peer_h2 {
	struct peer base; /* first: what the user sees of it */
	struct loop *loop;
	struct stream *stream; /* NULL: the connection is gone */
	struct h2 *h2;
	const struct peer_owner *owner;
	void *ctx;
	const struct peer_options *options;
	struct loop_task task;
	struct buf out;
	struct lane_h2 lanes; /* head of a ring */
	size_t live;	      /* lanes in it */
	uint64_t served;
	uint64_t midway;   /* the head that head_due is for */
	int64_t head_due;  /* monotonic; 0: none, as the others */
	int64_t idle_due;  /* without a lane */
	int64_t drain_due; /* to tell the last stream */
	int64_t armed;	   /* when the stream's deadline fires */
	bool choked;	   /* nothing is read until more was written */
	bool draining;	   /* peer_drain */
	bool gone;	   /* GOAWAY told the last stream */
	bool close_due;	   /* on_closed follows */
	bool told_broken;  /* why it broke is in the log */
};

/* Runs the task soon. */
void peer_h2_wake(struct peer_h2 *p);

/* Sets one of the deadlines to ms from now; 0 takes it away. */
void peer_h2_expect(struct peer_h2 *p, int64_t *due, int64_t ms);

/*
 * Waits for more of the lane's body, or for the client to take more of ours.
 * The least rate is the connection's: its lanes have equal shares of it.
 */
void peer_h2_await_body(struct lane_h2 *l);
void peer_h2_await_taking(struct lane_h2 *l);

/* Arms the timer for the earliest of all deadlines. */
void peer_h2_arm(struct peer_h2 *p);

/* Ends the connection; its lanes fail so, on_closed follows. */
void peer_h2_end(
    struct peer_h2 *p, enum stream_ending how, enum lane_failure why);

/* Nothing more comes in on this lane, from the loop it hears why. */
void peer_h2_fail(struct lane_h2 *l, enum lane_failure why);

/* Tells all lanes what is due. From the loop. */
void peer_h2_tell(struct peer_h2 *p);

/* Frees the lanes that nobody needs any more. */
void peer_h2_reap(struct peer_h2 *p);

#endif
