#include "consent/ways.h"

void
ways_write_back(struct markup *m, const struct view *v, const char *return_path)
{
	markup_raw(m, "<a class=\"consent-button\"");
	markup_attribute(m, "href", return_path);
	markup_raw(m, ">");
	view_text(m, v, TEXT_BACK);
	markup_raw(m, "</a>");
}

void
ways_write(struct markup *m, const struct view *v, const char *return_path)
{
	markup_raw(m, "<div class=\"consent-actions\">"
		      "<a class=\"consent-button\" href=\"");
	markup_text(m, v->prefix);
	markup_raw(m, "/?lang=");
	markup_text(m, texts_language(v->texts));
	markup_raw(m, "\">");
	view_text(m, v, TEXT_CONTROL);
	markup_raw(m, "</a>");
	ways_write_back(m, v, return_path);
	markup_raw(m, "</div>\n");
}
