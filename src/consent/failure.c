#include "consent/failure.h"

void
failure_write(struct markup *m, const struct view *v, enum text_id why,
    const char *return_path)
{
	view_page_start(m, v, TEXT_FAILED_TITLE, "/");
	view_element(m, "p class=\"consent-lead\" role=\"alert\"", v, why);
	markup_raw(m, "<div class=\"consent-actions\">"
		      "<a class=\"consent-button\" href=\"");
	markup_text(m, v->prefix);
	markup_raw(m, "/?lang=");
	markup_text(m, texts_language(v->texts));
	markup_raw(m, "\">");
	view_text(m, v, TEXT_CONTROL);
	markup_raw(m, "</a><a class=\"consent-button\"");
	markup_attribute(m, "href", return_path);
	markup_raw(m, ">");
	view_text(m, v, TEXT_BACK);
	markup_raw(m, "</a></div>\n");
	view_page_end(m, v, return_path);
}
