#ifndef CONSENT_REPORT_TALLY_H
#define CONSENT_REPORT_TALLY_H

/*
 * Counts by a text, in columns: how many of what per language, day, rule. What
 * a log holds cannot make it grow without end: past TALLY_ROWS texts the rest
 * is counted in one row. No I/O but a few random bytes at the start.
 */

#include <stddef.h>
#include <stdint.h>

#include "audit/idset.h"

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	TALLY_COLUMNS = 5,
	TALLY_RECENT = 64,   /* rows that are found without the index */
	TALLY_ROWS = 1 << 14 /* most rows but the last one */
};

#define TALLY_REST "(all others)"

struct tally_row {
	char *text;
	uint64_t counts[TALLY_COLUMNS];
};

struct tally {
	struct idset index; /* of the rows, until they are sorted */
	struct tally_row *rows;
	size_t n, cap;
	size_t recent[TALLY_RECENT]; /* rows by a cheap hash of their text */
};

/* Makes t empty. CONSENT_EIO without random bytes. */
int tally_init(struct tally *t) CONSENT_CHECKED;

/* Frees what t holds. */
void tally_fini(struct tally *t);

/* Adds to a column of a text's row. CONSENT_ENOMEM. */
int tally_add(struct tally *t, struct span text, unsigned column,
    uint64_t count) CONSENT_CHECKED;

/* The sum of a row. */
uint64_t tally_sum(const struct tally_row *row);

/* Puts rows in the order of their texts; nothing can be added after it. */
void tally_sort(struct tally *t);

/* The rows with the largest sums first, equal ones by their texts. */
void tally_rank(struct tally *t);

#endif
