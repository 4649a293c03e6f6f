#ifndef CONSENT_REPORT_DIFF_H
#define CONSENT_REPORT_DIFF_H

/*
 * How two texts differ, line by line: the longest common subsequence, so that
 * as little as can be is called changed. Texts too large for that (DIFF_CELLS)
 * differ from their first other line to the last. Borrows both texts. No I/O.
 */

#include <stddef.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	DIFF_CELLS = 1 << 22, /* lines of one times lines of the other */
	DIFF_LINES = 1 << 16  /* most lines of a text; the rest is one line */
};

enum diff_kind {
	DIFF_SAME,
	DIFF_REMOVED,
	DIFF_ADDED
};

struct diff_line {
	enum diff_kind kind;
	struct span text; /* without its newline; lies in one of the texts */
};

struct diff {
	struct diff_line *lines; /* all of both texts, in order */
	size_t n;
	size_t removed, added;
};

/* Compares; give it back with diff_fini. CONSENT_ENOMEM. */
int diff_texts(
    struct span before, struct span after, struct diff *out) CONSENT_CHECKED;

/* Frees what d holds. */
void diff_fini(struct diff *d);

#endif
