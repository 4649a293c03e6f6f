#ifndef CONSENT_REPORT_SHIP_STORE_H
#define CONSENT_REPORT_SHIP_STORE_H

/*
 * What a shipper asks of the database: where it stands with a log, and batches
 * in transactions that are whole or nothing. The row of the log is locked by
 * each, so that of two shippers of one log the second sees what the first did.
 * Knows the tables of conf/postgresql; no files. Codes as report/database.
 */

#include <stdint.h>

#include "report/database.h"
#include "report/ship_rows.h"
#include "report/witness.h"

struct ship_store;

enum {
	SHIP_LEAVES = 64 /* that are asked for at a time */
};

/* Where the database stands with a log. */
struct ship_position {
	uint64_t shipped;	 /* entries */
	struct merkle_head head; /* compared before; of 0 entries: none */
};

/* An entry that the database has, and the log has otherwise. */
struct ship_conflict {
	uint64_t seq;
	char here[65];	/* its leaf in the log, in hex */
	char there[65]; /* and in the database */
};

/* A store in a database, which is borrowed. CONSENT_ENOMEM. */
int ship_store_new(
    struct database *db, struct ship_store **out) CONSENT_CHECKED;

/* Frees; NULL is nothing. */
void ship_store_free(struct ship_store *store);

/*
 * To be called after each connect: what the session needs, and the months from
 * this one on. CONSENT_EINVAL: its tables are older or newer than we know,
 * which *version tells.
 */
int ship_store_begin(
    struct ship_store *store, uint64_t *version) CONSENT_CHECKED;

/*
 * Reads where it stands with a log, which gets a row when it is new.
 * CONSENT_EINVAL: what the row says cannot be.
 */
int ship_store_position(struct ship_store *store, const char *origin,
    struct ship_position *out) CONSENT_CHECKED;

/* Keeps a text by its hash. */
int ship_store_text(struct ship_store *store, const struct ship_text *text,
    const char *body) CONSENT_CHECKED;

/*
 * Puts a batch of the log into the database and moves its position, or
 * nothing of it. Where the log's tree was compared with a checkpoint after the
 * last row, head is that; else NULL. CONSENT_EBUSY too when the position is
 * not rows->from any more; CONSENT_EINVAL: *conflict.
 */
int ship_store_send(struct ship_store *store, const char *origin,
    const struct ship_rows *rows, const struct witness_head *head,
    struct ship_conflict *conflict) CONSENT_CHECKED;

/* The leaves of entries from one on, in hex; "" where there is none. */
struct ship_leaves {
	uint64_t from;
	char hex[SHIP_LEAVES][65];
};

/* Reads the leaves from out->from on. */
int ship_store_leaves(struct ship_store *store, const char *origin,
    struct ship_leaves *out) CONSENT_CHECKED;

/* Writes down why shipping of a log stopped. */
int ship_store_fault(struct ship_store *store, const char *origin,
    const char *why) CONSENT_CHECKED;

#endif
