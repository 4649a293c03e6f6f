#ifndef CONSENT_AUDIT_ENTRY_H
#define CONSENT_AUDIT_ENTRY_H

/*
 * The lines of the consent log. A line is one JSON object without blanks,
 * UTF-8, members in a fixed order, so that each entry has exactly one
 * spelling. Only turns values into bytes and back: no files, no clock.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/layout.h"
#include <libconsent/buf.h>
#include <libconsent/record.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

struct json_t; /* jansson */

/* What stands at the front of every entry. All text is borrowed. */
struct entry_head {
	uint64_t seq;
	const char *id; /* 22 characters base64url */
	int64_t time;	/* ms */
	const char *node;
	const char *version; /* of the software */
};

/* How much one rule withheld, in one category and state of consent. */
struct entry_sum {
	const char *rule, *category;
	const char *state; /* undecided, denied or granted */
	uint64_t count;
};

/* What was withheld in a time. */
struct entry_sums {
	int64_t since, until;		 /* ms */
	uint64_t screened;		 /* responses */
	uint64_t confirmed, unconfirmed; /* expiries */
	size_t n;
	const struct entry_sum *removed;
};

/* What an entry says: members that its type does not have are ignored. */
struct entry_fact {
	enum layout_type type;	       /* CHOICE to INCIDENT */
	const struct record *record;   /* choice */
	const char *kid;	       /* choice: key that signs; key */
	const char *alg;	       /* key */
	const char *hash;	       /* policy, notice */
	const char *what, *why;	       /* start, stop, key; incident: what */
	const struct entry_sums *sums; /* enforcement */
	int64_t since;		       /* incident: ms */
	uint64_t count;		       /* incident */
};

/*
 * A line that was read. The text lives in root until entry_fini;
 * members that the type does not have are "".
 */
struct entry {
	enum layout_type type;
	uint64_t seq;
	uint64_t by;  /* erased: the erase entry */
	int64_t time; /* ms; 0 when erased */
	const char *id, *node, *version;
	const char *sub, *act, *policy, *notice, *lang; /* choice */
	const char *hash; /* policy, notice: of the text; erased: of the leaf */
	struct json_t *root;
};

/*
 * Appends one entry and its newline to out. A reject is written without
 * subject whatever the record says. CONSENT_EINVAL when a value has no place
 * in the log (not UTF-8, wrong form, over length) or memory ran out while it
 * was put together, CONSENT_ENOMEM,
 * CONSENT_ELIMIT (longer than LAYOUT_LINE or than out may grow).
 */
int entry_write(const struct entry_head *head, const struct entry_fact *fact,
    struct buf *out) CONSENT_CHECKED;

/*
 * Reads one line (without its newline) strictly: known type, exactly its
 * members in their order, each of the right form, and the very bytes that the
 * writer would have written. On CONSENT_EINVAL *why is a static English text;
 * CONSENT_ENOMEM. *out is written on success only; give it back with
 * entry_fini.
 */
int entry_read(
    struct span line, struct entry *out, const char **why) CONSENT_CHECKED;

/* Frees what entry_read took. */
void entry_fini(struct entry *entry);

/* What the front of a line says, read without a look at the rest. */
struct entry_peek {
	enum layout_type type;
	uint64_t seq;
	int64_t time;	/* unset when erased */
	struct span id; /* in the line; unset when erased */
};

/*
 * Reads the front of a line that is known to be good, much faster than
 * entry_read. False when it does not even look like an entry.
 */
bool entry_peek(struct span line, struct entry_peek *out);

/*
 * The part of a choice's line that the visitor decided (subject, act,
 * categories, policy, notice, language, signal, way): equal for two entries
 * of the same attempt. Empty for any other line.
 */
struct span entry_essence(struct span line);

#endif
