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

#include "audit/form.h"
#include "audit/layout.h"
#include "audit/merkle.h"
#include <libconsent/buf.h>
#include <libconsent/record.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

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
	enum layout_type type;	       /* CHOICE to ERASE */
	const struct record *record;   /* choice */
	const char *kid;	       /* choice: key that signs; key */
	const char *alg;	       /* key */
	const char *hash;	       /* policy, notice */
	const char *what, *why;	       /* start, stop, key; incident: what;
					  erase: why */
	const struct entry_sums *sums; /* enforcement */
	int64_t since;		       /* incident: ms */
	uint64_t count;		       /* incident */
	const uint64_t *entries;       /* erase: numbers, ascending */
	size_t n_entries;
};

/*
 * A line that was read. Every span lies in that line and lives as long as its
 * bytes; members that the type does not have are empty, or 0. Only what, why
 * and a sum's rule can hold escapes: form_plain takes them away. What stands
 * in a list comes from form_next_category, form_next_seq and form_next_sum,
 * which are given a copy of its span; form_next_member goes through all.
 */
struct entry {
	enum layout_type type;
	uint64_t seq;
	int64_t time; /* ms; 0 when erased */
	struct span type_name, id, node, version;
	/* choice; sub and embed may be missing */
	struct span sub, act, embed, policy, notice, lang, signal, via;
	struct span granted, denied; /* lists of categories */
	struct span hash; /* policy, notice: of the text; erased: of the leaf */
	struct span kid;  /* choice, key */
	struct span alg;  /* key */
	struct span what; /* start, stop, key, incident */
	struct span why;  /* start, stop, key, erase */
	int64_t since, until; /* enforcement; incident: since. ms */
	uint64_t screened, confirmed, unconfirmed; /* enforcement */
	struct span removed;			   /* list of sums */
	uint64_t count;				   /* incident */
	struct span entries;			   /* erase: list of numbers */
	uint64_t by;				   /* erased: the erase entry */
};

/*
 * Appends one entry and its newline to out. A reject is written without
 * subject whatever the record says. CONSENT_EINVAL when a value has no place
 * in the log: entry_read must be able to read the line (not UTF-8, wrong form,
 * over length); CONSENT_ENOMEM; CONSENT_ELIMIT (longer than LAYOUT_LINE or than
 * out may grow). A failure leaves out as it was.
 */
int entry_write(const struct entry_head *head, const struct entry_fact *fact,
    struct buf *out) CONSENT_CHECKED;

/*
 * Reads one line (without its newline) strictly: known type, exactly its
 * members in their order, each of the right form, in the one spelling. On
 * CONSENT_EINVAL, the only failure, *why is a static English text. *out is
 * written on success only.
 */
int entry_read(
    struct span line, struct entry *out, const char **why) CONSENT_CHECKED;

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
 * The leaf hash of a line (RFC 6962 2.1): that of its bytes, or, of an erased
 * entry, the one that it keeps of the line that stood there. CONSENT_EINVAL:
 * an erased entry without a hash; CONSENT_ENOMEM.
 */
int entry_leaf(
    struct span line, struct merkle_hash *out, bool *erased) CONSENT_CHECKED;

/*
 * The part of a choice's line that the visitor decided (subject, act,
 * categories, policy, notice, language, signal, way): equal for two entries
 * of the same attempt. Empty for any other line.
 */
struct span entry_essence(struct span line);

#endif
