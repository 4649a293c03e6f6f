#ifndef CONSENT_HTML_STACK_H
#define CONSENT_HTML_STACK_H

/*
 * The part of the stack of open elements that the context keeps, and the HTML
 * elements on it: a run of HTML elements inside an integration point is kept
 * whole, elsewhere templates and selects only. Inside html/ only.
 */

#include "html/context.h"
#include "html/element.h"

enum {
	KIND_TEMPLATE,
	KIND_SELECT,
	KIND_HTML, /* any HTML element inside an integration point */
	KIND_SVG,
	KIND_MATHML
};

enum {
	POINT_HTML = 1u << 0,	   /* HTML integration point */
	POINT_TEXT = 1u << 1,	   /* MathML text integration point */
	POINT_ANNOTATION = 1u << 2 /* MathML annotation-xml */
};

/* The name of an entry, in lower case. */
struct span entry_name(const struct context_entry *e);

/* Whether an entry has that name. */
bool entry_is(const struct context_entry *e, struct span name);

/* Whether an entry is of SVG or MathML. */
bool entry_is_foreign(const struct context_entry *e);

/* The innermost entry; there must be one. */
const struct context_entry *stack_top(const struct context *c);

/* Whether there is an innermost entry and it is of that kind. */
bool stack_top_is(const struct context *c, unsigned char kind);

/* Whether some entry is of that kind. */
bool stack_has(const struct context *c, unsigned char kind);

/* Adds an entry. CONSENT_ELIMIT for one too many or too long a name. */
int stack_push(
    struct context *c, unsigned char kind, struct span name) CONSENT_CHECKED;

/* The topmost entry of that name from lo on; c->depth when there is none. */
size_t stack_find(const struct context *c, size_t lo, struct span name);

/*
 * An HTML start tag: inside an integration point every open element is kept,
 * for its end decides when foreign content goes on. Inside a table nothing
 * is: its end tag closes all of it. CONSENT_ELIMIT.
 */
int stack_html_start(
    struct context *c, struct span name, struct element e) CONSENT_CHECKED;

/* An end tag with an HTML element or nothing at the top. CONSENT_ELIMIT. */
int stack_html_end(struct context *c, struct span name) CONSENT_CHECKED;

/* Closes the innermost template, if there is one. */
void stack_template_end(struct context *c);

#endif
