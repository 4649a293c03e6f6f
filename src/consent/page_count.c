#include "consent/page_count.h"

bool
page_settle_script(struct page *page, struct gate_verdict verdict,
    const struct policy_rule *beside)
{
	page_counts_add(&page->counts, verdict, beside);
	if (verdict.answer != GATE_PASS && page->on_judged != NULL)
		page->on_judged(page->judged_ctx, verdict);
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
