#ifndef CONSENT_LISTS_LINES_H
#define CONSENT_LISTS_LINES_H

/*
 * Cuts text that comes in pieces into lines, of LINES_MAX bytes at most: what
 * is longer is given as one line that is marked so. CR LF and LF end a line.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	LINES_MAX = 65536
};

struct lines {
	struct buf held;
	size_t line; /* number of the line that is held, from 1 */
	bool is_long;
	int (*on_line)(void *ctx, struct span text, bool is_long);
	void *ctx;
};

/* on_line gets each line and gives a code, of which the first error ends. */
void lines_init(struct lines *l,
    int (*on_line)(void *ctx, struct span text, bool is_long), void *ctx);

/* Takes the next piece. CONSENT_ENOMEM, or what on_line gave. */
int lines_feed(struct lines *l, struct span piece) CONSENT_CHECKED;

/* The last line, which no LF may end. Codes as above. */
int lines_end(struct lines *l) CONSENT_CHECKED;

/* Frees what l holds. */
void lines_fini(struct lines *l);

#endif
