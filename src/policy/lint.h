#ifndef CONSENT_POLICY_LINT_H
#define CONSENT_POLICY_LINT_H

/*
 * Warns of what a policy says to no effect, or to another than its author can
 * have meant: rules that never decide, patterns that take in what the site
 * needs, categories that nothing is in. Looks at a policy that is good and
 * whole; changes nothing.
 */

#include "policy/load.h"

/*
 * Reports on the policy that l has loaded from root and finished. The cost
 * grows with the number of rules, not with its square.
 */
void lint_policy(struct load *l, const struct setting *root);

/*
 * Reports a vendor, named at s, whose file names nothing that a request or a
 * cookie is recognised by, or that was left no rule; rules is how many it has.
 */
void lint_vendor(struct load *l, const struct setting *s,
    const struct setting *file, size_t rules);

#endif
