#ifndef CONSENT_AUDIT_READER_H
#define CONSENT_AUDIT_READER_H

/*
 * Streams the lines of a consent log, segment after segment, for those who
 * only look: never writes, takes no lock, holds one line at a time. Says where
 * each line stands. Judges only what makes lines unreadable; what they say is
 * layout's and verify's affair.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/layout.h"
#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

struct reader;

enum {
	READER_SEGMENTS = 1 << 20, /* most segments of one log */
	READER_FILE = 32	   /* room for "entries/NNNNNNNNNNNN.jsonl" */
};

enum reader_state {
	READER_LINE,	/* a whole line, without its newline */
	READER_END,	/* no more lines */
	READER_PARTIAL, /* the log's last bytes have no newline */
	READER_BROKEN	/* over length, or a segment that is not the last ends
			   without a newline */
};

struct reader_line {
	struct span text;	/* until the next call */
	char file[READER_FILE]; /* relative to the log's directory */
	uint64_t line;		/* from 1 */
	uint64_t offset;	/* of its first byte in the segment */
	uint64_t first;		/* the number in the segment's name */
};

/*
 * Opens the log in directory dir. CONSENT_ENOENT when there is none (*stray
 * untouched); CONSENT_EINVAL when entries/ holds a file that is no segment,
 * whose name is then in stray; CONSENT_ELIMIT; CONSENT_EIO; CONSENT_ENOMEM.
 */
int reader_open(const char *dir, struct reader **out,
    char stray[LAYOUT_NAME]) CONSENT_CHECKED;

/*
 * The next line. 0 with *state, and *line but for READER_END; CONSENT_EIO,
 * CONSENT_ENOMEM. After END, PARTIAL and BROKEN nothing more is to be read.
 */
int reader_next(struct reader *r, enum reader_state *state,
    struct reader_line *line) CONSENT_CHECKED;

/* Number of segments. */
size_t reader_segments(const struct reader *r);

/* The segment, counted from 0, that holds entry seq if any does. */
size_t reader_find(const struct reader *r, uint64_t seq);

/* The number in the name of segment i. */
uint64_t reader_first(const struct reader *r, size_t i);

/* The bytes of segment i. CONSENT_ENOENT, CONSENT_EIO. */
int reader_size(
    const struct reader *r, size_t i, uint64_t *out) CONSENT_CHECKED;

/*
 * Segment i will be read as a whole, soon: lets the system fetch all of it now,
 * rather than in small pieces, each of which a busy disk keeps waiting.
 */
void reader_expect(const struct reader *r, size_t i);

/* Makes the first line of segment i the next one; past the last: the end. */
void reader_seek(struct reader *r, size_t i);

/* Whether a writer has the log open now. */
bool reader_is_live(const struct reader *r);

/*
 * Reads a policy's or notice's text into out (emptied first).
 * CONSENT_ENOENT, CONSENT_ELIMIT, CONSENT_EIO, CONSENT_ENOMEM.
 */
int reader_text(const struct reader *r, enum layout_type kind, const char *hash,
    struct buf *out) CONSENT_CHECKED;

/* Closes; NULL is nothing. */
void reader_close(struct reader *r);

#endif
