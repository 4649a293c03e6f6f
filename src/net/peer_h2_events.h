#ifndef CONSENT_NET_PEER_H2_EVENTS_H
#define CONSENT_NET_PEER_H2_EVENTS_H

/*
 * What the session tells about streams becomes events of their lanes. For the
 * files of net/peer_h2 only.
 */

#include "http/h2.h"

struct lane_h2;

/* The events of a session whose ctx is a struct peer_h2. */
extern const struct h2_events peer_h2_events;

/* The client took nothing of what waits in this lane: it is broken off. */
void peer_h2_stall(struct lane_h2 *l);

#endif
