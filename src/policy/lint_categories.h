#ifndef CONSENT_POLICY_LINT_CATEGORIES_H
#define CONSENT_POLICY_LINT_CATEGORIES_H

/*
 * Warns of categories that nothing is in, and says where a category stands for
 * other warnings. For whoever loads a policy, since other parts of a
 * configuration may use a category, too.
 */

#include <libconsent/findings.h>
#include <libconsent/policy.h>

/* used has the ids of categories that are used elsewhere, NULL at the end. */
void lint_categories(
    const struct policy *p, const char *const *used, struct findings *findings);

/* Where the id of a category stands; borrowed from the policy. */
struct place lint_category_place(const struct policy_category *c);

#endif
