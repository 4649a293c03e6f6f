#include "policy/slot.h"

static unsigned
first_required(const struct policy_facts *facts)
{
	unsigned i = 0;

	while (i + 1 < facts->n_categories && (facts->required >> i & 1) == 0)
		i++;
	return i;
}

unsigned
slot_of(const struct policy_facts *facts, unsigned category,
    enum policy_own_mode mode)
{
	switch (mode) {
	case POLICY_OWN_REPORT:
		return first_required(facts);
	case POLICY_OWN_ENFORCE:
		return SLOT_ENFORCED + category;
	case POLICY_OWN_NONE:
		break;
	}
	return category;
}

unsigned
slot_of_rule(const struct policy_facts *facts, const struct policy_rule *rule)
{
	return slot_of(facts, rule->category, rule->mode);
}

slot_set
slots_passing(const struct policy_facts *facts, category_set granted,
    category_set reported)
{
	return granted | reported |
	       (granted & facts->enforced) << SLOT_ENFORCED;
}

enum policy_mode
slot_mode(const struct policy_rule *rule, category_set reported)
{
	if (rule->mode != POLICY_OWN_NONE)
		return rule->mode == POLICY_OWN_REPORT ? POLICY_REPORT
						       : POLICY_ENFORCE;
	return (reported >> rule->category & 1) != 0 ? POLICY_REPORT
						     : POLICY_ENFORCE;
}
