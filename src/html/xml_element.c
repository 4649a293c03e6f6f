#include "html/xml_element.h"

#include "base/ascii.h"
#include "base/spelling.h"
#include "html/attribute.h"
#include "html/xml_tag.h"

static struct xml_scope
scope_of(struct xml *x)
{
	return (struct xml_scope){&x->names, &x->entities};
}

/* What neither begins nor ends an element. */
/* More than can be held: it passes unasked, or the page is cut. */
static int
give_up(struct xml *x, struct span raw)
{
	int rc;

	if (x->handler.too_long == NULL ||
	    x->handler.too_long(x->ctx, &x->tag) != REWRITER_KEEP)
		return CONSENT_ELIMIT;
	x->way = WAY_KEEP;
	rc = output_emit(&x->out, buf_span(&x->raw));
	if (rc == CONSENT_OK)
		rc = output_emit(&x->out, buf_span(&x->held));
	output_keep(&x->out, raw);
	return rc;
}

int
xml_pass(struct xml *x, struct span raw)
{
	switch (x->way) {
	case WAY_KEEP:
		output_keep(&x->out, raw);
		return CONSENT_OK;
	case WAY_HOLD:
		if (x->held.n + raw.n <= x->options.text_max)
			return buf_append(&x->held, raw);
		return give_up(x, raw);
	case WAY_DROP:
		break;
	}
	return CONSENT_OK;
}

/* What a handler is told of an element's namespace; false: nothing. */
static bool
space_for_handler(
    const struct xml *x, enum xml_space space, enum rewriter_space *out)
{
	if (space == XML_HTML || (space == XML_NONE && x->is_sheet))
		*out = REWRITER_HTML;
	else if (space == XML_SVG)
		*out = REWRITER_SVG;
	else if (space == XML_MATHML)
		*out = REWRITER_MATHML;
	else
		return false;
	return true;
}

static bool
is_named(const struct xml *x, struct span name)
{
	return span_equal(rewriter_tag_name(&x->tag), name);
}

/* Puts in what a callback gives. */
static int
insert(struct xml *x, int (*callback)(void *, struct span *), bool *done)
{
	struct span bytes = {NULL, 0};
	int rc;

	if (callback == NULL || *done || x->tag.self_closing ||
	    xml_names_space(&x->names, SPAN("")) != XML_HTML)
		return CONSENT_OK;
	*done = true;
	rc = callback(x->ctx, &bytes);
	if (rc != CONSENT_OK)
		return rc;
	return output_emit(&x->out, bytes);
}

/* What goes in behind a tag that was kept. */
static int
insert_behind(struct xml *x)
{
	if (x->tag.space != REWRITER_HTML || x->names.depth != 2)
		return CONSENT_OK;
	if (is_named(x, SPAN("head")))
		return insert(x, x->handler.head, &x->head_done);
	if (is_named(x, SPAN("body")))
		return insert(x, x->handler.body, &x->body_done);
	return CONSENT_OK;
}

/* Whether markup says itself of which namespace it is: its first tag does. */
static bool
names_space(struct span markup)
{
	size_t end = span_find(markup, '>');
	struct attribute a;

	return end < markup.n &&
	       attribute_find(span_sub(markup, 0, end + 1), SPAN("xmlns"), &a);
}

/* Whether markup can stand where the element in question stands. */
static bool
can_stand(const struct xml *x, struct span markup)
{
	return markup.n > 0 && x->names.depth > 1 &&
	       (xml_names_space(&x->names, SPAN("")) == XML_HTML ||
		   names_space(markup)) &&
	       x->fits(markup);
}

/* Leaves the element out; what the handler gave stands for it or not. */
static int
leave_out(struct xml *x, enum rewriter_verdict verdict)
{
	struct span markup = buf_span(&x->edit);

	if (verdict == REWRITER_REPLACE && can_stand(x, markup))
		return output_emit(&x->out, markup);
	return output_drop(&x->out);
}

static int
drop(struct xml *x, enum rewriter_verdict verdict)
{
	if (!x->tag.self_closing) {
		x->way = WAY_DROP;
		x->depth = x->names.depth;
	}
	return leave_out(x, verdict);
}

/* Holds an element; out is its tag as it goes out if it stays. */
static int
hold(struct xml *x, struct span out)
{
	buf_clear(&x->raw);
	buf_clear(&x->held);
	x->way = WAY_HOLD;
	x->depth = x->names.depth;
	return buf_append(&x->raw, out);
}

/* The handler's bytes stand for the tag, if they are one. */
static int
edit(struct xml *x, struct span raw, struct buf *out)
{
	struct xml_scope scope = scope_of(x);

	buf_clear(out);
	return xml_tag_write(&scope, raw, buf_span(&x->edit), out);
}

static int
on_hold(struct xml *x, struct span raw)
{
	bool holds =
	    (is_named(x, SPAN("script")) || is_named(x, SPAN("style"))) &&
	    !x->tag.self_closing;
	int rc = CONSENT_OK;

	if (!holds) {
		output_keep(&x->out, raw);
		return CONSENT_OK;
	}
	if (x->edit.n > 0) {
		rc = edit(x, raw, &x->text);
		if (rc == CONSENT_EINVAL)
			return drop(x, REWRITER_DROP_ELEMENT);
		raw = buf_span(&x->text);
	}
	return rc == CONSENT_OK ? hold(x, raw) : rc;
}

static int
on_edit(struct xml *x, struct span raw)
{
	int rc = edit(x, raw, &x->text);

	if (rc == CONSENT_EINVAL)
		return drop(x, REWRITER_DROP_ELEMENT);
	return rc == CONSENT_OK ? output_emit(&x->out, buf_span(&x->text)) : rc;
}

static int
ask(struct xml *x, struct span raw)
{
	enum rewriter_verdict verdict = REWRITER_KEEP;

	buf_clear(&x->edit);
	if (x->handler.start_tag != NULL)
		verdict = x->handler.start_tag(x->ctx, &x->tag, &x->edit);
	switch (verdict) {
	case REWRITER_KEEP:
		output_keep(&x->out, raw);
		return insert_behind(x);
	case REWRITER_EDIT:
		return on_edit(x, raw);
	case REWRITER_DROP_TAG:
	case REWRITER_DROP_ELEMENT:
	case REWRITER_REPLACE:
		return drop(x, verdict);
	case REWRITER_HOLD:
		return on_hold(x, raw);
	case REWRITER_FAIL:
		break;
	}
	return CONSENT_ELIMIT;
}

/* Opens an element in the tree. */
static int
enter(struct xml *x, struct span raw, enum xml_space *space)
{
	struct xml_scope scope = scope_of(x);
	int rc;

	if (x->part == PART_END)
		return CONSENT_ELIMIT;
	buf_clear(&x->form);
	/* the held element's tag waits in x->tag: it must stay there */
	rc = x->way == WAY_HOLD ? CONSENT_ELIMIT : CONSENT_OK;
	if (rc == CONSENT_OK)
		rc = xml_tag_read(&scope, raw, &x->tag, &x->form);
	if (rc == CONSENT_OK)
		rc = xml_tag_space(&scope, raw, space);
	if (rc != CONSENT_OK)
		return rc;
	x->tag.options = &x->options;
	x->tag.names = &x->names;
	if (x->part != PART_ELEMENT) {
		x->is_sheet = *space == XML_XSLT;
		x->part = PART_ELEMENT;
	}
	return CONSENT_OK;
}

static int
close_names(struct xml *x, struct span name)
{
	int rc = xml_names_close(&x->names, name);

	if (rc == CONSENT_OK && x->names.depth == 0 &&
	    x->options.start == REWRITER_PAGE)
		x->part = PART_END;
	return rc;
}

int
xml_start_tag(struct xml *x, struct span raw)
{
	enum xml_space space = XML_NONE;
	int rc = enter(x, raw, &space);

	if (rc == CONSENT_OK && x->way == WAY_KEEP) {
		if (space_for_handler(x, space, &x->tag.space))
			rc = ask(x, raw);
		else
			output_keep(&x->out, raw);
	}
	if (rc == CONSENT_OK && span_ends(raw, SPAN("/>")))
		rc = close_names(x, xml_tag_name(raw));
	return rc;
}

/* The text of the held element as the tree has it, in x->text. */
static int
gather_text(struct xml *x)
{
	struct span rest = buf_span(&x->held);
	struct xml_scan scan = {.quote = 0};
	enum xml_kind kind;
	int rc = CONSENT_OK;

	buf_clear(&x->text);
	while (rest.n > 0 && rc == CONSENT_OK) {
		size_t n = xml_scan_next(&scan, rest, &kind);

		if (n == 0)
			return CONSENT_ELIMIT;
		if (kind == XML_TEXT)
			rc = xml_decode(
			    &x->entities, span_sub(rest, 0, n), &x->text);
		else if (kind == XML_CDATA)
			rc = buf_append(&x->text, span_sub(rest, 9, n - 12));
		rest = span_sub(rest, n, rest.n);
	}
	return rc;
}

/* Lets the held element go, but for its end tag, as it stands or edited. */
static int
release(struct xml *x, enum rewriter_verdict verdict)
{
	int rc = output_emit(&x->out, buf_span(&x->raw));

	if (rc != CONSENT_OK || verdict == REWRITER_KEEP)
		return rc == CONSENT_OK
			   ? output_emit(&x->out, buf_span(&x->held))
			   : rc;
	buf_clear(&x->text);
	rc = xml_escape(buf_span(&x->edit), &x->text);
	return rc == CONSENT_OK ? output_emit(&x->out, buf_span(&x->text)) : rc;
}

/* The held element is complete; raw is its end tag. */
static int
decide(struct xml *x, struct span raw)
{
	enum rewriter_verdict verdict = REWRITER_KEEP;
	int rc = gather_text(x);

	if (rc != CONSENT_OK)
		return rc;
	x->way = WAY_KEEP;
	buf_clear(&x->edit);
	if (x->handler.element != NULL)
		verdict = x->handler.element(
		    x->ctx, &x->tag, buf_span(&x->text), &x->edit);
	if (verdict == REWRITER_DROP_ELEMENT || verdict == REWRITER_REPLACE)
		return leave_out(x, verdict);
	if (verdict != REWRITER_KEEP && verdict != REWRITER_EDIT)
		return CONSENT_ELIMIT;
	rc = release(x, verdict);
	if (rc == CONSENT_OK)
		output_keep(&x->out, raw);
	return rc;
}

int
xml_end_tag(struct xml *x, struct span raw)
{
	struct span name = xml_tag_name(raw);
	struct span rest = span_sub(raw, 2 + name.n, raw.n - name.n - 3);
	bool ends = x->way != WAY_KEEP && x->names.depth == x->depth;
	int rc;

	if (rest.n > 0 && !spelling_is_all(rest, ASCII_SPACE))
		return CONSENT_ELIMIT;
	rc = close_names(x, name);
	if (rc != CONSENT_OK)
		return rc;
	if (!ends)
		return xml_pass(x, raw);
	if (x->way == WAY_HOLD)
		return decide(x, raw);
	x->way = WAY_KEEP;
	return CONSENT_OK;
}
