#ifndef CONSENT_TRIAL_WORDS_H
#define CONSENT_TRIAL_WORDS_H

/*
 * Rules and answers in words, the same wherever they are shown. Appends to the
 * caller's buf; a word that finds no room is left out.
 */

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/policy.h>
#include <libconsent/span.h>

/* What a rule names and nothing else: `_pk_id*`, `cdn.example/x`. */
void words_pattern(const struct policy_rule *rule, struct buf *out);

/* Whether that is the pattern of a rule, or "none" and rule is NULL. */
bool words_is_pattern(const struct policy_rule *rule, struct span text);

/* The rule as it would be written: `POST path "/collect*"`. */
void words_rule(const struct policy_rule *rule, struct buf *out);

/* The same with its place and its vendor: `FILE:3: ... of vendor "x"`. */
void words_rule_placed(const struct policy_facts *facts,
    const struct policy_rule *rule, struct buf *out);

/* "pass", "withheld" or "reported"; static. */
const char *words_answer(enum gate_answer answer);

/* The id of a category, "none" for what is of no category. */
const char *words_category(const struct policy_facts *facts, unsigned category);

#endif
