#ifndef CONSENT_PROXY_CACHING_H
#define CONSENT_PROXY_CACHING_H

/*
 * Validators, parts and storing of what depends on a visitor's consent: what
 * may be asked of the origin, and what caches and browsers are told (R-40 to
 *
 */

#include <stdbool.h>

#include <libconsent/status.h>

struct head;
struct proxy_setup;
struct visit;

/*
 * Takes ranges off a request where a page may be the answer, and makes of its
 * conditions those that the origin knows; notes in v whether a 304 would be
 * about the page that this visitor gets. CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int caching_request(struct head *h, struct visit *v,
    const struct proxy_setup *setup) CONSENT_CHECKED;

/* Whether a response is one of a page (page: its plan says so), or its 304. */
bool caching_is_page(const struct head *h, const struct visit *v, bool page);

/*
 * Takes off such a response what the origin said of its bytes, and puts our
 * entity tag in place of its validators. CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int caching_rewritten(struct head *h, const struct visit *v,
    const struct proxy_setup *setup) CONSENT_CHECKED;

/*
 * Says that a response is for this visitor alone. CONSENT_ELIMIT,
 * CONSENT_ENOMEM, CONSENT_EINVAL.
 */
int caching_private(struct head *h) CONSENT_CHECKED;

/*
 * Says who may keep a page: the visitor alone, or a shared cache by the name
 * that it gave the visitor's variant, where that is right and the site lets
 * caches keep the page (proxy/variant). Errors as above.
 */
int caching_page(struct head *h, const struct visit *v,
    const struct proxy_setup *setup) CONSENT_CHECKED;

#endif
