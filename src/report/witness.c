#include "report/witness.h"

#include "audit/checkpoint.h"
#include "audit/publish.h"
#include "audit/store.h"
#include "audit/tiles.h"
#include "base/digest.h"
#include "base/utf8.h"
#include "report/follow.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How far it has come. */
struct stand {
	struct follow_place place;
	int64_t time;
	struct tile_edge edge;
};

struct witness {
	const char *dir;
	const struct note_ring *ring;
	struct follow *follow;
	struct stand now; /* now.place is told of at a mark only */
	struct stand mark;
	struct stand ahead; /* where witness_check began */
	struct witness_fault fault;
};

int
witness_new(const char *dir, const struct note_ring *ring, struct witness **out)
{
	struct witness *w = calloc(1, sizeof *w);
	int rc;

	if (w == NULL)
		return CONSENT_ENOMEM;
	w->dir = dir;
	w->ring = ring;
	rc = follow_new(dir, &w->follow);
	if (rc != CONSENT_OK) {
		witness_free(w);
		return rc;
	}
	*out = w;
	return CONSENT_OK;
}

void
witness_free(struct witness *w)
{
	if (w == NULL)
		return;
	follow_free(w->follow);
	free(w);
}

const struct witness_fault *
witness_fault(const struct witness *w)
{
	return &w->fault;
}

uint64_t
witness_size(const struct witness *w)
{
	return w->now.edge.n;
}

static void
keep(const struct witness *w, struct stand *out)
{
	*out = w->now;
	out->place = follow_tell(w->follow);
}

static void
go_back(struct witness *w, const struct stand *stand)
{
	w->now = *stand;
	follow_go(w->follow, &stand->place);
}

void
witness_mark(struct witness *w)
{
	keep(w, &w->mark);
}

void
witness_return(struct witness *w)
{
	go_back(w, &w->mark);
}

void
witness_restart(struct witness *w)
{
	struct follow_place start = follow_entry(0);

	memset(&w->now, 0, sizeof w->now);
	follow_go(w->follow, &start);
}

/* ---- faults ----------------------------------------------------------- */

/* A line is wrong, or, where it is NULL, the log as such. */
static int CONSENT_PRINTF(3, 4) blame(
    struct witness *w, const struct reader_line *line, const char *format, ...)
{
	struct witness_fault *fault = &w->fault;
	va_list args;

	memset(fault, 0, sizeof *fault);
	fault->seq = w->now.edge.n;
	if (line != NULL) {
		memcpy(fault->file, line->file, sizeof fault->file);
		fault->line = line->line;
	}
	va_start(args, format);
	(void)vsnprintf(fault->why, sizeof fault->why, format, args);
	va_end(args);
	return CONSENT_EDENIED;
}

/* ---- the checkpoint --------------------------------------------------- */

static int
read_note(struct witness *w, struct buf *out)
{
	int rc, dir = open(w->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return CONSENT_EIO;
	buf_clear(out);
	rc = store_read(dir, PUBLISH_CHECKPOINT, out);
	(void)close(dir); /* read only: nothing to lose */
	/* it goes into a text of a database */
	if (rc == CONSENT_OK)
		rc = buf_append_byte(out, '\0');
	if (rc == CONSENT_ELIMIT)
		return blame(w, NULL, "the checkpoint is too long");
	if (rc == CONSENT_OK &&
	    (strlen(out->p) != --out->n || !utf8_is_all(buf_span(out))))
		return blame(w, NULL, "the checkpoint is no text");
	return rc;
}

/* The key of the ring that signed, by its verifier key. */
static int
find_signer(struct witness *w, struct witness_head *out)
{
	struct span text;
	size_t by = 0;
	int rc = note_open(buf_span(&out->note), w->ring, &text, &by);

	if (rc == CONSENT_OK)
		note_key_write(w->ring->keys[by], out->vkey);
	return rc;
}

int
witness_look(struct witness *w, struct witness_head *out)
{
	struct span origin = {NULL, 0};
	int rc = read_note(w, &out->note);

	if (rc != CONSENT_OK)
		return rc;
	out->vkey[0] = '\0';
	rc = checkpoint_peek(buf_span(&out->note), &origin, &out->head);
	if (rc == CONSENT_OK && w->ring != NULL)
		rc = checkpoint_read(buf_span(&out->note), w->ring, &out->head);
	if (rc == CONSENT_OK && w->ring != NULL)
		rc = find_signer(w, out);
	if (rc == CONSENT_EDENIED)
		return blame(w, NULL,
		    "the checkpoint was not signed by a key that was given");
	if (rc == CONSENT_EINVAL || origin.n >= sizeof out->origin)
		return blame(w, NULL, "the checkpoint is none");
	if (rc != CONSENT_OK)
		return rc;
	memcpy(out->origin, origin.p, origin.n);
	out->origin[origin.n] = '\0';
	return CONSENT_OK;
}

/* ---- entries ---------------------------------------------------------- */

/* Reads a line strictly; it must be the entry that comes next. */
static int
read_strictly(struct witness *w, struct witness_entry *out, struct entry *entry)
{
	const char *why = "";
	int rc = entry_read(out->line.text, entry, &why);

	if (rc != CONSENT_OK)
		return blame(w, &out->line, "%s", why);
	if (entry->seq == out->seq)
		return CONSENT_OK;
	return blame(w, &out->line, "it has the number %" PRIu64, entry->seq);
}

static int
take_line(struct witness *w, struct witness_entry *out)
{
	const char *why = "";
	int rc = follow_next(w->follow, &out->line, &why);

	if (rc == CONSENT_EINVAL)
		return blame(w, &out->line, "%s", why);
	if (rc == CONSENT_ENOENT)
		return blame(w, NULL,
		    "the log ends after %" PRIu64
		    " entries, before its checkpoint does",
		    w->now.edge.n);
	return rc;
}

int
witness_next(struct witness *w, struct witness_entry *out, struct entry *entry)
{
	struct entry_peek peek;
	bool erased;
	int rc = take_line(w, out);

	if (rc != CONSENT_OK)
		return rc;
	out->seq = w->now.edge.n;
	rc = entry_leaf(out->line.text, &out->leaf, &erased);
	if (rc == CONSENT_EINVAL)
		return blame(w, &out->line, "not an entry");
	if (rc == CONSENT_OK && entry != NULL)
		rc = read_strictly(w, out, entry);
	if (rc != CONSENT_OK)
		return rc;
	rc = tile_add(&w->now.edge, &out->leaf);
	if (rc != CONSENT_OK)
		return rc;
	if (!erased && entry_peek(out->line.text, &peek))
		w->now.time = peek.time;
	out->time = w->now.time;
	return CONSENT_OK;
}

/* ---- comparing -------------------------------------------------------- */

static void
spell(const struct merkle_hash *hash, char text[DIGEST_HEX])
{
	digest_hex(hash->bytes, sizeof hash->bytes, text);
}

int
witness_compare(struct witness *w, const struct merkle_head *head)
{
	char ours[DIGEST_HEX], theirs[DIGEST_HEX];
	struct merkle_hash root;
	int rc = tile_root(&w->now.edge, &root);

	if (rc != CONSENT_OK)
		return rc;
	if (w->now.edge.n == head->n &&
	    memcmp(&root, &head->root, sizeof root) == 0)
		return CONSENT_OK;
	spell(&root, ours);
	spell(&head->root, theirs);
	return blame(w, NULL,
	    "%" PRIu64 " entries have the root %s, not %s as in the "
	    "checkpoint of %" PRIu64,
	    w->now.edge.n, ours, theirs, head->n);
}

/* Compares a leaf with its place in the tile that lies in the log. */
static int
compare_with_tile(
    struct witness *w, const struct witness_entry *entry, struct span tile)
{
	char ours[DIGEST_HEX], theirs[DIGEST_HEX];
	struct merkle_hash hash;
	size_t at = entry->seq % TILE_WIDTH * MERKLE_BYTES;

	if (at + MERKLE_BYTES > tile.n)
		return CONSENT_OK;
	memcpy(&hash, tile.p + at, sizeof hash);
	if (memcmp(&hash, &entry->leaf, sizeof hash) == 0)
		return CONSENT_OK;
	spell(&entry->leaf, ours);
	spell(&hash, theirs);
	(void)blame(w, &entry->line, "its leaf is %s, and %s in the tile", ours,
	    theirs);
	w->fault.seq = entry->seq; /* it was added already */
	return CONSENT_EDENIED;
}

/* Looks from the start for a leaf that the log's tiles know otherwise. */
static int
search_tiles(struct witness *w, const struct merkle_head *head, int dir)
{
	struct witness_entry entry;
	struct buf tile;
	int rc = CONSENT_OK;

	buf_init(&tile, TILES_HASHES + 1); /* a byte to see the end */
	witness_restart(w);
	while (rc == CONSENT_OK && w->now.edge.n < head->n) {
		struct tile name = {.level = 0};

		name.index = w->now.edge.n / TILE_WIDTH;
		name.width = tile_width(0, name.index, head->n);
		if (w->now.edge.n % TILE_WIDTH == 0 &&
		    tiles_read(dir, &name, &tile) != CONSENT_OK)
			buf_clear(&tile); /* then it tells nothing */
		rc = witness_next(w, &entry, NULL);
		if (rc == CONSENT_OK)
			rc = compare_with_tile(w, &entry, buf_span(&tile));
	}
	buf_fini(&tile);
	return rc;
}

/* The tree is another one: names an entry where the tiles know it. */
static int
search(struct witness *w, const struct merkle_head *head)
{
	struct witness_fault whole = w->fault;
	int rc, dir = open(w->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return CONSENT_EIO;
	rc = search_tiles(w, head, dir);
	(void)close(dir); /* read only: nothing to lose */
	if (rc != CONSENT_OK)
		return rc;
	w->fault = whole;
	return CONSENT_EDENIED;
}

int
witness_check(struct witness *w, const struct merkle_head *head)
{
	struct witness_entry line;
	struct entry entry;
	int rc = CONSENT_OK;

	keep(w, &w->ahead);
	while (rc == CONSENT_OK && w->now.edge.n < head->n)
		rc = witness_next(w, &line, &entry);
	if (rc == CONSENT_OK) {
		rc = witness_compare(w, head);
		if (rc == CONSENT_EDENIED)
			rc = search(w, head);
	}
	go_back(w, &w->ahead);
	return rc;
}
