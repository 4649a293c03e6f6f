#include "proxy/counted.h"

#include "proxy/metrics.h"

#include <stddef.h>

void
counted_name(struct metrics *m, const struct policy_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->n_categories; i++)
		metrics_name(m, NAMES_GIVEN_CATEGORIES,
		    span_of(facts->categories[i].id));
	for (i = 0; i < facts->n_vendors; i++)
		metrics_name(
		    m, NAMES_GIVEN_VENDORS, span_of(facts->vendors[i].id));
}

void
counted_find(const struct metrics *m, const struct policy_facts *facts,
    unsigned *categories, unsigned *vendors)
{
	size_t i;

	for (i = 0; i < facts->n_categories; i++)
		categories[i] = metrics_number(m, NAMES_GIVEN_CATEGORIES,
		    span_of(facts->categories[i].id));
	for (i = 0; i < facts->n_vendors; i++)
		vendors[i] = metrics_number(
		    m, NAMES_GIVEN_VENDORS, span_of(facts->vendors[i].id));
}
