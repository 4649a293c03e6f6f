#ifndef CONSENT_AUDIT_LAYOUT_H
#define CONSENT_AUDIT_LAYOUT_H

/*
 * The consent log on disk: names of its files and the form of its lines, all
 * that writer and verifier share. A line is one JSON object without blanks,
 * UTF-8, members in a fixed order, so that each entry has exactly one
 * spelling. Only turns values into bytes and back: no files, no clock.
 * docs/LEDGER.md shows the formats.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/record.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

struct json_t; /* jansson */

#define LAYOUT_ENTRIES "entries"
#define LAYOUT_POLICIES "policies"
#define LAYOUT_NOTICES "notices"
#define LAYOUT_LOCK "lock"

enum {
	LAYOUT_LINE = 65535,	    /* longest line; tlog-tiles' u16 holds it */
	LAYOUT_SEGMENT = 19,	    /* "000000000000.jsonl" and NUL */
	LAYOUT_TEXT = 70,	    /* hash, ".json" and NUL */
	LAYOUT_NAME = 256,	    /* longest node, version, kid; with NUL */
	LAYOUT_TEXT_BYTES = 1 << 24 /* largest policy or notice text */
};

#define LAYOUT_SEQ_MAX UINT64_C(999999999999)

enum layout_type {
	LAYOUT_CHOICE,
	LAYOUT_POLICY,
	LAYOUT_NOTICE,
	LAYOUT_START,
	LAYOUT_STOP,
	LAYOUT_KEY,
	LAYOUT_ENFORCEMENT,
	LAYOUT_INCIDENT,
	LAYOUT_ERASE,
	LAYOUT_ERASED /* what an erased entry leaves; has no type member */
};

/* What stands at the front of every entry. All text is borrowed. */
struct layout_head {
	uint64_t seq;
	const char *id; /* 22 characters base64url */
	int64_t time;	/* ms */
	const char *node;
	const char *version; /* of the software */
};

/* What an entry says: members that its type does not have are ignored. */
struct layout_fact {
	enum layout_type type;	     /* CHOICE to KEY */
	const struct record *record; /* choice */
	const char *kid;	     /* choice: key that signs; key */
	const char *alg;	     /* key */
	const char *hash;	     /* policy, notice */
	const char *what, *why;	     /* start, stop, key */
};

/*
 * A line that was read. The text lives in root until layout_entry_fini;
 * members that the type does not have are "".
 */
struct layout_entry {
	enum layout_type type;
	uint64_t seq;
	uint64_t by;  /* erased: the erase entry */
	int64_t time; /* ms; 0 when erased */
	const char *id, *node, *version;
	const char *sub, *act, *policy, *notice, *lang; /* choice */
	const char *hash; /* policy, notice: of the text; erased: of the leaf */
	struct json_t *root;
};

/* "choice", "policy" and so on; "erased" for a tombstone. Static. */
const char *layout_type_name(enum layout_type type);

/* The type of that name. CONSENT_EINVAL. */
int layout_type_of(struct span name, enum layout_type *out) CONSENT_CHECKED;

/* The file name of the segment that begins with entry first. */
void layout_segment_name(uint64_t first, char name[LAYOUT_SEGMENT]);

/* The first entry of the segment of that name. CONSENT_EINVAL. */
int layout_segment_first(struct span name, uint64_t *first) CONSENT_CHECKED;

/* "policies" or "notices", the folder of the texts of that type. Static. */
const char *layout_folder(enum layout_type type);

/* The file name of the text with that hash (64 lower-case hex digits). */
void layout_text_name(const char *hash, char name[LAYOUT_TEXT]);

/*
 * Appends one entry and its newline to out. A reject is written without
 * subject whatever the record says. CONSENT_EINVAL when a value has no place
 * in the log (not UTF-8, wrong form, over length) or memory ran out while it
 * was put together, CONSENT_ENOMEM,
 * CONSENT_ELIMIT (longer than LAYOUT_LINE or than out may grow).
 */
int layout_write(const struct layout_head *head, const struct layout_fact *fact,
    struct buf *out) CONSENT_CHECKED;

/*
 * Reads one line (without its newline) strictly: known type, exactly its
 * members in their order, each of the right form, and the very bytes that the
 * writer would have written. On CONSENT_EINVAL *why is a static English text;
 * CONSENT_ENOMEM. *out is written on success only; give it back with
 * layout_entry_fini.
 */
int layout_read(struct span line, struct layout_entry *out,
    const char **why) CONSENT_CHECKED;

/* Frees what layout_read took. */
void layout_entry_fini(struct layout_entry *entry);

/* What the front of a line says, read without a look at the rest. */
struct layout_peek {
	enum layout_type type;
	uint64_t seq;
	int64_t time;	/* unset when erased */
	struct span id; /* in the line; unset when erased */
};

/*
 * Reads the front of a line that is known to be good, much faster than
 * layout_read. False when it does not even look like an entry.
 */
bool layout_peek(struct span line, struct layout_peek *out);

/*
 * The part of a choice's line that the visitor decided (subject, act,
 * categories, policy, notice, language, signal, way): equal for two entries
 * of the same attempt. Empty for any other line.
 */
struct span layout_essence(struct span line);

#endif
