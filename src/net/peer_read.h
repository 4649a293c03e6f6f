#ifndef CONSENT_NET_PEER_READ_H
#define CONSENT_NET_PEER_READ_H

/*
 * Takes messages in: what the stream of a peer tells about reading becomes
 * events of the lane. The callbacks are those of struct stream_owner by the
 * same names, ctx is the peer. For the files of the peer only.
 */

#include <stddef.h>

#include <libconsent/span.h>

struct peer_h1;

/* Bytes came: feeds the codec as far as the exchange wants. */
size_t peer_on_read(void *ctx, struct span bytes);

/* No more will come, though not all of it may be read yet. */
void peer_on_hangup(void *ctx);

/* No more will come: the end of the message, or of the connection. */
void peer_on_eof(void *ctx);

/*
 * A client's tunnel was opened after all that it will ever send had come:
 * tells that end, unless the lane is paused. From the loop.
 */
void peer_tell_end(struct peer_h1 *p);

/* The deadline of peer_expect passed. */
void peer_on_timeout(void *ctx);

#endif
