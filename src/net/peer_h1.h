#ifndef CONSENT_NET_PEER_H1_H
#define CONSENT_NET_PEER_H1_H

/*
 * An HTTP/1.1 connection (RFC 9112) behind net/peer.h, which says what its user
 * may expect: one lane at a time, in order. For net/peer.c only.
 */

struct address;
struct loop;
struct peer;
struct peer_user;
struct stream;

/* peer_accept for this protocol. */
struct peer *peer_h1_accept(
    struct loop *loop, int fd, const struct peer_user *user);

/* peer_adopt for this protocol. */
struct peer *peer_h1_adopt(
    struct loop *loop, struct stream *stream, const struct peer_user *user);

/* peer_open for this protocol. */
struct peer *peer_h1_open(
    struct loop *loop, const struct address *to, const struct peer_user *user);

#endif
