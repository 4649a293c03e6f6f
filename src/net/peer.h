#ifndef CONSENT_NET_PEER_H
#define CONSENT_NET_PEER_H

/*
 * One HTTP connection: on the client side we accepted it, read requests and
 * write responses; on the origin side we opened it. Hands out a lane
 * (net/lane.h) for each message exchange. With HTTP/1.1 (RFC 9112) one at a
 * time, in order; what a client pipelines meanwhile is held back, bounded.
 * With HTTP/2 (RFC 9113, client side only) one for each stream, many at once.
 * Decides about keep-alive. Every wait has a limit.
 *
 * A peer ends by itself: on_closed is its last event, comes from the loop, not
 * before the lane was released, and the peer is gone when it returns. The one
 * who opened it calls peer_close to end it early and still hears on_closed.
 */

#include <stdbool.h>
#include <stdint.h>

#include "net/peer_user.h"

struct address;
struct lane;
struct loop;
struct peer;
struct stream;

/* Fills in the defaults for one side. */
void peer_options_init(struct peer_options *options, enum peer_side side);

/*
 * Serves an accepted socket (non-blocking, close-on-exec), which it takes
 * over. user is copied, what it points to is not. NULL without memory: fd is
 * closed then.
 */
struct peer *peer_accept(
    struct loop *loop, int fd, const struct peer_user *user);

/*
 * Serves what comes by a stream of another owner (net/stream_give.h), which it
 * takes over. user is copied. NULL without memory: the stream is closed then.
 */
struct peer *peer_adopt(
    struct loop *loop, struct stream *stream, const struct peer_user *user);

/*
 * Opens a connection to an origin; on_open or on_closed follows. user is
 * copied. NULL without memory or sockets.
 */
struct peer *peer_open(
    struct loop *loop, const struct address *to, const struct peer_user *user);

/*
 * Origin side: begins an exchange; the caller attaches a handler and sends the
 * request. NULL when the connection is busy, not open or at its end.
 */
struct lane *peer_lane(struct peer *peer);

/*
 * Client side: no request after the one in work, whose response says so, but
 * for those that are pipelined already. An idle connection still answers one
 * that arrives within idle_ms. HTTP/2 says GOAWAY and serves the streams that
 * begin within idle_ms (RFC 9113 6.8). May be called again with less.
 */
void peer_drain(struct peer *peer, int64_t idle_ms);

/*
 * Ends the connection at once, its lane by on_fail with LANE_IO. on_closed
 * follows from the loop.
 */
void peer_close(struct peer *peer);

/* Whether no exchange is in work. */
bool peer_is_idle(const struct peer *peer);

/* Exchanges begun on this connection so far. */
uint64_t peer_served(const struct peer *peer);

#endif
