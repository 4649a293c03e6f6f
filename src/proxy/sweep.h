#ifndef CONSENT_PROXY_SWEEP_H
#define CONSENT_PROXY_SWEEP_H

/*
 * Deletes the cookies that consent does not cover from the browser, in batches
 * over as many responses as it takes, and learns whether it worked:
 * what was expired and is not sent any more is confirmed, what is still sent
 * is unconfirmed and tried in further places, until there is none left. Which
 * names are under way is kept in a cookie of our own (proxy/sweep_state) that
 * lives an hour; so nothing is remembered here, and nothing is tried for ever.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

struct head;
struct proxy_setup;
struct sums;
struct visit;

enum {
	SWEEP_BYTES = 4096, /* of Set-Cookie values in one response */
	SWEEP_AT_ONCE = 12, /* names that are begun with in one response */
	SWEEP_AGE = 3600    /* seconds that our cookie lives */
};

/* What one response is to do. Begins as zeros. */
struct sweep {
	size_t confirmed, unconfirmed; /* of what was expired before */
	size_t sent;		       /* expiries in it */
	size_t left;	  /* names that were sent and cannot be expired */
	struct buf state; /* our cookie as Set-Cookie has it, or empty */
	struct buf text;  /* Set-Cookie values, each with a line end behind */
};

/* A choice that was just made. All borrowed for the call. */
struct sweep_choice {
	const struct visit *visit;
	const struct proxy_setup *setup;
	const struct gate *gate; /* as it is from now on */
	struct span path;	 /* where the visitor goes back to */
};

/* The cookie that sweeps of a site ("https://...") are remembered in. */
const char *sweep_cookie(const char *site);

/* Whether a cookie is the one that sweeps are remembered in. */
bool sweep_owns(struct span name);

/*
 * Looks at a request, before its cookies are screened, and makes up what its
 * response is to do. Nothing for requests that are not for a document or by a
 * script, and for what is fetched ahead. CONSENT_ENOMEM.
 */
int sweep_look(struct sweep *s, const struct visit *v,
    const struct proxy_setup *setup,
    const struct head *request) CONSENT_CHECKED;

/*
 * The same for the answer to a choice: all begins anew, and names that the
 * policy spells out are tried unseen. CONSENT_ENOMEM.
 */
int sweep_begin(struct sweep *s, const struct sweep_choice *choice,
    const struct head *request) CONSENT_CHECKED;

/* Whether it adds anything: then no shared cache may keep the response. */
bool sweep_is_due(const struct sweep *s);

/*
 * Adds it to a response, counts it and forgets it. What finds no room in the
 * head is left out. CONSENT_ENOMEM.
 */
int sweep_add(
    struct sweep *s, struct head *response, struct sums *sums) CONSENT_CHECKED;

/* Frees; fine on zeros. */
void sweep_fini(struct sweep *s);

#endif
