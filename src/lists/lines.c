#include "lists/lines.h"

void
lines_init(struct lines *l,
    int (*on_line)(void *ctx, struct span text, bool is_long), void *ctx)
{
	*l = (struct lines){.line = 1, .on_line = on_line, .ctx = ctx};
	buf_init(&l->held, LINES_MAX);
}

void
lines_fini(struct lines *l)
{
	buf_fini(&l->held);
}

static int
flush(struct lines *l)
{
	struct span text = buf_span(&l->held);
	int rc;

	if (span_ends(text, SPAN("\r")))
		text.n--;
	rc = l->on_line(l->ctx, text, l->is_long);
	buf_clear(&l->held);
	l->is_long = false;
	l->line++;
	return rc;
}

/* Holds a part of a line, as much of it as there is room. */
static int
hold(struct lines *l, struct span part)
{
	size_t room = LINES_MAX - l->held.n;

	if (part.n > room)
		l->is_long = true;
	return buf_append(&l->held, span_sub(part, 0, room));
}

int
lines_feed(struct lines *l, struct span piece)
{
	int rc = CONSENT_OK;

	while (piece.n > 0 && rc == CONSENT_OK) {
		size_t n = span_find(piece, '\n');

		rc = hold(l, span_sub(piece, 0, n));
		if (rc == CONSENT_OK && n < piece.n)
			rc = flush(l);
		piece = span_sub(piece, n < piece.n ? n + 1 : n, piece.n);
	}
	return rc;
}

int
lines_end(struct lines *l)
{
	return l->held.n > 0 ? flush(l) : CONSENT_OK;
}
