#include "consent/banner.h"

#include "consent/category.h"
#include "consent/logo.h"
#include "consent/preferences.h"

static void
write_sheet(struct markup *m, const struct view *v)
{
	markup_raw(m, "<link rel=\"stylesheet\" href=\"");
	view_path(m, v, v->css_url);
	markup_raw(m, "\"/>"); /* XHTML takes the notice, too */
}

/* The purposes that need consent, each named and told (R-9, R-10). */
static void
write_purposes(struct markup *m, const struct view *v)
{
	unsigned i;

	markup_raw(m, "<ul>");
	for (i = 0; i < v->facts->n_categories; i++) {
		const struct policy_category *c = &v->facts->categories[i];
		struct text_category text = texts_category(v->texts, c->id);

		if (c->required)
			continue;
		markup_raw(m, "<li>");
		markup_element(m, "strong", text.name);
		if (text.purpose[0] != '\0') {
			markup_raw(m, " – ");
			markup_text(m, text.purpose);
		}
		markup_raw(m, "</li>");
	}
	markup_raw(m, "</ul>");
}

/* A link to the choices, and to what place of them: "#id" or "". */
static void
write_choices_link(struct markup *m, const struct view *v, const char *place)
{
	markup_raw(m, " href=\"");
	view_path(m, v, v->prefix);
	markup_raw(m, "/?lang=");
	markup_text(m, texts_language(v->texts));
	markup_raw(m, place);
	markup_raw(m, "\">");
}

/* Yes and no: one press each, of one size (R-8). */
static void
write_answers(struct markup *m, const struct view *v)
{
	view_form(m, v, "choice", "notice");
	view_button(m, v, "reject", TEXT_REJECT);
	view_button(m, v, "accept", TEXT_ACCEPT);
	markup_raw(m, "</form>");
}

/*
 * The third of that size unfolds what there is to choose from, every switch
 * off (R-3). A form of its own: Enter on a switch must not say no to all.
 */
static void
write_selection(struct markup *m, const struct view *v)
{
	unsigned i;

	view_form(m, v, "choice", "notice");
	markup_raw(m, "<details>");
	view_element(m, "summary class=\"consent-button\"", v, TEXT_CHOOSE);
	markup_raw(m, "<div class=\"consent-list\">");
	for (i = 0; i < v->facts->n_categories; i++) {
		if (!v->facts->categories[i].required)
			category_write(m, v, i, 0);
	}
	markup_raw(m, "</div>");
	view_button(m, v, "choose", TEXT_SAVE);
	markup_raw(m, "</details></form>");
}

static void
write_actions(struct markup *m, const struct view *v)
{
	markup_raw(m, "<div class=\"consent-actions\">");
	write_answers(m, v);
	write_selection(m, v);
	markup_raw(m, "</div>");
}

/* Where it stands, for the sheet: the class alone tells whose it is. */
static void
write_position(struct markup *m, enum notice_position position)
{
	if (position == NOTICE_TOP)
		markup_raw(m, " data-at=\"top\"");
	else if (position == NOTICE_CORNER)
		markup_raw(m, " data-at=\"corner\"");
}

/*
 * The link by which the choices are opened again, unless the site has one: in
 * a region, so that who goes from one to the next comes by it.
 */
static void
write_control(struct markup *m, const struct view *v)
{
	if (v->control == NOTICE_CONTROL_NONE)
		return;
	markup_raw(m, "<section id=\"consent-way\" class=\"consent-ui\"");
	view_language(m, v);
	markup_attribute(
	    m, "aria-label", texts_get(v->texts, TEXT_NOTICE_LABEL));
	markup_raw(m, "><a id=\"consent-control\" class=\"consent-ui\"");
	if (v->control == NOTICE_CONTROL_END)
		markup_raw(m, " data-at=\"end\"");
	/* one Tab before what withdraws (R-17) */
	write_choices_link(m, v, "#" PREFERENCES_STATE);
	view_text(m, v, TEXT_CONTROL);
	markup_raw(m, "</a></section>");
}

/*
 * What our script puts in the place of the notice once that is answered
 * without leaving the page: the control, and a word for who cannot see it.
 */
static void
write_closed(struct markup *m, const struct view *v)
{
	markup_raw(m, "<template id=\"consent-closed\"><div>");
	write_control(m, v);
	markup_raw(m, "<p id=\"consent-said\" role=\"status\"");
	view_language(m, v);
	markup_raw(m, ">");
	view_text(m, v, TEXT_SAVED);
	markup_raw(m, "</p></div></template>");
}

void
banner_write(struct markup *m, const struct view *v)
{
	write_sheet(m, v);
	markup_raw(m, "<section id=\"consent-notice\" class=\"consent-ui\"");
	write_position(m, v->position);
	view_language(m, v);
	markup_attribute(
	    m, "aria-label", texts_get(v->texts, TEXT_NOTICE_LABEL));
	markup_raw(m, "><div class=\"consent-words\">");
	logo_write(m, v->origin, v->logo);
	view_element(m, "h2", v, TEXT_NOTICE_TITLE);
	view_element(m, "p", v, TEXT_NOTICE_TEXT);
	write_purposes(m, v);
	markup_raw(m, "<p>");
	view_text(m, v, TEXT_NOTICE_WITHDRAW);
	markup_raw(m, " ");
	view_policy_link(m, v, NULL); /* by it keys can scroll the words */
	markup_raw(m, "</p></div>");
	write_actions(m, v);
	view_languages(m, v, NULL); /* behind the answers: R-8 counts keys */
	markup_raw(m, "</section>");
	write_closed(m, v);
}

void
banner_write_control(struct markup *m, const struct view *v)
{
	write_sheet(m, v); /* boxes need it without a control, too */
	write_control(m, v);
}

void
banner_write_box(struct markup *m, const struct view *v)
{
	markup_raw(m, "<span class=\"consent-box-words\"");
	view_language(m, v);
	markup_raw(m, ">");
	view_text(m, v, TEXT_EMBED);
	/* out of the frame, where the box stands in one */
	markup_raw(m, " <a target=\"_top\"");
	write_choices_link(m, v, "");
	view_text(m, v, TEXT_CONTROL);
	/* no form: where the box stands inside one, that would be the site's */
	markup_raw(m, "</a>{once} <a target=\"_top\" href=\"");
	view_path(m, v, v->prefix);
	markup_raw(m, "/embed?lang=");
	markup_text(m, texts_language(v->texts));
	markup_raw(m, "&amp;{embed}\">");
	view_text(m, v, TEXT_EMBED_ONCE);
	markup_raw(m, "</a>{/once}</span>");
}
