#include "fuzz.h"

#include "html/attribute.h"
#include "html/xml.h"

#include <libconsent/buf.h>

#include <stdlib.h>

/*
 * Any bytes as an XML document. Asserted: untouched it comes out as it went in;
 * with elements dropped, edited and held it comes out the same however it is
 * cut; what comes out is read again, and has nothing left to drop.
 */

static void
require(int holds)
{
	if (!holds)
		abort();
}

static const struct rewriter_handler idle = {.start_tag = NULL};

/* How many elements were dropped. */
static size_t dropped;

static enum rewriter_verdict
on_start_tag(void *ctx, struct rewriter_tag *tag, struct buf *replacement)
{
	static const struct attribute_change change = {
	    .name = {"title", 5}, .value = {NULL, 0}};
	struct span name = rewriter_tag_name(tag);
	struct attribute a;

	(void)ctx;
	if (attribute_find(rewriter_tag_raw(tag), SPAN("src"), &a)) {
		dropped++;
		return REWRITER_DROP_ELEMENT;
	}
	if (span_equal(name, SPAN("script")) || span_equal(name, SPAN("style")))
		return REWRITER_HOLD;
	if (!attribute_find(rewriter_tag_raw(tag), SPAN("title"), &a))
		return REWRITER_KEEP;
	require(attribute_edit(rewriter_tag_raw(tag), &change, 1,
		    replacement) == CONSENT_OK);
	return REWRITER_EDIT;
}

static enum rewriter_verdict
on_element(void *ctx, struct rewriter_tag *tag, struct span text,
    struct buf *replacement)
{
	(void)ctx;
	(void)tag;
	if (text.n > 3 && text.p[0] == 'd') {
		dropped++;
		return REWRITER_DROP_ELEMENT;
	}
	if (text.n == 0 || text.p[0] != 'e')
		return REWRITER_KEEP;
	return buf_append(replacement, SPAN("a<&]]>")) == CONSENT_OK
		   ? REWRITER_EDIT
		   : REWRITER_FAIL;
}

static int
on_place(void *ctx, struct span *insert)
{
	(void)ctx;
	*insert = SPAN("<hr/>");
	return 0;
}

static const struct rewriter_handler busy = {.start_tag = on_start_tag,
    .element = on_element,
    .body = on_place,
    .head = on_place};

static int
keep(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)mark;
	return buf_append(ctx, bytes);
}

static int
run(const struct rewriter_handler *handler, struct span in, size_t step,
    struct buf *out)
{
	struct rewriter_options options = {.tag_max = 4096, .text_max = 8192};
	struct xml *x =
	    xml_new(&options, handler, NULL, (struct sink){keep, out});
	int rc = CONSENT_OK;

	require(x != NULL);
	buf_clear(out);
	for (; rc == CONSENT_OK && in.n > 0; in = span_sub(in, step, in.n))
		rc = xml_write(x, span_sub(in, 0, step), SINK_FLUSH);
	if (rc == CONSENT_OK)
		rc = xml_write(x, SPAN(""), SINK_LAST);
	xml_free(x);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span in = {(const char *)data, n};
	struct buf whole, parts;
	int rc;

	buf_init(&whole, 1 << 22);
	buf_init(&parts, 1 << 22);
	if (run(&idle, in, SIZE_MAX, &whole) == CONSENT_OK)
		require(span_equal(buf_span(&whole), in));
	rc = run(&busy, in, SIZE_MAX, &whole);
	require(
	    (run(&busy, in, 1, &parts) == CONSENT_OK) == (rc == CONSENT_OK));
	if (rc == CONSENT_OK) {
		require(span_equal(buf_span(&whole), buf_span(&parts)));
		require(run(&busy, in, 7, &parts) == CONSENT_OK);
		require(span_equal(buf_span(&whole), buf_span(&parts)));
		dropped = 0;
		if (whole.n > 0) {
			require(run(&busy, buf_span(&whole), SIZE_MAX,
				    &parts) == CONSENT_OK);
			require(dropped == 0);
		}
	}
	buf_fini(&whole);
	buf_fini(&parts);
	return 0;
}
