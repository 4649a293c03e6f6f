#include "audit/receipt.h"

#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "audit/proof.h"
#include "audit/publish.h"
#include "audit/reader.h"
#include "audit/store.h"
#include "audit/tiles.h"

#include <jansson.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void
receipt_init(struct receipt *r)
{
	buf_init(&r->entry, LAYOUT_LINE);
	buf_init(&r->proof, PROOF_BYTES);
}

void
receipt_fini(struct receipt *r)
{
	buf_fini(&r->entry);
	buf_fini(&r->proof);
}

/* A log that is being looked into. */
struct search {
	const char *path;
	int dir;
	uint64_t seq;
	struct buf checkpoint;
	struct merkle_head head;
};

static int
read_checkpoint(struct search *s)
{
	struct span origin;
	int rc = store_read(s->dir, PUBLISH_CHECKPOINT, &s->checkpoint);

	if (rc == CONSENT_OK)
		rc = checkpoint_peek(
		    buf_span(&s->checkpoint), &origin, &s->head);
	if (rc == CONSENT_ELIMIT)
		rc = CONSENT_EINVAL;
	if (rc == CONSENT_OK && s->seq >= s->head.n)
		rc = CONSENT_EBUSY;
	return rc;
}

/* From the bundle, where 256 entries have one file. */
static int
read_bundled(const struct search *s, struct buf *entry)
{
	struct tile tile = {TILE_ENTRIES, s->seq / TILE_WIDTH, 0};
	struct span line;
	struct buf bundle;
	int rc;

	tile.width = tile_width(TILE_ENTRIES, tile.index, s->head.n);
	buf_init(&bundle, TILE_WIDTH * (LAYOUT_LINE + 2) + 1);
	rc = tiles_read(s->dir, &tile, &bundle);
	if (rc == CONSENT_OK)
		rc = tiles_entry(
		    buf_span(&bundle), (unsigned)(s->seq % TILE_WIDTH), &line);
	if (rc == CONSENT_OK)
		rc = buf_append(entry, line);
	buf_fini(&bundle);
	return rc;
}

/* From the segment: bundles that held an erased entry are gone. */
static int
read_logged(const struct search *s, struct buf *entry)
{
	struct entry_peek peek = {.seq = UINT64_MAX};
	enum reader_state state = READER_LINE;
	struct reader *reader = NULL;
	struct reader_line line;
	char stray[LAYOUT_NAME];
	int rc = reader_open(s->path, &reader, stray);

	if (rc == CONSENT_OK)
		reader_seek(reader, reader_find(reader, s->seq));
	while (rc == CONSENT_OK && peek.seq != s->seq) {
		rc = reader_next(reader, &state, &line);
		if (rc == CONSENT_OK &&
		    (state != READER_LINE || !entry_peek(line.text, &peek)))
			rc = CONSENT_EINVAL;
	}
	if (rc == CONSENT_OK && peek.type == LAYOUT_ERASED)
		rc = CONSENT_EDENIED;
	if (rc == CONSENT_OK)
		rc = buf_append(entry, line.text);
	reader_close(reader);
	return rc;
}

/* The path to the root, and whether it leads there from the entry. */
static int
prove(const struct search *s, struct receipt *r)
{
	struct proof proof = {.index = s->seq,
	    .path.n = 0,
	    .checkpoint = buf_span(&s->checkpoint)};
	struct merkle_source source;
	struct tiles *tiles = NULL;
	struct merkle_hash hash;
	int rc = tiles_open(s->dir, s->head.n, &tiles);

	if (rc != CONSENT_OK)
		return rc;
	source = tiles_source(tiles);
	rc = merkle_prove(&source, s->seq, s->head.n, &proof.path);
	tiles_close(tiles);
	if (rc == CONSENT_ENOENT)
		rc = CONSENT_EINVAL; /* a tile that must be there */
	if (rc == CONSENT_OK)
		rc = merkle_leaf(buf_span(&r->entry), &hash);
	if (rc == CONSENT_OK)
		rc = merkle_climb(&proof.path, s->seq, s->head.n, &hash);
	if (rc == CONSENT_EDENIED ||
	    (rc == CONSENT_OK &&
		memcmp(&hash, &s->head.root, sizeof hash) != 0))
		rc = CONSENT_EINVAL;
	return rc == CONSENT_OK ? proof_write(&proof, &r->proof) : rc;
}

int
receipt_find(const char *dir, uint64_t seq, struct receipt *r)
{
	int rc, fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct search s = {.path = dir, .dir = fd, .seq = seq};

	buf_clear(&r->entry);
	buf_clear(&r->proof);
	if (fd < 0)
		return errno == ENOENT ? CONSENT_ENOENT : CONSENT_EIO;
	buf_init(&s.checkpoint, NOTE_BYTES);
	rc = read_checkpoint(&s);
	if (rc == CONSENT_OK) {
		rc = read_bundled(&s, &r->entry);
		if (rc == CONSENT_ENOENT)
			rc = read_logged(&s, &r->entry);
		if (rc == CONSENT_ENOENT)
			rc =
			    CONSENT_EINVAL; /* no entries where one is signed */
	}
	if (rc == CONSENT_OK)
		rc = prove(&s, r);
	buf_fini(&s.checkpoint);
	(void)close(fd); /* read only: nothing to lose */
	return rc;
}

static int
on_json(const char *bytes, size_t n, void *ctx)
{
	return buf_append(ctx, (struct span){bytes, n}) == CONSENT_OK ? 0 : -1;
}

int
receipt_write(const struct receipt *r, struct buf *out)
{
	json_t *root = json_pack("{s:s%, s:s%}", "entry", r->entry.p,
	    r->entry.n, "proof", r->proof.p, r->proof.n);
	size_t mark = out->n;
	int rc = CONSENT_OK;

	if (root == NULL)
		return CONSENT_ENOMEM;
	if (json_dump_callback(
		root, on_json, out, JSON_COMPACT | JSON_PRESERVE_ORDER) != 0)
		rc = out->n + r->entry.n + r->proof.n > out->max
			 ? CONSENT_ELIMIT
			 : CONSENT_ENOMEM;
	json_decref(root);
	if (rc != CONSENT_OK)
		out->n = mark;
	return rc;
}

static int
take_text(const json_t *root, const char *name, struct buf *out)
{
	const json_t *value = json_object_get(root, name);
	struct span text = {
	    json_string_value(value), json_string_length(value)};
	int rc;

	if (!json_is_string(value))
		return CONSENT_EINVAL;
	rc = buf_append(out, text);
	return rc == CONSENT_ELIMIT ? CONSENT_EINVAL : rc;
}

int
receipt_read(struct span text, struct receipt *r)
{
	json_t *root;
	int rc;

	buf_clear(&r->entry);
	buf_clear(&r->proof);
	if (text.n == 0 || text.n > RECEIPT_BYTES)
		return CONSENT_EINVAL;
	root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	rc = json_object_size(root) == 2 ? CONSENT_OK : CONSENT_EINVAL;
	if (rc == CONSENT_OK)
		rc = take_text(root, "entry", &r->entry);
	if (rc == CONSENT_OK)
		rc = take_text(root, "proof", &r->proof);
	json_decref(root);
	return rc;
}
