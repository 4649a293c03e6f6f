#ifndef CONSENT_NET_PEER_SEND_H
#define CONSENT_NET_PEER_SEND_H

/*
 * The sending half of an HTTP/1 lane: what lane_send.h promises, for a lane
 * that is a peer's. For net/peer only.
 */

#include <stdint.h>

#include <libconsent/sink.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/body.h"

struct head;
struct lane;
struct peer_h1;

/*
 * Writes what was gathered. When that cannot be, the lane is aborted and
 * on_fail follows from the loop.
 */
void peer_flush(struct peer_h1 *p);

/* lane_send_interim, with its codes. */
int peer_send_interim(
    struct lane *lane, const struct head *head) CONSENT_CHECKED;

/* lane_send_head, with its codes. */
int peer_send_head(struct lane *lane, struct head *head, enum body_kind kind,
    uint64_t length) CONSENT_CHECKED;

/* lane_send, with its codes. */
int peer_send(
    struct lane *lane, struct span bytes, enum sink_mark mark) CONSENT_CHECKED;

/* lane_finish, with its codes. */
int peer_finish(struct lane *lane, const struct head *trailers) CONSENT_CHECKED;

#endif
