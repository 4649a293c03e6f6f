#include "report/parts.h"

#include "base/clock.h"
#include "report/chart.h"

#include <libconsent/record.h>

#include <stdio.h>
#include <string.h>

enum {
	PERIODS = 100, /* more rows than that are put together */
	ROWS = 100,    /* most rows of a table */
	SHORT = 12     /* digits that tell policies apart */
};

static const char *const acts[] = {
    "accept", "reject", "choose", "withdraw", "embed", NULL};
static const char *const answers[] = {"granted", "denied", NULL};

/* ---- figures at a glance ---------------------------------------------- */

static void
open_figure(struct page *p, const char *name)
{
	markup_raw(&p->m, "<div><dt>");
	markup_raw(&p->m, name);
	markup_raw(&p->m, "</dt><dd>");
}

static void
close_figure(struct page *p)
{
	markup_raw(&p->m, "</dd></div>\n");
}

static void
figure(struct page *p, const char *name, uint64_t n)
{
	open_figure(p, name);
	page_number(p, n);
	close_figure(p);
}

static void
share(struct page *p, const char *name, uint64_t n, uint64_t whole)
{
	open_figure(p, name);
	page_share(p, n, whole);
	markup_raw(&p->m, "<small>");
	page_number(p, n);
	markup_raw(&p->m, "</small>");
	close_figure(p);
}

static void
write_figures(struct page *p)
{
	const struct summary *s = p->report->summary;
	uint64_t asked = s->acts[RECORD_ACCEPT] + s->acts[RECORD_REJECT] +
			 s->acts[RECORD_CHOOSE];

	markup_raw(&p->m, "<dl class=\"figures\">\n");
	figure(p, "Choices", s->types[LAYOUT_CHOICE]);
	share(p, "Accepted all", s->acts[RECORD_ACCEPT], asked);
	share(p, "Rejected all", s->acts[RECORD_REJECT], asked);
	share(p, "Chose some", s->acts[RECORD_CHOOSE], asked);
	figure(p, "Withdrawn", s->acts[RECORD_WITHDRAW]);
	figure(p, "Shown once", s->acts[RECORD_EMBED]);
	figure(p, "Incidents", s->types[LAYOUT_INCIDENT]);
	markup_raw(&p->m, "</dl>\n");
	markup_raw(&p->m,
	    "<p class=\"note\">Shares are of those who answered the question: "
	    "accept, reject and choose. <em>Accept</em> allows every category, "
	    "<em>reject</em> none, <em>choose</em> those that were ticked; "
	    "<em>withdraw</em> takes an earlier consent back, and "
	    "<em>embed</em> shows one thing once and decides about nothing "
	    "else.</p>\n");
}

/* ---- tables ----------------------------------------------------------- */

static void
write_head(struct page *p, const struct tally_row *row, size_t digits)
{
	struct span name = span_of(row->text);

	markup_raw(&p->m, "<tr><th scope=\"row\">");
	if (digits > 0)
		page_hash(p, name, digits);
	else
		page_foreign(p, name);
	markup_raw(&p->m, "</th>");
}

static void
write_row(struct page *p, const struct tally_row *row, size_t digits)
{
	const uint64_t *n = row->counts;
	uint64_t asked = n[RECORD_ACCEPT] + n[RECORD_REJECT] + n[RECORD_CHOOSE];
	unsigned act;

	write_head(p, row, digits);
	for (act = 0; act < SUMMARY_ACTS; act++)
		page_cell_number(p, n[act]);
	page_cell_number(p, tally_sum(row));
	markup_raw(&p->m, "<td class=\"n\">");
	page_share(p, n[RECORD_ACCEPT], asked);
	markup_raw(&p->m, "</td><td class=\"n\">");
	page_share(p, n[RECORD_REJECT], asked);
	markup_raw(&p->m, "</td></tr>\n");
}

/* digits: of a hash; 0 for other names. */
static void
write_table(struct page *p, const char *caption, const struct chart *chart,
    size_t digits)
{
	const struct page_column columns[] = {{chart->label, PAGE_TEXT},
	    {"accept", PAGE_NUMBER}, {"reject", PAGE_NUMBER},
	    {"choose", PAGE_NUMBER}, {"withdraw", PAGE_NUMBER},
	    {"embed", PAGE_NUMBER}, {"all", PAGE_NUMBER},
	    {"accepted", PAGE_NUMBER}, {"rejected", PAGE_NUMBER},
	    {NULL, PAGE_TEXT}};
	const struct tally *t = chart->tally;
	size_t i, n = t->n < ROWS ? t->n : ROWS;

	page_table(p, caption, columns);
	for (i = 0; i < n; i++)
		write_row(p, &t->rows[i], digits);
	page_left_out(p, t->n - n, 9);
	page_table_end(p);
}

static void
write_group(struct page *p, const char *heading, const struct tally *t,
    const char *label)
{
	size_t digits = strcmp(label, "Policy") == 0 ? SHORT : 0;
	struct chart chart = {.label = heading,
	    .tally = t,
	    .names = acts,
	    .name_digits = digits > 0 ? digits : 20};

	markup_raw(&p->m, "<div class=\"group\"><h3>");
	markup_raw(&p->m, heading);
	markup_raw(&p->m, "</h3>\n");
	chart_bars(p, &chart);
	chart.label = label;
	write_table(p, heading, &chart, digits);
	markup_raw(&p->m, "</div>\n");
}

/* ---- by time ---------------------------------------------------------- */

/* Puts days together to longer periods. */
static int
put_together(
    const struct tally *days, enum summary_period period, struct tally *out)
{
	char moment[CLOCK_TEXT], name[16];
	int rc = tally_init(out);
	int64_t when;
	unsigned act;
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < days->n; i++) {
		const struct tally_row *row = &days->rows[i];
		struct span text = span_of(row->text);

		if (snprintf(moment, sizeof moment, "%.10sT00:00:00Z",
			row->text) > 0 &&
		    clock_parse(span_of(moment), &when) == CONSENT_OK) {
			summary_period_name(period, when, name);
			text = span_of(name);
		}
		for (act = 0; rc == CONSENT_OK && act < SUMMARY_ACTS; act++)
			rc = tally_add(out, text, act, row->counts[act]);
	}
	tally_sort(out);
	return rc;
}

static void
write_periods(struct page *p, const struct tally *t, enum summary_period period)
{
	static const char *const headings[] = {
	    "Choices by day", "Choices by week", "Choices by month"};
	static const char *const labels[] = {
	    "Day", "Week from Monday", "Month"};
	struct chart chart = {
	    .label = headings[period], .tally = t, .period = period};

	markup_raw(&p->m, "<div class=\"group\"><h3>");
	markup_raw(&p->m, headings[period]);
	markup_raw(&p->m, "</h3>\n");
	chart_legend(p, acts);
	chart_columns(p, &chart);
	chart.label = labels[period];
	write_table(p, headings[period], &chart, 0);
	markup_raw(&p->m, "</div>\n");
}

static int
write_times(struct page *p)
{
	const struct tally *days = &p->report->summary->periods;
	enum summary_period period = SUMMARY_DAY;
	struct tally longer = {.n = 0};
	int rc = CONSENT_OK;

	if (days->n <= PERIODS) {
		write_periods(p, days, period);
		return CONSENT_OK;
	}
	do {
		tally_fini(&longer);
		rc = put_together(days, ++period, &longer);
	} while (
	    rc == CONSENT_OK && longer.n > PERIODS && period < SUMMARY_MONTH);
	if (rc == CONSENT_OK)
		write_periods(p, &longer, period);
	tally_fini(&longer);
	return rc;
}

static void
write_acts(struct page *p)
{
	static const struct page_column columns[] = {{"Action", PAGE_TEXT},
	    {"choices", PAGE_NUMBER}, {"share", PAGE_NUMBER},
	    {NULL, PAGE_TEXT}};
	const struct summary *s = p->report->summary;
	struct tally_row rows[SUMMARY_ACTS];
	struct tally t = {.rows = rows, .n = SUMMARY_ACTS};
	const struct chart chart = {
	    .label = "Choices by action", .tally = &t, .name_digits = 20};
	char names[SUMMARY_ACTS][16];
	unsigned act;

	markup_raw(&p->m, "<div class=\"group\"><h3>Choices by action</h3>\n");
	for (act = 0; act < SUMMARY_ACTS; act++) {
		if (snprintf(names[act], sizeof names[act], "%s", acts[act]) <
		    0)
			return;
		rows[act] = (struct tally_row){.text = names[act]};
		rows[act].counts[act] = s->acts[act];
	}
	chart_bars(p, &chart);
	page_table(p, "Choices by action", columns);
	for (act = 0; act < SUMMARY_ACTS; act++) {
		write_head(p, &rows[act], 0);
		page_cell_number(p, s->acts[act]);
		markup_raw(&p->m, "<td class=\"n\">");
		page_share(p, s->acts[act], s->types[LAYOUT_CHOICE]);
		markup_raw(&p->m, "</td></tr>\n");
	}
	page_table_end(p);
	markup_raw(&p->m, "</div>\n");
}

static void
write_categories(struct page *p)
{
	static const struct page_column columns[] = {{"Category", PAGE_TEXT},
	    {"granted", PAGE_NUMBER}, {"denied", PAGE_NUMBER},
	    {"granted", PAGE_NUMBER}, {NULL, PAGE_TEXT}};
	const struct tally *t = &p->report->summary->categories;
	const struct chart chart = {
	    .label = "Decisions by category", .tally = t, .name_digits = 20};
	size_t i, n = t->n < ROWS ? t->n : ROWS;

	if (t->n == 0)
		return;
	markup_raw(
	    &p->m, "<div class=\"group\"><h3>Decisions by category</h3>\n");
	chart_legend(p, answers);
	chart_bars(p, &chart);
	page_table(p, "Decisions by category", columns);
	for (i = 0; i < n; i++) {
		write_head(p, &t->rows[i], 0);
		page_cell_number(p, t->rows[i].counts[0]);
		page_cell_number(p, t->rows[i].counts[1]);
		markup_raw(&p->m, "<td class=\"n\">");
		page_share(p, t->rows[i].counts[0], tally_sum(&t->rows[i]));
		markup_raw(&p->m, "</td></tr>\n");
	}
	page_left_out(p, t->n - n, 4);
	page_table_end(p);
	markup_raw(&p->m, "</div>\n");
}

int
parts_choices(struct page *p)
{
	const struct summary *s = p->report->summary;
	int rc = CONSENT_OK;

	page_section(p, "choices", "Choices");
	write_figures(p);
	if (s->types[LAYOUT_CHOICE] > 0) {
		rc = write_times(p);
		write_acts(p);
		write_categories(p);
		write_group(
		    p, "Choices by language", &s->languages, "Language");
		write_group(
		    p, "Choices by policy version", &s->policies, "Policy");
		write_group(p, "Choices by signal of the browser", &s->signals,
		    "Signal");
		write_group(p, "Choices by way", &s->ways, "Way");
	} else {
		markup_raw(&p->m, "<p>No choice in that time.</p>\n");
	}
	page_section_end(p);
	return rc;
}
