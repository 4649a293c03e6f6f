#include "html/xml.h"

#include "base/ascii.h"
#include "base/spelling.h"
#include "html/xml_element.h"
#include "html/xml_sheet.h"
#include "html/xml_state.h"

#include <stdlib.h>

struct xml *
xml_new(const struct rewriter_options *options,
    const struct rewriter_handler *handler, void *ctx, struct sink out)
{
	struct xml *x = calloc(1, sizeof *x);
	size_t room;

	if (x == NULL)
		return NULL;
	x->options = *options;
	if (x->options.tag_max == 0)
		x->options.tag_max = REWRITER_TAG_MAX;
	if (x->options.text_max == 0)
		x->options.text_max = REWRITER_TEXT_MAX;
	x->handler = *handler;
	x->ctx = ctx;
	x->fits = xml_fits;
	x->out.sink = out;
	x->part = options->start == REWRITER_PAGE ? PART_START : PART_ELEMENT;
	room = x->options.tag_max + x->options.text_max;
	xml_names_init(&x->names);
	xml_entities_init(&x->entities);
	buf_init(&x->form, 8 * room); /* references that are written out */
	buf_init(&x->raw, room);
	buf_init(&x->held, x->options.text_max);
	buf_init(&x->text, room);
	buf_init(&x->edit, room);
	buf_init(&x->carry, room);
	return x;
}

void
xml_free(struct xml *x)
{
	if (x == NULL)
		return;
	xml_names_fini(&x->names);
	xml_entities_fini(&x->entities);
	buf_fini(&x->form);
	buf_fini(&x->raw);
	buf_fini(&x->held);
	buf_fini(&x->text);
	buf_fini(&x->edit);
	buf_fini(&x->carry);
	free(x);
}

/* ---- passing ---------------------------------------------------------- */

static int
on_text(struct xml *x, struct span raw)
{
	if (x->part != PART_ELEMENT && raw.n > 0 &&
	    !spelling_is_all(raw, ASCII_SPACE))
		return CONSENT_ELIMIT;
	return xml_pass(x, raw);
}

static int
on_comment(struct xml *x, struct span raw)
{
	struct span text = span_sub(raw, 4, raw.n - 7);

	/* "--" is an error, at which some stop and some do not */
	if (raw.n < 7 || span_search(text, SPAN("--")) < text.n ||
	    span_ends(text, SPAN("-")))
		return CONSENT_ELIMIT;
	return xml_pass(x, raw);
}

static int
on_cdata(struct xml *x, struct span raw)
{
	return x->part == PART_ELEMENT ? xml_pass(x, raw) : CONSENT_ELIMIT;
}

static int
on_doctype(struct xml *x, struct span raw)
{
	int rc;

	if (x->part > PART_PROLOG || raw.n > XML_DOCTYPE_MAX)
		return CONSENT_ELIMIT;
	rc = xml_doctype_read(&x->entities, raw);
	return rc == CONSENT_OK ? xml_pass(x, raw) : rc;
}

static int
on_broken(struct xml *x, struct span raw)
{
	(void)x;
	(void)raw;
	return CONSENT_ELIMIT;
}

/* ---- bytes ------------------------------------------------------------ */

static int
take(struct xml *x, enum xml_kind kind, struct span raw)
{
	static int (*const rows[])(struct xml *, struct span) = {
	    [XML_TEXT] = on_text,
	    [XML_START_TAG] = xml_start_tag,
	    [XML_END_TAG] = xml_end_tag,
	    [XML_COMMENT] = on_comment,
	    [XML_CDATA] = on_cdata,
	    [XML_INSTRUCTION] = xml_instruction,
	    [XML_DOCTYPE] = on_doctype,
	    [XML_BROKEN] = on_broken,
	};
	size_t max = kind == XML_START_TAG || kind == XML_END_TAG
			 ? x->options.tag_max
			 : x->options.text_max;

	int rc;

	if (kind != XML_TEXT && raw.n > max)
		return CONSENT_ELIMIT;
	rc = rows[kind](x, raw);
	if (x->part == PART_START)
		x->part = PART_PROLOG;
	return rc;
}

/* Works through s as far as its pieces are complete. */
static int
run(struct xml *x, struct span s, size_t *used)
{
	enum xml_kind kind;
	int rc = CONSENT_OK;

	*used = 0;
	while (rc == CONSENT_OK && *used < s.n) {
		struct span rest = span_sub(s, *used, s.n);
		size_t n = xml_scan_next(&x->scan, rest, &kind);

		if (n == 0)
			break;
		rc = take(x, kind, span_sub(rest, 0, n));
		*used += n;
	}
	return rc == CONSENT_OK ? output_settle(&x->out) : rc;
}

/* A byte order mark is passed, and is no text of the document. */
static int
pass_mark(struct xml *x, struct span *bytes)
{
	struct span mark = SPAN("\xEF\xBB\xBF");
	int rc;

	if (x->part != PART_START || x->marked || bytes->n == 0)
		return CONSENT_OK;
	if (x->carry.n == 0 && bytes->n >= mark.n && !span_starts(*bytes, mark))
		return CONSENT_OK; /* nothing to wait for: no copy */
	rc = buf_append(&x->carry, *bytes);
	*bytes = SPAN("");
	if (rc != CONSENT_OK || !span_starts(buf_span(&x->carry), mark))
		return rc;
	buf_drain(&x->carry, mark.n);
	x->marked = true;
	return output_emit(&x->out, mark);
}

/* Whether what is carried may still be the start of a byte order mark. */
static bool
waits_for_mark(const struct xml *x)
{
	struct span mark = SPAN("\xEF\xBB\xBF");

	return x->part == PART_START && !x->marked && x->carry.n > 0 &&
	       x->carry.n < mark.n && span_starts(mark, buf_span(&x->carry));
}

static int
feed(struct xml *x, struct span bytes)
{
	size_t used;
	int rc = pass_mark(x, &bytes);

	if (rc != CONSENT_OK || waits_for_mark(x))
		return rc;
	if (x->carry.n > 0) {
		rc = buf_append(&x->carry, bytes);
		if (rc == CONSENT_OK)
			rc = run(x, buf_span(&x->carry), &used);
		if (rc == CONSENT_OK)
			buf_drain(&x->carry, used);
		return rc;
	}
	rc = run(x, bytes, &used);
	if (rc == CONSENT_OK && used < bytes.n)
		rc = buf_append(&x->carry, span_sub(bytes, used, bytes.n));
	return rc;
}

/* A document that ends before its root does is none. */
static int
finish(struct xml *x)
{
	if (x->carry.n > 0 || x->way != WAY_KEEP)
		return CONSENT_ELIMIT;
	if (x->options.start == REWRITER_FRAGMENT)
		return x->names.depth == 0 ? CONSENT_OK : CONSENT_ELIMIT;
	return x->part == PART_END || x->part == PART_START ? CONSENT_OK
							    : CONSENT_ELIMIT;
}

int
xml_write(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct xml *x = ctx;

	if (x->rc != CONSENT_OK)
		return x->rc;
	x->rc = feed(x, bytes);
	if (x->rc == CONSENT_OK && mark == SINK_LAST)
		x->rc = finish(x);
	if (x->rc == CONSENT_OK && mark != SINK_MORE)
		x->rc = sink_write(&x->out.sink, SPAN(""), mark);
	return x->rc;
}

bool
xml_fits(struct span markup)
{
	static const struct rewriter_handler asks_nothing = {.start_tag = NULL};
	struct rewriter_options options = {.start = REWRITER_FRAGMENT};
	struct xml *x = xml_new(&options, &asks_nothing, NULL, sink_nowhere);
	bool fits = x != NULL && xml_write(x, markup, SINK_LAST) == CONSENT_OK;

	xml_free(x);
	return fits;
}
