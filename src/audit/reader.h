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
	READER_BROKEN	/* no line can be had here: over length, or NUL */
};

struct reader_line {
	struct span text;	/* until the next call */
	char file[READER_FILE]; /* relative to the log's directory */
	uint64_t line;		/* from 1 */
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
 * The next line. 0 with *state and *line; CONSENT_EIO, CONSENT_ENOMEM. After
 * END, PARTIAL and BROKEN there is nothing more to be read.
 */
int reader_next(struct reader *r, enum reader_state *state,
    struct reader_line *line) CONSENT_CHECKED;

/*
 * Goes to the segment that must hold entry seq, if any does, so that its
 * first line comes next.
 */
void reader_seek(struct reader *r, uint64_t seq);

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
