#ifndef CONSENT_AUDIT_LAYOUT_H
#define CONSENT_AUDIT_LAYOUT_H

/*
 * The consent log on disk: names of its folders, files and types of entries,
 * and the limits that hold for them; all that writer and verifier share,
 * together with audit/entry. No files, no clock. docs/LEDGER.md shows it all.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

#define LAYOUT_ENTRIES "entries"
#define LAYOUT_POLICIES "policies"
#define LAYOUT_NOTICES "notices"
#define LAYOUT_LOCK "lock"

enum {
	LAYOUT_LINE = 65535,	    /* longest line; tlog-tiles' u16 holds it */
	LAYOUT_SEGMENT = 19,	    /* "000000000000.jsonl" and NUL */
	LAYOUT_DRAFT = 24,	    /* ".000000000000.jsonl.tmp" and NUL */
	LAYOUT_TEXT = 70,	    /* hash, ".json" and NUL */
	LAYOUT_NAME = 256,	    /* longest node, version, kid; with NUL */
	LAYOUT_ERASES = 4096,	    /* most numbers in an erase entry */
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

/* "choice", "policy" and so on; "erased" for a tombstone. Static. */
const char *layout_type_name(enum layout_type type);

/* The type of that name. CONSENT_EINVAL. */
int layout_type_of(struct span name, enum layout_type *out) CONSENT_CHECKED;

/* The file name of the segment that begins with entry first. */
void layout_segment_name(uint64_t first, char name[LAYOUT_SEGMENT]);

/* The first entry of the segment of that name. CONSENT_EINVAL. */
int layout_segment_first(struct span name, uint64_t *first) CONSENT_CHECKED;

/* The name that a segment has while it is written anew. */
void layout_draft_name(uint64_t first, char name[LAYOUT_DRAFT]);

/* Whether a name is one of those. */
bool layout_is_draft(struct span name);

/* "policies" or "notices", the folder of the texts of that type. Static. */
const char *layout_folder(enum layout_type type);

/* The file name of the text with that hash (64 lower-case hex digits). */
void layout_text_name(const char *hash, char name[LAYOUT_TEXT]);

#endif
