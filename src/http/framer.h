#ifndef CONSENT_HTTP_FRAMER_H
#define CONSENT_HTTP_FRAMER_H

/*
 * Writes the body of one message in its framing (RFC 9112 6 and 7), by
 * reference: data is never copied. It keeps the count, so that a body which
 * does not match what its head announced is noticed here, and an ending that
 * its source did not reach is never written. No I/O, no memory.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/body.h"
#include "http/head.h"

enum {
	FRAMER_SCRATCH = 20, /* room for a chunk's size line */
	FRAMER_PARTS = 3     /* prefix, data, suffix */
};

struct framer {
	enum body_kind kind;
	uint64_t left; /* with BODY_LENGTH: bytes still owed */
	bool ended;    /* nothing may follow */
};

/* Starts a body; length counts with BODY_LENGTH only. */
void framer_begin(struct framer *f, enum body_kind kind, uint64_t length);

/*
 * Makes the head say what framer_begin was told: drops Transfer-Encoding and
 * Content-Length, then adds the one that kind needs; BODY_NONE adds none, the
 * caller may add "Content-Length: 0" where that is wanted. CONSENT_ELIMIT,
 * CONSENT_ENOMEM.
 */
int framer_announce(const struct framer *f, struct head *head) CONSENT_CHECKED;

/*
 * Frames one piece of the body: out has what is to be written, in order, some
 * of it empty; out points into data, scratch and static bytes. An empty piece
 * gives three empty parts. CONSENT_ELIMIT when it is more than was announced
 * (with BODY_NONE: anything), CONSENT_EINVAL after the end; out is then not
 * written.
 */
int framer_piece(struct framer *f, struct span data,
    struct span out[FRAMER_PARTS],
    char scratch[FRAMER_SCRATCH]) CONSENT_CHECKED;

/*
 * Ends the body: appends the last chunk and the live trailers (may be NULL)
 * to out; other kinds append nothing. CONSENT_EINVAL when the announced length
 * was not reached or the body has ended already: close the connection then,
 * nothing else is true. CONSENT_ELIMIT, CONSENT_ENOMEM from out, unchanged.
 */
int framer_end(struct framer *f, const struct head *trailers,
    struct buf *out) CONSENT_CHECKED;

#endif
