#ifndef CONSENT_PROXY_INVENTORY_H
#define CONSENT_PROXY_INVENTORY_H

/*
 * What live traffic shows and no rule names: names of cookies and hosts of
 * third parties and labels of inline scripts, with when, how often and, of what
 * the site's own responses show, one path as an example. Names alone: no value,
 * no query, no visitor. Each post has tables of a fixed size in memory that the
 * parent shares with the worker on it, so that they outlive a worker: one
 * writer, no locks. Like the log, a process has one place to note, and until
 * inventory_join that is nowhere. A worker keeps its own post's tables and
 * gives up those of the others.
 *
 * Each kind has a table of its own, so that what strangers send pushes out
 * nothing that the site's responses showed. Where a table has no room, what
 * was seen least goes, and of that the oldest: names that are made up anew
 * each time push out each other. Of what strangers send, no more than a few
 * new names a minute are taken. What went or was not taken is counted.
 *
 * Who reads believes nothing: a worker that was broken into may write what it
 * likes here.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>

#include "proxy/inventory_text.h"

struct inventory;
struct policy;

enum inventory_kind {
	INVENTORY_SET,	    /* cookies that responses set */
	INVENTORY_SENT,	    /* cookies that browsers send */
	INVENTORY_HOST,	    /* hosts that pages and heads name */
	INVENTORY_REPORTED, /* hosts that browsers tell of (proxy/report) */
	INVENTORY_INLINE,   /* inline scripts of pages (inventory_text) */
	INVENTORY_KINDS
};

enum {
	INVENTORY_ROWS = 248, /* of one kind in one worker */
	INVENTORY_SUM = 512,  /* the same of all workers together */
	INVENTORY_MINUTE = 30 /* new names of strangers, of each kind */
};

/* Empty tables for all posts; NULL without memory. For the parent. */
struct inventory *inventory_map(void);

/* Gives them back; NULL is nothing. */
void inventory_unmap(struct inventory *v);

/* For the parent, before it starts a worker on that post: it may write. */
void inventory_reserve(struct inventory *v, size_t post);

/*
 * In a worker, once: from now on it notes in the tables of that post, and has
 * no others. What a broken row holds is forgotten, and what a rule of the
 * policy names by now.
 */
void inventory_join(
    struct inventory *v, size_t post, const struct policy *policy);

/*
 * The same for a tool, which has made the tables for itself: it notes in those
 * of the first post, takes all new names, and can list and unmap them.
 */
void inventory_begin(struct inventory *v, const struct policy *policy);

/*
 * Notes a name that no rule names. A long one is cut: a host at its front.
 * Of path, which may be empty, inventory_path makes the example of one that
 * is new. Whether it is new here, and was taken.
 */
bool inventory_note(
    enum inventory_kind kind, struct span name, struct span path);

/* The same as so many notes of one name in a row. */
void inventory_note_times(
    enum inventory_kind kind, struct span name, struct span path, size_t times);

/* Whether a rule names it; of a host, as a whole; of a script never: the text
 * that a rule would look for is not kept. */
bool inventory_is_named(
    const struct policy *policy, enum inventory_kind kind, struct span name);

/* One name, as all workers together have seen it. */
struct inventory_row {
	int64_t first, last; /* wall clock, ms */
	uint64_t count;
	bool is_cut;
	size_t n, n_path;
	char name[INVENTORY_NAME]; /* n bytes, of any value */
	char path[INVENTORY_PATH]; /* n_path bytes, likewise */
};

struct inventory_sum {
	size_t n;
	struct inventory_row rows[INVENTORY_SUM];
	uint64_t forgotten; /* that found no room, here or in a table */
};

/* Adds up the tables of one kind. For the process that mapped them. */
void inventory_add_up(const struct inventory *v, enum inventory_kind kind,
    struct inventory_sum *sum);

/*
 * For the process that mapped them: adds a row of an earlier time, which is in
 * no table. False without memory, or where there is no room.
 */
bool inventory_restore(struct inventory *v, enum inventory_kind kind,
    const struct inventory_row *row);

/* A number that is another one when something was seen since. */
uint64_t inventory_total(const struct inventory *v);

/* "set-cookie", "cookie", "host", "reported", "inline"; static. */
const char *inventory_kind_name(enum inventory_kind kind);

#endif
