#ifndef CONSENT_REPORT_PAGE_H
#define CONSENT_REPORT_PAGE_H

/*
 * What all parts of the report are written with: numbers, shares, times,
 * headings and tables, as HTML. The first failure latches in the markup.
 */

#include "consent/markup.h"
#include "report/facts.h"

struct page {
	struct markup m;
	const struct report *report;
};

/* How a column of a table is set. */
enum page_cell {
	PAGE_TEXT,
	PAGE_NUMBER
};

struct page_column {
	const char *name;
	enum page_cell cell;
};

/* "1,234,567" */
void page_number(struct page *p, uint64_t n);

/* "41.2 %", or a dash where there is no whole. */
void page_share(struct page *p, uint64_t part, uint64_t whole);

/* "2026-11-01 10:00:00 UTC", as a time element. */
void page_time(struct page *p, int64_t when);

/* Text of the log: escaped, and apart from the direction around it. */
void page_foreign(struct page *p, struct span text);

/* The first 12 digits of a hash or all of it, as code. */
void page_hash(struct page *p, struct span hash, size_t digits);

/* Opens a section with its heading; id is a literal. */
void page_section(struct page *p, const char *id, const char *heading);

/* Ends it. */
void page_section_end(struct page *p);

/*
 * Opens a table and its body: caption, and columns up to one without a name,
 * the first of which heads its rows.
 */
void page_table(
    struct page *p, const char *caption, const struct page_column *columns);

/* Ends it. */
void page_table_end(struct page *p);

/* A cell with a number. */
void page_cell_number(struct page *p, uint64_t n);

/* A row of its own for what a table leaves out. */
void page_left_out(struct page *p, uint64_t n, unsigned columns);

#endif
