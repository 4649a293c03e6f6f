#include "fuzz.h"

#include <stdlib.h>

#include <libconsent/buf.h>

#include "html/attribute.h"
#include "html/tokenizer.h"

/*
 * Any bytes as a page, from each text mode. Asserted: the raw bytes of the
 * events are the page, and its tokens are the same however it is cut.
 */

/* Tokens as bytes; pieces of one text, comment or doctype are joined. */
struct log {
	struct buf out;
	int kind; /* of the last piece, with its text mode; -1: joined off */
};

static void
require(int holds)
{
	if (!holds)
		abort();
}

static void
log_span(struct log *log, struct span s)
{
	require(buf_append(&log->out, s) == CONSENT_OK);
}

static void
log_attributes(struct log *log, struct span tag)
{
	struct attribute_cursor c = attribute_begin(tag);
	const char *end = tag.p;
	struct attribute a;

	while (attribute_next(&c, &a)) {
		require(a.raw.p >= end && a.name.n > 0);
		end = a.raw.p + a.raw.n;
		require(end < tag.p + tag.n);
		require(a.value.p >= a.name.p + a.name.n);
		log_span(log, a.name);
	}
}

static void
log_event(struct log *log, const struct tokenizer_event *e)
{
	int kind = (int)e->kind * 16 + (int)e->text;
	bool joins =
	    e->kind == TOKENIZER_TEXT ||
	    ((e->kind == TOKENIZER_COMMENT || e->kind == TOKENIZER_DOCTYPE) &&
		!e->begins);

	require(e->data.n <= e->raw.n);
	if (!joins || kind != log->kind)
		require(buf_printf(&log->out, "\n%d:", kind) == CONSENT_OK);
	log->kind = kind;
	log_span(log, e->kind == TOKENIZER_COMMENT ? e->data : e->raw);
	if (e->kind == TOKENIZER_START_TAG || e->kind == TOKENIZER_END_TAG) {
		require(e->raw.p[0] == '<' && e->raw.p[e->raw.n - 1] == '>');
		log_attributes(log, e->raw);
	}
	if (e->self_closing || e->ends)
		log_span(log, SPAN("."));
}

/* The next piece's size: all of it, or 1 to 8 at random. */
static size_t
next_size(size_t left, unsigned *seed)
{
	if (*seed == 0)
		return left;
	*seed = *seed * 1664525u + 1013904223u;
	return left < 8 ? left : 1 + (*seed >> 24) % 8;
}

static void
tokenize(struct tokenizer t, struct span page, unsigned seed, struct log *log)
{
	struct tokenizer_event e;
	size_t start = 0;
	size_t end = 0;

	do {
		end += next_size(page.n - end, &seed);
		while (tokenizer_next(&t, span_sub(page, start, end - start),
			   end == page.n, &e) == TOKENIZER_EVENT) {
			require(e.raw.n == 0 || e.raw.p == page.p + start);
			start += e.raw.n;
			log_event(log, &e);
		}
	} while (end < page.n);
	require(start == page.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct span names[] = {{"", 0}, {"title", 5}, {"style", 5},
	    {"script", 6}, {"plaintext", 9}, {"", 0}};
	struct span page = {n > 0 ? (const char *)data : "", n};
	int text;

	for (text = TOKENIZER_DATA; text <= TOKENIZER_CDATA; text++) {
		struct log whole = {.kind = -1};
		struct log cut = {.kind = -1};
		struct tokenizer t;

		buf_init(&whole.out, SIZE_MAX);
		buf_init(&cut.out, SIZE_MAX);
		tokenizer_init(&t);
		if (text != TOKENIZER_DATA)
			tokenizer_enter(
			    &t, (enum tokenizer_text)text, names[text]);
		tokenizer_set_foreign(&t, text % 2 == 0);
		tokenize(t, page, 0, &whole);
		tokenize(t, page, (unsigned)n + 1, &cut);
		require(span_equal(buf_span(&whole.out), buf_span(&cut.out)));
		buf_fini(&whole.out);
		buf_fini(&cut.out);
	}
	return 0;
}
