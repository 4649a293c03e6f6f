#ifndef CONSENT_NET_STREAM_IO_H
#define CONSENT_NET_STREAM_IO_H

/*
 * Moves the bytes of a stream between its socket, its queue and its owner.
 * Knows when to read and to write, not how a stream begins or ends: an error is
 * noted in the state, and the caller looks at it. Functions that call the owner
 * run from the loop. For net/stream.c only.
 */

#include <stddef.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

struct stream;

/*
 * stream_write, for at most STREAM_SPANS spans and a stream that still takes
 * bytes, with its codes.
 */
int stream_put(
    struct stream *s, const struct span *spans, size_t count) CONSENT_CHECKED;

/* Sends the FIN that is wanted, once the queue is empty. */
void stream_shut(struct stream *s);

/* The socket takes bytes again: empties the queue as far as it goes. */
void stream_flush(struct stream *s);

/* Lends bytes to the owner and keeps what it leaves. */
void stream_lend(struct stream *s, struct span bytes);

/* Reads and lends for one turn; the rest follows from the loop. */
void stream_read(struct stream *s);

#endif
