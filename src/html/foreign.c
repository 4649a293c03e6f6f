#include "html/foreign.h"

#include "html/attribute.h"
#include "html/stack.h"

bool
foreign_is_top(const struct context *c)
{
	return c->depth > 0 && entry_is_foreign(&c->entries[c->depth - 1]);
}

/* 13.2.6.5: pops to an integration point or an HTML element. */
void
foreign_leave(struct context *c)
{
	while (foreign_is_top(c) &&
	       (stack_top(c)->points & (POINT_HTML | POINT_TEXT)) == 0)
		c->depth--;
	c->doubt = false;
}

/* Where the run of foreign elements at the top begins. */
static size_t
foreign_run(const struct context *c)
{
	size_t i = c->depth;

	while (i > 0 && entry_is_foreign(&c->entries[i - 1]))
		i--;
	return i;
}

static bool
foreign_has_point(const struct context *c, size_t lo)
{
	size_t i;

	for (i = lo; i < c->depth; i++)
		if (c->entries[i].points != 0)
			return true;
	return false;
}

/*
 * An end tag that no foreign element answers goes to HTML. Integration points
 * bar the scopes, so that it is ignored; without one it closes the foreign
 * elements too if an HTML element of that name is open, which is not known.
 */
static int
foreign_end_outer(struct context *c, struct span name, size_t lo)
{
	bool table = (element_find(name).flags & ELEMENT_TABLE) != 0 ||
		     span_equal(name, SPAN("table"));

	if (span_equal(name, SPAN("template"))) {
		stack_template_end(c);
		return CONSENT_OK;
	}
	if (span_equal(name, SPAN("body")) || span_equal(name, SPAN("html")))
		return CONSENT_OK;
	if (foreign_has_point(c, lo))
		return table ? CONSENT_ELIMIT : CONSENT_OK;
	if (lo > 0 && c->entries[lo - 1].kind == KIND_HTML)
		return CONSENT_ELIMIT;
	c->doubt = true;
	return CONSENT_OK;
}

/* While in doubt, only what closes the outermost element surely helps. */
static int
foreign_end_doubtful(struct context *c, struct span name, size_t lo)
{
	if (span_equal(name, SPAN("template"))) {
		stack_template_end(c);
		return CONSENT_OK;
	}
	if (!entry_is(&c->entries[lo], name) || stack_find(c, lo, name) != lo)
		return CONSENT_OK;
	c->depth = lo;
	c->doubt = false;
	return CONSENT_OK;
}

/* 13.2.6.5 An end tag with a foreign element at the top */
int
foreign_end(struct context *c, struct span name)
{
	size_t lo = foreign_run(c);
	size_t i;

	if (span_equal(name, SPAN("p")) || span_equal(name, SPAN("br"))) {
		foreign_leave(c);
		return stack_html_end(c, name);
	}
	if (c->doubt)
		return foreign_end_doubtful(c, name, lo);
	i = stack_find(c, lo, name);
	if (i == c->depth)
		return foreign_end_outer(c, name, lo);
	c->depth = i;
	return CONSENT_OK;
}

/* 13.2.6.5 Whether a start tag cannot stand in foreign content */
bool
foreign_breaks_out(const struct context_tag *tag, struct element e)
{
	static const struct span names[] = {
	    {"color", 5}, {"face", 4}, {"size", 4}};
	struct attribute a;
	size_t i;

	if (!span_equal(tag->name, SPAN("font")))
		return (e.flags & ELEMENT_BREAKOUT) != 0;
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (attribute_find(tag->raw, names[i], &a))
			return true;
	return false;
}

/* 13.2.6 Whether a start tag goes by the rules of HTML content */
bool
foreign_reads_html(const struct context *c, struct span name)
{
	unsigned points;

	if (!foreign_is_top(c))
		return true;
	points = stack_top(c)->points;
	if ((points & POINT_HTML) != 0)
		return true;
	if ((points & POINT_TEXT) != 0)
		return !span_equal(name, SPAN("mglyph")) &&
		       !span_equal(name, SPAN("malignmark"));
	return (points & POINT_ANNOTATION) != 0 &&
	       span_equal(name, SPAN("svg"));
}

/* 13.2.4.3: an annotation-xml whose encoding makes it an HTML point. */
static int
annotation_points(const struct context_tag *tag, unsigned *points)
{
	struct attribute a;

	*points = POINT_ANNOTATION;
	if (!attribute_find(tag->raw, SPAN("encoding"), &a))
		return CONSENT_OK;
	if (span_find(a.value, '&') < a.value.n)
		return CONSENT_ELIMIT;
	if (span_equal_nocase(a.value, SPAN("text/html")) ||
	    span_equal_nocase(a.value, SPAN("application/xhtml+xml")))
		*points |= POINT_HTML;
	return CONSENT_OK;
}

/* 13.2.6.1: which integration points a foreign element is. */
static int
foreign_points(
    unsigned char kind, const struct context_tag *tag, unsigned *points)
{
	static const struct span svg[] = {
	    {"foreignobject", 13}, {"desc", 4}, {"title", 5}};
	static const struct span math[] = {
	    {"mi", 2}, {"mo", 2}, {"mn", 2}, {"ms", 2}, {"mtext", 5}};
	size_t i;

	*points = 0;
	for (i = 0; i < sizeof svg / sizeof svg[0] && kind == KIND_SVG; i++)
		if (span_equal(tag->name, svg[i]))
			*points = POINT_HTML;
	if (kind == KIND_SVG)
		return CONSENT_OK;
	for (i = 0; i < sizeof math / sizeof math[0]; i++)
		if (span_equal(tag->name, math[i]))
			*points = POINT_TEXT;
	if (span_equal(tag->name, SPAN("annotation-xml")))
		return annotation_points(tag, points);
	return CONSENT_OK;
}

/* Inserts a foreign element, svg and math themselves too. */
int
foreign_insert(struct context *c, unsigned char kind,
    const struct context_tag *tag, struct context_effect *effect)
{
	unsigned points;
	int rc = foreign_points(kind, tag, &points);

	effect->space = kind == KIND_SVG ? CONTEXT_SVG : CONTEXT_MATHML;
	if (rc != CONSENT_OK || tag->self_closing)
		return rc;
	rc = stack_push(c, kind, tag->name);
	if (rc == CONSENT_OK)
		c->entries[c->depth - 1].points = (unsigned char)points;
	return rc;
}
