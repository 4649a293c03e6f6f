#ifndef CONSENT_REPORT_SHIP_ROWS_H
#define CONSENT_REPORT_SHIP_ROWS_H

/*
 * A batch of entries on its way into a database: rows in COPY's text format,
 * and what has to be done beside them: months that need a partition, texts
 * that are named, entries that were erased. Bounded. No I/O.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/entry.h"
#include "report/witness.h"

enum {
	SHIP_ROWS = 2000,	   /* most rows of a batch */
	SHIP_ROWS_BYTES = 8 << 20, /* about: a row more may come */
	SHIP_TEXTS = 64,
	SHIP_ERASES = 64,
	SHIP_MONTHS = 16
};

/* The columns of the rows, in their order. */
#define SHIP_COLUMNS                                                           \
	"seq, time, type, id, sub, act, lang, policy, notice, signal, via, "   \
	"kid, leaf, line"

struct ship_text {
	enum layout_type kind; /* LAYOUT_POLICY or LAYOUT_NOTICE */
	char hash[65];
};

/* An erase entry: its number, and where in lists the numbers stand. */
struct ship_erase {
	uint64_t by;
	size_t at;
};

struct ship_rows {
	uint64_t from, to; /* numbers of entries, to not included */
	struct buf rows;
	size_t n_texts, n_erases, n_months;
	struct ship_text texts[SHIP_TEXTS];
	struct ship_erase erases[SHIP_ERASES];
	struct buf lists;	     /* "{1,2,3}" with a NUL behind each */
	int64_t months[SHIP_MONTHS]; /* their first moments, ms */
};

/* Makes rows empty. */
void ship_rows_init(struct ship_rows *rows);

/* Frees what rows hold. */
void ship_rows_fini(struct ship_rows *rows);

/* Forgets all rows; the next one is entry from. */
void ship_rows_begin(struct ship_rows *rows, uint64_t from);

/*
 * Adds an entry that was read, whose number is rows->to. CONSENT_ENOMEM,
 * CONSENT_ELIMIT; then the batch is of no use.
 */
int ship_rows_add(struct ship_rows *rows, const struct witness_entry *line,
    const struct entry *entry) CONSENT_CHECKED;

/* Whether it should be sent before another entry is added. */
bool ship_rows_is_full(const struct ship_rows *rows);

#endif
