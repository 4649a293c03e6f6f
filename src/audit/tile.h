#ifndef CONSENT_AUDIT_TILE_H
#define CONSENT_AUDIT_TILE_H

/*
 * Tiles (C2SP tlog-tiles): the hashes of a tree in pieces of 256, level by
 * level, and its entries in bundles of 256. Names of their files, and the
 * right edge of the tree as it grows. No files, no entries.
 */

#include <stdint.h>

#include "audit/merkle.h"

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	TILE_HEIGHT = 8,
	TILE_WIDTH = 1 << TILE_HEIGHT, /* hashes of a full tile */
	TILE_LEVELS = MERKLE_LEVELS / TILE_HEIGHT,
	TILE_ENTRIES = -1, /* the level of entry bundles */
	TILE_PATH = 64	   /* longest path and its NUL */
};

#define TILE_FOLDER "tile"

struct tile {
	int level;	/* 0 to TILE_LEVELS - 1, or TILE_ENTRIES */
	uint64_t index; /* within the level */
	unsigned width; /* 1 to TILE_WIDTH, which is a full one */
};

/* Its path below the log's directory: "tile/0/x001/234.p/17". */
void tile_path(const struct tile *tile, char path[TILE_PATH]);

/*
 * The width of a tile in the tree of n leaves; 0 where that has none. For
 * bundles as for level 0.
 */
unsigned tile_width(int level, uint64_t index, uint64_t n);

/* The right edge of a tree: on each level the tile that is not full yet. */
struct tile_row {
	uint64_t index;
	unsigned width; /* below TILE_WIDTH */
	struct merkle_hash hashes[TILE_WIDTH];
};

struct tile_edge {
	uint64_t n; /* leaves */
	struct tile_row rows[TILE_LEVELS];
	/* called with each tile that became full, from below upward */
	int (*on_full)(void *ctx, const struct tile *tile, struct span hashes);
	void *ctx;
};

/*
 * Adds a leaf. What on_full returned, CONSENT_ELIMIT, CONSENT_ENOMEM; then the
 * edge is of no use any more.
 */
int tile_add(
    struct tile_edge *edge, const struct merkle_hash *leaf) CONSENT_CHECKED;

/* The root of the tree of an edge. CONSENT_ENOMEM. */
int tile_root(
    const struct tile_edge *edge, struct merkle_hash *out) CONSENT_CHECKED;

/* The root of the complete subtree over n hashes, a power of two. _ENOMEM. */
int tile_hash(const struct merkle_hash *hashes, unsigned n,
    struct merkle_hash *out) CONSENT_CHECKED;

#endif
