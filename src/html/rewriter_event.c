#include "html/rewriter_event.h"

#include "base/ascii.h"
#include "html/attribute.h"
#include "html/rewriter_element.h"

enum {
	BEGIN_BEFORE = CONTEXT_HEAD_BEFORE | CONTEXT_BODY_BEFORE,
	BEGIN_AFTER = CONTEXT_HEAD_AFTER | CONTEXT_BODY_AFTER,
	BEGIN_HEAD = CONTEXT_HEAD_BEFORE | CONTEXT_HEAD_AFTER,
	BEGIN_BODY = CONTEXT_BODY_BEFORE | CONTEXT_BODY_AFTER
};

/* Calls one of the insertion callbacks, once. */
static int
begin_one(
    struct rewriter *r, int (*callback)(void *, struct span *), bool *done)
{
	struct span insert = {NULL, 0};
	int rc;

	if (callback == NULL || *done)
		return CONSENT_OK;
	*done = true;
	rc = callback(r->ctx, &insert);
	if (rc != CONSENT_OK || insert.n == 0)
		return rc;
	return output_emit(&r->out, insert);
}

/* Calls back what begins, of enum context_begin. The callbacks' codes. */
static int
begin(struct rewriter *r, unsigned begins)
{
	int rc = CONSENT_OK;

	if ((begins & BEGIN_HEAD) != 0)
		rc = begin_one(r, r->handler.head, &r->head_done);
	if (rc == CONSENT_OK && (begins & BEGIN_BODY) != 0)
		rc = begin_one(r, r->handler.body, &r->body_done);
	return rc;
}

static void
name_lower(struct rewriter_tag *tag, struct span name)
{
	size_t i;

	tag->name_n = name.n < sizeof tag->name ? name.n : sizeof tag->name;
	for (i = 0; i < tag->name_n; i++)
		tag->name[i] = ascii_lower(name.p[i]);
}

static void
tag_fill(struct rewriter_tag *tag, const struct rewriter *r,
    const struct tokenizer_event *e)
{
	tag->options = &r->options;
	tag->context = &r->context;
	tag->names = NULL;
	tag->raw = e->raw;
	tag->letters = e->letters;
	tag->space = REWRITER_HTML;
	tag->self_closing = e->self_closing;
	name_lower(tag, attribute_tag_name(e->raw));
}

/* What the context says of a start tag, noted in the tag. */
static int
tag_place(
    struct rewriter *r, struct rewriter_tag *tag, struct context_effect *effect)
{
	static const enum rewriter_space spaces[] = {
	    [CONTEXT_HTML] = REWRITER_HTML,
	    [CONTEXT_SVG] = REWRITER_SVG,
	    [CONTEXT_MATHML] = REWRITER_MATHML,
	};
	struct context_tag placed = {
	    tag->raw, rewriter_tag_name(tag), tag->self_closing};
	int rc = context_start_tag(&r->context, &placed, effect);

	if (rc != CONSENT_OK)
		return rc;
	tag->space = spaces[effect->space];
	if (tag->space == REWRITER_HTML &&
	    span_equal(placed.name, SPAN("image")))
		name_lower(tag, SPAN("img")); /* 13.2.6.4.7 */
	return CONSENT_OK;
}

/*
 * A tag that is left out may have closed foreign elements (13.2.6.5): what
 * follows must not come to stand inside of them. Where it is not sure which
 * these were, a tag that closes them too does so, and nothing else.
 */
static int
close_left(struct rewriter *r)
{
	size_t now = context_top(&r->context).depth, i;
	int rc = CONSENT_OK;

	if (r->unsure && r->before > now)
		return output_emit(&r->out, SPAN("<meta>"));
	for (i = r->before; rc == CONSENT_OK && i > now; i--) {
		rc = output_emit(&r->out, SPAN("</"));
		if (rc == CONSENT_OK)
			rc = output_emit(
			    &r->out, context_name(&r->context, i - 1));
		if (rc == CONSENT_OK)
			rc = output_emit(&r->out, SPAN(">"));
	}
	return rc;
}

/* Takes a tag, or all of its element, out. */
static int
tag_leave_out(struct rewriter *r, struct rewriter_tag *tag,
    const struct context_effect *effect, enum rewriter_verdict verdict)
{
	int rc = CONSENT_OK;

	if (verdict != REWRITER_DROP_TAG || effect->opens ||
	    effect->text != TOKENIZER_DATA)
		rc = element_drop(r, tag, effect);
	if (rc != CONSENT_OK)
		return rc;
	if (verdict == REWRITER_REPLACE)
		return output_emit(&r->out, buf_span(&r->edit));
	rc = output_drop(&r->out);
	return rc == CONSENT_OK ? close_left(r) : rc;
}

/* Asks the handler about a start tag and does what it says. */
static int
tag_decide(struct rewriter *r, struct rewriter_tag *tag,
    const struct context_effect *effect)
{
	enum rewriter_verdict verdict = REWRITER_KEEP;

	buf_clear(&r->edit);
	if (r->handler.start_tag != NULL)
		verdict = r->handler.start_tag(r->ctx, tag, &r->edit);
	switch (verdict) {
	case REWRITER_KEEP:
		output_keep(&r->out, tag->raw);
		return CONSENT_OK;
	case REWRITER_EDIT:
		return output_emit(&r->out, buf_span(&r->edit));
	case REWRITER_DROP_TAG:
	case REWRITER_DROP_ELEMENT:
	case REWRITER_REPLACE:
		return tag_leave_out(r, tag, effect, verdict);
	case REWRITER_HOLD:
		return element_hold(r, tag, effect);
	case REWRITER_FAIL:
		break;
	}
	return CONSENT_ELIMIT;
}

static int
on_start_tag(struct rewriter *r, const struct tokenizer_event *event)
{
	struct rewriter_tag *tag = &r->tag;
	struct context_effect effect;
	int rc;

	tag_fill(tag, r, event);
	r->before = context_top(&r->context).depth;
	r->unsure = context_is_doubtful(&r->context);
	rc = tag_place(r, tag, &effect);
	if (rc == CONSENT_OK && r->passage != PASS_KEEP)
		rc = element_inner_start(r, tag);
	if (rc == CONSENT_OK)
		rc = begin(r, effect.begins & BEGIN_BEFORE);
	if (rc == CONSENT_OK && r->passage == PASS_KEEP)
		rc = tag_decide(r, tag, &effect);
	if (rc == CONSENT_OK)
		rc = begin(r, effect.begins & BEGIN_AFTER);
	if (effect.text != TOKENIZER_DATA)
		tokenizer_enter(
		    &r->tokenizer, effect.text, rewriter_tag_name(tag));
	return rc;
}

static int
on_end_tag(struct rewriter *r, const struct tokenizer_event *event)
{
	struct span name;
	unsigned begins;
	int rc;

	name_lower(&r->tag, attribute_tag_name(event->raw));
	name = rewriter_tag_name(&r->tag);
	rc = context_end_tag(&r->context, name, &begins);
	if (rc == CONSENT_OK)
		rc = begin(r, begins);
	if (rc != CONSENT_OK)
		return rc;
	if (r->passage != PASS_KEEP)
		return element_inner_end(r, name, event);
	output_keep(&r->out, event->raw);
	return CONSENT_OK;
}

static int
on_text(struct rewriter *r, const struct tokenizer_event *event)
{
	unsigned begins;
	size_t n;
	int rc;

	if (event->text != TOKENIZER_DATA)
		return element_pass(r, event->raw);
	n = context_text(&r->context, event->raw, &begins);
	if (n == event->raw.n)
		return element_pass(r, event->raw);
	rc = element_pass(r, span_sub(event->raw, 0, n));
	if (rc == CONSENT_OK)
		rc = begin(r, begins);
	if (rc == CONSENT_OK)
		rc = element_pass(r, span_sub(event->raw, n, event->raw.n));
	return rc;
}

static int
on_comment(struct rewriter *r, const struct tokenizer_event *event)
{
	if (event->begins &&
	    context_cdata(&r->context) == CONTEXT_CDATA_DOUBT &&
	    span_starts(event->raw, SPAN("<![CDATA[")))
		return CONSENT_ELIMIT;
	return element_pass(r, event->raw);
}

static int
on_other(struct rewriter *r, const struct tokenizer_event *event)
{
	return element_pass(r, event->raw);
}

int
event_take(struct rewriter *r, const struct tokenizer_event *event)
{
	static int (*const rows[])(
	    struct rewriter *, const struct tokenizer_event *) = {
	    [TOKENIZER_TEXT] = on_text,
	    [TOKENIZER_START_TAG] = on_start_tag,
	    [TOKENIZER_END_TAG] = on_end_tag,
	    [TOKENIZER_COMMENT] = on_comment,
	    [TOKENIZER_DOCTYPE] = on_other,
	    [TOKENIZER_SILENT] = on_other,
	};
	bool whole = event->kind == TOKENIZER_START_TAG ||
		     event->kind == TOKENIZER_END_TAG ||
		     event->kind == TOKENIZER_SILENT;
	int rc;

	if (whole && event->raw.n > r->options.tag_max)
		return CONSENT_ELIMIT;
	rc = rows[event->kind](r, event);
	tokenizer_set_foreign(
	    &r->tokenizer, context_cdata(&r->context) == CONTEXT_CDATA_YES);
	return rc;
}

int
event_begin_last(struct rewriter *r)
{
	return begin(r, context_finish(&r->context));
}

int
event_end(struct rewriter *r)
{
	bool done = r->options.start != REWRITER_PAGE;

	return begin_one(r, r->handler.end, &done);
}
