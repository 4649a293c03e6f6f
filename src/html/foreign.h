#ifndef CONSENT_HTML_FOREIGN_H
#define CONSENT_HTML_FOREIGN_H

/*
 * Tags in foreign content, SVG and MathML (HTML 13.2.6.5), on the stack of a
 * context. Inside html/ only.
 */

#include "html/context.h"
#include "html/element.h"

/* Whether the innermost entry is foreign. */
bool foreign_is_top(const struct context *c);

/* Pops to an integration point or an HTML element; ends all doubt. */
void foreign_leave(struct context *c);

/* Whether a start tag goes by the rules of HTML content (13.2.6). */
bool foreign_reads_html(const struct context *c, struct span name);

/* Whether a start tag cannot stand in foreign content. */
bool foreign_breaks_out(const struct context_tag *tag, struct element e);

/*
 * Inserts a foreign element of a kind, svg and math themselves too, and tells
 * its space in *effect. CONSENT_ELIMIT.
 */
int foreign_insert(struct context *c, unsigned char kind,
    const struct context_tag *tag,
    struct context_effect *effect) CONSENT_CHECKED;

/* An end tag with a foreign element at the top. CONSENT_ELIMIT. */
int foreign_end(struct context *c, struct span name) CONSENT_CHECKED;

#endif
