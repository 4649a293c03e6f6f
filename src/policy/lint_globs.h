#ifndef CONSENT_POLICY_LINT_GLOBS_H
#define CONSENT_POLICY_LINT_GLOBS_H

/*
 * What policy/lint asks of patterns: which could fit the same texts. No state.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/policy.h>
#include <libconsent/status.h>

/* Whether some text fits both globs, of which both have a "*". */
bool lint_globs_meet(struct span a, struct span b);

/* Whether text would end the script that it stands in. */
bool lint_ends_script(struct span text);

/*
 * Calls on_alike with the indexes of two rules, the earlier first, whose globs
 * have the same literal bytes, so that they are equally specific, and that
 * are for the same host where they have one; where it gives true, no others
 * come with the second. Of very many that are alike not all are compared.
 * CONSENT_ENOMEM.
 */
int lint_globs_alike(const struct policy_rule *rules, size_t n,
    bool (*on_alike)(void *ctx, size_t before, size_t index),
    void *ctx) CONSENT_CHECKED;

#endif
