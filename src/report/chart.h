#ifndef CONSENT_REPORT_CHART_H
#define CONSENT_REPORT_CHART_H

/*
 * Charts as SVG in the page: stacked columns over time and stacked bars. Told
 * apart by stripes as well as by colours, so that they read in greyscale; the
 * figures stand beside them in tables.
 */

#include "report/page.h"
#include "report/tally.h"

enum {
	CHART_COLUMNS = 400, /* most periods that are drawn */
	CHART_BARS = 24	     /* most bars */
};

/* What the columns of a tally are called; up to a NULL name. */
struct chart {
	const char *label;	   /* of the whole, for who does not see it */
	const struct tally *tally; /* sorted, or ranked */
	const char *const *names;
	enum summary_period period; /* of columns over time */
	const char *share;	    /* bars: the first column's name, whose
				       share of the bar is told; NULL: the
				       bar's share of all */
	size_t name_digits;	    /* bars: most of a name that is shown */
};

/* Which kind of stripes stands for what. */
void chart_legend(struct page *p, const char *const *names);

/* A column for each period, those without a row too. */
void chart_columns(struct page *p, const struct chart *chart);

/* A bar for each of the first rows, with its sum and share. */
void chart_bars(struct page *p, const struct chart *chart);

#endif
