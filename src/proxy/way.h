#ifndef CONSENT_PROXY_WAY_H
#define CONSENT_PROXY_WAY_H

/*
 * Where a request to one of our own paths comes from, and where its answer
 * leads back to: from the site itself, and to the site itself. No state.
 */

#include <stdbool.h>

#include <libconsent/span.h>

#include "proxy/call.h"
#include "proxy/refusal.h"

enum {
	WAY_BACK = 2048 /* longest path to go back to, with its NUL */
};

/*
 * Whether the request was made by a page of this site, or by no page at all.
 * A browser says so in Sec-Fetch-Site, older ones in Origin; under a
 * no-referrer policy Origin is "null" even on the same site, so the first is
 * looked at first. No browser sends a field twice: then all of them count.
 */
bool way_is_own(const struct call *call);

/* Why a posted form is not read: from another site, or no form at all. */
enum refusal way_check(const struct call *call);

/*
 * Where to go back to, copied into text: wanted if it is a path on this site,
 * else the page that the request came from, else empty. Never leads off the
 * site.
 */
struct span way_back(
    const struct call *call, struct span wanted, char text[WAY_BACK]);

#endif
