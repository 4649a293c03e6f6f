#include "report/page.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>

void
page_number(struct page *p, uint64_t n)
{
	char digits[24];
	int length = snprintf(digits, sizeof digits, "%" PRIu64, n), i;

	for (i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			markup_raw(&p->m, ",");
		markup_span(&p->m, (struct span){digits + i, 1});
	}
}

void
page_share(struct page *p, uint64_t part, uint64_t whole)
{
	char text[16];

	if (whole == 0) {
		markup_raw(&p->m, "\u2013");
		return;
	}
	if (snprintf(text, sizeof text, "%.1f\u00a0%%",
		100.0 * (double)part / (double)whole) > 0)
		markup_text(&p->m, text);
}

void
page_time(struct page *p, int64_t when)
{
	char text[CLOCK_TEXT];

	clock_format(when, text);
	markup_raw(&p->m, "<time");
	markup_attribute(&p->m, "datetime", text);
	markup_raw(&p->m, ">");
	markup_span(&p->m, span_sub(span_of(text), 0, 10));
	markup_raw(&p->m, " ");
	markup_span(&p->m, span_sub(span_of(text), 11, 8));
	markup_raw(&p->m, "</time>");
}

void
page_foreign(struct page *p, struct span text)
{
	markup_raw(&p->m, "<bdi>");
	markup_span(&p->m, text);
	markup_raw(&p->m, "</bdi>");
}

void
page_hash(struct page *p, struct span hash, size_t digits)
{
	markup_raw(&p->m, "<code>");
	markup_span(&p->m, span_sub(hash, 0, digits));
	markup_raw(&p->m, "</code>");
}

void
page_section(struct page *p, const char *id, const char *heading)
{
	markup_raw(&p->m, "<section aria-labelledby=\"");
	markup_raw(&p->m, id);
	markup_raw(&p->m, "\">\n<h2 id=\"");
	markup_raw(&p->m, id);
	markup_raw(&p->m, "\">");
	markup_raw(&p->m, heading);
	markup_raw(&p->m, "</h2>\n");
}

void
page_section_end(struct page *p)
{
	markup_raw(&p->m, "</section>\n");
}

void
page_table(
    struct page *p, const char *caption, const struct page_column *columns)
{
	markup_raw(&p->m, "<div class=\"wide\" tabindex=\"0\" role=\"group\"");
	markup_attribute(&p->m, "aria-label", caption);
	markup_raw(&p->m, "><table><caption>");
	markup_text(&p->m, caption);
	markup_raw(&p->m, "</caption>\n<thead><tr>");
	for (; columns->name != NULL; columns++) {
		markup_raw(&p->m, columns->cell == PAGE_NUMBER
				      ? "<th scope=\"col\" class=\"n\">"
				      : "<th scope=\"col\">");
		markup_raw(&p->m, columns->name);
		markup_raw(&p->m, "</th>");
	}
	markup_raw(&p->m, "</tr></thead>\n<tbody>\n");
}

void
page_table_end(struct page *p)
{
	markup_raw(&p->m, "</tbody></table></div>\n");
}

void
page_cell_number(struct page *p, uint64_t n)
{
	markup_raw(&p->m, "<td class=\"n\">");
	page_number(p, n);
	markup_raw(&p->m, "</td>");
}

void
page_left_out(struct page *p, uint64_t n, unsigned columns)
{
	if (n == 0)
		return;
	markup_raw(&p->m, "<tr><td class=\"left-out\" colspan=\"");
	markup_number(&p->m, columns);
	markup_raw(&p->m, "\">and ");
	page_number(p, n);
	markup_raw(&p->m, " more, which this page leaves out</td></tr>\n");
}
