#ifndef CONSENT_CONSENT_PAGE_BASE_H
#define CONSENT_CONSENT_PAGE_BASE_H

/*
 * The base elements of a page: what relative URLs mean from there on.
 */

#include "consent/page_state.h"

/*
 * Takes a base element; the first with a href that is in the document's tree
 * counts (HTML 2.4.3). One that names what is withheld goes: browsers read some
 * URLs late, a picture's or an icon's, so that it would count for those before
 * it, too.
 */
enum rewriter_verdict page_base(
    struct scope *s, const struct rewriter_tag *tag);

#endif
