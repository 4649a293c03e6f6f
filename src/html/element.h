#ifndef CONSENT_HTML_ELEMENT_H
#define CONSENT_HTML_ELEMENT_H

/*
 * What the tree construction of HTML (13.2.6) knows about element names, as
 * far as it decides how a page reads. A constant table; no state.
 */

#include <stdbool.h>

#include <libconsent/span.h>

#include "html/tokenizer.h"

enum element_flag {
	ELEMENT_VOID = 1u << 0,	    /* has no content and no end tag */
	ELEMENT_HEAD = 1u << 1,	    /* allowed in head */
	ELEMENT_BREAKOUT = 1u << 2, /* leaves foreign content (13.2.6.5) */
	ELEMENT_CLOSES_P = 1u << 3, /* its start tag closes a p in scope */
	ELEMENT_IMPLIED = 1u << 4,  /* its end tag may be left out */
	ELEMENT_BLOCK = 1u << 5,    /* its end tag closes all up to it */
	ELEMENT_SPECIAL = 1u << 6,  /* the standard's special category */
	ELEMENT_TABLE = 1u << 7,    /* part of a table, not table itself */
	ELEMENT_HEADING = 1u << 8,  /* h1 to h6 */
	ELEMENT_FORMAT = 1u << 9,   /* formatting: may be opened again */
	ELEMENT_STEERS = 1u << 10   /* changes how what follows is placed */
};

struct element {
	unsigned flags;		  /* of enum element_flag */
	enum tokenizer_text text; /* how the text after its start tag reads */
};

/* Looks up an HTML element's name, in lower case; all zero for others. */
struct element element_find(struct span name);

/*
 * Whether a start tag of that name, in lower case, leaves how the page reads
 * as it is in a body, and its name is that of the element.
 */
bool element_is_plain(struct span name);

#endif
