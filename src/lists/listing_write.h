#ifndef CONSENT_LISTS_LISTING_WRITE_H
#define CONSENT_LISTS_LISTING_WRITE_H

/*
 * Writes a listing as text of libconfig that stands inside the list
 * `resources` or `cookies` of a policy, by an @include. Its head says, in
 * comments, what it is made of, when, and under which terms.
 */

#include <libconsent/buf.h>
#include <libconsent/status.h>

#include "lists/listing.h"

struct listing_source {
	const char *format; /* "adblock" or "cookie-database" */
	const char *file;   /* where it was read, or "-" */
	const char *date;   /* "2026-11-28" */
};

/*
 * Appends the hosts of l as one group with `hosts`, and what it lets pass as
 * a second. There must be one rule at least. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int listing_write_hosts(const struct listing *l,
    const struct listing_source *source, struct buf *out) CONSENT_CHECKED;

/* Appends a group for each cookie of l. As above. */
int listing_write_cookies(const struct listing *l,
    const struct listing_source *source, struct buf *out) CONSENT_CHECKED;

#endif
