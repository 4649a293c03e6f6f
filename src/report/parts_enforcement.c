#include "report/parts.h"

#include "report/chart.h"

#include <string.h>

enum {
	ROWS = 100 /* most rules that are listed */
};

static const char *const states[] = {"undecided", "denied", "granted", NULL};

static void
write_figure(struct page *p, const char *name, uint64_t n)
{
	markup_raw(&p->m, "<div><dt>");
	markup_raw(&p->m, name);
	markup_raw(&p->m, "</dt><dd>");
	page_number(p, n);
	markup_raw(&p->m, "</dd></div>\n");
}

static void
write_counts(struct page *p, const struct tally_row *row)
{
	unsigned state;

	for (state = 0; state < SUMMARY_STATES; state++)
		page_cell_number(p, row->counts[state]);
	page_cell_number(p, tally_sum(row));
	markup_raw(&p->m, "</tr>\n");
}

static void
write_withheld(struct page *p)
{
	static const struct page_column columns[] = {{"Category", PAGE_TEXT},
	    {"undecided", PAGE_NUMBER}, {"denied", PAGE_NUMBER},
	    {"granted", PAGE_NUMBER}, {"all", PAGE_NUMBER}, {NULL, PAGE_TEXT}};
	const struct tally *t = &p->report->summary->withheld;
	const struct chart chart = {
	    .label = "Withheld by category", .tally = t, .name_digits = 20};
	size_t i, n = t->n < ROWS ? t->n : ROWS;

	markup_raw(
	    &p->m, "<div class=\"group\"><h3>Withheld by category</h3>\n");
	chart_legend(p, states);
	chart_bars(p, &chart);
	page_table(p, "Withheld by category and state of consent", columns);
	for (i = 0; i < n; i++) {
		markup_raw(&p->m, "<tr><th scope=\"row\">");
		page_foreign(p, span_of(t->rows[i].text));
		markup_raw(&p->m, "</th>");
		write_counts(p, &t->rows[i]);
	}
	page_left_out(p, t->n - n, 5);
	page_table_end(p);
	markup_raw(&p->m, "</div>\n");
}

static void
write_rules(struct page *p)
{
	static const struct page_column columns[] = {{"Rule", PAGE_TEXT},
	    {"Category", PAGE_TEXT}, {"undecided", PAGE_NUMBER},
	    {"denied", PAGE_NUMBER}, {"granted", PAGE_NUMBER},
	    {"all", PAGE_NUMBER}, {NULL, PAGE_TEXT}};
	const struct tally *t = &p->report->summary->rules;
	size_t i, n = t->n < ROWS ? t->n : ROWS;

	markup_raw(&p->m, "<div class=\"group\"><h3>Withheld by rule</h3>\n");
	page_table(p, "Withheld by rule", columns);
	for (i = 0; i < n; i++) {
		struct span rest = span_of(t->rows[i].text);

		markup_raw(&p->m, "<tr><th scope=\"row\" class=\"rule\">");
		page_foreign(p, span_cut(&rest, '\n'));
		markup_raw(&p->m, "</th><td>");
		page_foreign(p, rest);
		markup_raw(&p->m, "</td>");
		write_counts(p, &t->rows[i]);
	}
	page_left_out(p, t->n - n, 6);
	page_table_end(p);
	markup_raw(&p->m, "</div>\n");
}

void
parts_enforcement(struct page *p)
{
	const struct summary *s = p->report->summary;

	page_section(p, "enforcement", "What was withheld");
	if (s->types[LAYOUT_ENFORCEMENT] == 0) {
		markup_raw(&p->m, "<p>The log has no sums of that time.</p>\n");
		page_section_end(p);
		return;
	}
	markup_raw(&p->m,
	    "<p>Scripts, embeds, requests and cookies that the sidecar held "
	    "back before they reached a browser or came from it, in sums over "
	    "all visitors, from ");
	page_time(p, s->since);
	markup_raw(&p->m, " to ");
	page_time(p, s->until);
	markup_raw(&p->m,
	    ". The state is that of the visitor: <em>undecided</em> has not "
	    "answered, <em>denied</em> has refused that category; "
	    "<em>granted</em> stands for pages on which a choice does not "
	    "count.</p>\n<dl class=\"figures\">\n");
	write_figure(p, "Responses screened", s->screened);
	write_figure(p, "Cookies expired and gone", s->confirmed);
	write_figure(p, "Expired and sent again", s->unconfirmed);
	markup_raw(&p->m, "</dl>\n");
	if (s->withheld.n > 0) {
		write_withheld(p);
		write_rules(p);
	} else {
		markup_raw(&p->m, "<p>Nothing had to be withheld.</p>\n");
	}
	page_section_end(p);
}
