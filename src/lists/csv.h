#ifndef CONSENT_LISTS_CSV_H
#define CONSENT_LISTS_CSV_H

/*
 * Cuts text that comes in pieces into records of comma-separated values
 * (RFC 4180): fields in quotes may hold commas, quotes written twice and line
 * ends. A record of more than CSV_FIELDS fields or CSV_BYTES bytes, or one
 * whose quotes do not end, is given as broken.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	CSV_FIELDS = 32,
	CSV_BYTES = 65536
};

struct csv_record {
	size_t line; /* where it begins */
	size_t n;
	struct span fields[CSV_FIELDS]; /* until the callback returns */
	bool is_broken;
};

enum csv_state {
	CSV_START, /* of a field */
	CSV_PLAIN,
	CSV_QUOTED,
	CSV_QUOTE /* one inside quotes: their end, or the first of two */
};

struct csv {
	enum csv_state state;
	struct buf text; /* of all fields */
	size_t ends[CSV_FIELDS];
	size_t n, line, first;
	bool is_broken;
	bool is_empty;	/* nothing of the record so far */
	bool is_ending; /* a CR, behind which only a LF may stand */
	int (*on_record)(void *ctx, const struct csv_record *record);
	void *ctx;
};

/* on_record gets each record and gives a code; the first error ends. */
void csv_init(struct csv *c,
    int (*on_record)(void *ctx, const struct csv_record *record), void *ctx);

/* Takes the next piece. CONSENT_ENOMEM, or what on_record gave. */
int csv_feed(struct csv *c, struct span piece) CONSENT_CHECKED;

/* The last record, which no line end may follow. Codes as above. */
int csv_end(struct csv *c) CONSENT_CHECKED;

/* Frees what c holds. */
void csv_fini(struct csv *c);

#endif
