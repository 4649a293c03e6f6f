#ifndef CONSENT_CENSUS_LINKS_H
#define CONSENT_CENSUS_LINKS_H

/*
 * The links of a page (a and area) and the pages in its frames (iframe, frame),
 * as absolute URLs without fragments, by the tokenizer that the daemon
 * rewrites pages with. Any bytes are a page. No I/O.
 */

#include <libconsent/span.h>
#include <libconsent/status.h>
#include <libconsent/url.h>

struct links_user {
	/* a link to a page of any site; borrowed for the call */
	void (*on_link)(void *ctx, const struct url *to);
	void *ctx;
};

/*
 * Tells the links of an HTML page at that URL. CONSENT_ELIMIT: markup that
 * cannot be placed; those before it were told. CONSENT_ENOMEM.
 */
int links_read(struct span page, const struct url *at,
    const struct links_user *user) CONSENT_CHECKED;

#endif
