#include "consent/page_count.h"

/* The row for a verdict, or NULL when all are taken by others. */
static struct page_count *
find_row(struct page_counts *counts, struct gate_verdict v,
    const struct policy_rule *beside)
{
	size_t i;

	for (i = 0; i < counts->n; i++) {
		struct page_count *row = &counts->rows[i];

		if (row->rule == v.rule && row->category == v.category &&
		    row->answer == v.answer && row->beside == beside)
			return row;
	}
	if (i == PAGE_COUNTS)
		return NULL;
	counts->n++;
	counts->rows[i] =
	    (struct page_count){v.rule, v.category, v.answer, 0, beside};
	return &counts->rows[i];
}

bool
page_settle_script(struct page *page, struct gate_verdict verdict,
    const struct policy_rule *beside)
{
	struct page_counts *counts = &page->counts;
	struct page_count *row;

	if (verdict.answer == GATE_PASS)
		return true;
	if (verdict.answer == GATE_WITHHOLD)
		counts->withheld++;
	else
		counts->reported++;
	if (beside != NULL)
		counts->mixed++;
	row = find_row(counts, verdict, beside);
	if (row != NULL)
		row->n++;
	else
		counts->others++;
	return verdict.answer != GATE_WITHHOLD;
}

bool
page_settle(struct page *page, struct gate_verdict verdict)
{
	return page_settle_script(page, verdict, NULL);
}

enum policy_action
page_action(const struct page *page, struct gate_verdict verdict)
{
	const struct policy_facts *facts = page->gate->facts;

	if (verdict.rule != NULL)
		return verdict.rule->action;
	return verdict.category < facts->n_categories
		   ? facts->categories[verdict.category].action
		   : POLICY_REMOVE;
}

void
page_doubt(struct page *page)
{
	/* of no category, as a zero would be that of the first */
	static const struct gate_verdict doubt = {
	    .answer = GATE_WITHHOLD, .category = GATE_UNNAMED};

	(void)page_settle(page, doubt);
}
