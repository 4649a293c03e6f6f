#ifndef CONSENT_CONSENT_PAGE_TABLE_H
#define CONSENT_CONSENT_PAGE_TABLE_H

/*
 * Which attributes of which elements make a browser fetch something, what
 * their values are, and what goes when they may not: the knowledge behind
 * consent/page, as constant tables. No state.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>

#include "html/rewriter.h"

enum {
	PAGE_ATTRIBUTES = 3 /* most attributes of one element */
};

/* What an attribute's value holds. */
enum page_value {
	PAGE_VALUE_URL,
	PAGE_VALUE_URLS,  /* separated by blanks: ping */
	PAGE_VALUE_SRCSET /* HTML 4.8.4.2.2 */
};

/* What goes when the value is withheld. */
enum page_loss {
	PAGE_LOSS_ATTRIBUTE,
	PAGE_LOSS_TAG, /* void elements */
	PAGE_LOSS_ELEMENT
};

struct page_attribute {
	struct span name;
	enum page_value value;
	enum page_loss loss;
};

struct page_element {
	struct span name;
	enum rewriter_space space;
	size_t n;
	struct page_attribute attributes[PAGE_ATTRIBUTES];
};

/* The row for an element, or NULL: it fetches nothing that is judged. */
const struct page_element *page_element_find(
    struct span name, enum rewriter_space space);

/* Whether a link of this rel fetches, connects or looks up a host. */
bool page_rel_fetches(struct span rel);

/*
 * Whether a script of this type is code to somebody: to the browser, or to
 * the loaders that start scripts under a type of their own. JSON, templates
 * and other data blocks are not.
 */
bool page_type_is_code(struct span type);

/*
 * Cuts the next URL off the front of *rest, the value of an attribute of that
 * kind; false at the end.
 */
bool page_value_next(enum page_value kind, struct span *rest, struct span *url);

#endif
