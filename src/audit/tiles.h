#ifndef CONSENT_AUDIT_TILES_H
#define CONSENT_AUDIT_TILES_H

/*
 * The tiles of a log as they lie on the disk, for those who read them: hashes
 * of complete subtrees as audit/merkle wants them, the right edge, and single
 * files. Believes nothing: what comes out is as good as the checkpoint that it
 * is compared with. Never writes.
 */

#include "audit/merkle.h"
#include "audit/tile.h"

#include <libconsent/buf.h>
#include <libconsent/status.h>

enum {
	TILES_HASHES = TILE_WIDTH * MERKLE_BYTES /* bytes of a full tile */
};

struct tiles;

/*
 * The tiles of a tree of n leaves in the log whose directory is open as dir,
 * which stays the caller's. CONSENT_ENOMEM.
 */
int tiles_open(int dir, uint64_t n, struct tiles **out) CONSENT_CHECKED;

/* Where their hashes come from; codes as tiles_read. Lives as they do. */
struct merkle_source tiles_source(struct tiles *tiles);

/*
 * Fills in the right edge of the tree, but for on_full and ctx. As tiles_read.
 */
int tiles_edge(struct tiles *tiles, struct tile_edge *edge) CONSENT_CHECKED;

/* Frees; NULL is nothing. */
void tiles_close(struct tiles *tiles);

/*
 * Reads the file of a tile into out, which is emptied first. Of a partial
 * one that is gone the full one serves. CONSENT_ENOENT; CONSENT_EINVAL: not of
 * the size that it must have; CONSENT_ELIMIT: larger than out may be;
 * CONSENT_EIO; CONSENT_ENOMEM.
 */
int tiles_read(
    int dir, const struct tile *tile, struct buf *out) CONSENT_CHECKED;

/*
 * The entry at place i, from 0, of a bundle of n entries. CONSENT_EINVAL: it
 * has no such entry.
 */
int tiles_entry(
    struct span bundle, unsigned i, struct span *entry) CONSENT_CHECKED;

#endif
