#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "html/attribute.h"
#include "html/rewriter.h"
#include "html/tokenizer.h"

/*
 * Any bytes as a page. Asserted: untouched, it comes out as it went in; with
 * tags dropped, edited and held it comes out the same however it is cut, and
 * whether it can be placed does not depend on the cuts; nor does either depend
 * on whether the tags that stay are looked at.
 */

enum {
	NAME_ROOM = 16
};

static void
require(int holds)
{
	if (!holds)
		abort();
}

static enum rewriter_verdict on_start_tag(
    void *ctx, struct rewriter_tag *tag, struct buf *replacement);
static enum rewriter_verdict on_element(void *ctx, struct rewriter_tag *tag,
    struct span text, struct buf *replacement);

static struct skim_wish wishes(struct span name);

static int
on_place(void *ctx, struct span *insert)
{
	(void)ctx;
	*insert = SPAN("<hr>");
	return 0;
}

static const struct rewriter_handler idle = {.start_tag = NULL};
static const struct rewriter_handler busy = {.start_tag = on_start_tag,
    .element = on_element,
    .body = on_place,
    .head = on_place};
static const struct rewriter_handler skimming = {.start_tag = on_start_tag,
    .element = on_element,
    .body = on_place,
    .head = on_place,
    .wishes = wishes};

/* Removes one attribute and sets another. */
static enum rewriter_verdict
edit(struct rewriter_tag *tag, struct buf *replacement)
{
	const struct attribute_change changes[] = {
	    {SPAN("src"), {NULL, 0}}, {SPAN("id"), SPAN("a\"&")}};

	if (attribute_edit(rewriter_tag_raw(tag), changes, 2, replacement) !=
	    CONSENT_OK)
		return REWRITER_FAIL;
	return REWRITER_EDIT;
}

static const char drops[] = " img video object svg math desc style ";
static const char holds[] = " script noscript iframe title xmp ";

/* The name between blanks; empty for one that is too long. */
static void
pad(struct span name, char word[NAME_ROOM])
{
	word[0] = 0;
	if (name.n + 3 > NAME_ROOM)
		return;
	word[0] = ' ';
	memcpy(word + 1, name.p, name.n);
	memcpy(word + 1 + name.n, " ", 2);
}

/* What on_start_tag looks at. */
static struct skim_wish
wishes(struct span name)
{
	struct skim_wish wish = {tokenizer_letter('x'), 0};
	char word[NAME_ROOM];

	pad(name, word);
	if (word[0] == 0 || strstr(holds, word) != NULL ||
	    strstr(drops, word) != NULL)
		wish.letters = UINT32_MAX;
	return wish;
}

/* The verdict goes by the name, and by what an attribute says. */
static enum rewriter_verdict
on_start_tag(void *ctx, struct rewriter_tag *tag, struct buf *replacement)
{
	struct span name = rewriter_tag_name(tag);
	struct span value = {NULL, 0};
	char word[NAME_ROOM];

	(void)ctx;
	require(rewriter_tag_raw(tag).n >= 3);
	pad(name, word);
	if (word[0] == 0)
		return edit(tag, replacement);
	if (strstr(holds, word) != NULL)
		return REWRITER_HOLD;
	if (rewriter_tag_attribute(tag, SPAN("x"), replacement, &value) != 0)
		return strstr(drops, word) != NULL ? REWRITER_DROP_ELEMENT
						   : REWRITER_KEEP;
	buf_clear(replacement);
	return value.n == 0 ? REWRITER_DROP_TAG : edit(tag, replacement);
}

static enum rewriter_verdict
on_element(void *ctx, struct rewriter_tag *tag, struct span text,
    struct buf *replacement)
{
	const struct rewriter_job job = {
	    rewriter_tag_nested(tag, REWRITER_FRAGMENT), &busy, ctx};

	if (span_search(text, SPAN("x")) < text.n)
		return REWRITER_DROP_ELEMENT;
	if (!span_equal(rewriter_tag_name(tag), SPAN("noscript")))
		return REWRITER_KEEP;
	return rewriter_run(&job, text, replacement) == CONSENT_OK
		   ? REWRITER_EDIT
		   : REWRITER_FAIL;
}

static int
write_to_buf(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)mark;
	return buf_append(ctx, bytes);
}

/*
 * Rewrites page whole or, with a seed, in pieces that are gone after the
 * call, some of them flushed.
 */
static int
rewrite(const struct rewriter_handler *handler, struct span page, unsigned seed,
    struct buf *out)
{
	const struct rewriter_options options = {
	    .tag_max = 200, .text_max = 300};
	struct sink sink = {write_to_buf, out};
	struct rewriter *r = rewriter_new(&options, handler, NULL, sink);
	int rc = CONSENT_OK;

	require(r != NULL);
	while (rc == CONSENT_OK && page.n > 0) {
		struct span piece = page;
		char *copy;

		if (seed != 0) {
			seed = seed * 1664525u + 1013904223u;
			piece = span_sub(page, 0, 1 + (seed >> 24) % 40);
		}
		copy = malloc(piece.n);
		require(copy != NULL);
		memcpy(copy, piece.p, piece.n);
		rc = rewriter_write(r, (struct span){copy, piece.n},
		    (seed >> 16) % 4 == 0 ? SINK_FLUSH : SINK_MORE);
		free(copy);
		page = span_sub(page, piece.n, page.n);
	}
	if (rc == CONSENT_OK)
		rc = rewriter_write(r, SPAN(""), SINK_LAST);
	rewriter_free(r);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span page = {n > 0 ? (const char *)data : "", n};
	struct buf whole;
	struct buf cut;
	int rc;

	buf_init(&whole, SIZE_MAX);
	buf_init(&cut, SIZE_MAX);
	rc = rewrite(&idle, page, (unsigned)n + 1, &whole);
	require(rc == CONSENT_ELIMIT ||
		(rc == CONSENT_OK && span_equal(buf_span(&whole), page)));
	buf_clear(&whole);
	rc = rewrite(&busy, page, 0, &whole);
	require(rewrite(&busy, page, (unsigned)n + 1, &cut) == rc);
	require(rc == CONSENT_OK || rc == CONSENT_ELIMIT);
	require(
	    rc != CONSENT_OK || span_equal(buf_span(&whole), buf_span(&cut)));
	buf_clear(&cut);
	require(rewrite(&skimming, page, (unsigned)n + 1, &cut) == rc);
	require(
	    rc != CONSENT_OK || span_equal(buf_span(&whole), buf_span(&cut)));
	buf_fini(&whole);
	buf_fini(&cut);
	return 0;
}
