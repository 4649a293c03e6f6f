#include "net/peer.h"

#include "net/peer_h1.h"
#include "net/peer_h2.h"
#include "net/peer_ops.h"
#include "net/stream_user.h"

enum {
	PEER_CONNECT_MS = 5000,
	PEER_HEAD_MS = 10000,
	PEER_BODY_MS = 30000,
	PEER_SEND_MS = 30000,
	PEER_IDLE_MS = 60000,
	PEER_HALF_MS = 1000,
	PEER_TUNNEL_MS = 300000,
	PEER_DISCARD = 256 * 1024,
	/* an origin thinks longer than a client and forgets sooner */
	PEER_ORIGIN_HEAD_MS = 60000,
	PEER_ORIGIN_BODY_MS = 60000,
	PEER_ORIGIN_IDLE_MS = 4000
};

void
peer_options_init(struct peer_options *options, enum peer_side side)
{
	*options = (struct peer_options){
	    .connect_ms = PEER_CONNECT_MS,
	    .head_ms = PEER_HEAD_MS,
	    .body_ms = PEER_BODY_MS,
	    .send_ms = PEER_SEND_MS,
	    .idle_ms = PEER_IDLE_MS,
	    .half_ms = PEER_HALF_MS,
	    .tunnel_ms = PEER_TUNNEL_MS,
	    .high = STREAM_HIGH,
	    .low = STREAM_LOW,
	    .discard = PEER_DISCARD,
	};
	if (side == PEER_CLIENT)
		return;
	options->head_ms = PEER_ORIGIN_HEAD_MS;
	options->body_ms = PEER_ORIGIN_BODY_MS;
	options->idle_ms = PEER_ORIGIN_IDLE_MS;
}

struct peer *
peer_accept(struct loop *loop, int fd, const struct peer_user *user)
{
	if (user->protocol == PEER_HTTP2)
		return peer_h2_accept(loop, fd, user);
	return peer_h1_accept(loop, fd, user);
}

struct peer *
peer_adopt(
    struct loop *loop, struct stream *stream, const struct peer_user *user)
{
	if (user->protocol == PEER_HTTP2)
		return peer_h2_adopt(loop, stream, user);
	return peer_h1_adopt(loop, stream, user);
}

struct peer *
peer_open(
    struct loop *loop, const struct address *to, const struct peer_user *user)
{
	return peer_h1_open(loop, to, user);
}

struct lane *
peer_lane(struct peer *peer)
{
	return peer->ops->lane(peer);
}

void
peer_drain(struct peer *peer, int64_t idle_ms)
{
	peer->ops->drain(peer, idle_ms);
}

void
peer_close(struct peer *peer)
{
	peer->ops->close(peer);
}

bool
peer_is_idle(const struct peer *peer)
{
	return peer->ops->is_idle(peer);
}

uint64_t
peer_served(const struct peer *peer)
{
	return peer->ops->served(peer);
}
