#include "trial/unified.h"

#include "base/utf8.h"
#include "trial/rewrite.h"

#include <libconsent/span.h>

#include <stdlib.h>
#include <string.h>

enum {
	UNIFIED_AROUND = 3, /* lines shown before and behind a change */
	UNIFIED_LINE = 200  /* bytes of a line on a terminal */
};

/* A run of whole lines of the page that became others. */
struct change {
	size_t from, to; /* in the page */
	size_t line, n;	 /* its first line, from 0, and how many */
	struct span made;
	size_t made_at; /* where that stands in the writer's text */
	size_t made_n;	/* its lines */
};

struct writer {
	const struct rewrite *r;
	const struct unified_options *options;
	struct buf *out;
	struct buf text; /* what stands in the place of all changes */
	struct change *changes;
	size_t n;
	int rc;
};

/* Where the line that holds offset at ends, its newline included. */
static size_t
line_end(struct span text, size_t at)
{
	const char *end =
	    at < text.n ? memchr(text.p + at, '\n', text.n - at) : NULL;

	return end == NULL ? text.n : (size_t)(end - text.p) + 1;
}

/* Where it begins. */
static size_t
line_start(struct span text, size_t at)
{
	const char *end = at == 0 ? NULL : memrchr(text.p, '\n', at);

	return end == NULL ? 0 : (size_t)(end - text.p) + 1;
}

static size_t
count_lines(struct span text)
{
	size_t n = 0, at = 0;

	for (; at < text.n; at = line_end(text, at))
		n++;
	return n;
}

static void
keep(struct writer *w, struct span text)
{
	if (w->rc == CONSENT_OK)
		w->rc = buf_append(&w->text, text);
}

/*
 * Makes a change of all edits from number i on that touch its lines, up to the
 * end of the last one's line; returns the number of the next edit.
 */
static size_t
take_edits(struct writer *w, size_t i, struct change *c)
{
	const struct rewrite *r = w->r;
	size_t at = line_start(r->page, r->edits[i].from);

	*c = (struct change){.from = at, .made_at = w->text.n};
	do {
		const struct rewrite_edit *e = &r->edits[i++];

		keep(w, span_sub(r->page, at, e->from - at));
		keep(w, span_sub(buf_span(&r->made), e->made, e->n));
		at = e->to;
		c->to = line_end(r->page, at);
	} while (i < r->n_edits && r->edits[i].from < c->to);
	keep(w, span_sub(r->page, at, c->to - at));
	return i;
}

/* Lines at the front that are the same; moves both on. */
static size_t
trim_front(struct span *a, struct span *b)
{
	size_t lines = 0;

	while (a->n > 0 && b->n > 0) {
		size_t n = line_end(*a, 0);

		if (n != line_end(*b, 0) || memcmp(a->p, b->p, n) != 0)
			break;
		*a = span_sub(*a, n, a->n);
		*b = span_sub(*b, n, b->n);
		lines++;
	}
	return lines;
}

static void
trim_back(struct span *a, struct span *b)
{
	while (a->n > 0 && b->n > 0) {
		size_t n = a->n - line_start(*a, a->n - 1);

		if (n != b->n - line_start(*b, b->n - 1) ||
		    memcmp(a->p + a->n - n, b->p + b->n - n, n) != 0)
			break;
		a->n -= n;
		b->n -= n;
	}
}

/* Finishes a change once nothing moves any more. */
static void
settle(struct writer *w, struct change *c)
{
	struct span page = w->r->page;
	struct span old = span_sub(page, c->from, c->to - c->from), made;
	size_t first, same;

	made = c->made;
	same = trim_front(&old, &made);
	first = c->to - old.n;
	trim_back(&old, &made);
	c->line += same;
	c->from = first;
	c->to = first + old.n;
	c->n = count_lines(old);
	c->made = made;
	c->made_n = count_lines(made);
}

/* Gathers the edits; what stands in their places is whole behind this. */
static void
gather(struct writer *w)
{
	size_t i = 0;

	w->changes = calloc(w->r->n_edits, sizeof *w->changes);
	if (w->changes == NULL)
		w->rc = CONSENT_ENOMEM;
	while (w->changes != NULL && i < w->r->n_edits) {
		struct change *c = &w->changes[w->n++];

		i = take_edits(w, i, c);
		c->made.n = w->text.n - c->made_at;
	}
}

/* Counts lines, and leaves out what comes to nothing. */
static void
settle_all(struct writer *w)
{
	struct span page = w->r->page;
	size_t i, n = 0, at = 0, line = 0;

	for (i = 0; i < w->n; i++) {
		struct change c = w->changes[i];

		line += count_lines(span_sub(page, at, c.from - at));
		at = c.from;
		c.line = line;
		c.made = span_sub(buf_span(&w->text), c.made_at, c.made.n);
		settle(w, &c);
		if (c.n > 0 || c.made_n > 0)
			w->changes[n++] = c;
	}
	w->n = n;
}

static void
put(struct writer *w, struct span text)
{
	if (w->rc == CONSENT_OK)
		w->rc = buf_append(w->out, text);
}

/* A line for a terminal: short, and nothing in it that one acts on. */
static void
put_shown(struct writer *w, struct span line)
{
	char text[UNIFIED_LINE];
	size_t n = line.n < sizeof text ? line.n : sizeof text;

	if (n > 0)
		memcpy(text, line.p, n);
	utf8_tame(text, n);
	put(w, (struct span){text, n});
	if (line.n > n)
		put(w, SPAN(" ..."));
}

/* One line of the page behind its mark, in a colour where there are some. */
static void
put_line(struct writer *w, const char *mark, const char *code, struct span line)
{
	bool ends = span_ends(line, SPAN("\n"));
	bool shines = w->options->is_colour && *code != '\0';

	line.n -= ends;
	if (shines)
		put(w, span_of(code));
	put(w, span_of(mark));
	if (w->options->is_terminal)
		put_shown(w, line);
	else
		put(w, line);
	if (shines)
		put(w, SPAN("\33[0m"));
	put(w, ends ? SPAN("\n") : SPAN("\n\\ No newline at end of file\n"));
}

static void
put_name(struct writer *w, const char *mark, const char *name)
{
	if (w->options->is_colour)
		put(w, SPAN("\33[1m"));
	put(w, span_of(mark));
	put(w, span_of(name));
	put(w, w->options->is_colour ? SPAN("\33[0m\n") : SPAN("\n"));
}

static void
put_lines(
    struct writer *w, const char *mark, const char *code, struct span text)
{
	size_t at, end;

	for (at = 0; at < text.n; at = end) {
		end = line_end(text, at);
		put_line(w, mark, code, span_sub(text, at, end - at));
	}
}

static void
put_range(struct writer *w, char sign, size_t line, size_t n)
{
	/* a range of no lines is named by the line before it */
	if (w->rc == CONSENT_OK)
		w->rc = buf_printf(w->out, n == 1 ? "%c%zu" : "%c%zu,%zu", sign,
		    line + (n > 0), n);
}

/* The changes from first to last, with what is around and between them. */
struct hunk {
	const struct change *first, *last;
	size_t from, to; /* in the page */
	size_t before;	 /* lines shown before the first */
};

static void
find_around(const struct writer *w, struct hunk *h)
{
	struct span page = w->r->page;
	size_t i;

	h->from = h->first->from;
	h->to = h->last->to;
	h->before = 0;
	for (i = 0; i < UNIFIED_AROUND && h->from > 0; i++, h->before++)
		h->from = line_start(page, h->from - 1);
	for (i = 0; i < UNIFIED_AROUND; i++)
		h->to = line_end(page, h->to);
}

/* *shift is by how many lines what came before grew, modulo all sizes. */
static void
put_head(struct writer *w, const struct hunk *h, size_t *shift)
{
	size_t line = h->first->line - h->before;
	size_t n = count_lines(span_sub(w->r->page, h->from, h->to - h->from));
	size_t made_line = line + *shift, grown = 0;
	const struct change *c;

	for (c = h->first; c <= h->last; c++)
		grown += c->made_n - c->n;
	if (w->options->is_colour)
		put(w, SPAN("\33[36m"));
	put(w, SPAN("@@ "));
	put_range(w, '-', line, n);
	put(w, SPAN(" "));
	put_range(w, '+', made_line, n + grown);
	put(w, SPAN(" @@"));
	put(w, w->options->is_colour ? SPAN("\33[0m\n") : SPAN("\n"));
	*shift += grown;
}

static void
put_hunk(struct writer *w, struct hunk *h, size_t *shift)
{
	struct span page = w->r->page;
	const struct change *c;
	size_t at;

	find_around(w, h);
	put_head(w, h, shift);
	at = h->from;
	for (c = h->first; c <= h->last; c++) {
		put_lines(w, " ", "", span_sub(page, at, c->from - at));
		put_lines(w, "-", "\33[31m",
		    span_sub(page, c->from, c->to - c->from));
		put_lines(w, "+", "\33[32m", c->made);
		at = c->to;
	}
	put_lines(w, " ", "", span_sub(page, at, h->to - at));
}

/* Whether the next change is so near that both belong to one hunk. */
static bool
is_near(const struct change *c)
{
	return c[1].line - (c->line + c->n) <= 2 * (size_t)UNIFIED_AROUND;
}

static void
put_all(struct writer *w)
{
	size_t i = 0, shift = 0;

	put_name(w, "--- ", w->options->from);
	put_name(w, "+++ ", w->options->to);
	while (i < w->n) {
		struct hunk h = {.first = &w->changes[i]};

		while (i + 1 < w->n && is_near(&w->changes[i]))
			i++;
		h.last = &w->changes[i++];
		put_hunk(w, &h, &shift);
	}
}

int
unified_write(const struct rewrite *r, const struct unified_options *options,
    struct buf *out)
{
	struct writer w = {.r = r, .options = options, .out = out};

	if (r->n_edits == 0)
		return CONSENT_OK;
	buf_init(&w.text, r->page.n + r->made.n);
	gather(&w);
	if (w.rc == CONSENT_OK)
		settle_all(&w);
	if (w.rc == CONSENT_OK && w.n > 0)
		put_all(&w);
	free(w.changes);
	buf_fini(&w.text);
	return w.rc;
}
