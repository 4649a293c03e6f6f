#ifndef CONSENT_AUDIT_REWRITE_H
#define CONSENT_AUDIT_REWRITE_H

/*
 * Writes a segment anew without the entries that are erased: beside it, synced
 * piece by piece, so that nobody waits long for the disk, and put in its place
 * at the end. Until then the old one stands; a draft that a killed writer left
 * is written over. For segments that nobody appends to.
 */

#include <stdbool.h>
#include <stdint.h>

#include "audit/erase.h"

#include <libconsent/status.h>

struct rewrite;

enum {
	REWRITE_PIECE = 1 << 19, /* bytes read in one step */
	REWRITE_SPARE = 16 << 20 /* bytes that the disk keeps besides */
};

/*
 * Begins with the segment named by its first entry, in the folder that is open
 * as entries. That and the list are borrowed until rewrite_free.
 * CONSENT_EIO, with ENOSPC too where the disk would get too full for who else
 * writes; CONSENT_ENOMEM.
 */
int rewrite_new(int entries, uint64_t first, const struct erase_list *list,
    struct rewrite **out) CONSENT_CHECKED;

/*
 * Does one piece; *done once the new segment is in its place for good.
 * CONSENT_EINVAL: the segment is damaged; CONSENT_EIO; CONSENT_ENOMEM. After a
 * failure only rewrite_free is left.
 */
int rewrite_step(struct rewrite *r, bool *done) CONSENT_CHECKED;

/* Takes away what is not in place; NULL is nothing. */
void rewrite_free(struct rewrite *r);

#endif
