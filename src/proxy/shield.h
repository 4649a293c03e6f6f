#ifndef CONSENT_PROXY_SHIELD_H
#define CONSENT_PROXY_SHIELD_H

/*
 * What a response is given along, so that a browser itself holds back what no
 * proxy can see: our Content-Security-Policy, Permissions-Policy for what
 * browsers do for advertisers, a strict Referrer-Policy on sensitive paths.
 * The site's own policies are never loosened, and changed only where they
 * would forbid our notice or tell who is withheld.
 */

#include <stdbool.h>

#include <libconsent/status.h>

struct head;
struct plan;
struct proxy_setup;
struct visit;

/* A response on its way to the client; all borrowed for the call. */
struct shield {
	const struct visit *visit;
	const struct plan *plan;
	const struct proxy_setup *setup;
	bool varies; /* set where another visitor would get other lines */
};

/* CONSENT_ELIMIT, CONSENT_ENOMEM, CONSENT_EINVAL. */
int shield_response(struct head *h, struct shield *s) CONSENT_CHECKED;

#endif
