#ifndef CONSENT_CONSENT_EXPIRY_H
#define CONSENT_CONSENT_EXPIRY_H

/*
 * The Set-Cookie lines that delete what a visitor's consent no longer covers
 * . A browser only deletes a cookie of the same name, domain and path,
 * and does not say which these are: so each name is tried over host-only, the
 * host and its parents up to the registrable domain, "/" and the folders of
 * the page, plain and Partitioned. The likely variants of all names come
 * first, and at most EXPIRY_LINES go into one response; whatever the browser
 * still sends is tried again with the next.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/gate.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	EXPIRY_LINES = 40,  /* Set-Cookie lines in one response */
	EXPIRY_NAMES = 64,  /* cookie names that are looked at */
	EXPIRY_DOMAINS = 8, /* parents that are tried */
	EXPIRY_PATHS = 6,   /* folders that are tried, "/" included */
	EXPIRY_LINE_MAX = 4096
};

enum expiry_extent {
	EXPIRY_SENT, /* only names that the browser sent */
	EXPIRY_KNOWN /* and the exact names in the policy's denied rules */
};

struct expiry_options {
	const struct gate *gate;    /* of the choice that holds now */
	const struct url *site;	    /* where the answer goes: host, scheme */
	struct span path;	    /* returned to; a query is ignored */
	const struct span *cookies; /* Cookie field values of the request */
	size_t n_cookies;
	struct span own; /* the consent cookie's name: never expired here */
	enum expiry_extent extent;
};

/* Takes one Set-Cookie value, borrowed for the call; 0 or a status. */
struct expiry_sink {
	int (*line)(void *ctx, struct span set_cookie);
	void *ctx;
};

/*
 * Gives each line to the sink; *n says how many. CONSENT_ENOMEM, or what the
 * sink returned.
 */
int expiry_write(const struct expiry_options *options,
    const struct expiry_sink *sink, size_t *n) CONSENT_CHECKED;

#endif
