#ifndef CONSENT_POLICY_LOADER_H
#define CONSENT_POLICY_LOADER_H

/*
 * Builds a policy from settings: the group `policy` of the daemon's
 * configuration, or a policy.conf of its own. Checks everything before it
 * gives up, so that one run names all mistakes with file and line. Copies what
 * it keeps: settings and findings may be freed before the policy.
 */

#include <libconsent/status.h>

CONSENT_BEGIN

struct findings;
struct policy;
struct setting;

enum {
	/* rules of one policy, the vendors' included: the largest public list
	   of trackers has some 55,000, and grows */
	LOADER_RULES = 80000,
	LOADER_VENDORS = 256,
	LOADER_SENSITIVE = 256,
	LOADER_TEXT = 1024,   /* bytes of one string */
	LOADER_INLINE = 16384 /* bytes of all inline texts together */
};

struct loader_options {
	/*
	 * Folder whose NAME.conf files come before the built-in vendors, or
	 * NULL for the built-in ones alone.
	 */
	const char *vendors;
};

/*
 * Builds *out from group. CONSENT_EINVAL: findings has the errors and *out is
 * not written. CONSENT_ENOMEM. Warnings alone do not fail. The caller frees
 * *out with policy_free.
 */
int policy_load(const struct setting *group,
    const struct loader_options *options, struct findings *findings,
    struct policy **out) CONSENT_CHECKED;

CONSENT_END

#endif
