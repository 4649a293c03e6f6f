#ifndef CONSENT_POLICY_PARTS_H
#define CONSENT_POLICY_PARTS_H

/*
 * The inside of struct policy, for the loader that fills it and the functions
 * that finish it. Nobody outside of this folder sees it.
 */

#include <stddef.h>

#include <libconsent/policy.h>
#include <libconsent/status.h>

#include "policy/arena.h"
#include "policy/matcher.h"

struct policy {
	struct policy_facts facts; /* what policy_facts shows */
	struct arena arena;	   /* all text and lists */
	struct matcher matcher;
	struct policy_category categories[POLICY_CATEGORIES];
	unsigned revisions[POLICY_CATEGORIES]; /* as set by the operator */
	struct policy_vendor *vendors;	       /* LOADER_VENDORS of them */
	struct policy_rule *rules;	       /* grows while loading */
	size_t room;			       /* for rules */
	struct policy_rule *repeated; /* of vendors: another has their pattern,
					 for who asks (policy/candidates) */
	size_t n_repeated;
	const char **sensitive; /* LOADER_SENSITIVE of them */
	size_t n_sensitive;
	char hash[65];
	char *text; /* canonical JSON */
};

/* An empty policy, or NULL without memory. */
struct policy *policy_new(void);

/*
 * Fills the revisions, the canonical text and its hash from what was loaded
 * (policy/canon). CONSENT_ENOMEM.
 */
int policy_canon(struct policy *p) CONSENT_CHECKED;

/* Ends loading: text, hash, revisions, matcher. CONSENT_ENOMEM, _ELIMIT. */
int policy_finish(struct policy *p) CONSENT_CHECKED;

#endif
