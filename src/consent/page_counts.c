#include <libconsent/page.h>

/* The row for a verdict, or NULL when all are taken by others. */
static struct page_count *
find_row(struct page_counts *counts, struct gate_verdict v,
    const struct policy_rule *beside)
{
	size_t i;

	for (i = 0; i < counts->n; i++) {
		struct page_count *row = &counts->rows[i];

		if (row->rule == v.rule && row->category == v.category &&
		    row->answer == v.answer && row->subject == v.subject &&
		    row->beside == beside)
			return row;
	}
	if (i == PAGE_COUNTS)
		return NULL;
	counts->n++;
	counts->rows[i] = (struct page_count){.rule = v.rule,
	    .category = v.category,
	    .answer = v.answer,
	    .subject = v.subject,
	    .beside = beside};
	return &counts->rows[i];
}

enum page_state
page_count_state(const struct gate *gate, const struct page_count *row)
{
	category_set bit = row->category == GATE_UNNAMED
			       ? 0
			       : (category_set)1 << row->category;

	if ((gate->agreed & bit) != 0)
		return PAGE_GRANTED;
	return ((gate->decided | gate->signaled) & bit) != 0 ? PAGE_DENIED
							     : PAGE_UNDECIDED;
}

void
page_counts_init(struct page_counts *counts)
{
	counts->n = counts->others = counts->withheld = counts->reported =
	    counts->mixed = counts->unjudged = 0;
}

void
page_counts_add(struct page_counts *counts, struct gate_verdict v,
    const struct policy_rule *beside)
{
	struct page_count *row;

	if (counts == NULL || v.answer == GATE_PASS)
		return;
	if (v.answer == GATE_WITHHOLD)
		counts->withheld++;
	else
		counts->reported++;
	if (beside != NULL)
		counts->mixed++;
	row = find_row(counts, v, beside);
	if (row != NULL)
		row->n++;
	else
		counts->others++;
}
