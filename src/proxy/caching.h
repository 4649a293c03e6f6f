#ifndef CONSENT_PROXY_CACHING_H
#define CONSENT_PROXY_CACHING_H

/*
 * Validators, parts and storing of what depends on a visitor's consent: what
 * may be asked of the origin, and what caches and browsers are told (R-40 to
 *
 */

#include <libconsent/span.h>
#include <libconsent/status.h>

struct head;

/*
 * Takes conditions and ranges off a request where a page may be the answer;
 * path is the request's, without its query.
 */
void caching_request(struct head *h, struct span path);

/* Takes off a rewritten page what the origin said of its bytes. */
void caching_rewritten(struct head *h);

/*
 * Says that a response is for this visitor alone. CONSENT_ELIMIT,
 * CONSENT_ENOMEM, CONSENT_EINVAL.
 */
int caching_private(struct head *h) CONSENT_CHECKED;

#endif
