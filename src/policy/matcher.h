#ifndef CONSENT_POLICY_MATCHER_H
#define CONSENT_POLICY_MATCHER_H

/*
 * The sets behind a policy: which rule fits a cookie name, a URL, a path of
 * the site or an inline script best. Built once from the rules, immutable,
 * allocates when it is asked about a very long path alone. The cost of a
 * question does not grow with the number of rules.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/policy.h>
#include <libconsent/status.h>

#include "policy/glob.h"
#include "policy/needles.h"

struct url;
struct host_slot;

enum {
	/* longer paths take memory to be brought to one spelling, or to have
	   their slashes merged; where there is none, so much counts */
	MATCHER_PATH = 8192,
	MATCHER_MERGED = 4096
};

struct matcher {
	struct glob_set cookies;
	struct glob_set paths;	   /* a pair of spaces for each host */
	struct glob_set sensitive; /* patterns of the site */
	struct host_slot *hosts;   /* by hash */
	size_t host_mask;
	uint32_t n_hosts;
	bool queries; /* some pattern looks at the query too */
	bool methods; /* some rule names methods */
	struct needles inlines;
	struct needles essentials; /* the first of inlines alone */
	uint32_t *inline_rules;	   /* rule of each needle */
};

/* What a matcher is built from; all of it must outlive the matcher. */
struct matcher_source {
	const struct policy_rule *rules;
	size_t n_rules;
	category_set required; /* these yield where inline texts meet */
	const char *const *sensitive;
	size_t n_sensitive;
};

/* Builds m. CONSENT_ENOMEM, CONSENT_ELIMIT. */
int matcher_init(
    struct matcher *m, const struct matcher_source *source) CONSENT_CHECKED;

/* Each gives the index of a rule, or -1. */
int matcher_cookie(const struct matcher *m, struct span name);
int matcher_request(
    const struct matcher *m, const struct policy_request *request);
int matcher_inline(const struct matcher *m, struct span text);
int matcher_inline_essential(const struct matcher *m, struct span text);

/* Whether a path of the site, with or without its query, is sensitive. */
bool matcher_sensitive(const struct matcher *m, struct span path);

/*
 * Brings a path, or a pattern of one, to the one spelling in which they are
 * compared: escapes of letters, digits and "-._~" decoded, other escapes in
 * upper case (RFC 3986 6.2.2), what cannot stand in a path escaped. Writes at
 * most max bytes to out and returns how many.
 */
size_t matcher_spell(struct span path, char *out, size_t max);

/* Frees m. */
void matcher_fini(struct matcher *m);

#endif
