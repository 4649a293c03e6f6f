#include "consent/category.h"

#include "consent/services.h"

/* A switch named after its category, off unless granted. */
static void
write_switch(struct markup *m, const struct view *v, unsigned category,
    category_set granted)
{
	markup_raw(
	    m, "<label class=\"consent-switch\"><span id=\"consent-allow-");
	markup_number(m, category);
	markup_raw(m, "\">");
	view_text(m, v, TEXT_ALLOW);
	markup_raw(m, "</span><input type=\"checkbox\" name=\"category\"");
	markup_attribute(m, "value", v->facts->categories[category].id);
	markup_raw(m, " aria-labelledby=\"consent-allow-");
	markup_number(m, category);
	markup_raw(m, " consent-name-");
	markup_number(m, category);
	markup_raw(m, "\"");
	if ((granted >> category & 1u) != 0)
		markup_raw(m, " checked=\"checked\"");
	markup_raw(m, "/></label>");
}

void
category_write(struct markup *m, const struct view *v, unsigned category,
    category_set granted)
{
	const struct policy_category *c = &v->facts->categories[category];
	struct text_category text = texts_category(v->texts, c->id);

	markup_raw(m,
	    "<section class=\"consent-card\"><div class=\"consent-row\">"
	    "<h3 id=\"consent-name-");
	markup_number(m, category);
	markup_raw(m, "\">");
	markup_text(m, text.name);
	markup_raw(m, "</h3>");
	if (c->required)
		view_element(
		    m, "span class=\"consent-badge\"", v, TEXT_ALWAYS_ON);
	else
		write_switch(m, v, category, granted);
	markup_raw(m, "</div>");
	markup_element(m, "p", text.purpose);
	services_write(m, v, category);
	markup_raw(m, "</section>\n");
}
