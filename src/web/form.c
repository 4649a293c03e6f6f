#include "web/form.h"

#include "base/ascii.h"

void
form_init(struct form *f, struct span body, struct buf *scratch)
{
	*f = (struct form){.rest = body, .scratch = scratch};
	if (body.n == 0)
		f->rest.p = NULL;
}

/* Writes the decoded text to room, which has space for all of it. */
static struct span
decode(struct span text, char *room)
{
	struct span out = {room, 0};
	size_t i;

	for (i = 0; i < text.n; i++) {
		int high = -1, low = -1;
		char c = text.p[i];

		if (c == '%' && i + 2 < text.n) {
			high = ascii_hex_value(text.p[i + 1]);
			low = ascii_hex_value(text.p[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		room[out.n++] = c;
	}
	return out;
}

int
form_next(struct form *f, struct span *name, struct span *value)
{
	struct span piece = {NULL, 0};
	size_t equals;
	char *room;
	int rc;

	/* WHATWG URL 5.1: empty sequences between "&" are passed over */
	while (piece.n == 0) {
		if (f->rest.p == NULL)
			return CONSENT_ENOENT;
		piece = span_cut(&f->rest, '&');
	}
	if (f->n == FORM_FIELDS)
		return CONSENT_ELIMIT;
	buf_clear(f->scratch);
	rc = buf_reserve(f->scratch, piece.n, &room);
	if (rc != CONSENT_OK)
		return rc;
	f->n++;
	equals = span_find(piece, '=');
	*name = decode(span_sub(piece, 0, equals), room);
	*value = decode(span_sub(piece, equals + 1, piece.n), room + name->n);
	f->scratch->n = name->n + value->n;
	return CONSENT_OK;
}
