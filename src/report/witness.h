#ifndef CONSENT_REPORT_WITNESS_H
#define CONSENT_REPORT_WITNESS_H

/*
 * Reads a consent log from entry 0 on and believes none of it: each line is
 * read strictly, its leaf is put into a tree, and the tree is compared with
 * the log's checkpoint, signed by a key that we were given. Where something
 * does not fit it names the first place. Read-only; its memory does not grow
 * with the log.
 */

#include <stdbool.h>
#include <stdint.h>

#include "audit/entry.h"
#include "audit/note.h"
#include "audit/reader.h"

struct witness;

enum {
	WITNESS_WHY = 300
};

/* What is wrong. */
struct witness_fault {
	char file[READER_FILE]; /* "" where it is no line's */
	uint64_t line;
	uint64_t seq; /* of the entry that should have stood there */
	char why[WITNESS_WHY];
};

/* A checkpoint. */
struct witness_head {
	struct merkle_head head;
	char origin[NOTE_NAME];
	char vkey[NOTE_VKEY]; /* of who signed; "" where that was not checked */
	struct buf note;      /* all of it, with a NUL behind it */
};

/* An entry, until the next call that moves the witness. */
struct witness_entry {
	struct reader_line line;
	struct merkle_hash leaf;
	uint64_t seq;
	int64_t time; /* ms; of an erased one, that of the newest before it */
};

/*
 * A witness of the log in directory dir. Signatures are checked with the ring;
 * NULL: not at all. Both are borrowed. CONSENT_ENOMEM.
 */
int witness_new(const char *dir, const struct note_ring *ring,
    struct witness **out) CONSENT_CHECKED;

/* Frees; NULL is nothing. */
void witness_free(struct witness *w);

/*
 * The functions below return CONSENT_EDENIED when something is wrong with the
 * log, which witness_fault then tells; CONSENT_EIO when it is away;
 * CONSENT_ENOMEM, CONSENT_ELIMIT.
 */

/*
 * The log's checkpoint, with out->note a buf of NOTE_BYTES. CONSENT_ENOENT: it
 * has none yet.
 */
int witness_look(struct witness *w, struct witness_head *out) CONSENT_CHECKED;

/* The fault that the last function found. */
const struct witness_fault *witness_fault(const struct witness *w);

/* Begins anew at entry 0. */
void witness_restart(struct witness *w);

/* Entries read, all in the tree. */
uint64_t witness_size(const struct witness *w);

/* The next entry, read strictly or, where entry is NULL, hashed only. */
int witness_next(struct witness *w, struct witness_entry *out,
    struct entry *entry) CONSENT_CHECKED;

/* Whether the tree of what was read is that one, of as many entries. */
int witness_compare(
    struct witness *w, const struct merkle_head *head) CONSENT_CHECKED;

/*
 * Reads on, strictly, to the head's size and compares; stands where it stood
 * then.
 */
int witness_check(
    struct witness *w, const struct merkle_head *head) CONSENT_CHECKED;

/* Remembers where it stands, and forgets where it stood. */
void witness_mark(struct witness *w);

/* Goes back to where witness_mark was called. */
void witness_return(struct witness *w);

#endif
