#include "audit/publish.h"

#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "audit/store.h"
#include "audit/tiles.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MAGIC = 0x5075626c,
	BUNDLE = TILE_WIDTH * (LAYOUT_LINE + 2) /* most bytes of one */
};

/* A full tile or bundle that waits; its bytes follow in the queue. */
struct waiting {
	struct tile tile;
	size_t n;
};

struct publisher {
	unsigned magic;
	int dir;
	const struct note_ring *ring;
	struct merkle_head head; /* published */
	uint64_t next;		 /* the entry that is wanted */
	struct tile_edge edge;	 /* of all entries below next */
	struct buf bundle;	 /* the entries behind the last full one */
	bool has_hole;		 /* one of these was erased */
	bool is_anew;		 /* what was published is made anew */
	struct buf queue;	 /* struct waiting and bytes, in turn */
	bool broken;
	struct store_batch batch;
	/* the widths of what lies on the disk, by row; then of the bundle */
	struct tile done[TILE_LEVELS + 1];
};

#define CHECK(p) assert((p) != NULL && (p)->magic == MAGIC)

/* ---- beginning -------------------------------------------------------- */

static int
read_checkpoint(struct publisher *p)
{
	struct buf note;
	int rc;

	buf_init(&note, NOTE_BYTES);
	rc = store_read(p->dir, PUBLISH_CHECKPOINT, &note);
	if (rc == CONSENT_OK)
		rc = checkpoint_read(buf_span(&note), p->ring, &p->head);
	if (rc == CONSENT_ELIMIT)
		rc = CONSENT_EINVAL;
	if (rc == CONSENT_ENOENT)
		rc = merkle_empty(&p->head.root); /* nothing was published */
	buf_fini(&note);
	return rc;
}

/* Whether the tiles on the disk are those of the checkpoint. */
static int
load_edge(struct publisher *p)
{
	struct merkle_hash root;
	struct tiles *tiles = NULL;
	int rc = tiles_open(p->dir, p->head.n, &tiles);

	if (rc == CONSENT_OK)
		rc = tiles_edge(tiles, &p->edge);
	tiles_close(tiles);
	if (rc == CONSENT_OK)
		rc = tile_root(&p->edge, &root);
	if (rc == CONSENT_OK && memcmp(&root, &p->head.root, sizeof root) != 0)
		rc = CONSENT_EINVAL;
	return rc;
}

static int on_full(void *ctx, const struct tile *tile, struct span hashes);

static int
begin(struct publisher *p)
{
	int rc = read_checkpoint(p);

	if (rc == CONSENT_OK) {
		rc = load_edge(p);
		/* what is missing or wrong is made anew */
		if (rc == CONSENT_ENOENT || rc == CONSENT_EINVAL) {
			memset(&p->edge, 0, sizeof p->edge);
			p->is_anew = true;
			rc = CONSENT_OK;
		}
	}
	p->edge.on_full = on_full;
	p->edge.ctx = p;
	/* the bundle is filled again from its start */
	p->next = p->edge.n - p->edge.n % TILE_WIDTH;
	return rc;
}

int
publisher_open(int dir, const struct note_ring *ring, uint64_t *from,
    struct publisher **out)
{
	struct publisher *p = calloc(1, sizeof *p);
	int rc;

	if (p == NULL)
		return CONSENT_ENOMEM;
	p->magic = MAGIC;
	p->dir = dir;
	p->ring = ring;
	buf_init(&p->bundle, BUNDLE);
	buf_init(&p->queue, (size_t)PUBLISH_BACKLOG + 2 * BUNDLE);
	rc = begin(p);
	if (rc != CONSENT_OK) {
		publisher_close(p);
		return rc;
	}
	*from = p->next;
	*out = p;
	return CONSENT_OK;
}

void
publisher_close(struct publisher *p)
{
	if (p == NULL)
		return;
	CHECK(p);
	buf_fini(&p->bundle);
	buf_fini(&p->queue);
	p->magic = 0;
	free(p);
}

/* ---- taking entries --------------------------------------------------- */

static int
put_waiting(struct publisher *p, const struct tile *tile, struct span bytes)
{
	struct waiting w;
	size_t mark = p->queue.n;
	int rc;

	memset(&w, 0, sizeof w);
	w.tile = *tile;
	w.n = bytes.n;
	rc = buf_append(&p->queue, (struct span){(const char *)&w, sizeof w});
	if (rc == CONSENT_OK)
		rc = buf_append(&p->queue, bytes);
	if (rc != CONSENT_OK)
		p->queue.n = mark;
	return rc;
}

/* A row of hashes is full; with the lowest one the bundle is. */
static int
on_full(void *ctx, const struct tile *tile, struct span hashes)
{
	struct publisher *p = ctx;
	struct tile bundle = {TILE_ENTRIES, tile->index, TILE_WIDTH};
	int rc = CONSENT_OK;

	if (tile->level == 0 && !p->has_hole)
		rc = put_waiting(p, &bundle, buf_span(&p->bundle));
	return rc == CONSENT_OK ? put_waiting(p, tile, hashes) : rc;
}

static int
add_to_bundle(struct publisher *p, struct span line, bool erased)
{
	char size[2] = {(char)(line.n >> 8), (char)line.n};
	int rc;

	if (p->next % TILE_WIDTH == 0) {
		buf_clear(&p->bundle);
		p->has_hole = false;
	}
	p->has_hole = p->has_hole || erased;
	if (line.n > LAYOUT_LINE)
		return CONSENT_EINVAL;
	rc = buf_append(&p->bundle, (struct span){size, sizeof size});
	return rc == CONSENT_OK ? buf_append(&p->bundle, line) : rc;
}

/* Adds a leaf to the tree, or compares it with the one that is there. */
static int
add_leaf(struct publisher *p, const struct merkle_hash *leaf)
{
	const struct tile_row *row = &p->edge.rows[0];
	struct merkle_hash root;
	int rc = CONSENT_OK;

	if (p->next < p->edge.n)
		return memcmp(&row->hashes[p->next % TILE_WIDTH], leaf,
			   sizeof *leaf) == 0
			   ? CONSENT_OK
			   : CONSENT_EDENIED;
	rc = tile_add(&p->edge, leaf);
	if (rc != CONSENT_OK || p->edge.n != p->head.n)
		return rc;
	/* made anew up to where it was signed */
	rc = tile_root(&p->edge, &root);
	if (rc == CONSENT_OK && memcmp(&root, &p->head.root, sizeof root) != 0)
		rc = CONSENT_EDENIED;
	return rc;
}

static int flush_queue(struct publisher *p);

int
publisher_add(struct publisher *p, struct span line)
{
	struct merkle_hash leaf;
	bool erased;
	int rc = CONSENT_OK;

	CHECK(p);
	if (p->broken)
		return CONSENT_EINVAL;
	if (p->queue.n > PUBLISH_BACKLOG)
		rc = flush_queue(p);
	if (rc == CONSENT_OK)
		rc = entry_leaf(line, &leaf, &erased);
	if (rc == CONSENT_OK)
		rc = add_to_bundle(p, line, erased);
	if (rc == CONSENT_OK)
		rc = add_leaf(p, &leaf);
	if (rc == CONSENT_OK)
		p->next++;
	else
		p->broken = true;
	return rc;
}

void
publisher_forget(struct publisher *p, uint64_t bundle)
{
	size_t at = 0;

	CHECK(p);
	while (at < p->queue.n) {
		struct waiting w;

		memcpy(&w, p->queue.p + at, sizeof w);
		if (w.tile.level == TILE_ENTRIES && w.tile.index == bundle) {
			w.tile.width = 0;
			memcpy(p->queue.p + at, &w, sizeof w);
			memset(p->queue.p + at + sizeof w, 0, w.n);
		}
		at += sizeof w + w.n;
	}
	if (p->next == 0 || (p->next - 1) / TILE_WIDTH != bundle)
		return;
	p->has_hole = true;
	if (p->bundle.n > 0)
		memset(p->bundle.p, 0, p->bundle.n);
}

bool
publisher_is_complete(const struct publisher *p)
{
	CHECK(p);
	return !p->broken && p->next == p->edge.n && p->next >= p->head.n;
}

uint64_t
publisher_published(const struct publisher *p)
{
	CHECK(p);
	return p->head.n;
}

/* ---- writing ---------------------------------------------------------- */

static int
write_tile(struct publisher *p, const struct tile *tile, struct span bytes)
{
	char path[TILE_PATH];

	tile_path(tile, path);
	return store_batch_add(&p->batch, p->dir, path, bytes);
}

/* Takes the partial tiles away that a full one stands for. */
static void
drop_partials(struct publisher *p, const struct tile *full)
{
	struct tile partial = {full->level, full->index, 1};
	char path[TILE_PATH];

	tile_path(&partial, path);
	*strrchr(path, '/') = '\0';
	if (store_remove_folder(p->dir, path) != CONSENT_OK)
		return; /* they are in nobody's way */
}

/* Writes all full tiles and bundles. */
static int
write_queue(struct publisher *p)
{
	struct span rest = buf_span(&p->queue);
	struct waiting w;
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && rest.n > 0) {
		memcpy(&w, rest.p, sizeof w);
		rest = span_sub(rest, sizeof w, rest.n);
		if (w.tile.width > 0) /* else it was forgotten */
			rc = write_tile(p, &w.tile, span_sub(rest, 0, w.n));
		rest = span_sub(rest, w.n, rest.n);
	}
	return rc;
}

/* What was queued is on the disk: its partial tiles can go. */
static void
settle_queue(struct publisher *p)
{
	struct span rest = buf_span(&p->queue);
	struct waiting w;

	while (rest.n > 0) {
		memcpy(&w, rest.p, sizeof w);
		if (w.tile.width > 0)
			drop_partials(p, &w.tile);
		rest = span_sub(rest, sizeof w + w.n, rest.n);
	}
	buf_clear(&p->queue);
}

/* Writes a partial tile, unless it is there. */
static int
write_partial(struct publisher *p, size_t slot, const struct tile *tile,
    struct span bytes)
{
	struct tile *done = &p->done[slot];
	int rc;

	if (tile->width == 0 ||
	    (done->width == tile->width && done->index == tile->index))
		return CONSENT_OK;
	rc = write_tile(p, tile, bytes);
	if (rc == CONSENT_OK)
		*done = *tile;
	return rc;
}

static int
write_partials(struct publisher *p)
{
	const struct tile_row *low = &p->edge.rows[0];
	struct tile bundle = {TILE_ENTRIES, low->index, low->width};
	int level, rc = CONSENT_OK;

	if (!p->has_hole)
		rc = write_partial(
		    p, TILE_LEVELS, &bundle, buf_span(&p->bundle));
	for (level = 0; rc == CONSENT_OK && level < TILE_LEVELS; level++) {
		const struct tile_row *row = &p->edge.rows[level];
		struct tile tile = {level, row->index, row->width};
		struct span bytes = {(const char *)row->hashes,
		    row->width * sizeof row->hashes[0]};

		rc = write_partial(p, (size_t)level, &tile, bytes);
	}
	return rc;
}

/* Makes what was written durable, if it was; rc says so. */
static int
end_batch(struct publisher *p, int rc)
{
	int ended = store_batch_end(&p->batch);

	rc = rc == CONSENT_OK ? ended : rc;
	if (rc == CONSENT_OK)
		settle_queue(p);
	else
		memset(p->done, 0, sizeof p->done); /* it is written again */
	return rc;
}

/* Writes what waits, so that it takes no more memory. */
static int
flush_queue(struct publisher *p)
{
	return end_batch(p, write_queue(p));
}

static int
write_checkpoint(struct publisher *p, const struct merkle_head *head)
{
	struct buf note;
	int rc;

	buf_init(&note, NOTE_BYTES);
	rc = checkpoint_write(p->ring->keys[p->ring->n - 1], head, &note);
	if (rc == CONSENT_OK)
		rc = store_file(p->dir, PUBLISH_CHECKPOINT, buf_span(&note));
	buf_fini(&note);
	return rc;
}

int
publisher_publish(struct publisher *p)
{
	struct merkle_head head = {.n = p->edge.n};
	int rc = publisher_is_complete(p) ? CONSENT_OK : CONSENT_EINVAL;

	if (rc == CONSENT_OK && head.n == p->head.n && !p->is_anew)
		return CONSENT_OK;
	if (rc != CONSENT_OK)
		return rc;
	rc = write_queue(p);
	if (rc == CONSENT_OK)
		rc = write_partials(p);
	rc = end_batch(p, rc);
	if (rc == CONSENT_OK)
		rc = tile_root(&p->edge, &head.root);
	if (rc == CONSENT_OK)
		rc = write_checkpoint(p, &head);
	if (rc == CONSENT_OK) {
		p->head = head;
		p->is_anew = false;
	}
	return rc;
}
