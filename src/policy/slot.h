#ifndef CONSENT_POLICY_SLOT_H
#define CONSENT_POLICY_SLOT_H

/*
 * Which bit of a set of 32 tells whether something passes for a visitor. What
 * has no mode of its own has the slot of its category; what is enforced
 * whatever its category does has another one for each category; what is only
 * reported whatever its category does has that of a required category, which
 * always passes. So who knows no rules, as a page's guard, knows modes.
 */

#include <stdint.h>

#include <libconsent/policy.h>

enum {
	SLOT_ENFORCED = POLICY_CATEGORIES, /* that of the first category */
	SLOTS = 2 * POLICY_CATEGORIES
};

/* Bit i stands for slot i. */
typedef uint32_t slot_set;

/* The slot of something of this category with such a mode. */
unsigned slot_of(const struct policy_facts *facts, unsigned category,
    enum policy_own_mode mode);

/* That of what a rule names. */
unsigned slot_of_rule(
    const struct policy_facts *facts, const struct policy_rule *rule);

/*
 * The slots that pass for who is granted that, with so much only reported;
 * those of what is enforced all the same only where there is such.
 */
slot_set slots_passing(const struct policy_facts *facts, category_set granted,
    category_set reported);

/* The mode of what a rule names, with those categories only reported. */
enum policy_mode slot_mode(
    const struct policy_rule *rule, category_set reported);

#endif
