#ifndef CONSENT_NET_ENTRANCE_H
#define CONSENT_NET_ENTRANCE_H

/*
 * What an accepted socket goes through before it is a peer: the header of the
 * PROXY protocol where the listener has it; then TLS is agreed on, and with it
 * the protocol (ALPN, RFC 7301), or on a plain one the preface of HTTP/2
 * (RFC 9113 3.4) is looked for where that is spoken. Header and preface are
 * only peeked at on the socket, and of the first exactly the header is read, so
 * that whatever reads next finds its bytes from the first one on. All of it
 * has one deadline.
 *
 * An entrance ends by itself: on_peer or on_refused is its one last event,
 * comes from the loop, and the entrance is gone when it is called. Who may
 * send a PROXY header is for the caller to know, before.
 */

#include <stdbool.h>
#include <stdint.h>

#include "net/peer_user.h"
#include "web/network.h"

struct entrance;
struct loop;
struct peer;
struct tls_server;

struct entrance_options {
	bool proxy_protocol; /* the connection begins with a PROXY header */
	bool http2;	     /* its preface may follow, unless there is TLS */
	struct tls_server *tls; /* or NULL; borrowed while the peer lives */
};

struct entrance_owner {
	/*
	 * the PROXY header names this client; before on_peer. NULL, or why it
	 * is refused, which on_refused is told then
	 */
	const char *(*on_client)(
	    void *ctx, const struct network_address *client, uint16_t port);
	/* here is the peer, which has told nothing so far */
	void (*on_peer)(void *ctx, struct peer *peer);
	/* the socket was closed: why is a fixed token for logs ("proxy") */
	void (*on_refused)(void *ctx, const char *why);
};

/*
 * Who waits. owner, and what peer has pointers to, are borrowed to the end, the
 * peer's included; the others are copied.
 */
struct entrance_user {
	const struct entrance_owner *owner;
	void *ctx;
	const struct entrance_options *options;
	/* of the peer; options->head_ms is the deadline here as well */
	const struct peer_user *peer;
};

/* Whether there is anything to go through; if not, peer_accept does. */
bool entrance_is_needed(const struct entrance_options *options);

/*
 * Takes over an accepted socket (non-blocking, close-on-exec). NULL without
 * memory: fd is closed then.
 */
struct entrance *entrance_open(
    struct loop *loop, int fd, const struct entrance_user *user);

/* Closes the socket and frees the entrance; no event follows. NULL is fine. */
void entrance_close(struct entrance *e);

#endif
