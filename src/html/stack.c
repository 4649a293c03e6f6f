#include "html/stack.h"

#include <string.h>

struct span
entry_name(const struct context_entry *e)
{
	return (struct span){e->name, e->name_n};
}

bool
entry_is_foreign(const struct context_entry *e)
{
	return e->kind == KIND_SVG || e->kind == KIND_MATHML;
}

bool
entry_is(const struct context_entry *e, struct span name)
{
	return span_equal(entry_name(e), name);
}

static unsigned
entry_flags(const struct context_entry *e)
{
	return element_find(entry_name(e)).flags;
}

const struct context_entry *
stack_top(const struct context *c)
{
	return &c->entries[c->depth - 1];
}

bool
stack_top_is(const struct context *c, unsigned char kind)
{
	return c->depth > 0 && c->entries[c->depth - 1].kind == kind;
}

bool
stack_has(const struct context *c, unsigned char kind)
{
	size_t i;

	for (i = 0; i < c->depth; i++)
		if (c->entries[i].kind == kind)
			return true;
	return false;
}

int
stack_push(struct context *c, unsigned char kind, struct span name)
{
	struct context_entry *e = &c->entries[c->depth];

	if (c->depth == CONTEXT_DEPTH_MAX || name.n > CONTEXT_NAME_MAX)
		return CONSENT_ELIMIT;
	*e = (struct context_entry){.kind = kind, .serial = c->serial++};
	e->name_n = (unsigned char)name.n;
	memcpy(e->name, name.p, name.n);
	c->depth++;
	return CONSENT_OK;
}

/*
 * Where the run of HTML elements at the top begins; *tracked says whether it
 * stands inside an integration point, so that the run is complete.
 */
static size_t
run_start(const struct context *c, bool *tracked)
{
	size_t i = c->depth;

	while (i > 0 && c->entries[i - 1].kind == KIND_HTML)
		i--;
	*tracked = i > 0 && entry_is_foreign(&c->entries[i - 1]);
	return i;
}

/* The topmost entry of that name from lo on; c->depth when there is none. */
size_t
stack_find(const struct context *c, size_t lo, struct span name)
{
	size_t i = c->depth;

	while (i > lo)
		if (entry_is(&c->entries[--i], name))
			return i;
	return c->depth;
}

/*
 * Closes the entry at i and all above it. Only elements whose end tags may be
 * left out are closed so: others (formatting elements) may be opened again.
 */
static int
run_close(struct context *c, size_t i)
{
	size_t k;

	for (k = i + 1; k < c->depth; k++)
		if ((entry_flags(&c->entries[k]) & ELEMENT_IMPLIED) == 0)
			return CONSENT_ELIMIT;
	c->depth = i;
	return CONSENT_OK;
}

/* 13.2.6.4.7 li, dd, dt: closes an open item that is not behind a list. */
static int
run_close_item(struct context *c, size_t lo, struct span a, struct span b)
{
	size_t i = c->depth;

	while (i-- > lo) {
		const struct context_entry *e = &c->entries[i];

		if (entry_is(e, a) || entry_is(e, b))
			return run_close(c, i);
		if ((entry_flags(e) & ELEMENT_SPECIAL) != 0 &&
		    !entry_is(e, SPAN("address")) &&
		    !entry_is(e, SPAN("div")) && !entry_is(e, SPAN("p")))
			break;
	}
	return CONSENT_OK;
}

/* Whether a start tag closes the current node, whatever holds that. */
static bool
closes_current(
    const struct context_entry *top, struct span name, unsigned flags)
{
	bool option = span_equal(name, SPAN("option")) ||
		      span_equal(name, SPAN("optgroup"));

	if ((flags & ELEMENT_HEADING) != 0)
		return (entry_flags(top) & ELEMENT_HEADING) != 0;
	return option && entry_is(top, SPAN("option"));
}

/* The elements that a start tag closes in a complete run from lo on. */
static int
run_make_room(struct context *c, size_t lo, struct span name, unsigned flags)
{
	size_t p = stack_find(c, lo, SPAN("p"));
	int rc = CONSENT_OK;

	if ((flags & ELEMENT_CLOSES_P) != 0 && p < c->depth) {
		if (span_equal(name, SPAN("table")))
			return CONSENT_ELIMIT; /* quirks mode decides */
		rc = run_close(c, p);
	}
	if (rc == CONSENT_OK && span_equal(name, SPAN("li")))
		rc = run_close_item(c, lo, name, name);
	if (rc == CONSENT_OK &&
	    (span_equal(name, SPAN("dd")) || span_equal(name, SPAN("dt"))))
		rc = run_close_item(c, lo, SPAN("dd"), SPAN("dt"));
	if (rc == CONSENT_OK && c->depth > lo &&
	    closes_current(stack_top(c), name, flags))
		c->depth--;
	return rc;
}

/* Tags whose effect on a run depends on more than the run. */
static bool
run_cannot_take(const struct context *c, size_t lo, struct span name)
{
	static const struct span once[] = {
	    {"a", 1}, {"nobr", 4}, {"button", 6}};
	static const struct span never[] = {
	    {"form", 4}, {"rb", 2}, {"rp", 2}, {"rt", 2}, {"rtc", 3}};
	size_t i;

	for (i = 0; i < sizeof never / sizeof never[0]; i++)
		if (span_equal(name, never[i]))
			return true;
	for (i = 0; i < sizeof once / sizeof once[0]; i++)
		if (span_equal(name, once[i]) &&
		    stack_find(c, lo, name) < c->depth)
			return true;
	return false;
}

/* Elements that in-body rules do not insert. */
static bool
is_ignored(struct span name)
{
	return span_equal(name, SPAN("html")) ||
	       span_equal(name, SPAN("head")) || span_equal(name, SPAN("body"));
}

/*
 * An HTML start tag inside an integration point: there every open element is
 * kept, for its end decides when foreign content goes on. Inside a table
 * nothing is: its end tag closes all of it.
 */
int
stack_html_start(struct context *c, struct span name, struct element e)
{
	bool tracked;
	size_t lo = run_start(c, &tracked);
	bool table = stack_find(c, lo, SPAN("table")) < c->depth;
	int rc;

	if (!tracked)
		return CONSENT_OK;
	/* a formatting element outside of the cells is opened again behind */
	if (table)
		return span_equal(name, SPAN("table")) ||
			       (e.flags & ELEMENT_FORMAT) != 0
			   ? CONSENT_ELIMIT
			   : CONSENT_OK;
	if ((e.flags & ELEMENT_TABLE) != 0 || run_cannot_take(c, lo, name))
		return CONSENT_ELIMIT;
	rc = run_make_room(c, lo, name, e.flags);
	if (rc != CONSENT_OK || (e.flags & ELEMENT_VOID) != 0 ||
	    e.text != TOKENIZER_DATA || (e.flags & ELEMENT_STEERS) != 0 ||
	    is_ignored(name))
		return rc;
	return stack_push(c, KIND_HTML, name);
}

void
stack_template_end(struct context *c)
{
	size_t i = c->depth;

	while (i > 0 && c->entries[i - 1].kind != KIND_TEMPLATE)
		i--;
	if (i > 0) {
		c->depth = i - 1;
		c->doubt = false;
	}
}

/* Whether a heading is open in the run; any heading's end tag closes it. */
static bool
run_has_heading(const struct context *c, size_t lo)
{
	size_t i;

	for (i = lo; i < c->depth; i++)
		if ((entry_flags(&c->entries[i]) & ELEMENT_HEADING) != 0)
			return true;
	return false;
}

/* An end tag with an HTML element, or nothing, at the top. */
int
stack_html_end(struct context *c, struct span name)
{
	bool tracked;
	size_t lo = run_start(c, &tracked);
	size_t i = stack_find(c, lo, name);
	unsigned flags = element_find(name).flags;
	bool table = stack_find(c, lo, SPAN("table")) < c->depth;

	if (span_equal(name, SPAN("template"))) {
		stack_template_end(c);
		return CONSENT_OK;
	}
	if (stack_top_is(c, KIND_SELECT) && span_equal(name, SPAN("select")))
		c->depth--;
	if (!tracked)
		return CONSENT_OK;
	if (table && !span_equal(name, SPAN("table")))
		return CONSENT_OK;
	if (i < c->depth) {
		if (i + 1 < c->depth && !table && (flags & ELEMENT_BLOCK) == 0)
			return CONSENT_ELIMIT;
		return run_close(c, i);
	}
	if ((flags & ELEMENT_TABLE) != 0 || span_equal(name, SPAN("table")) ||
	    ((flags & ELEMENT_HEADING) != 0 && run_has_heading(c, lo)))
		return CONSENT_ELIMIT;
	return CONSENT_OK; /* nothing in scope: ignored */
}
