#ifndef CONSENT_NET_STREAM_RAW_H
#define CONSENT_NET_STREAM_RAW_H

/*
 * Moves bytes between a stream's socket and queue as they go over the wire, be
 * they the owner's or TLS. Calls no owner; an error is noted in the state. For
 * the files of the stream only.
 */

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

struct stream;

/* Sets water mark and write deadline by what is queued now. */
void stream_progress(struct stream *s);

/*
 * Gives bytes to the kernel. Returns how many it took; fewer than all mean
 * that it will tell when it takes more, or that the stream is broken.
 */
size_t stream_raw_push(
    struct stream *s, struct iovec *iov, size_t count, size_t total);

/*
 * Writes at once what the kernel takes and queues the rest, for at most
 * STREAM_SPANS spans and a stream that still takes bytes. CONSENT_ELIMIT:
 * nothing was taken; CONSENT_EIO, CONSENT_ENOMEM.
 */
int stream_raw_put(
    struct stream *s, const struct span *spans, size_t count) CONSENT_CHECKED;

/* Reads once: read(2), 0 at the end, negative for none or an error. */
ssize_t stream_raw_read(struct stream *s, char *room, size_t max);

#endif
