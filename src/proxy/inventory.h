#ifndef CONSENT_PROXY_INVENTORY_H
#define CONSENT_PROXY_INVENTORY_H

/*
 * What live traffic shows and no rule names: names of cookies and hosts of
 * third parties, with when and how often. Names alone: no value, no path, no
 * visitor. Each post has tables of a fixed size in memory that the parent
 * shares with the worker on it, so that they outlive a worker: one writer, no
 * locks. Like the log, a process has one place to note, and until
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

struct inventory;
struct policy;

enum inventory_kind {
	INVENTORY_SET,	    /* cookies that responses set */
	INVENTORY_SENT,	    /* cookies that browsers send */
	INVENTORY_HOST,	    /* hosts that pages and heads name */
	INVENTORY_REPORTED, /* hosts that browsers tell of (proxy/report) */
	INVENTORY_KINDS
};

enum {
	INVENTORY_NAME = 94,  /* bytes of a name that are kept */
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
 * Notes a name that no rule names. A long one is cut: a host at its front.
 * Whether it is new here, and was taken.
 */
bool inventory_note(enum inventory_kind kind, struct span name);

/* Whether a rule names it; of a host, as a whole. */
bool inventory_is_named(
    const struct policy *policy, enum inventory_kind kind, struct span name);

/* One name, as all workers together have seen it. */
struct inventory_row {
	int64_t first, last; /* wall clock, ms */
	uint64_t count;
	bool is_cut;
	size_t n;
	char name[INVENTORY_NAME]; /* n bytes, of any value */
};

struct inventory_sum {
	size_t n;
	struct inventory_row rows[INVENTORY_SUM];
	uint64_t forgotten; /* that found no room, here or in a table */
};

/* Adds up the tables of one kind. For the process that mapped them. */
void inventory_add_up(const struct inventory *v, enum inventory_kind kind,
    struct inventory_sum *sum);

/* "set-cookie", "cookie", "host", "reported"; static. */
const char *inventory_kind_name(enum inventory_kind kind);

#endif
