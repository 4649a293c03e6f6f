#include "audit/tiles.h"

#include "audit/store.h"

#include <stdlib.h>
#include <string.h>

/* The tile of a level that was read last. */
struct shelf {
	struct tile tile; /* width 0: none */
	struct merkle_hash hashes[TILE_WIDTH];
};

struct tiles {
	int dir;
	uint64_t n;
	struct buf text; /* a file */
	struct shelf shelves[TILE_LEVELS];
};

int
tiles_open(int dir, uint64_t n, struct tiles **out)
{
	struct tiles *t = calloc(1, sizeof *t);

	if (t == NULL)
		return CONSENT_ENOMEM;
	t->dir = dir;
	t->n = n;
	buf_init(&t->text, TILES_HASHES + 1);
	*out = t;
	return CONSENT_OK;
}

void
tiles_close(struct tiles *tiles)
{
	if (tiles == NULL)
		return;
	buf_fini(&tiles->text);
	free(tiles);
}

static int
read_path(int dir, const struct tile *tile, struct buf *out)
{
	char path[TILE_PATH];

	tile_path(tile, path);
	return store_read(dir, path, out);
}

int
tiles_read(int dir, const struct tile *tile, struct buf *out)
{
	struct tile full = {tile->level, tile->index, TILE_WIDTH};
	size_t want = tile->width * (size_t)MERKLE_BYTES;
	int rc;

	buf_clear(out);
	rc = read_path(dir, tile, out);
	if (rc == CONSENT_ENOENT && tile->width < TILE_WIDTH) {
		rc = read_path(dir, &full, out);
		if (rc == CONSENT_OK && tile->level >= 0 &&
		    out->n == TILES_HASHES)
			out->n = want;
	}
	if (rc == CONSENT_OK && tile->level >= 0 && out->n != want)
		rc = CONSENT_EINVAL;
	return rc;
}

int
tiles_entry(struct span bundle, unsigned i, struct span *entry)
{
	for (;; i--) {
		size_t n;

		if (bundle.n < 2)
			return CONSENT_EINVAL;
		n = (size_t)(unsigned char)bundle.p[0] << 8 |
		    (unsigned char)bundle.p[1];
		if (n > bundle.n - 2)
			return CONSENT_EINVAL;
		*entry = span_sub(bundle, 2, n);
		bundle = span_sub(bundle, 2 + n, bundle.n);
		if (i == 0)
			return CONSENT_OK;
	}
}

/* Takes a tile from the disk to its shelf, if it is not there. */
static int
fetch(struct tiles *t, int level, uint64_t index)
{
	struct shelf *shelf = &t->shelves[level];
	struct tile tile = {level, index, tile_width(level, index, t->n)};
	int rc;

	if (tile.width == 0)
		return CONSENT_EINVAL; /* not in the tree */
	if (shelf->tile.width == tile.width && shelf->tile.index == index)
		return CONSENT_OK;
	shelf->tile.width = 0;
	rc = tiles_read(t->dir, &tile, &t->text);
	if (rc != CONSENT_OK)
		return rc;
	memcpy(shelf->hashes, t->text.p, t->text.n);
	shelf->tile = tile;
	return CONSENT_OK;
}

static int
get(void *ctx, unsigned level, uint64_t index, struct merkle_hash *out)
{
	struct tiles *t = ctx;
	int row = (int)(level / TILE_HEIGHT);
	unsigned below = level % TILE_HEIGHT;
	/* the hashes of that row which the subtree spans */
	uint64_t first = index << below;
	unsigned at = (unsigned)(first % TILE_WIDTH);
	int rc = row < TILE_LEVELS ? CONSENT_OK : CONSENT_EINVAL;

	if (rc == CONSENT_OK)
		rc = fetch(t, row, first / TILE_WIDTH);
	if (rc == CONSENT_OK && at + (1u << below) > t->shelves[row].tile.width)
		rc = CONSENT_EINVAL;
	if (rc != CONSENT_OK)
		return rc;
	return tile_hash(&t->shelves[row].hashes[at], 1u << below, out);
}

struct merkle_source
tiles_source(struct tiles *tiles)
{
	return (struct merkle_source){get, tiles};
}

int
tiles_edge(struct tiles *tiles, struct tile_edge *edge)
{
	int level, rc = CONSENT_OK;

	memset(edge->rows, 0, sizeof edge->rows);
	edge->n = tiles->n;
	for (level = 0; rc == CONSENT_OK && level < TILE_LEVELS; level++) {
		struct tile_row *row = &edge->rows[level];
		uint64_t hashes = tiles->n >> (level * TILE_HEIGHT);

		row->index = hashes / TILE_WIDTH;
		row->width = (unsigned)(hashes % TILE_WIDTH);
		if (row->width == 0)
			continue;
		rc = fetch(tiles, level, row->index);
		if (rc == CONSENT_OK)
			memcpy(row->hashes, tiles->shelves[level].hashes,
			    row->width * sizeof row->hashes[0]);
	}
	return rc;
}
