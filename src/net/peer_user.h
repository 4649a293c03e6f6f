#ifndef CONSENT_NET_PEER_USER_H
#define CONSENT_NET_PEER_USER_H

/*
 * What a peer and its user agree on: which side it is, the events that the user
 * hears and the limits that it sets. net/peer.h says when events come.
 */

#include <stddef.h>
#include <stdint.h>

#include "http/codec.h"

struct lane;
struct peer;
struct tls_client;

enum peer_side {
	PEER_CLIENT, /* we serve it */
	PEER_ORIGIN  /* it serves us */
};

enum peer_protocol {
	PEER_HTTP1,
	PEER_HTTP2 /* client side only */
};

struct peer_owner {
	/*
	 * Client side: a request begins; the callee attaches a handler
	 * (lane_attach) before it returns, else the connection is closed, with
	 * HTTP/2 its stream. The request's events follow.
	 */
	void (*on_lane)(void *ctx, struct peer *peer, struct lane *lane);
	/* origin side: connected; peer_lane can be called from now on */
	void (*on_open)(void *ctx, struct peer *peer);
	/* origin side: the first head of an answer came; may be NULL */
	void (*on_answer)(void *ctx, struct peer *peer);
	/*
	 * Origin side: it broke or stayed silent, with not a byte of the
	 * answer that was asked for, and not just because it had been idle
	 * (RFC 9112 9.3.1); may be NULL. on_closed follows.
	 */
	void (*on_silent)(void *ctx, struct peer *peer);
	/* origin side: the lane was released, the connection is free again */
	void (*on_idle)(void *ctx, struct peer *peer);
	/* the end; without on_open before it, connecting failed */
	void (*on_closed)(void *ctx, struct peer *peer);
};

struct peer_options {
	struct codec_limits limits; /* of what is read */
	int64_t connect_ms;	    /* origin side: to connect */
	int64_t head_ms;    /* client: from the first byte to the whole head;
			       origin: from the last byte sent to the head */
	int64_t body_ms;    /* between two reads of a body, */
	uint64_t body_rate; /* and what it must bring: net/pace.h; 0: any */
	int64_t send_ms;    /* between two writes that got anywhere, */
	uint64_t send_rate; /* and what must be taken; 0: any */
	int64_t idle_ms;    /* without an exchange */
	int64_t half_ms;    /* client: sends no more, and nothing goes to it */
	int64_t tunnel_ms;  /* a tunnel without a byte either way */
	size_t high;	    /* water marks of the write queue */
	size_t low;
	uint64_t discard;	/* bytes of a request body nobody wants */
	uint32_t streams;	/* HTTP/2: at once; 0: H2_STREAMS (http/h2.h) */
	struct tls_client *tls; /* origin side, borrowed; NULL: plain */
};

/* Who uses a peer; owner and options are borrowed until on_closed. */
struct peer_user {
	const struct peer_owner *owner;
	const struct peer_options *options;
	void *ctx;
	enum peer_protocol protocol; /* client side: what it speaks */
};

#endif
