#include "proxy/memo_entry.h"

#include <stdlib.h>
#include <string.h>

enum {
	NOTES_TEXT = MEMO_NOTES * 256
};

int
memo_entry_new(const struct memo_key *key, size_t max, struct memo_entry **out)
{
	struct memo_entry *e = calloc(1, sizeof *e);
	int rc;

	if (e == NULL)
		return CONSENT_ENOMEM;
	e->refs = 1;
	e->facts = key->facts;
	e->hash = key->hash;
	e->url_n = key->url.n;
	buf_init(&e->named, key->url.n + key->charset.n);
	buf_init(&e->in, max);
	buf_init(&e->out, max);
	buf_init(&e->pieces, max);
	buf_init(&e->notes, MEMO_NOTES * sizeof(struct memo_note));
	buf_init(&e->text, NOTES_TEXT);
	rc = buf_append(&e->named, key->url);
	if (rc == CONSENT_OK)
		rc = buf_append(&e->named, key->charset);
	if (rc == CONSENT_OK)
		*out = e;
	else
		memo_entry_free(e);
	return rc;
}

void
memo_entry_free(struct memo_entry *e)
{
	if (e == NULL)
		return;
	buf_fini(&e->named);
	buf_fini(&e->in);
	buf_fini(&e->out);
	buf_fini(&e->pieces);
	buf_fini(&e->notes);
	buf_fini(&e->text);
	free(e);
}

bool
memo_entry_is_of(const struct memo_entry *e, const struct memo_key *key)
{
	struct span named = buf_span(&e->named);

	return e->hash == key->hash && e->url_n == key->url.n &&
	       memcmp(&e->facts, &key->facts, sizeof e->facts) == 0 &&
	       span_equal(span_sub(named, 0, e->url_n), key->url) &&
	       span_equal(span_sub(named, e->url_n, named.n), key->charset);
}

/* ---- while the page goes by ------------------------------------------- */

static void
append(struct memo_entry *e, struct buf *to, struct span bytes)
{
	if (!e->fails && buf_append(to, bytes) != CONSENT_OK)
		e->fails = true;
}

void
memo_entry_take(struct memo_entry *e, struct span in)
{
	append(e, &e->in, in);
}

void
memo_entry_give(struct memo_entry *e, struct span out)
{
	append(e, &e->out, out);
}

void
memo_entry_mark(struct memo_entry *e, enum sink_mark mark)
{
	const struct memo_piece piece = {.in = (uint32_t)e->in.n,
	    .out = (uint32_t)e->out.n,
	    .mark = (uint32_t)mark};

	append(
	    e, &e->pieces, (struct span){(const char *)&piece, sizeof piece});
}

/* The row of that number, out of a buf of rows. */
static bool
row_of(const struct buf *rows, size_t i, void *out, size_t size)
{
	if (i >= rows->n / size)
		return false;
	memcpy(out, rows->p + i * size, size);
	return true;
}

/* One time more, where the name is there already. */
static bool
repeat(struct memo_entry *e, enum inventory_kind kind, struct span name)
{
	struct memo_note note;
	size_t i;

	for (i = 0; memo_entry_noted(e, i, &note); i++) {
		if (note.kind != kind ||
		    !span_equal(
			name, span_sub(buf_span(&e->text), note.at, note.n)))
			continue;
		note.times++;
		memcpy(e->notes.p + i * sizeof note, &note, sizeof note);
		return true;
	}
	return false;
}

void
memo_entry_note(
    struct memo_entry *e, enum inventory_kind kind, struct span name)
{
	const struct memo_note note = {.kind = kind,
	    .times = 1,
	    .at = (uint32_t)e->text.n,
	    .n = (uint32_t)name.n};

	if (e->fails || name.n == 0 || repeat(e, kind, name))
		return;
	append(e, &e->text, name);
	append(e, &e->notes, (struct span){(const char *)&note, sizeof note});
}

/* Gives back what lies beyond the content; short of memory it stays. */
static void
trim(struct buf *b)
{
	char *p = b->n > 0 ? realloc(b->p, b->n) : NULL;

	if (p == NULL)
		return;
	b->p = p;
	b->cap = b->n;
}

void
memo_entry_seal(struct memo_entry *e)
{
	trim(&e->in);
	trim(&e->out);
	trim(&e->pieces);
	trim(&e->notes);
	trim(&e->text);
}

/* ---- rows ------------------------------------------------------------- */

bool
memo_entry_piece(const struct memo_entry *e, size_t i, struct memo_piece *out)
{
	return row_of(&e->pieces, i, out, sizeof *out);
}

bool
memo_entry_noted(const struct memo_entry *e, size_t i, struct memo_note *out)
{
	return row_of(&e->notes, i, out, sizeof *out);
}

size_t
memo_entry_bytes(const struct memo_entry *e)
{
	return sizeof *e + e->named.cap + e->in.cap + e->out.cap +
	       e->pieces.cap + e->notes.cap + e->text.cap;
}
