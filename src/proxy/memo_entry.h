#ifndef CONSENT_PROXY_MEMO_ENTRY_H
#define CONSENT_PROXY_MEMO_ENTRY_H

/*
 * One page that is remembered: its key, the origin's bytes as they came, the
 * bytes that went out, where the one had led to the other, and what besides
 * bytes came of it. First it grows while its page goes by, then it is sealed
 * and never changes. Counted references: the memo's and one for each body that
 * works with it. One thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/page.h>
#include <libconsent/sink.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "proxy/inventory.h"
#include "proxy/memo_key.h"
#include "web/mime.h"

enum {
	MEMO_PAGE_MAX =
	    64 << 20,	  /* bytes of one page, however large the memo */
	MEMO_NOTES = 128, /* different names for the inventory */
	MEMO_LABEL = 64	  /* a charset's name and NUL */
};

/* A write into the true path: behind it so much had come and gone out. */
struct memo_piece {
	uint32_t in, out;
	uint32_t mark; /* enum sink_mark */
};

/* A name that the page showed to the inventory, so many times. */
struct memo_note {
	enum inventory_kind kind;
	uint32_t times;
	uint32_t at, n; /* in the text of the notes */
};

enum memo_stage {
	MEMO_GROWING, /* its page goes by */
	MEMO_LISTED,  /* the memo finds it */
	MEMO_LEFT     /* it does no more: who holds it works on */
};

struct memo_entry {
	struct memo_entry *next, *prev; /* the memo's ring */
	struct memo_entry *chain;	/* of one bucket */
	unsigned refs;
	unsigned warmth; /* hits that keep it, see memo.c */
	enum memo_stage stage;
	unsigned pauses; /* pages that paused elsewhere led to it */
	bool fails;	 /* it comes to nothing: never listed */
	size_t charged;	 /* bytes that the memo counts for it */
	struct memo_facts facts;
	uint64_t hash;
	struct buf named; /* the key's URL, then its charset */
	size_t url_n;
	struct buf in, out;
	struct buf pieces; /* of struct memo_piece */
	struct buf notes;  /* of struct memo_note */
	struct buf text;   /* their names */
	struct page_counts counts;
	enum mime_form form;	  /* with a label: see body_charset */
	char charset[MEMO_LABEL]; /* what the head is to name, or "" */
};

/*
 * An empty one with one reference, of at most max bytes. The key is copied.
 * CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int memo_entry_new(const struct memo_key *key, size_t max,
    struct memo_entry **out) CONSENT_CHECKED;

/* Whether it is of that key. */
bool memo_entry_is_of(
    const struct memo_entry *entry, const struct memo_key *key);

/*
 * What came in and went out; what finds no room makes it fail for good.
 */
void memo_entry_take(struct memo_entry *entry, struct span in);
void memo_entry_give(struct memo_entry *entry, struct span out);

/* All that was taken has gone through the true path, with that mark. */
void memo_entry_mark(struct memo_entry *entry, enum sink_mark mark);

/* Notes that the page showed a name. */
void memo_entry_note(
    struct memo_entry *entry, enum inventory_kind kind, struct span name);

/* The page ended: gives back what is allocated beyond it. */
void memo_entry_seal(struct memo_entry *entry);

/* The piece of that number; whether there is one. */
bool memo_entry_piece(
    const struct memo_entry *entry, size_t i, struct memo_piece *out);

/* The same of names that were noted, in the order of their first time. */
bool memo_entry_noted(
    const struct memo_entry *entry, size_t i, struct memo_note *out);

/* Bytes that are allocated for it. */
size_t memo_entry_bytes(const struct memo_entry *entry);

/* Frees, whatever the references; NULL is nothing. */
void memo_entry_free(struct memo_entry *entry);

#endif
