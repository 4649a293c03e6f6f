#include "consent/view.h"

#include <string.h>

#include "consent/logo.h"
#include "web/language.h"

void
view_text_with(struct markup *m, const struct view *v, enum text_id id,
    const struct markup_value *more)
{
	struct markup_value values[VIEW_VALUES] = {
	    {"controller", v->controller},
	    {"site", v->site},
	    {"version", v->facts->version},
	};

	if (more != NULL)
		values[3] = *more;
	markup_phrase(m, texts_get(v->texts, id), values);
}

void
view_text(struct markup *m, const struct view *v, enum text_id id)
{
	view_text_with(m, v, id, NULL);
}

void
view_element(
    struct markup *m, const char *name, const struct view *v, enum text_id id)
{
	struct span tag = span_of(name);

	markup_raw(m, "<");
	markup_raw(m, name);
	markup_raw(m, ">");
	view_text(m, v, id);
	markup_raw(m, "</");
	markup_span(m, span_sub(tag, 0, span_find(tag, ' ')));
	markup_raw(m, ">");
}

void
view_language(struct markup *m, const struct view *v)
{
	const char *tag = texts_language(v->texts);

	markup_attribute(m, "lang", tag);
	markup_attribute(
	    m, "dir", language_is_rtl(span_of(tag)) ? "rtl" : "ltr");
}

void
view_path(struct markup *m, const struct view *v, const char *path)
{
	markup_text(m, v->origin);
	markup_text(m, path);
}

/* The site's own policy: a path of it, or a URL of wherever it is. */
static void
write_policy_url(struct markup *m, const struct view *v)
{
	struct span url = span_of(v->policy_url);

	if (span_starts(url, SPAN("/")) && !span_starts(url, SPAN("//")))
		view_path(m, v, v->policy_url);
	else
		markup_text(m, v->policy_url);
}

void
view_policy_link(
    struct markup *m, const struct view *v, const char *return_path)
{
	markup_raw(m, "<a href=\"");
	if (v->policy_url != NULL) {
		write_policy_url(m, v);
	} else {
		view_path(m, v, v->prefix);
		markup_raw(m, "/cookies?lang=");
		markup_text(m, texts_language(v->texts));
		if (return_path != NULL) {
			markup_raw(m, "&amp;return=");
			markup_query(m, span_of(return_path));
		}
	}
	markup_raw(m, "\">");
	view_text(m, v, TEXT_POLICY_LINK);
	markup_raw(m, "</a>");
}

void
view_form(
    struct markup *m, const struct view *v, const char *path, const char *via)
{
	markup_raw(m, "<form method=\"post\" action=\"");
	view_path(m, v, v->prefix);
	markup_raw(m, "/");
	markup_raw(m, path);
	markup_raw(m, "\">");
	markup_hidden(m, "notice", v->hash);
	markup_hidden(m, "lang", texts_language(v->texts));
	markup_hidden(m, "via", via);
}

void
view_button(
    struct markup *m, const struct view *v, const char *action, enum text_id id)
{
	markup_raw(m, "<button class=\"consent-button\" name=\"action\"");
	markup_attribute(m, "value", action);
	markup_raw(m, ">");
	view_text(m, v, id);
	markup_raw(m, "</button>");
}

/* The page that is shown again, without the language it may have asked for. */
static void
write_return(
    struct markup *m, const struct view *v, const struct view_place *place)
{
	markup_raw(m, "<input type=\"hidden\" name=\"return\" value=\"");
	markup_text(m, v->prefix);
	markup_raw(m, place->path);
	markup_raw(m, "?");
	markup_raw(m, place->query != NULL ? place->query : "");
	markup_raw(m, "return=");
	markup_query(m, span_of(place->back));
	markup_raw(m, "\"/>");
}

/* Each language is named as whoever speaks it knows it. */
static void
write_languages(struct markup *m, const struct view *v)
{
	size_t i;

	markup_raw(m, "<div>");
	for (i = 0; i < v->n_siblings; i++) {
		const struct texts *other = v->siblings[i].texts;
		const char *tag = texts_language(other);

		markup_raw(m, "<button name=\"lang\"");
		markup_attribute(m, "value", tag);
		markup_attribute(m, "lang", tag);
		if (other == v->texts)
			markup_raw(m, " aria-current=\"true\"");
		markup_raw(m, ">");
		markup_text(m, texts_name(other));
		markup_raw(m, "</button>");
	}
	markup_raw(m, "</div>");
}

void
view_languages(
    struct markup *m, const struct view *v, const struct view_place *place)
{
	bool folded = v->n_siblings > VIEW_LANGUAGES;

	if (v->n_siblings < 2)
		return;
	markup_raw(m, "<form class=\"consent-languages\" method=\"post\" "
		      "action=\"");
	view_path(m, v, v->prefix);
	markup_raw(m, "/language\"");
	markup_attribute(m, "aria-label", texts_get(v->texts, TEXT_LANGUAGE));
	markup_raw(m, ">");
	if (place != NULL)
		write_return(m, v, place);
	if (folded) {
		markup_raw(m, "<details>");
		markup_element(m, "summary", texts_name(v->texts));
	}
	write_languages(m, v);
	markup_raw(m, folded ? "</details></form>" : "</form>");
}

void
view_page_start(struct markup *m, const struct view *v, enum text_id title,
    const struct view_place *place)
{
	markup_raw(m, "<!DOCTYPE html>\n<html class=\"consent-root\"");
	view_language(m, v);
	markup_raw(m, "><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
		      "content=\"width=device-width, initial-scale=1\">"
		      "<meta name=\"color-scheme\" content=\"light dark\">"
		      "<meta name=\"robots\" content=\"noindex\"><title>");
	markup_text(m, texts_get(v->texts, title));
	markup_raw(m, " – ");
	markup_text(m, v->site);
	markup_raw(m, "</title><link rel=\"stylesheet\"");
	markup_attribute(m, "href", v->css_url);
	markup_raw(m, "></head>\n<body class=\"consent-page");
	/* told before the table comes, or all would move then */
	if (place != NULL && strcmp(place->path, "/cookies") == 0)
		markup_raw(m, " consent-wide");
	markup_raw(m,
	    "\"><header class=\"consent-top\"><a class=\"consent-site\" "
	    "href=\"/\">");
	logo_write(m, "", v->logo);
	markup_raw(m, "<bdi>");
	markup_text(m, v->site);
	markup_raw(m, "</bdi></a>");
	if (place != NULL)
		view_languages(m, v, place);
	markup_raw(m, "</header>\n<main>");
	view_element(m, "h1", v, title);
	markup_raw(m, "\n");
}

void
view_page_end(struct markup *m, const struct view *v, const char *return_path)
{
	markup_raw(m, "</main>\n<footer class=\"consent-foot\">");
	view_element(m, "p", v, TEXT_CONTROLLER);
	markup_raw(m, "<ul>");
	if (v->contact != NULL) {
		markup_raw(m, "<li><a");
		markup_attribute(m, "href", v->contact);
		markup_raw(m, ">");
		view_text(m, v, TEXT_CONTACT);
		markup_raw(m, "</a></li>");
	}
	markup_raw(m, "<li>");
	view_policy_link(m, v, return_path);
	markup_raw(m, "</li><li><a");
	markup_attribute(m, "href", return_path);
	markup_raw(m, ">");
	view_text(m, v, TEXT_BACK);
	markup_raw(m, "</a></li></ul></footer>\n</body></html>\n");
}

const char *
view_ground(const struct view *v, enum policy_ground ground)
{
	switch (ground) {
	case POLICY_GROUND_TRANSMISSION:
		return texts_get(v->texts, TEXT_GROUND_TRANSMISSION);
	case POLICY_GROUND_REQUESTED:
		return texts_get(v->texts, TEXT_GROUND_REQUESTED);
	case POLICY_GROUND_NONE:
		break;
	}
	return NULL;
}
