#ifndef CONSENT_NET_PEER_H2_H
#define CONSENT_NET_PEER_H2_H

/*
 * A client's HTTP/2 connection (RFC 9113) behind net/peer.h: a lane for each
 * stream, many at once. Bytes go to and from http/h2; every wait has a
 * deadline, and all of them share one timer. What a client sends is granted
 * as the exchanges take it, what it is to get waits up to PEER_H2_HIGH in each
 * lane. For net/peer.c only.
 */

struct loop;
struct peer;
struct peer_user;
struct stream;

/* peer_accept for this protocol. */
struct peer *peer_h2_accept(
    struct loop *loop, int fd, const struct peer_user *user);

/* peer_adopt for this protocol. */
struct peer *peer_h2_adopt(
    struct loop *loop, struct stream *stream, const struct peer_user *user);

#endif
