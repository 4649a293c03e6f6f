#include "html/rewriter_element.h"

#include "html/charref.h"
#include "html/element.h"

/* Lets go what is held so far, unasked; what follows is kept, too. */
static int
hold_give_up(struct rewriter *r)
{
	struct span before = buf_span(&r->held), now = r->hold;
	size_t skip = r->element.edited ? r->element.tag_n : 0;
	int rc = CONSENT_OK;

	if (r->element.edited)
		rc = output_emit(&r->out, buf_span(&r->tag_edit));
	if (rc == CONSENT_OK && before.n > 0)
		rc = output_emit(&r->out, span_sub(before, skip, before.n));
	if (rc == CONSENT_OK)
		output_keep(
		    &r->out, before.n > 0 ? now : span_sub(now, skip, now.n));
	r->passage = PASS_KEEP;
	r->hold = (struct span){NULL, 0};
	buf_clear(&r->held);
	return rc;
}

/* Adds to what is held, up to the ceiling. */
static int
hold_add(struct rewriter *r, struct span raw)
{
	if (r->hold.n == 0)
		r->hold = raw;
	else
		r->hold.n += raw.n;
	if (r->held.n + r->hold.n - r->element.tag_n <= r->options.text_max)
		return CONSENT_OK;
	r->element.tag.raw = span_sub(
	    r->held.n > 0 ? buf_span(&r->held) : r->hold, 0, r->element.tag_n);
	if (r->handler.too_long == NULL ||
	    r->handler.too_long(r->ctx, &r->element.tag) != REWRITER_KEEP)
		return CONSENT_ELIMIT;
	return hold_give_up(r);
}

int
element_pass(struct rewriter *r, struct span raw)
{
	switch (r->passage) {
	case PASS_KEEP:
		output_keep(&r->out, raw);
		break;
	case PASS_HOLD:
		return hold_add(r, raw);
	case PASS_DROP:
		break;
	}
	return CONSENT_OK;
}

/* Whether the tag makes an element without content. */
static bool
tag_is_void(const struct rewriter_tag *tag)
{
	if (tag->space != REWRITER_HTML)
		return tag->self_closing;
	return (element_find(rewriter_tag_name(tag)).flags & ELEMENT_VOID) != 0;
}

static void
element_open(struct rewriter *r, const struct rewriter_tag *tag,
    const struct context_effect *effect)
{
	struct rewriter_element *e = &r->element;

	e->tag = *tag;
	e->place = context_top(&r->context);
	e->count = 1;
	e->tag_n = tag->raw.n;
	e->edited = false;
	if (effect->text != TOKENIZER_DATA)
		e->ending = END_TEXT;
	else
		e->ending = effect->opens ? END_PLACE : END_COUNT;
}

int
element_drop(struct rewriter *r, const struct rewriter_tag *tag,
    const struct context_effect *effect)
{
	if (context_is_doubtful(&r->context))
		return CONSENT_ELIMIT;
	if (!tag_is_void(tag)) {
		element_open(r, tag, effect);
		r->passage = PASS_DROP;
	}
	return CONSENT_OK;
}

/* Whether the text of the element can be held. */
static bool
element_is_holdable(
    const struct rewriter_tag *tag, const struct context_effect *effect)
{
	struct span name = rewriter_tag_name(tag);

	if (tag->space == REWRITER_HTML)
		return effect->text != TOKENIZER_DATA &&
		       effect->text != TOKENIZER_PLAINTEXT;
	return effect->opens && (span_equal(name, SPAN("script")) ||
				    span_equal(name, SPAN("style")));
}

int
element_hold(struct rewriter *r, const struct rewriter_tag *tag,
    const struct context_effect *effect)
{
	if (!element_is_holdable(tag, effect)) {
		if (r->edit.n > 0)
			return output_emit(&r->out, buf_span(&r->edit));
		output_keep(&r->out, tag->raw);
		return CONSENT_OK;
	}
	element_open(r, tag, effect);
	r->passage = PASS_HOLD;
	r->hold = tag->raw;
	if (r->edit.n == 0)
		return CONSENT_OK;
	r->element.edited = true;
	buf_clear(&r->tag_edit);
	return buf_append(&r->tag_edit, buf_span(&r->edit));
}

/*
 * The text of a foreign script or style as the tree has it: there it is
 * ordinary content, with references, CDATA sections and comments.
 */
static int
foreign_text(struct rewriter *r, struct span *text)
{
	struct tokenizer t;
	struct tokenizer_event e;
	struct span rest = *text;
	int rc = CONSENT_OK;

	tokenizer_init(&t);
	tokenizer_set_foreign(&t, true);
	buf_clear(&r->text);
	while (rc == CONSENT_OK &&
	       tokenizer_next(&t, rest, true, &e) == TOKENIZER_EVENT) {
		if (e.kind == TOKENIZER_TEXT)
			rc = charref_decode(e.raw,
			    e.text == TOKENIZER_CDATA ? CHARREF_CDATA
						      : CHARREF_DATA,
			    &r->text);
		rest = span_sub(rest, e.raw.n, rest.n);
	}
	*text = buf_span(&r->text);
	return rc;
}

/* Everything of the held element so far, in one piece. */
static int
hold_gather(struct rewriter *r, struct span *all)
{
	int rc;

	*all = r->hold;
	if (r->held.n == 0)
		return CONSENT_OK;
	rc = buf_append(&r->held, r->hold);
	*all = buf_span(&r->held);
	return rc;
}

/* Lets bytes of the held element go: by reference where they still lie. */
static int
hold_release(struct rewriter *r, struct span bytes)
{
	if (r->held.n > 0)
		return output_emit(&r->out, bytes);
	output_keep(&r->out, bytes);
	return CONSENT_OK;
}

/* Writes text so that it reads the same as content of a foreign element. */
static int
emit_escaped(struct rewriter *r, struct span text)
{
	size_t from = 0, at;
	int rc = CONSENT_OK;

	for (at = 0; rc == CONSENT_OK && at < text.n; at++) {
		char c = text.p[at];

		if (c != '&' && c != '<')
			continue;
		rc = output_emit(&r->out, span_sub(text, from, at - from));
		if (rc == CONSENT_OK)
			rc = output_emit(
			    &r->out, c == '&' ? SPAN("&amp;") : SPAN("&lt;"));
		from = at + 1;
	}
	return rc == CONSENT_OK
		   ? output_emit(&r->out, span_sub(text, from, text.n))
		   : rc;
}

/* Lets the held element go, its text replaced if the verdict is EDIT. */
static int
hold_pass(struct rewriter *r, struct span all, enum rewriter_verdict verdict)
{
	struct span tag = span_sub(all, 0, r->element.tag_n);
	struct span text = span_sub(all, r->element.tag_n, all.n);
	int rc;

	if (!r->element.edited && verdict == REWRITER_KEEP)
		return hold_release(r, all);
	if (r->element.edited)
		rc = output_emit(&r->out, buf_span(&r->tag_edit));
	else
		rc = hold_release(r, tag);
	if (rc != CONSENT_OK)
		return rc;
	if (verdict != REWRITER_EDIT)
		return hold_release(r, text);
	return r->element.tag.space == REWRITER_HTML
		   ? output_emit(&r->out, buf_span(&r->edit))
		   : emit_escaped(r, buf_span(&r->edit));
}

static enum rewriter_verdict
hold_ask(struct rewriter *r, struct span text)
{
	buf_clear(&r->edit);
	if (r->handler.element == NULL)
		return REWRITER_KEEP;
	return r->handler.element(r->ctx, &r->element.tag, text, &r->edit);
}

/* Closes what is held by the verdict; *dropped says whether it is gone. */
static int
hold_decide(struct rewriter *r, bool *dropped)
{
	struct span all;
	struct span text;
	enum rewriter_verdict verdict;
	int rc = hold_gather(r, &all);

	r->element.tag.raw = span_sub(all, 0, r->element.tag_n);
	text = span_sub(all, r->element.tag_n, all.n);
	if (rc == CONSENT_OK && r->element.tag.space != REWRITER_HTML)
		rc = foreign_text(r, &text);
	if (rc != CONSENT_OK)
		return rc;
	verdict = hold_ask(r, text);
	*dropped =
	    verdict == REWRITER_DROP_ELEMENT || verdict == REWRITER_REPLACE;
	if (verdict == REWRITER_REPLACE)
		return output_emit(&r->out, buf_span(&r->edit));
	if (*dropped)
		return output_drop(&r->out);
	if (verdict != REWRITER_KEEP && verdict != REWRITER_EDIT)
		return CONSENT_ELIMIT;
	return hold_pass(r, all, verdict);
}

/*
 * Closes the element that is held and asks about it. end is its end tag, or
 * NULL when it ends without.
 */
static int
hold_close(struct rewriter *r, const struct tokenizer_event *end)
{
	bool dropped = false;
	int rc = hold_decide(r, &dropped);

	r->passage = PASS_KEEP;
	r->hold = (struct span){NULL, 0};
	buf_clear(&r->held);
	if (rc == CONSENT_OK && end != NULL && !dropped)
		output_keep(&r->out, end->raw);
	return rc;
}

int
element_finish(struct rewriter *r)
{
	if (r->passage == PASS_HOLD)
		return hold_close(r, NULL);
	/* where it should have ended was not seen */
	return r->passage == PASS_DROP && r->element.ending == END_COUNT
		   ? CONSENT_ELIMIT
		   : CONSENT_OK;
}

int
element_inner_start(struct rewriter *r, const struct rewriter_tag *tag)
{
	struct rewriter_element *e = &r->element;

	if (e->ending == END_COUNT) {
		if (!tag_is_void(tag) && span_equal(rewriter_tag_name(tag),
					     rewriter_tag_name(&e->tag)))
			e->count++;
		return CONSENT_OK;
	}
	if (context_is_doubtful(&r->context))
		return CONSENT_ELIMIT;
	if (context_is_open(&r->context, e->place))
		/* a script's text goes around its child elements */
		return r->passage == PASS_HOLD ? CONSENT_ELIMIT : CONSENT_OK;
	if (r->passage == PASS_HOLD)
		return hold_close(r, NULL);
	r->passage = PASS_KEEP;
	return CONSENT_OK;
}

/* Whether an end tag of that name ends what is held or dropped. */
static int
inner_ends(struct rewriter *r, struct span name, bool *ends)
{
	struct rewriter_element *e = &r->element;
	struct context_place top = context_top(&r->context);

	*ends = true;
	if (e->ending == END_TEXT)
		return CONSENT_OK;
	if (e->ending == END_PLACE) {
		*ends = !context_is_open(&r->context, e->place);
		return context_is_doubtful(&r->context) ? CONSENT_ELIMIT
							: CONSENT_OK;
	}
	if (span_equal(name, rewriter_tag_name(&e->tag)))
		e->count--;
	*ends = e->count == 0;
	/* what was dropped must not have moved the place of what follows */
	if (*ends &&
	    (top.depth != e->place.depth || top.serial != e->place.serial))
		return CONSENT_ELIMIT;
	return CONSENT_OK;
}

int
element_inner_end(
    struct rewriter *r, struct span name, const struct tokenizer_event *event)
{
	bool own = span_equal(name, rewriter_tag_name(&r->element.tag));
	bool ends;
	int rc = inner_ends(r, name, &ends);

	if (rc != CONSENT_OK || !ends)
		return rc == CONSENT_OK ? element_pass(r, event->raw) : rc;
	if (r->passage == PASS_HOLD)
		rc = hold_close(r, own ? event : NULL);
	r->passage = PASS_KEEP;
	if (rc == CONSENT_OK && !own)
		output_keep(&r->out, event->raw);
	return rc;
}
