#ifndef CONSENT_CONSENT_PAGE_COOKIES_H
#define CONSENT_CONSENT_PAGE_COOKIES_H

/*
 * The cookie table in a page of the site's own: an empty consent-cookies
 * element is where it goes. One that was filled says so, and is left alone by
 * another of us behind.
 */

#include <stdbool.h>

#include "consent/page_state.h"

/* Whether a tag is where the table goes. */
bool page_cookies_wanted(struct scope *s, const struct rewriter_tag *tag);

/*
 * Fills it in: replacement gets the tag with the scope's edits, and the table;
 * of XML, where no tag can bring content, a div with it.
 */
enum rewriter_verdict page_cookies_fill(
    struct scope *s, const struct rewriter_tag *tag, struct buf *replacement);

#endif
