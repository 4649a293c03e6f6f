#ifndef CONSENT_HTTP_H2_H
#define CONSENT_HTTP_H2_H

/*
 * The server side of one HTTP/2 connection (RFC 9113), by nghttp2: bytes in,
 * events out, bytes out. No I/O, no timers, no policy. What is malformed ends
 * its stream or the connection and never becomes an event; a request that is
 * well-formed but refused (too large, an invalid target) is told, so that it
 * can be answered. Heads look as if they came over HTTP/1.1: Host is there,
 * crumbs of Cookie are one line.
 *
 * Events come from h2_feed and h2_pull only. Both may not be called inside an
 * event, all functions of http/h2_stream.h may. One thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/h2_types.h"

struct h2;

/*
 * Makes a session; its first settings wait to be pulled. NULL without memory.
 * The owner calls h2_free.
 */
struct h2 *h2_new(const struct h2_options *options, const struct h2_user *user);

/* Frees the session and all streams, released or not. NULL is fine. */
void h2_free(struct h2 *h2);

/*
 * Reads bytes from the client, in any split, all of them. CONSENT_EINVAL when
 * the connection is broken for good: h2_pull gives the last words (GOAWAY),
 * h2_why the reason, and nothing more may be fed. CONSENT_ENOMEM likewise.
 */
int h2_feed(struct h2 *h2, struct span bytes) CONSENT_CHECKED;

/*
 * Appends what is to be sent to out, until that holds want bytes or nothing is
 * left that may leave now. The last frame may pass want. CONSENT_ENOMEM: the
 * connection cannot go on.
 */
int h2_pull(struct h2 *h2, struct buf *out, size_t want) CONSENT_CHECKED;

/* Whether the client takes so few answers that nothing more should be read. */
bool h2_is_choked(const struct h2 *h2);

/*
 * Announces the end (RFC 9113 6.8): new streams are still served, until
 * h2_goaway tells the last one.
 */
void h2_goaway_soon(struct h2 *h2);

/* No stream after those that have begun; they go on. */
void h2_goaway(struct h2 *h2);

/* Whether a GOAWAY went either way and no stream is left, or all is broken. */
bool h2_is_over(const struct h2 *h2);

/*
 * The number of the head whose rest is awaited, the client's first words
 * being 1; 0 when none is. For a timer that starts anew with each.
 */
uint64_t h2_midway(const struct h2 *h2);

/*
 * Why the connection was broken: a fixed token for logs and counters ("resets",
 * "pings", "protocol"); NULL while it is not. Static.
 */
const char *h2_why(const struct h2 *h2);

#endif
