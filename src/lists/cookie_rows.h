#ifndef CONSENT_LISTS_COOKIE_ROWS_H
#define CONSENT_LISTS_COOKIE_ROWS_H

/*
 * Reads the Open Cookie Database as CSV, in pieces, into a listing of cookies.
 * Its names are worth more than its categories: what it calls harmless is
 * doubted, and nothing of it is ever essential.
 */

#include <stddef.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "lists/listing.h"

struct policy;
struct cookie_rows;

enum {
	COOKIE_ROWS_MAP = 16 /* categories of the database that are taken */
};

/* A category of the database, and the policy's that takes its cookies. */
struct cookie_rows_map {
	struct span from;
	const char *to;
};

struct cookie_rows_settings {
	struct cookie_rows_map map[COOKIE_ROWS_MAP];
	size_t n_map;
	/* what has a rule there already is left out; or NULL */
	const struct policy *policy;
	const char *output; /* but for rules that stand in this file */
};

/* As adblock_new. */
int cookie_rows_new(const struct cookie_rows_settings *settings,
    struct listing *listing, struct cookie_rows **out) CONSENT_CHECKED;

/*
 * Takes the next piece. CONSENT_ENOMEM; CONSENT_EINVAL: the head names no
 * column for category and name.
 */
int cookie_rows_feed(struct cookie_rows *r, struct span piece) CONSENT_CHECKED;

/* Ends the list; only now names with two categories are known. As above. */
int cookie_rows_end(struct cookie_rows *r) CONSENT_CHECKED;

/* Frees; NULL is nothing. */
void cookie_rows_free(struct cookie_rows *r);

#endif
