#include "policy/lint_categories.h"

static category_set
used_by(const struct policy *p, const char *const *ids)
{
	const struct policy_facts *facts = policy_facts(p);
	category_set used = facts->required | (category_set)1
						  << facts->unknown_cookie;
	size_t i;
	int found;

	for (i = 0; i < facts->n_rules; i++)
		used |= (category_set)1 << facts->rules[i].category;
	for (i = 0; i < facts->n_vendors; i++)
		used |= (category_set)1 << facts->vendors[i].category;
	for (; *ids != NULL; ids++) {
		found = policy_category(p, span_of(*ids));
		if (found >= 0)
			used |= (category_set)1 << found;
	}
	return used;
}

struct place
lint_category_place(const struct policy_category *c)
{
	return (struct place){.file = c->file,
	    .line = c->line,
	    .column = c->column,
	    .length = c->length};
}

void
lint_categories(
    const struct policy *p, const char *const *used, struct findings *findings)
{
	const struct policy_facts *facts = policy_facts(p);
	category_set set = used_by(p, used);
	unsigned i;

	for (i = 0; i < facts->n_categories; i++) {
		const struct policy_category *c = &facts->categories[i];

		if ((set >> i & 1) == 0)
			findings_warn(findings, lint_category_place(c),
			    FINDING_UNUSED_CATEGORY,
			    "nothing is in the category \"%s\": visitors "
			    "would be asked for nothing",
			    c->id);
	}
}
