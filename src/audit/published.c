#include "audit/published.h"

#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "audit/publish.h"
#include "audit/stock.h"
#include "audit/store.h"
#include "audit/tile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT "the kept checkpoint"

enum {
	BUNDLE = TILE_WIDTH * (LAYOUT_LINE + 2), /* most bytes of one */
	FITS = -1				 /* no difference */
};

/* Where an entry stands. */
struct place {
	char file[READER_FILE];
	uint64_t line;
};

struct published {
	int dir;
	struct published_fault *fault;
	struct published_heads heads;
	struct stock stock;
	struct tile_edge edge;
	struct buf bundle;	 /* the entries of the edge's lowest row */
	size_t ends[TILE_WIDTH]; /* where each of them ends in it */
	struct place places[TILE_WIDTH]; /* where it stands in the log */
	unsigned hole;		 /* the first of them erased; or TILE_WIDTH */
	unsigned firm;		 /* the first that must be gone from bundles */
	uint64_t spare_from;	 /* erase entries that may be under way */
	bool is_marked;		 /* bundles need not be there */
	struct tile due;	 /* a bundle that must be; width 0: none */
	struct buf file;	 /* one that is compared */
	char origin[NOTE_BYTES]; /* of the checkpoints; "" for none yet */
};

/* ---- faults ----------------------------------------------------------- */

static int
blame_file(struct published *p, const char *file, const char *why)
{
	*p->fault = (struct published_fault){.seq = p->edge.n};
	(void)snprintf(p->fault->file, sizeof p->fault->file, "%s", file);
	(void)snprintf(p->fault->why, sizeof p->fault->why, "%s", why);
	return CONSENT_EDENIED;
}

static int
blame_tile(struct published *p, const struct tile *tile, const char *why)
{
	char path[TILE_PATH];

	tile_path(tile, path);
	return blame_file(p, path, why);
}

/* An entry of the bundle that is at hand. */
static int
blame_entry(struct published *p, uint64_t index, unsigned i)
{
	const struct place *place = &p->places[i];

	(void)blame_file(p, place->file,
	    "not the entry that was published: tiles and bundle differ");
	p->fault->line = place->line;
	p->fault->seq = index * TILE_WIDTH + i;
	return CONSENT_EDENIED;
}

/* A hash or entry of a tile that is not that of the log. */
static int
blame_part(struct published *p, const struct tile *tile, int at)
{
	char why[PUBLISHED_WHY];
	uint64_t n = tile->index * TILE_WIDTH + (uint64_t)at;

	if (tile->level == TILE_ENTRIES)
		(void)snprintf(why, sizeof why,
		    "entry %" PRIu64 " is not that of the log", n);
	else if (tile->level == 0)
		(void)snprintf(why, sizeof why,
		    "the hash of entry %" PRIu64 " is not that of its line", n);
	else
		(void)snprintf(why, sizeof why,
		    "hash %d is not that of the tile below", at);
	return blame_tile(p, tile, why);
}

/* ---- files ------------------------------------------------------------ */

/*
 * Whether the file of a tile begins as bytes do and is as long as its width
 * says; *at is the part where it differs first. CONSENT_ENOENT: it is gone.
 */
static int
compare_file(
    struct published *p, const struct tile *tile, struct span bytes, int *at)
{
	const size_t *ends = tile->level == TILE_ENTRIES ? p->ends : NULL;
	char path[TILE_PATH];
	unsigned i;
	size_t from = 0;
	int rc;

	tile_path(tile, path);
	buf_clear(&p->file);
	rc = store_read(p->dir, path, &p->file);
	*at = rc == CONSENT_ELIMIT ? (int)tile->width : FITS;
	if (rc != CONSENT_OK)
		return rc == CONSENT_ELIMIT ? CONSENT_OK : rc;
	if (span_equal(buf_span(&p->file), bytes))
		return CONSENT_OK;
	for (i = 0; i < tile->width; i++) {
		size_t end = ends != NULL ? ends[i] : (i + 1u) * MERKLE_BYTES;

		if (!span_equal(span_sub(buf_span(&p->file), from, end - from),
			span_sub(bytes, from, end - from)))
			break;
		from = end;
	}
	*at = (int)i;
	return CONSENT_OK;
}

/* The bytes that a file of a width must hold. */
static struct span
expected(const struct published *p, const struct tile *tile, struct span hashes)
{
	if (tile->level == TILE_ENTRIES)
		return span_sub(
		    buf_span(&p->bundle), 0, p->ends[tile->width - 1]);
	return span_sub(hashes, 0, tile->width * (size_t)MERKLE_BYTES);
}

/*
 * Compares all files of a tile's level and number that are not wider than it.
 * *at: where one differs first, and which one it is; or FITS.
 */
static int
compare_all(struct published *p, const struct tile *tile, struct span hashes,
    struct tile *bad, int *at)
{
	struct tile first = {tile->level, tile->index, 0};
	size_t i = stock_find(&p->stock, &first);

	for (*at = FITS; i < p->stock.n; i++) {
		const struct tile *file = &p->stock.at[i];
		int rc;

		if (file->level != tile->level || file->index != tile->index ||
		    file->width > tile->width)
			break;
		if (file->level == TILE_ENTRIES && file->width > p->hole)
			continue; /* check_hole */
		rc = compare_file(p, file, expected(p, file, hashes), at);
		*bad = *file;
		if (rc == CONSENT_ENOENT)
			continue; /* a live writer has taken it away */
		if (rc != CONSENT_OK || *at != FITS)
			return rc;
	}
	return CONSENT_OK;
}

/* A bundle with an erased entry in it must not be there. */
static int
check_hole(struct published *p, uint64_t index)
{
	struct tile wide = {TILE_ENTRIES, index, p->firm + 1};
	size_t i = stock_find(&p->stock, &wide);

	if (p->firm == TILE_WIDTH || i == p->stock.n)
		return CONSENT_OK;
	return blame_tile(p, &p->stock.at[i], "it holds an erased entry");
}

/* Whether a tile, or the full one that took its place, is there. */
static int
check_presence(struct published *p, const struct tile *tile)
{
	struct tile full = {tile->level, tile->index, TILE_WIDTH};
	size_t i = stock_find(&p->stock, tile);

	/* one erased entry, and all of its bundle's files are taken away */
	if (tile->level == TILE_ENTRIES &&
	    (p->is_marked || p->hole < TILE_WIDTH))
		return CONSENT_OK;
	if ((i < p->stock.n && p->stock.at[i].width == tile->width) ||
	    stock_find(&p->stock, &full) < p->stock.n)
		return CONSENT_OK;
	return blame_tile(p, tile, "it is not there");
}

/* ---- tiles and bundles ------------------------------------------------ */

/* Compares bundles and lowest tiles; two against one say which is wrong. */
static int
check_lowest(struct published *p, const struct tile *tile, struct span hashes)
{
	struct tile bundle = {TILE_ENTRIES, tile->index, tile->width};
	struct tile bad_tile = *tile, bad_bundle = bundle;
	int at_tile = FITS, at_bundle = FITS;
	int rc = check_hole(p, tile->index);

	if (rc == CONSENT_OK)
		rc = compare_all(p, &bundle, hashes, &bad_bundle, &at_bundle);
	if (rc == CONSENT_OK)
		rc = compare_all(p, tile, hashes, &bad_tile, &at_tile);
	if (rc != CONSENT_OK || (at_tile == FITS && at_bundle == FITS))
		return rc;
	if (at_tile == at_bundle && at_tile < (int)tile->width)
		return blame_entry(p, tile->index, (unsigned)at_tile);
	if (at_bundle != FITS)
		return blame_part(p, &bad_bundle, at_bundle);
	return blame_part(p, &bad_tile, at_tile);
}

static int
check_higher(struct published *p, const struct tile *tile, struct span hashes)
{
	struct tile bad = *tile;
	int at = FITS;
	int rc = compare_all(p, tile, hashes, &bad, &at);

	return rc == CONSENT_OK && at != FITS ? blame_part(p, &bad, at) : rc;
}

static int
check_tile(struct published *p, const struct tile *tile, struct span hashes)
{
	return tile->level == 0 ? check_lowest(p, tile, hashes)
				: check_higher(p, tile, hashes);
}

/* Whether the checkpoint covers all of a tile, so that it must be there. */
static bool
is_covered(const struct published *p, const struct tile *tile)
{
	return p->heads.has_newest && tile_width(tile->level, tile->index,
					  p->heads.newest.n) >= tile->width;
}

/* A partial bundle is due when all is known that may have been erased of it. */
static int
require(struct published *p, const struct tile *tile)
{
	if (tile->level == 0)
		p->due = (struct tile){TILE_ENTRIES, tile->index, tile->width};
	return check_presence(p, tile);
}

static int
check_due(struct published *p)
{
	int rc = p->due.width > 0 ? check_presence(p, &p->due) : CONSENT_OK;

	p->due.width = 0;
	return rc;
}

static int
on_full(void *ctx, const struct tile *tile, struct span hashes)
{
	struct published *p = ctx;
	int rc = check_tile(p, tile, hashes);

	if (rc == CONSENT_OK && is_covered(p, tile))
		rc = require(p, tile);
	return rc == CONSENT_OK && tile->level == 0 ? check_due(p) : rc;
}

/* The tiles of the right edge. */
static int
check_edge(struct published *p, bool required)
{
	int level, rc = CONSENT_OK;

	for (level = 0; rc == CONSENT_OK && level < TILE_LEVELS; level++) {
		const struct tile_row *row = &p->edge.rows[level];
		struct tile tile = {level, row->index, row->width};
		struct span hashes = {(const char *)row->hashes,
		    row->width * sizeof row->hashes[0]};

		if (row->width == 0)
			continue;
		rc = check_tile(p, &tile, hashes);
		if (rc == CONSENT_OK && required)
			rc = require(p, &tile);
	}
	return rc;
}

/* ---- checkpoints ------------------------------------------------------ */

static int
check_root(struct published *p, const struct merkle_head *head,
    const char *file, const char *what)
{
	struct merkle_hash root;
	char why[PUBLISHED_WHY];
	int rc = tile_root(&p->edge, &root);

	if (rc != CONSENT_OK || memcmp(&root, &head->root, sizeof root) == 0)
		return rc;
	(void)snprintf(why, sizeof why,
	    "its %" PRIu64 " entries are not the first ones of this log: %s",
	    head->n, what);
	return blame_file(p, file, why);
}

/* Where the tree has the size of a checkpoint, it must have its root. */
static int
check_heads(struct published *p)
{
	const struct published_heads *h = &p->heads;
	int rc = CONSENT_OK;

	if (h->has_newest && h->newest.n == p->edge.n) {
		rc = check_edge(p, true);
		if (rc == CONSENT_OK)
			rc = check_root(p, &h->newest, PUBLISH_CHECKPOINT,
			    "entries were changed, or it is of another log");
	}
	if (rc == CONSENT_OK && h->has_kept && h->kept.n == p->edge.n)
		rc = check_root(p, &h->kept, KEPT, "the log was rewritten");
	return rc;
}

/* Reads a checkpoint; each further one must have the same origin. */
static int
read_note(struct published *p, struct span note, const struct note_ring *ring,
    struct merkle_head *out)
{
	struct span origin;
	int rc = checkpoint_peek(note, &origin, out);

	if (rc == CONSENT_OK && ring != NULL)
		rc = checkpoint_read(note, ring, out);
	if (rc == CONSENT_OK && p->origin[0] != '\0' &&
	    !span_equal(origin, span_of(p->origin)))
		return blame_file(p, PUBLISH_CHECKPOINT,
		    "it is of another log than the kept one");
	if (rc == CONSENT_OK)
		(void)snprintf(
		    p->origin, sizeof p->origin, "%.*s", SPAN_ARG(origin));
	if (rc == CONSENT_EINVAL)
		return blame_file(
		    p, PUBLISH_CHECKPOINT, "not a checkpoint as it is spelled");
	if (rc == CONSENT_EDENIED)
		return blame_file(p, PUBLISH_CHECKPOINT,
		    "not signed with that key, or its signature is wrong");
	return rc;
}

static int
read_kept(struct published *p, struct span note, const struct note_ring *ring)
{
	int rc = read_note(p, note, ring, &p->heads.kept);

	if (rc == CONSENT_EDENIED)
		(void)snprintf(p->fault->file, sizeof p->fault->file, KEPT);
	p->heads.has_kept = rc == CONSENT_OK;
	return rc;
}

static int
read_newest(struct published *p, const struct note_ring *ring)
{
	int rc;

	buf_clear(&p->file);
	rc = store_read(p->dir, PUBLISH_CHECKPOINT, &p->file);
	if (rc == CONSENT_ENOENT)
		return CONSENT_OK;
	if (rc == CONSENT_OK || rc == CONSENT_ELIMIT) /* cut: no checkpoint */
		rc = read_note(p, buf_span(&p->file), ring, &p->heads.newest);
	p->heads.has_newest = rc == CONSENT_OK;
	return rc;
}

/* One log's checkpoints only grow. */
static int
compare_heads(struct published *p)
{
	const struct published_heads *h = &p->heads;
	char why[PUBLISHED_WHY];

	if (!h->has_newest || !h->has_kept || h->newest.n >= h->kept.n)
		return CONSENT_OK;
	(void)snprintf(why, sizeof why,
	    "it covers %" PRIu64 " entries and the kept one %" PRIu64
	    ": the log was rolled back",
	    h->newest.n, h->kept.n);
	return blame_file(p, PUBLISH_CHECKPOINT, why);
}

static int
read_stock(struct published *p)
{
	char stray[STOCK_PATH] = "";
	int rc = stock_take(p->dir, &p->stock, stray);

	if (rc == CONSENT_EINVAL)
		return blame_file(p, stray, "not a tile of the log");
	return rc;
}

/* ---- the whole -------------------------------------------------------- */

int
published_open(int dir, const struct note_ring *ring, struct span kept,
    struct published **out, struct published_fault *fault)
{
	struct published *p = calloc(1, sizeof *p);
	int rc = CONSENT_OK;

	if (p == NULL)
		return CONSENT_ENOMEM;
	p->dir = dir;
	p->fault = fault;
	p->hole = p->firm = TILE_WIDTH;
	p->spare_from = UINT64_MAX;
	p->edge.on_full = on_full;
	p->edge.ctx = p;
	buf_init(&p->bundle, BUNDLE);
	buf_init(&p->file, BUNDLE + 1);
	/* the checkpoint first: what comes later only adds to it */
	if (kept.n > 0)
		rc = read_kept(p, kept, ring);
	if (rc == CONSENT_OK)
		rc = read_newest(p, ring);
	if (rc == CONSENT_OK)
		rc = compare_heads(p);
	if (rc == CONSENT_OK)
		rc = read_stock(p);
	if (rc == CONSENT_OK)
		rc = check_heads(p);
	if (rc == CONSENT_OK)
		*out = p;
	else
		published_close(p);
	return rc;
}

const struct published_heads *
published_heads(const struct published *p)
{
	return &p->heads;
}

void
published_spare(struct published *p, uint64_t from, bool marked)
{
	p->spare_from = from;
	p->is_marked = marked;
}

static int
add_to_bundle(struct published *p, const struct reader_line *line, uint64_t by)
{
	unsigned i = (unsigned)(p->edge.n % TILE_WIDTH);
	char size[2] = {(char)(line->text.n >> 8), (char)line->text.n};
	int rc;

	if (i == 0) {
		buf_clear(&p->bundle);
		p->hole = p->firm = TILE_WIDTH;
	}
	if (by > 0 && i < p->hole)
		p->hole = i;
	if (by > 0 && i < p->firm && by < p->spare_from)
		p->firm = i;
	memcpy(p->places[i].file, line->file, sizeof line->file);
	p->places[i].line = line->line;
	rc = buf_append(&p->bundle, (struct span){size, sizeof size});
	if (rc == CONSENT_OK)
		rc = buf_append(&p->bundle, line->text);
	p->ends[i] = p->bundle.n;
	return rc;
}

int
published_add(struct published *p, const struct reader_line *line, uint64_t by)
{
	struct merkle_hash leaf;
	bool erased;
	int rc = entry_leaf(line->text, &leaf, &erased);

	if (rc == CONSENT_OK)
		rc = add_to_bundle(p, line, by);
	if (rc == CONSENT_OK)
		rc = tile_add(&p->edge, &leaf);
	return rc == CONSENT_OK ? check_heads(p) : rc;
}

int
published_end(struct published *p)
{
	size_t i;
	int rc;

	for (i = 0; i < p->stock.n; i++) {
		const struct tile *tile = &p->stock.at[i];

		if (tile->width >
		    tile_width(tile->level, tile->index, p->edge.n))
			return blame_tile(
			    p, tile, "it covers more entries than the log has");
	}
	rc = check_edge(p, false);
	return rc == CONSENT_OK ? check_due(p) : rc;
}

void
published_close(struct published *p)
{
	if (p == NULL)
		return;
	stock_fini(&p->stock);
	buf_fini(&p->bundle);
	buf_fini(&p->file);
	free(p);
}
