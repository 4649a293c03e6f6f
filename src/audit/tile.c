#include "audit/tile.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	GROUP = 1000, /* the numbers in one element of a path */
	GROUPS = 4    /* 10^12 tiles; LAYOUT_SEQ_MAX has fewer */
};

/* "x001/x234/067" */
static void
write_index(uint64_t index, char *out, size_t room)
{
	unsigned parts[GROUPS];
	size_t n = 0, at = 0;

	do {
		parts[n++] = (unsigned)(index % GROUP);
		index /= GROUP;
	} while (index > 0 && n < GROUPS);
	while (n-- > 0)
		at += (size_t)snprintf(
		    out + at, room - at, n > 0 ? "x%03u/" : "%03u", parts[n]);
}

void
tile_path(const struct tile *tile, char path[TILE_PATH])
{
	char level[12] = "entries", index[GROUPS * 5 + 1], partial[16] = "";

	if (tile->level >= 0)
		(void)snprintf(level, sizeof level, "%d", tile->level);
	write_index(tile->index, index, sizeof index);
	if (tile->width < TILE_WIDTH)
		(void)snprintf(partial, sizeof partial, ".p/%u", tile->width);
	(void)snprintf(
	    path, TILE_PATH, TILE_FOLDER "/%s/%s%s", level, index, partial);
}

unsigned
tile_width(int level, uint64_t index, uint64_t n)
{
	unsigned shift = level > 0 ? (unsigned)level * TILE_HEIGHT : 0;
	uint64_t hashes = n >> shift, first = index << TILE_HEIGHT;

	if (first >> TILE_HEIGHT != index || hashes <= first)
		return 0;
	hashes -= first;
	return hashes < TILE_WIDTH ? (unsigned)hashes : TILE_WIDTH;
}

int
tile_hash(const struct merkle_hash *hashes, unsigned n, struct merkle_hash *out)
{
	struct merkle_hash row[TILE_WIDTH];
	unsigned i;
	int rc = CONSENT_OK;

	memcpy(row, hashes, n * sizeof row[0]);
	for (; n > 1; n /= 2)
		for (i = 0; rc == CONSENT_OK && i < n / 2; i++)
			rc = merkle_node(&row[2 * i], &row[2 * i + 1], &row[i]);
	if (rc == CONSENT_OK)
		*out = row[0];
	return rc;
}

/* Hands on a row that became full; *hash is then its root. */
static int
end_row(struct tile_edge *edge, int level, struct merkle_hash *hash)
{
	struct tile_row *row = &edge->rows[level];
	struct tile tile = {level, row->index, TILE_WIDTH};
	struct span bytes = {(const char *)row->hashes, sizeof row->hashes};
	int rc = tile_hash(row->hashes, TILE_WIDTH, hash);

	if (rc == CONSENT_OK && edge->on_full != NULL)
		rc = edge->on_full(edge->ctx, &tile, bytes);
	row->index++;
	row->width = 0;
	return rc;
}

int
tile_add(struct tile_edge *edge, const struct merkle_hash *leaf)
{
	struct merkle_hash hash = *leaf;
	int level, rc = CONSENT_OK;

	for (level = 0; rc == CONSENT_OK && level < TILE_LEVELS; level++) {
		struct tile_row *row = &edge->rows[level];

		row->hashes[row->width++] = hash;
		if (row->width < TILE_WIDTH) {
			edge->n++;
			return CONSENT_OK;
		}
		rc = end_row(edge, level, &hash);
	}
	return rc == CONSENT_OK ? CONSENT_ELIMIT : rc;
}

/* Puts the complete subtrees of one row to the left of *hash. */
static int
add_row(const struct tile_row *row, bool *any, struct merkle_hash *hash)
{
	unsigned to = row->width, size;
	int rc = CONSENT_OK;

	for (size = 1; rc == CONSENT_OK && to > 0; size *= 2) {
		struct merkle_hash left;

		if ((row->width & size) == 0)
			continue;
		to -= size;
		rc = tile_hash(&row->hashes[to], size, &left);
		if (rc == CONSENT_OK && *any)
			rc = merkle_node(&left, hash, hash);
		else if (rc == CONSENT_OK)
			*hash = left;
		*any = true;
	}
	return rc;
}

int
tile_root(const struct tile_edge *edge, struct merkle_hash *out)
{
	bool any = false;
	int level, rc = edge->n == 0 ? merkle_empty(out) : CONSENT_OK;

	for (level = 0; rc == CONSENT_OK && level < TILE_LEVELS; level++)
		rc = add_row(&edge->rows[level], &any, out);
	return rc;
}
