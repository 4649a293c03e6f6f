#ifndef CONSENT_AUDIT_PUBLISHED_H
#define CONSENT_AUDIT_PUBLISHED_H

/*
 * What a log has published (tiles, entry bundles, the checkpoint), compared
 * with the tree that grows anew out of its entries. Shares formats with the
 * writer and nothing else; never writes. Says where the first thing stands
 * that does not fit.
 */

#include <stdbool.h>
#include <stdint.h>

#include "audit/layout.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/reader.h"

#include <libconsent/span.h>
#include <libconsent/status.h>

struct published;

enum {
	PUBLISHED_WHY = 200
};

/* The first thing that is wrong. */
struct published_fault {
	char file[LAYOUT_NAME]; /* relative to the log's directory */
	uint64_t line;		/* from 1; 0: the file as such */
	uint64_t seq;		/* the entry that it is about */
	char why[PUBLISHED_WHY];
};

/* What the checkpoints tell of. */
struct published_heads {
	bool has_newest, has_kept;
	struct merkle_head newest; /* of the file "checkpoint" */
	struct merkle_head kept;   /* of the one that was kept elsewhere */
};

/*
 * Reads the checkpoint of the log whose directory is open as dir, which stays
 * the caller's, and the names of its tiles. ring NULL: no signature is looked
 * at. kept: the text of a checkpoint that was kept, or empty. CONSENT_EDENIED:
 * one of them does not hold, see fault, which is borrowed to the end;
 * CONSENT_EIO, CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int published_open(int dir, const struct note_ring *ring, struct span kept,
    struct published **out, struct published_fault *fault) CONSENT_CHECKED;

/* The checkpoints; as long as p lives. */
const struct published_heads *published_heads(const struct published *p);

/*
 * Erasures by entries from that number on may be under way: what they erase may
 * be in a bundle or not. marked: the log says so itself, and bundles may be
 * missing for it. To be called before the first entry.
 */
void published_spare(struct published *p, uint64_t from, bool marked);

/*
 * Takes the next entry, which stands at that place; by is the number of the
 * entry that erased it, or 0. CONSENT_EDENIED: what was published does not fit
 * it or one before it; CONSENT_EIO, CONSENT_ENOMEM.
 */
int published_add(struct published *p, const struct reader_line *line,
    uint64_t by) CONSENT_CHECKED;

/* Checks what is left when there are no more entries. As published_add. */
int published_end(struct published *p) CONSENT_CHECKED;

/* Frees; NULL is nothing. */
void published_close(struct published *p);

#endif
