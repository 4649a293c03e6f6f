#ifndef CONSENT_POLICY_LOAD_RULES_H
#define CONSENT_POLICY_LOAD_RULES_H

/*
 * Patterns of rules, and the lists that hold them: read, judged and brought
 * to the spelling in which they are compared. What is wrong is reported at s
 * and gives NULL or false.
 */

#include <stdbool.h>

#include "policy/load.h"

/* A cookie's name or glob. */
bool load_cookie_name(
    struct load *l, const struct setting *s, const char **out);

/* A host, canonical, from text that stands at s. */
const char *load_host(
    struct load *l, const struct setting *s, struct span text);

/* A path glob from text that stands at s. */
const char *load_path(
    struct load *l, const struct setting *s, struct span text);

/* "host" or "host/path", where the path is a glob, into a rule. */
bool load_host_path(
    struct load *l, const struct setting *s, struct policy_rule *rule);

/* Text to be found in an inline script. */
const char *load_inline(struct load *l, const struct setting *s);

/*
 * The mode that a group's `mode` gives to what is of this category; other where
 * it gives none. A required category has none, which is told.
 */
enum policy_own_mode load_mode(struct load *l, const struct setting *group,
    unsigned category, enum policy_own_mode other);

/* Whether a path glob leaves nothing out. */
bool load_is_everything(struct span path);

/* Reads `cookies`, `resources` and `sensitive` of the policy itself. */
void load_rules(struct load *l, const struct setting *root);

/*
 * Reads the groups of `resources` that are lists of `hosts`, which yield to
 * all other rules; hence after these and the vendors'.
 */
void load_listed(struct load *l, const struct setting *root);

/* Reads `vendors` and the vendors' files (policy/load_vendors). */
void load_vendors(struct load *l, const struct setting *root);

#endif
