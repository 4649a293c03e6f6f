#ifndef CONSENT_PROXY_COUNTED_H
#define CONSENT_PROXY_COUNTED_H

/*
 * By which numbers of the metrics the categories and vendors of a policy are
 * counted: the parent gives each a name there, the workers find them.
 */

#include <libconsent/policy.h>

struct metrics;

/* In the parent, before it starts who counts. As metrics_name, for all. */
void counted_name(struct metrics *m, const struct policy_facts *facts);

/* The numbers, in the policy's order; as many as it has of each. */
void counted_find(const struct metrics *m, const struct policy_facts *facts,
    unsigned *categories, unsigned *vendors);

#endif
