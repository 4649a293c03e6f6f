#ifndef CONSENT_HTTP_CODEC_STEPS_H
#define CONSENT_HTTP_CODEC_STEPS_H

/*
 * The states of the codec and the few steps that its two halves share: codec.c
 * reads heads and walks the table of states, codec_body.c reads bodies. Inside
 * http/ only.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>

#include "http/codec_types.h"
#include "http/fault.h"

/*
 * The states in the order of a message. Each is one function that returns an
 * event; MORE with a new state means: go on there.
 */
enum state {
	STATE_START,	  /* before the first byte of a message */
	STATE_START_LINE, /* RFC 9112 3 and 4 */
	STATE_FIELDS,	  /* RFC 9112 5 */
	STATE_EMPTY,	  /* no body: the end is due */
	STATE_LENGTH,	  /* RFC 9112 6.2 */
	STATE_PASS,	  /* until close, or a tunnel */
	STATE_CHUNK_SIZE, /* RFC 9112 7.1 */
	STATE_CHUNK_DATA,
	STATE_CHUNK_END,
	STATE_TRAILERS, /* RFC 9112 7.1.2 */
	STATE_DONE,	/* waits for codec_next */
	STATE_BROKEN,
	STATE_COUNT
};

/* One call of codec_feed: what is left to read, and where a body piece goes. */
struct feed {
	struct span in;
	struct span *body;
};

/* Where a line is read to, how far it may go, and the fault beyond that. */
struct line_room {
	struct head *head;
	size_t max; /* of the arena's use */
	enum fault full;
};

/* Breaks the codec for good; returns CODEC_BROKEN. */
enum codec_event codec_refuse(struct codec *c, enum fault fault);

/* Takes up to n bytes off the input. */
struct span feed_take(struct feed *f, size_t n);

/*
 * Moves bytes up to and including the next LF to the arena's end. *line has a
 * pointer when the line that began at c->line is complete. FAULT_NONE,
 * _MEMORY, _BARE_LF, _BARE_CR, room->full.
 */
enum fault codec_take_line(struct codec *c, struct feed *f,
    const struct line_room *room, struct span *line);

/*
 * A complete line ends in CRLF, and that is its only CR (RFC 9112 2.2).
 * FAULT_NONE, _BARE_LF, _BARE_CR.
 */
enum fault codec_check_line(struct span line);

/* Whether a complete line has nothing but its CRLF. */
bool codec_is_empty_line(struct span line);

/*
 * Reads field lines into the head of room, up to the empty line behind them:
 * CODEC_END then, else CODEC_MORE or CODEC_BROKEN.
 */
enum codec_event codec_take_fields(
    struct codec *c, struct feed *f, const struct line_room *room);

/* The message is complete; returns CODEC_END. */
enum codec_event codec_finish(struct codec *c);

#endif
