#ifndef CONSENT_CONSENT_PAGE_TABLE_H
#define CONSENT_CONSENT_PAGE_TABLE_H

/*
 * Which attributes of which elements make a browser fetch or run something,
 * what their values are, and what goes when they may not: the knowledge behind
 * consent/page, as constant tables. No state.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>

#include "consent/page_value.h"
#include "html/rewriter.h"

/* What goes when the value is withheld. */
enum page_loss {
	PAGE_LOSS_ATTRIBUTE,
	PAGE_LOSS_TAG, /* void elements */
	PAGE_LOSS_ELEMENT
};

/* When the attributes of an element mean something at all. */
enum page_when {
	PAGE_ALWAYS,
	PAGE_REL,     /* a link whose rel fetches */
	PAGE_REFRESH, /* a meta of http-equiv=refresh */
	PAGE_PARAM    /* a param whose name says that it is a URL */
};

/* What the text inside a data: URL of an element is to be. */
enum page_use {
	PAGE_USE_OTHER, /* a picture, a film: it loads nothing */
	PAGE_USE_SCRIPT,
	PAGE_USE_DOCUMENT,
	PAGE_USE_STYLE
};

struct page_attribute {
	struct span name;
	enum page_value value;
	enum page_loss loss;
	bool embeds; /* what the element shows: a box may stand for it */
};

struct page_element {
	struct span name;
	enum page_when when;
	size_t n;
	const struct page_attribute *attributes;
	bool parks; /* loaders keep its URL in attributes of their own */
	enum page_use use;
};

/* The row for an element, or NULL: it has nothing of its own. */
const struct page_element *page_element_find(
    struct span name, enum rewriter_space space);

/*
 * The row for an attribute as it is spelled, or NULL: it is not judged.
 * element is the row of page_element_find, or NULL.
 */
const struct page_attribute *page_attribute_find(
    const struct page_element *element, enum rewriter_space space,
    struct span name);

/*
 * The first letters of all names that have a row there, for
 * rewriter_tag_may_have: most tags have none of them.
 */
uint32_t page_attribute_letters(
    const struct page_element *element, enum rewriter_space space);

/* The same for elements of HTML as a wish of a rewriter's handler. */
struct skim_wish page_attribute_wish(const struct page_element *element);

/* Whether a link of this rel fetches, connects or looks up a host. */
bool page_rel_fetches(struct span rel);

/* Whether a param of this name holds a URL for a plugin. */
bool page_param_is_url(struct span name);

/* What a script element of a type is. */
enum page_script {
	PAGE_SCRIPT_CODE,  /* to the browser, or to a loader that starts it */
	PAGE_SCRIPT_MAP,   /* an import map */
	PAGE_SCRIPT_RULES, /* speculation rules */
	PAGE_SCRIPT_DATA   /* JSON, templates and other data blocks */
};

/* What a script of this type, "" for none, is. */
enum page_script page_script_kind(struct span type);

#endif
