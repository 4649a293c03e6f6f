#ifndef CONSENT_NET_PEER_OPS_H
#define CONSENT_NET_PEER_OPS_H

/*
 * What each kind of connection does for the functions of net/peer.h by the same
 * names. A kind embeds struct peer and gives its address to the user. For the
 * peers only.
 */

#include <stdbool.h>
#include <stdint.h>

struct lane;
struct peer;

struct peer_ops {
	struct lane *(*lane)(struct peer *peer);
	void (*drain)(struct peer *peer, int64_t idle_ms);
	void (*close)(struct peer *peer);
	bool (*is_idle)(const struct peer *peer);
	uint64_t (*served)(const struct peer *peer);
};

struct peer {
	const struct peer_ops *ops;
};

#endif
