#ifndef CONSENT_NET_LANE_H
#define CONSENT_NET_LANE_H

/*
 * A lane carries one message exchange over a connection (net/peer): on the
 * client side a request comes in and its response goes out, on the origin
 * side the other way round. HTTP/1 has one lane at a time, others may have
 * many; pauses, failures and endings belong to the lane. This header is the
 * receiving half; net/lane_send.h is the sending half.
 *
 * A lane belongs to the peer. Its user holds it from on_lane (client) or
 * upstream_get (origin) until lane_release, and must release it, also after
 * on_fail. Events come from the loop, never inside a call of the user, and
 * none after lane_release; every call here and in lane_send.h is allowed
 * inside an event.
 *
 *	on_head  [on_head ...]  (on_body+ on_pause)*  on_body*  on_end
 *
 * or, at any point, on_fail.
 *
 * On a client lane that became a tunnel on_body and one more on_end follow.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/span.h>

#include "http/body.h"

struct codec_fault;
struct head;
struct lane;

enum lane_failure {
	LANE_CLOSED,	   /* the other side ended before its message did */
	LANE_FAULT,	   /* its bytes are no HTTP: lane_fault */
	LANE_TIMEOUT_HEAD, /* no complete head in time */
	LANE_TIMEOUT_BODY, /* no progress of the body */
	LANE_TIMEOUT_SEND, /* it takes nothing of what we send */
	LANE_IO		   /* the connection broke */
};

struct lane_handler {
	/*
	 * A head is there: lane_head. Client side: the request. Origin side:
	 * the response; each interim one (status below 200, not 101) first.
	 */
	void (*on_head)(void *ctx, struct lane *lane);
	/* some of the body, never empty; borrowed for the call */
	void (*on_body)(void *ctx, struct lane *lane, struct span bytes);
	/*
	 * All of the body that is at hand was told and its end was not: it is
	 * not known when the next comes. HTTP/1 alone tells it; may be NULL.
	 */
	void (*on_pause)(void *ctx, struct lane *lane);
	/* the message is complete: lane_trailers */
	void (*on_end)(void *ctx, struct lane *lane);
	/*
	 * Nothing more will come in, and what came was not complete. After
	 * LANE_IO and LANE_TIMEOUT_SEND, and on the origin side always, the
	 * connection is gone and no event follows; these two may also come
	 * after on_end, until ours is complete. After the others a client lane
	 * can still send an answer, behind which the connection closes. With
	 * HTTP/2 it is the stream that is gone or ends.
	 */
	void (*on_fail)(void *ctx, struct lane *lane, enum lane_failure why);
	/* our queue was full (lane_is_full) and is low again; may be NULL */
	void (*on_drain)(void *ctx, struct lane *lane);
	/*
	 * lane_finish was called and the kernel has all of it, with HTTP/2 the
	 * connection; may be NULL
	 */
	void (*on_sent)(void *ctx, struct lane *lane);
};

/*
 * Who hears the events from now on; handler and ctx are borrowed until
 * lane_release.
 */
void lane_attach(
    struct lane *lane, const struct lane_handler *handler, void *ctx);

/*
 * The head that came in, open to edits, from on_head until lane_release (an
 * interim one: until the event returns); NULL before. On a client lane what
 * the lane itself needs of it was noted before on_head.
 */
struct head *lane_head(struct lane *lane);

/* How the end of the body that comes in is known; from on_head on. */
enum body_kind lane_body_kind(const struct lane *lane);

/* Its announced length with BODY_LENGTH, 0 otherwise. */
uint64_t lane_body_length(const struct lane *lane);

/* The trailer fields, from on_end until lane_release; may be empty. */
struct head *lane_trailers(struct lane *lane);

/* What was wrong, after LANE_FAULT; NULL otherwise. Static. */
const struct codec_fault *lane_fault(const struct lane *lane);

/*
 * Origin side, after on_fail: whether the same request may be sent again over
 * a new connection. The connection had been used before, not one byte of an
 * answer came, no byte of a body was sent, and either the method is
 * idempotent or nothing left us at all (RFC 9110 9.2.2, RFC 9112 9.3.1).
 */
bool lane_is_retryable(const struct lane *lane);

/* Stops on_head, on_body and on_end until lane_resume; on_fail still comes. */
void lane_pause(struct lane *lane);

/* Goes on, from the loop. */
void lane_resume(struct lane *lane);

/*
 * Gives the lane back; the handle is gone. When both messages are complete
 * the connection serves the next exchange or closes, as its sides agreed.
 * When ours is not complete it is aborted like lane_abort. When only theirs
 * is not, a bounded rest of it is discarded or the connection lingers and
 * closes.
 */
void lane_release(struct lane *lane);

#endif
