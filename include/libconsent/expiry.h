#ifndef CONSENT_CONSENT_EXPIRY_H
#define CONSENT_CONSENT_EXPIRY_H

/*
 * The Set-Cookie lines that delete what a visitor's consent does not cover
 * . A browser only deletes a cookie of the same name, domain and path,
 * and does not say which these are: so each name is tried in every place where
 * it may lie. That is host-only, the host and its parents up to the
 * registrable domain, over "/" and the folders of the page, each with and
 * without a slash behind, plain and Partitioned. The likely places come first,
 * and at most EXPIRY_LINES go into one response; a name remembers how far it
 * came, so that the next response goes on from there.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/gate.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

CONSENT_BEGIN

enum {
	EXPIRY_LINES = 40,   /* Set-Cookie lines in one response */
	EXPIRY_NAMES = 192,  /* cookie names that are looked at */
	EXPIRY_DOMAINS = 8,  /* parents that are tried */
	EXPIRY_PATHS = 12,   /* paths that are tried, "/" included */
	EXPIRY_PASSES = 4,   /* how often all places of a name are tried */
	EXPIRY_PLACES = 216, /* (EXPIRY_DOMAINS + 1) * EXPIRY_PATHS * 2 */
	EXPIRY_LINE_MAX = 4096
};

struct expiry_options {
	const struct gate *gate;    /* what is agreed to stays */
	const struct url *site;	    /* where the answer goes: host, scheme */
	struct span path;	    /* of the page; a query is ignored */
	const struct span *cookies; /* Cookie field values of the request */
	size_t n_cookies;
	struct span own[3]; /* names of cookies of ours: never expired here, nor
			       that of the first with "-variant" behind */
};

/* A name of a cookie, and how far it was tried. */
struct expiry_name {
	struct span name; /* byte for byte as the browser sends it */
	unsigned tried;	  /* places */
	unsigned passes;  /* times that all places were tried */
};

/* The names of one visitor. */
struct expiry_names {
	size_t n;
	struct expiry_name names[EXPIRY_NAMES];
	size_t left; /* that were sent and cannot be named in a line */
};

/* Takes one Set-Cookie value, borrowed for the call; 0 or a status. */
struct expiry_sink {
	int (*line)(void *ctx, struct span set_cookie);
	void *ctx;
};

/*
 * Gathers the names that the browser sent and that consent does not cover,
 * each once, untried. They borrow from the options' cookies. A sensitive path
 * makes no difference: what was agreed to elsewhere stays.
 */
void expiry_sent(
    const struct expiry_options *options, struct expiry_names *out);

/*
 * Adds the names that the policy's rules spell out and consent does not cover,
 * for cookies that lie on other paths than the request's.
 */
void expiry_known(
    const struct expiry_options *options, struct expiry_names *names);

/*
 * Gives lines to the sink, the least tried names first, and notes how far
 * each came. A name that was tried everywhere begins anew EXPIRY_PASSES times
 * in all, and after the first also as a nameless cookie whose value looks like
 * one with a name. *n says how many lines there were. A sink that has no room
 * ends it with CONSENT_ELIMIT, which is no failure. CONSENT_ENOMEM, or what
 * the sink returned.
 */
int expiry_write(const struct expiry_options *options,
    struct expiry_names *names, const struct expiry_sink *sink,
    size_t *n) CONSENT_CHECKED;

CONSENT_END

#endif
