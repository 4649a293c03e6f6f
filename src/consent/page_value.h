#ifndef CONSENT_CONSENT_PAGE_VALUE_H
#define CONSENT_CONSENT_PAGE_VALUE_H

/*
 * How the values of attributes are taken apart into URLs, as the HTML standard
 * does it for each kind. No state.
 */

#include <stdbool.h>

#include <libconsent/span.h>

/* What an attribute's value holds. */
enum page_value {
	PAGE_VALUE_URL,
	PAGE_VALUE_URLS,      /* separated by blanks: ping */
	PAGE_VALUE_SRCSET,    /* HTML 4.8.4.2.2 */
	PAGE_VALUE_ANIMATION, /* URLs by ';' or CSS, by attributeName */
	PAGE_VALUE_LINK,      /* followed by the visitor; may be javascript: */
	PAGE_VALUE_ACTION,    /* the same of a form */
	PAGE_VALUE_REFRESH,   /* HTML 4.2.5.3, http-equiv=refresh */
	PAGE_VALUE_STYLE,     /* CSS */
	PAGE_VALUE_CODE,      /* an event handler */
	PAGE_VALUE_DOCUMENT   /* srcdoc */
};

/*
 * Cuts the next URL off the front of *rest, the value of an attribute of that
 * kind; false at the end. Kinds without URLs have none.
 */
bool page_value_next(enum page_value kind, struct span *rest, struct span *url);

/* Cuts the next word off the front of *rest; empty at the end. */
struct span page_value_word(struct span *rest);

/* Whether text holds needle, which is in lower case, in any case. */
bool page_value_has(struct span text, struct span needle);

#endif
