#include "report/chart.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

enum {
	WIDTH = 720,
	HEIGHT = 220, /* of columns over time */
	LEFT = 52,    /* where columns begin */
	TOP = 10,
	BOTTOM = 24,
	LINES = 5,  /* most of the grid */
	LABELS = 8, /* most names of periods */
	BAR = 16,   /* height of a bar */
	ROW = 26,
	NAME = 150,    /* room for the name of a bar */
	SUM = 160,     /* and for its figures */
	DAY = 86400000 /* ms */
};

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/*
 * A box of a column's kind. Its stripes are the dashes of a line as broad as
 * the box, which stay a line on paper, where patterns become pictures.
 */
static void
draw_box(struct page *p, unsigned kind, const double at[4])
{
	char text[256];
	bool lies = at[2] > at[3];

	if (snprintf(text, sizeof text,
		"<rect class=\"k%u\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" "
		"height=\"%.2f\"/><path class=\"s%u\" stroke-width=\"%.2f\" "
		"d=\"M%.2f %.2f%c%.2f\"/>\n",
		kind, at[0], at[1], at[2], at[3], kind, lies ? at[3] : at[2],
		lies ? at[0] : at[0] + at[2] / 2,
		lies ? at[1] + at[3] / 2 : at[1], lies ? 'H' : 'V',
		lies ? at[0] + at[2] : at[1] + at[3]) > 0)
		markup_raw(&p->m, text);
}

void
chart_legend(struct page *p, const char *const *names)
{
	unsigned i;

	markup_raw(&p->m, "<ul class=\"legend\">");
	for (i = 0; names[i] != NULL; i++) {
		markup_raw(&p->m, "<li><svg aria-hidden=\"true\" "
				  "width=\"24\" height=\"14\">");
		draw_box(p, i, (double[]){.5, .5, 23, 13});
		markup_raw(&p->m, "</svg> ");
		markup_text(&p->m, names[i]);
		markup_raw(&p->m, "</li>");
	}
	markup_raw(&p->m, "</ul>\n");
}

static void
open_svg(struct page *p, const char *label, unsigned height)
{
	char text[96];

	markup_raw(&p->m, "<svg class=\"chart\" role=\"img\"");
	markup_attribute(&p->m, "aria-label", label);
	if (snprintf(text, sizeof text, " viewBox=\"0 0 %d %u\">\n", WIDTH,
		height) > 0)
		markup_raw(&p->m, text);
}

static void
open_text(struct page *p, const char *class, double x, double y)
{
	char text[96];

	if (snprintf(text, sizeof text,
		"<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y) > 0)
		markup_raw(&p->m, text);
}

static void
close_text(struct page *p)
{
	markup_raw(&p->m, "</text>\n");
}

/* ---- columns over time ------------------------------------------------ */

/* The periods from the first row on; false for a text that is none. */
static bool
slot_of(enum summary_period period, const char *text, int64_t *out)
{
	char moment[CLOCK_TEXT];
	int64_t when;
	uint64_t year, month;

	if (strlen(text) < 7 ||
	    snprintf(moment, sizeof moment, "%.10s%sT00:00:00Z", text,
		period == SUMMARY_MONTH ? "-01" : "") < 0 ||
	    clock_parse(span_of(moment), &when) != CONSENT_OK ||
	    span_to_u64(span_sub(span_of(text), 0, 4), 10, 9999, &year) !=
		CONSENT_OK ||
	    span_to_u64(span_sub(span_of(text), 5, 2), 10, 12, &month) !=
		CONSENT_OK)
		return false;
	if (period == SUMMARY_MONTH)
		*out = (int64_t)(year * 12 + month);
	else
		*out = when / DAY / (period == SUMMARY_WEEK ? 7 : 1);
	return true;
}

/* 1, 2 or 5 and noughts: the step of a grid for values up to most, which
   takes few lines. */
static uint64_t
step_for(uint64_t most)
{
	static const unsigned factors[] = {1, 2, 5};
	uint64_t tens = 1;
	unsigned i;

	for (;; tens *= 10)
		for (i = 0; i < 3; i++)
			if (factors[i] * tens * LINES >= most ||
			    tens > UINT64_MAX / 1000)
				return factors[i] * tens;
}

static uint64_t
largest(const struct tally *t)
{
	uint64_t most = 0;
	size_t i;

	for (i = 0; i < t->n; i++)
		if (tally_sum(&t->rows[i]) > most)
			most = tally_sum(&t->rows[i]);
	return most;
}

/* The lines of the grid and their values. */
static void
draw_grid(struct page *p, uint64_t step, uint64_t lines)
{
	char text[96];
	uint64_t i;

	for (i = 0; i <= lines; i++) {
		double y =
		    HEIGHT - BOTTOM -
		    (double)(HEIGHT - BOTTOM - TOP) * (double)i / (double)lines;

		if (snprintf(text, sizeof text,
			"<path class=\"grid\" d=\"M%d %.1fH%d\"/>\n", LEFT, y,
			WIDTH) > 0)
			markup_raw(&p->m, text);
		open_text(p, "end", LEFT - 6, y + 4);
		page_number(p, step * i);
		close_text(p);
	}
}

/* "3 Nov" or "Nov 2026" */
static void
name_period(struct page *p, enum summary_period period, const char *text)
{
	uint64_t month = 1, day = 1;

	if (span_to_u64(span_sub(span_of(text), 5, 2), 10, 12, &month) !=
		CONSENT_OK ||
	    month == 0)
		return;
	if (period == SUMMARY_MONTH) {
		markup_raw(&p->m, months[month - 1]);
		markup_raw(&p->m, " ");
		markup_span(&p->m, span_sub(span_of(text), 0, 4));
		return;
	}
	if (span_to_u64(span_sub(span_of(text), 8, 2), 10, 31, &day) !=
	    CONSENT_OK)
		return;
	page_number(p, day);
	markup_raw(&p->m, " ");
	markup_raw(&p->m, months[month - 1]);
}

/* One period's stack from the ground up. */
static void
draw_stack(struct page *p, const struct tally_row *row, const double place[3])
{
	double y = HEIGHT - BOTTOM;
	unsigned column;

	for (column = 0; column < TALLY_COLUMNS; column++) {
		double height = (double)row->counts[column] * place[2];

		if (row->counts[column] == 0)
			continue;
		y -= height;
		draw_box(p, column, (double[]){place[0], y, place[1], height});
	}
}

static void
draw_columns(
    struct page *p, const struct chart *chart, int64_t first, int64_t slots)
{
	const struct tally *t = chart->tally;
	uint64_t most = largest(t), step = step_for(most);
	uint64_t lines = most <= step ? 1 : (most - 1) / step + 1;
	double each = (double)(WIDTH - LEFT) / (double)slots;
	double scale =
	    (double)(HEIGHT - BOTTOM - TOP) / ((double)step * (double)lines);
	int64_t slot = 0, labelled = INT64_MIN, between = slots / LABELS + 1;
	size_t i;

	draw_grid(p, step, lines);
	for (i = 0; i < t->n; i++) {
		double x;

		if (!slot_of(chart->period, t->rows[i].text, &slot))
			continue;
		x = LEFT + (double)(slot - first) * each;
		draw_stack(p, &t->rows[i],
		    (double[]){x + each * .12, each * .76, scale});
		if (labelled != INT64_MIN && slot - labelled < between)
			continue;
		labelled = slot;
		open_text(p, "middle", x + each / 2, HEIGHT - 7);
		name_period(p, chart->period, t->rows[i].text);
		close_text(p);
	}
}

void
chart_columns(struct page *p, const struct chart *chart)
{
	const struct tally *t = chart->tally;
	int64_t first, last;

	if (t->n == 0 || !slot_of(chart->period, t->rows[0].text, &first) ||
	    !slot_of(chart->period, t->rows[t->n - 1].text, &last) ||
	    last < first || last - first >= CHART_COLUMNS) {
		markup_raw(&p->m, "<p class=\"note\">The times are too far "
				  "apart to be drawn; the table has the "
				  "figures.</p>\n");
		return;
	}
	open_svg(p, chart->label, HEIGHT);
	/* a single day is no wall */
	draw_columns(p, chart, first,
	    last - first + 1 < LABELS ? LABELS : last - first + 1);
	markup_raw(&p->m, "</svg>\n");
}

/* ---- bars ------------------------------------------------------------- */

static void
draw_bar(struct page *p, const struct tally_row *row, double y, uint64_t most)
{
	double x = NAME, scale = (double)(WIDTH - NAME - SUM) / (double)most;
	unsigned column;

	for (column = 0; column < TALLY_COLUMNS; column++) {
		double width = (double)row->counts[column] * scale;

		if (row->counts[column] == 0)
			continue;
		draw_box(p, column, (double[]){x, y, width, BAR});
		x += width;
	}
}

static void
tell_bar(struct page *p, const struct chart *chart, const struct tally_row *row,
    uint64_t all)
{
	page_number(p, tally_sum(row));
	markup_raw(&p->m, " \u00b7 ");
	if (chart->share == NULL) {
		page_share(p, tally_sum(row), all);
		return;
	}
	page_share(p, row->counts[0], tally_sum(row));
	markup_raw(&p->m, " ");
	markup_text(&p->m, chart->share);
}

void
chart_bars(struct page *p, const struct chart *chart)
{
	const struct tally *t = chart->tally;
	size_t i, n = t->n < CHART_BARS ? t->n : CHART_BARS;
	uint64_t most = largest(t), all = 0;

	for (i = 0; i < t->n; i++)
		all += tally_sum(&t->rows[i]);
	if (most == 0)
		return;
	open_svg(p, chart->label, (unsigned)n * ROW + 4);
	for (i = 0; i < n; i++) {
		double y = (double)(i * ROW + 4);

		open_text(p, "end name", NAME - 10, y + 12.5);
		markup_span(&p->m,
		    span_sub(span_of(t->rows[i].text), 0, chart->name_digits));
		close_text(p);
		draw_bar(p, &t->rows[i], y, most);
		open_text(p, "sum", WIDTH - SUM + 10, y + 12.5);
		tell_bar(p, chart, &t->rows[i], all);
		close_text(p);
	}
	markup_raw(&p->m, "</svg>\n");
}
