#ifndef CONSENT_CONSENT_CSP_SOURCE_H
#define CONSENT_CONSENT_CSP_SOURCE_H

/*
 * Source lists of a Content-Security-Policy (CSP3 2.3.1, 6.7): what a list
 * lets through, read as browsers read it. In doubt it lets nothing through:
 * then what is needed is named once more, which does no harm.
 */

#include <stdbool.h>

#include <libconsent/span.h>
#include <libconsent/url.h>

/*
 * Cuts the next piece between ASCII whitespace off the front of *rest; the
 * empty span at the end.
 */
struct span csp_token(struct span *rest);

/* Whether a list lets a URL of the page's own origin through. */
bool csp_list_allows(struct span list, const struct url *url);

/*
 * Whether an inline script runs that has no nonce and this hash: the list
 * allows all of them, or names it.
 */
bool csp_list_allows_inline(struct span list, struct span hash);

#endif
