#ifndef CONSENT_NET_PEER_LANE_H
#define CONSENT_NET_PEER_LANE_H

/*
 * The lane of an HTTP/1 connection, as net/lane.h and net/lane_send.h have it:
 * what a user's calls do to the state of the peer. For the files of the peer
 * only.
 */

#include "net/lane_ops.h"

extern const struct lane_ops peer_lane_ops;

#endif
