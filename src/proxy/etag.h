#ifndef CONSENT_PROXY_ETAG_H
#define CONSENT_PROXY_ETAG_H

/*
 * Validators of pages that are made for visitors. Our entity tag says
 * for which variant of the page it was given and carries the origin's own
 * validator, so that nothing has to be remembered:
 *
 *     W/"consent.VARIANT.eVALIDATOR"    of an ETag
 *     W/"consent.VARIANT.mVALIDATOR"    of a Last-Modified
 *
 * the validator in base64url. It is weak: what we compress differs in its
 * bytes.
 */

#include <stdbool.h>

#include <libconsent/status.h>

#include "proxy/setup.h"

struct head;
struct visit;

enum {
	ETAG_NOTICE = 12, /* digits of a notice's hash in a variant's name */
	/* room for a variant's name: the parts of etag_variant, each with what
	   ends it */
	ETAG_VARIANT =
	    SETUP_EDITION - 1 + 1 + ETAG_NOTICE + 1 + 16 + 1 + 2 + 1 + 2 + 1,
	ETAG_VALIDATOR_MAX = 256 /* of the origin's: longer ones are dropped */
};

/*
 * Names the variant that a visitor gets: the edition, the notice (hence its
 * language), what was granted and asked, which site. Same name, same page.
 */
void etag_variant(const struct visit *v, const struct proxy_setup *setup,
    char out[ETAG_VARIANT]);

/*
 * Puts our tag in place of the validators of a response; without any nothing.
 * CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int etag_tell(struct head *h, const char variant[ETAG_VARIANT]) CONSENT_CHECKED;

/* Which pages of ours a client says that it holds. */
struct etag_held {
	bool same;  /* of this variant: a 304 is about it */
	bool other; /* of another, which no 304 may bring back */
};

/*
 * Makes of the conditions of a request for a page (If-None-Match,
 * If-Modified-Since) those that the origin knows: of our tags only what this
 * variant has counts, all others are dropped. CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int etag_ask(struct head *h, const char variant[ETAG_VARIANT],
    struct etag_held *held) CONSENT_CHECKED;

/*
 * Gives our tags in If-Match back to the origin as its own, of whatever
 * variant: the page is changed, not shown. What is not ours stays.
 * CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int etag_change(struct head *h) CONSENT_CHECKED;

#endif
