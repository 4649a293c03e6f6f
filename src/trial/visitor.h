#ifndef CONSENT_TRIAL_VISITOR_H
#define CONSENT_TRIAL_VISITOR_H

/*
 * A visitor made up for a question: what was granted, on which page of which
 * site. Opens the gate that the daemon would open for that visitor, from a
 * record that was never signed or logged. No I/O.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/policy.h>
#include <libconsent/record.h>
#include <libconsent/status.h>
#include <libconsent/url.h>

/* The site where none is known: a policy alone does not say. */
#define VISITOR_SITE "https://site.example"

/* Where a question is asked: borrowed as long as any visitor there. */
struct visitor_place {
	const struct policy *policy;
	const char *const *sites; /* the site's origins */
	size_t n_sites;		  /* 0: VISITOR_SITE */
	size_t first;		  /* what a path alone belongs to */
};

struct visitor_options {
	const struct visitor_place *place;
	const char *at;	      /* URL of the page, or its path; NULL: "/" */
	category_set granted; /* beside what is required */
	bool undecided;	      /* has not answered: granted does not count */
	bool gpc;	      /* Sec-GPC: 1 */
};

struct visitor {
	struct gate gate;
	struct url url; /* of the page */
	struct url *sites;
	struct buf *scratch; /* behind sites, then url and its base */
	size_t n_sites;
	struct record record;
};

/*
 * Opens v, which stays where it is as long as it is used. CONSENT_EINVAL: at
 * is no URL of a page; CONSENT_ENOMEM, CONSENT_ELIMIT. After a failure there
 * is nothing to close.
 */
int visitor_open(
    struct visitor *v, const struct visitor_options *options) CONSENT_CHECKED;

/* Frees what v holds. */
void visitor_close(struct visitor *v);

/*
 * Reads the name of a category to grant, "all" or "none" into the bits of
 * *granted. CONSENT_EINVAL: no category has that id.
 */
int visitor_grant(const struct policy *policy, struct span id,
    category_set *granted) CONSENT_CHECKED;

#endif
