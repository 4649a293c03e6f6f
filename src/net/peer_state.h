#ifndef CONSENT_NET_PEER_STATE_H
#define CONSENT_NET_PEER_STATE_H

/*
 * The inside of net/peer_h1: what a connection is, and how an exchange on it
 * begins, waits, fails and ends. Takes no message in and sends none; the parts
 * that do (net/peer_read, net/peer_send) stand on this one. For the files of
 * the peer only. The one lane is embedded; what else a message takes is there
 * from its first byte to the end of the exchange (struct peer_work).
 *
 * Three things end an exchange on a connection: reading is READ_DONE, writing
 * is WRITE_DONE, and the lane was released. peer_turn looks at all three.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>

#include "http/codec.h"
#include "http/framer.h"
#include "net/lane.h"
#include "net/lane_ops.h"
#include "net/loop.h"
#include "net/pace.h"
#include "net/peer_ops.h"
#include "net/peer_user.h"
#include "net/stream.h"

enum peer_reading {
	READ_NONE,  /* no message has begun */
	READ_HEAD,  /* waiting for all of a head */
	READ_BODY,  /* and of a body */
	READ_DONE,  /* the message is complete */
	READ_FAILED /* and never will be */
};

enum peer_writing {
	WRITE_NONE,   /* no head was sent */
	WRITE_BODY,   /* a head was sent */
	WRITE_DONE,   /* the message is complete */
	WRITE_ABORTED /* and never will be */
};

/*
 * What only a message takes. Most connections of clients are idle most of the
 * time and have none then; those to an origin are few, and keep it.
 */
struct peer_work {
	struct codec codec;
	struct framer framer;
	struct buf out;		  /* heads to be written */
	struct buf gather;	  /* small pieces of the body */
	struct buf tail;	  /* the end of a body */
	struct pace coming;	  /* of a body */
	uint64_t received_before; /* bytes when this exchange began */
	uint64_t sent_before;
	uint64_t discarded; /* of a request that nobody reads any more */
	uint64_t moved;	    /* both ways, when a silence was timed */
};

struct peer_h1 {
	struct lane lane; /* first, so that a lane is its peer */
	struct peer base; /* what the user sees of it */
	struct loop *loop;
	struct stream *stream; /* NULL: the connection is gone */
	const struct peer_owner *owner;
	void *ctx;
	const struct peer_options *options;
	int64_t idle_ms;	/* of the options, or less */
	struct loop_task task;	/* all that must run from the loop */
	struct peer_work *work; /* NULL: an idle client */
	enum peer_side side;
	enum peer_reading reading;
	enum peer_writing writing;
	enum lane_failure why;	 /* with fail_due */
	uint64_t served;	 /* exchanges begun */
	uint64_t received, sent; /* bytes, once the stream is gone */

	/* of the connection */
	bool open;	/* connected */
	bool eof;	/* the other side sends no more */
	bool hung_up;	/* the same, but all of it may not be read yet */
	bool draining;	/* peer_drain */
	bool feeding;	/* inside peer_on_read, */
	bool more;	/* and bytes follow those in work */
	bool told;	/* and some of the body was told */
	bool close_due; /* on_closed follows */
	bool idle_due;	/* on_idle follows */
	bool end_due;	/* of a tunnel: its end came before it */

	/* of the exchange; cleared by peer_begin */
	bool busy;	  /* there is one */
	bool released;	  /* and its user has gone */
	bool paused;	  /* lane_pause */
	bool has_head;	  /* lane_head is good */
	bool close_after; /* no exchange after this one */
	bool old;	  /* client: it speaks HTTP/1.0 */
	bool to_head;	  /* client: it asked with HEAD */
	bool bodyless;	  /* client: the body we send is dropped */
	bool connect;	  /* CONNECT */
	bool waits;	  /* client: for 100, before it sends a body */
	bool idempotent;  /* origin: the method is */
	bool body_sent;	  /* origin: some of it */
	bool retryable;	  /* origin: said with on_fail */
	bool fail_due;	  /* on_fail follows */
	bool failed;	  /* the last on_fail was told */
	bool sent_due;	  /* on_sent follows, */
	bool sent_now;	  /* and nothing is left to wait for */
};

/* Runs the peer's task soon: writes what was gathered, tells what is due. */
void peer_wake(struct peer_h1 *p);

/* Sets the deadline that goes with the state of reading. */
void peer_expect(struct peer_h1 *p);

/*
 * Whether a client that sends no more waits for an answer, and for nothing
 * else: it may have left (RFC 9112 9.6 lets it, but hardly any does).
 */
bool peer_is_half(const struct peer_h1 *p);

/* Whether bytes went either way since the deadline of a silence was set. */
bool peer_has_moved(const struct peer_h1 *p);

/* Whether somebody has the lane and did not release it yet. */
bool peer_is_held(const struct peer_h1 *p);

/* Makes what a message takes, unless it is there; false without memory. */
bool peer_set_out(struct peer_h1 *p);

/* Frees what a message took; fine when there is none. */
void peer_rest(struct peer_h1 *p);

/* Begins an exchange on a free connection that has set out. */
void peer_begin(struct peer_h1 *p);

/*
 * Ends the exchange, and with it perhaps the connection, once all three parts
 * of it are complete or cannot be any more.
 */
void peer_turn(struct peer_h1 *p);

/* Ends the connection; on_closed follows once the lane is released. */
void peer_end(struct peer_h1 *p, enum stream_ending how);

/* The connection is gone: tells the lane, for the last time. From the loop. */
void peer_break(struct peer_h1 *p, enum lane_failure why);

/*
 * Reading came to a bad end. From the loop: tells the lane. On the origin
 * side the connection is gone afterwards.
 */
void peer_fail(struct peer_h1 *p, enum lane_failure why);

#endif
