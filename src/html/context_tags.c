#include "html/context.h"

#include <string.h>

#include "html/foreign.h"
#include "html/stack.h"

enum {
	MODE_BEFORE_HTML, /* and the initial mode: no difference here */
	MODE_BEFORE_HEAD,
	MODE_IN_HEAD,
	MODE_AFTER_HEAD,
	MODE_IN_BODY, /* and all that follow it or stand inside it */
	MODE_IN_FRAMESET
};

/* A token on its way through the insertion modes before the body. */
enum place_kind {
	PLACE_START,
	PLACE_END,
	PLACE_OTHER /* text that is not blank, or the end */
};

struct place {
	enum place_kind kind;
	struct span name;
	unsigned flags; /* of enum element_flag */
	unsigned begins;
};

static bool
place_starts(const struct place *p, struct span name)
{
	return p->kind == PLACE_START && span_equal(p->name, name);
}

/* An end tag other than those that count as "anything else". */
static bool
place_is_stray_end(const struct place *p)
{
	return p->kind == PLACE_END && !span_equal(p->name, SPAN("body")) &&
	       !span_equal(p->name, SPAN("html")) &&
	       !span_equal(p->name, SPAN("br"));
}

/* The modes: each returns whether the token is done with. */

/* 13.2.6.4.1-2 The "initial" and "before html" insertion modes */
static bool
before_html(struct context *c, struct place *p)
{
	if (place_is_stray_end(p) && !span_equal(p->name, SPAN("head")))
		return true;
	c->mode = MODE_BEFORE_HEAD;
	return place_starts(p, SPAN("html"));
}

/* 13.2.6.4.3 The "before head" insertion mode */
static bool
before_head(struct context *c, struct place *p)
{
	if (place_starts(p, SPAN("html")))
		return true;
	if (place_is_stray_end(p) && !span_equal(p->name, SPAN("head")))
		return true;
	c->mode = MODE_IN_HEAD;
	if (place_starts(p, SPAN("head"))) {
		p->begins |= CONTEXT_HEAD_AFTER;
		return true;
	}
	p->begins |= CONTEXT_HEAD_BEFORE;
	return false;
}

/* 13.2.6.4.4 The "in head" insertion mode */
static bool
in_head(struct context *c, struct place *p)
{
	if (p->kind == PLACE_START && ((p->flags & ELEMENT_HEAD) != 0 ||
					  span_equal(p->name, SPAN("html")) ||
					  span_equal(p->name, SPAN("head"))))
		return true;
	if (place_is_stray_end(p) && !span_equal(p->name, SPAN("head")))
		return true;
	c->mode = MODE_AFTER_HEAD;
	return place_is_stray_end(p); /* </head> */
}

/* 13.2.6.4.6 The "after head" insertion mode */
static bool
after_head(struct context *c, struct place *p)
{
	if (place_is_stray_end(p) || place_starts(p, SPAN("html")) ||
	    place_starts(p, SPAN("head")))
		return true;
	if (p->kind == PLACE_START && (p->flags & ELEMENT_HEAD) != 0 &&
	    !span_equal(p->name, SPAN("noscript")))
		return true;
	if (place_starts(p, SPAN("frameset"))) {
		c->mode = MODE_IN_FRAMESET;
		return true;
	}
	c->mode = MODE_IN_BODY;
	c->explicit_body = place_starts(p, SPAN("body"));
	p->begins |=
	    c->explicit_body ? CONTEXT_BODY_AFTER : CONTEXT_BODY_BEFORE;
	return true;
}

static bool
in_body(struct context *c, struct place *p)
{
	(void)c;
	(void)p;
	return true;
}

/* Whether the token that comes can move the insertion mode. */
static bool
is_before_body(const struct context *c)
{
	return c->depth == 0 && c->mode < MODE_IN_BODY;
}

/* Takes a token through the modes, as often as it is to be reprocessed. */
static void
place(struct context *c, struct place *p)
{
	static bool (*const modes[])(struct context *, struct place *) = {
	    [MODE_BEFORE_HTML] = before_html,
	    [MODE_BEFORE_HEAD] = before_head,
	    [MODE_IN_HEAD] = in_head,
	    [MODE_AFTER_HEAD] = after_head,
	    [MODE_IN_BODY] = in_body,
	    [MODE_IN_FRAMESET] = in_body,
	};

	while (!modes[c->mode](c, p))
		continue;
}

/* Start tags that read differently inside and outside foreign content. */
static bool
is_ambiguous(struct span name, struct element e)
{
	return e.text != TOKENIZER_DATA || (e.flags & ELEMENT_STEERS) != 0 ||
	       span_equal(name, SPAN("image")) ||
	       span_equal(name, SPAN("use")) ||
	       span_equal(name, SPAN("feimage"));
}

/*
 * A start tag inside a select. The standard used to ignore nearly all of
 * them and later let them in, and browsers follow either: what would read
 * differently cannot be placed.
 */
static int
select_start_tag(struct context *c, const struct context_tag *tag,
    struct element e, struct context_effect *effect)
{
	struct context_entry *top = &c->entries[c->depth - 1];
	struct span name = tag->name;

	if (span_equal(name, SPAN("svg")) || span_equal(name, SPAN("math"))) {
		top->unsure = true;
		return CONSENT_OK;
	}
	if (span_equal(name, SPAN("select"))) {
		c->depth--;
		return CONSENT_OK;
	}
	if (top->unsure && is_ambiguous(name, e))
		return CONSENT_ELIMIT;
	if (span_equal(name, SPAN("template"))) {
		return stack_push(c, KIND_TEMPLATE, name);
	}
	if (span_equal(name, SPAN("input")) ||
	    span_equal(name, SPAN("keygen")) ||
	    span_equal(name, SPAN("textarea")))
		c->depth--;
	else if (e.text != TOKENIZER_DATA && e.text != TOKENIZER_SCRIPT)
		return CONSENT_ELIMIT;
	effect->text = e.text;
	return CONSENT_OK;
}

/* A start tag of svg, math, template, select or frameset */
static int
steering_start_tag(struct context *c, const struct context_tag *tag,
    struct context_effect *effect)
{
	struct span name = tag->name;

	if (span_equal(name, SPAN("svg")))
		return foreign_insert(c, KIND_SVG, tag, effect);
	if (span_equal(name, SPAN("math")))
		return foreign_insert(c, KIND_MATHML, tag, effect);
	if (span_equal(name, SPAN("template")))
		return stack_push(c, KIND_TEMPLATE, name);
	if (span_equal(name, SPAN("select")))
		return stack_push(c, KIND_SELECT, name);
	/* a frameset may replace a body that was not asked for by a tag */
	return c->mode == MODE_IN_BODY && !c->explicit_body ? CONSENT_ELIMIT
							    : CONSENT_OK;
}

/* A start tag by the rules of HTML content */
static int
html_start_tag(struct context *c, const struct context_tag *tag,
    struct element e, struct context_effect *effect)
{
	int rc = CONSENT_OK;

	if (stack_top_is(c, KIND_SELECT))
		return select_start_tag(c, tag, e, effect);
	if (c->depth > 0)
		rc = stack_html_start(c, tag->name, e);
	if (rc != CONSENT_OK)
		return rc;
	effect->text = e.text;
	if ((e.flags & ELEMENT_STEERS) == 0)
		return CONSENT_OK;
	return steering_start_tag(c, tag, effect);
}

/* A start tag outside of framesets */
static int
content_start_tag(struct context *c, const struct context_tag *tag,
    struct element e, struct context_effect *effect)
{
	if (foreign_reads_html(c, tag->name))
		return html_start_tag(c, tag, e, effect);
	if (foreign_breaks_out(tag, e)) {
		foreign_leave(c);
		return html_start_tag(c, tag, e, effect);
	}
	if (c->doubt)
		return is_ambiguous(tag->name, e) ? CONSENT_ELIMIT : CONSENT_OK;
	return foreign_insert(c, c->entries[c->depth - 1].kind, tag, effect);
}

int
context_start_tag(struct context *c, const struct context_tag *tag,
    struct context_effect *effect)
{
	struct element e = element_find(tag->name);
	struct place p = {PLACE_START, tag->name, e.flags, 0};
	size_t serial = c->serial;
	int rc;

	*effect = (struct context_effect){.text = TOKENIZER_DATA};
	if (is_before_body(c))
		place(c, &p);
	effect->begins = p.begins;
	if (c->mode == MODE_IN_FRAMESET) {
		/* all else is ignored there, scripts too */
		if (span_equal(tag->name, SPAN("noframes")))
			effect->text = TOKENIZER_RAWTEXT;
		return CONSENT_OK;
	}
	rc = content_start_tag(c, tag, e, effect);
	effect->opens = c->serial != serial;
	if (effect->space == CONTEXT_HTML && span_equal(tag->name, SPAN("a")))
		c->in_link = true;
	return rc;
}

int
context_end_tag(struct context *c, struct span name, unsigned *begins)
{
	struct place p = {PLACE_END, name, 0, 0};

	*begins = 0;
	if (!foreign_is_top(c) && span_equal(name, SPAN("a")))
		c->in_link = false;
	if (is_before_body(c)) {
		place(c, &p);
		*begins = p.begins;
		return CONSENT_OK;
	}
	if (c->depth == 0 || c->mode == MODE_IN_FRAMESET)
		return CONSENT_OK;
	return foreign_is_top(c) ? foreign_end(c, name)
				 : stack_html_end(c, name);
}

size_t
context_text(struct context *c, struct span text, unsigned *begins)
{
	static const char blanks[] = "\t\n\f\r ";
	struct place p = {PLACE_OTHER, {NULL, 0}, 0, 0};
	size_t i = 0;

	*begins = 0;
	if (!is_before_body(c))
		return text.n;
	while (
	    i < text.n && memchr(blanks, text.p[i], sizeof blanks - 1) != NULL)
		i++;
	if (i == text.n)
		return text.n;
	place(c, &p);
	*begins = p.begins;
	return i;
}

unsigned
context_finish(struct context *c)
{
	struct place p = {PLACE_OTHER, {NULL, 0}, 0, 0};

	if (c->mode != MODE_BEFORE_HTML)
		place(c, &p);
	return p.begins;
}

bool *
context_link(struct context *c)
{
	bool is_plain = c->depth == 0 && c->mode == MODE_IN_BODY && !c->doubt;

	return is_plain ? &c->in_link : NULL;
}

enum context_cdata
context_cdata(const struct context *c)
{
	if (c->depth == 0) /* nearly always */
		return CONTEXT_CDATA_NO;
	if (foreign_is_top(c))
		return c->doubt ? CONTEXT_CDATA_DOUBT : CONTEXT_CDATA_YES;
	if (stack_top_is(c, KIND_SELECT) && stack_top(c)->unsure)
		return CONTEXT_CDATA_DOUBT;
	return CONTEXT_CDATA_NO;
}

struct context_place
context_top(const struct context *c)
{
	if (c->depth == 0)
		return (struct context_place){0, 0};
	return (struct context_place){c->depth, stack_top(c)->serial};
}

struct span
context_name(const struct context *c, size_t i)
{
	return entry_name(&c->entries[i]);
}

bool
context_is_open(const struct context *c, struct context_place place)
{
	return place.depth == 0 ||
	       (place.depth <= c->depth &&
		   c->entries[place.depth - 1].serial == place.serial);
}

unsigned
context_around(const struct context *c)
{
	static const unsigned kinds[] = {
	    [KIND_TEMPLATE] = CONTEXT_APART,
	    [KIND_SELECT] = CONTEXT_IN_SELECT,
	    [KIND_HTML] = 0,
	    [KIND_SVG] = CONTEXT_IN_FOREIGN,
	    [KIND_MATHML] = CONTEXT_IN_FOREIGN,
	};
	unsigned around = c->in_link ? CONTEXT_IN_LINK : 0;
	size_t i;

	if (c->mode == MODE_IN_FRAMESET)
		around |= CONTEXT_APART;
	for (i = 0; i < c->depth; i++)
		around |= kinds[c->entries[i].kind];
	return around;
}

bool
context_is_doubtful(const struct context *c)
{
	return c->doubt;
}

void
context_init(struct context *c, enum context_start start)
{
	c->mode = start == CONTEXT_PAGE ? MODE_BEFORE_HTML : MODE_IN_BODY;
	c->explicit_body = false;
	c->in_link = false;
	c->doubt = false;
	c->depth = 0;
	c->serial = 0;
}
