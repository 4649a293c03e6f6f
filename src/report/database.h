#ifndef CONSENT_REPORT_DATABASE_H
#define CONSENT_REPORT_DATABASE_H

/*
 * A connection to a PostgreSQL server by libpq, which nobody else sees: plain
 * statements, COPY, and rows one after another. Never waits without an end,
 * and says of each failure whether trying again may help. A password in the
 * address is never told. Statements take parameters as text; rows are text.
 * One connection at a time, one thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

struct database;

/*
 * A client of the database at url, postgresql://..., which is copied; it is not
 * asked yet. application names us to it, borrowed. CONSENT_EINVAL: no such
 * address; CONSENT_ENOMEM.
 */
int database_new(const char *url, const char *application,
    struct database **out) CONSENT_CHECKED;

/* Disconnects and frees; NULL is nothing. */
void database_free(struct database *db);

/* HOST/NAME of the database, for messages; lives as long as db. */
const char *database_place(const struct database *db);

/* Why the last call failed, in one line of printable ASCII; never empty. */
const char *database_why(const struct database *db);

/*
 * The functions below that talk to the server return: CONSENT_EBUSY when it is
 * away, or could do it at another time; the connection is given up then, and
 * with it what was not committed. CONSENT_EDENIED: it refuses for good (rights,
 * a missing table, bad input). CONSENT_ENOMEM.
 */

/* Connects where that is not so; a stop (report/pause) ends it. */
int database_connect(struct database *db) CONSENT_CHECKED;

/* Gives the connection up; why, unless NULL, is told from now on. */
void database_drop(struct database *db, const char *why);

/* Parameters of a statement: $1 and so on; NULL is null. */
struct database_values {
	size_t n;
	const char *const *texts;
};

/*
 * Runs one statement, or, where values is NULL, any number of them; the rows of
 * the last one are at hand until the next call.
 */
int database_ask(struct database *db, const char *sql,
    const struct database_values *values) CONSENT_CHECKED;

/* Rows at hand. */
size_t database_rows(const struct database *db);

/* A value of a row at hand: empty when it is null or not there. */
struct span database_value(
    const struct database *db, size_t row, size_t column);

/*
 * The value as a number from 0. CONSENT_EINVAL when it is none, so that a
 * database that is not ours is found out.
 */
int database_number(const struct database *db, size_t row, size_t column,
    uint64_t *out) CONSENT_CHECKED;

/* Sends rows in COPY's text format by the statement sql. */
int database_copy(
    struct database *db, const char *sql, struct span rows) CONSENT_CHECKED;

/*
 * Shows the rows of a statement one by one to on_row, as row 0 at hand. What
 * it returns but CONSENT_OK ends it, and is returned; the connection is given
 * up then.
 */
int database_stream(struct database *db, const char *sql,
    const struct database_values *values,
    int (*on_row)(void *ctx, const struct database *db),
    void *ctx) CONSENT_CHECKED;

#endif
