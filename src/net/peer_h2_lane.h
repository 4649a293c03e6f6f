#ifndef CONSENT_NET_PEER_H2_LANE_H
#define CONSENT_NET_PEER_H2_LANE_H

/*
 * The lane of an HTTP/2 connection, as net/lane.h and net/lane_send.h have it.
 * A failure or an ending is the stream's: the connection goes on. For the files
 * of net/peer_h2 only.
 */

#include "net/lane_ops.h"

extern const struct lane_ops lane_h2_ops;

#endif
