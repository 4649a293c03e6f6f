#ifndef CONSENT_NET_LANE_SEND_H
#define CONSENT_NET_LANE_SEND_H

/*
 * The sending half of a lane (net/lane.h): head, body, end, in this order.
 * Small pieces are gathered for the current round of the loop; head, pieces
 * and framing leave in one system call. Nothing here calls back. A connection
 * that broke is told by on_fail; what is sent after that is CONSENT_EIO.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/sink.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/body.h"

struct head;
struct lane;

enum {
	LANE_GATHER_PIECE = 16384, /* pieces up to this may be gathered */
	LANE_GATHER_BYTES = 65536  /* and this much of them */
};

/*
 * Client side: sends an interim response (1xx but 101) before the final head.
 * An HTTP/1.0 client gets none, with CONSENT_OK. CONSENT_EINVAL when head is
 * no such response or comes too late, CONSENT_EIO, _ENOMEM, _ELIMIT.
 */
int lane_send_interim(
    struct lane *lane, const struct head *head) CONSENT_CHECKED;

/*
 * Sends the head. It is edited first: Content-Length and Transfer-Encoding
 * become what kind and length say, and Connection what the two sides agreed,
 * with the option that belongs to an Upgrade field. For a response:
 *
 *	- where no body may be (an answer to HEAD, 204, 304) none is sent,
 *	  whatever kind says; HEAD and 304 announce it all the same, and with
 *	  BODY_NONE keep the Content-Length that the head has;
 *	- BODY_NONE elsewhere announces length 0;
 *	- BODY_CHUNKED and BODY_UNTIL_CLOSE are one: the first for HTTP/1.1,
 *	  the second for HTTP/1.0;
 *	- BODY_TUNNEL goes with 101, or with 2xx to CONNECT, after on_end.
 *
 * A request with BODY_NONE announces nothing. CONSENT_EINVAL out of turn or
 * for a head that is not of the right sort, CONSENT_EIO, CONSENT_ENOMEM,
 * CONSENT_ELIMIT: nothing was sent then, and another head may be tried.
 */
int lane_send_head(struct lane *lane, struct head *head, enum body_kind kind,
    uint64_t length) CONSENT_CHECKED;

/*
 * Sends some of the body. SINK_MORE may gather it until the end of this round
 * of the loop, SINK_FLUSH sends now, SINK_LAST also does lane_finish without
 * trailers. Where no body may be, bytes are dropped. Look at lane_is_full
 * afterwards. CONSENT_EINVAL out of turn, CONSENT_ELIMIT for more than was
 * announced or a queue at its ceiling, CONSENT_EIO, CONSENT_ENOMEM: the
 * message can not be completed then, abort it.
 */
int lane_send(
    struct lane *lane, struct span bytes, enum sink_mark mark) CONSENT_CHECKED;

/*
 * Completes our message; trailers go with BODY_CHUNKED only and may be NULL.
 * on_sent follows. CONSENT_EINVAL when the announced length was not reached or
 * out of turn, CONSENT_EIO, CONSENT_ENOMEM, CONSENT_ELIMIT: abort then.
 */
int lane_finish(struct lane *lane, const struct head *trailers) CONSENT_CHECKED;

/*
 * Breaks our message off: what was gathered of a response is written, what is
 * queued is lost, the connection is reset, and no end is ever written. No event
 * follows; lane_release still has to. For one lane of many only that lane is
 * reset.
 */
void lane_abort(struct lane *lane);

/* The connection closes after this exchange. Before lane_send_head it also
 * says so. */
void lane_close_after(struct lane *lane);

/* Bytes of ours not yet taken by the kernel, with HTTP/2 by the connection. */
size_t lane_pending(const struct lane *lane);

/* Whether so much is pending that the source should pause until on_drain. */
bool lane_is_full(const struct lane *lane);

#endif
