#include "consent/services.h"

#include "consent/own_cookies.h"

enum {
	OWN = -1 /* the vendor of rules that the site itself has */
};

/*
 * Lists of hosts are left out: they name no cookies, and say who tracks
 * somewhere, not whom data goes to here.
 */
size_t
services_count(const struct view *v)
{
	return (v->own != NULL ? v->own->n : 0) + v->facts->n_named;
}

const struct policy_rule *
services_rule(const struct view *v, size_t i)
{
	size_t n = v->own != NULL ? v->own->n : 0;

	return i < n ? &v->own->rules[i] : &v->facts->rules[i - n];
}

/* Whether a rule is a cookie of that category and vendor. */
static bool
is_cookie_of(const struct policy_rule *rule, unsigned category, int vendor)
{
	return rule->kind == POLICY_COOKIE && rule->category == category &&
	       (rule->vendor < 0 ? OWN : rule->vendor) == vendor;
}

static size_t
count_cookies(const struct view *v, unsigned category, int vendor)
{
	size_t n_rules = services_count(v), i, n = 0;

	for (i = 0; i < n_rules; i++) {
		if (is_cookie_of(services_rule(v, i), category, vendor))
			n++;
	}
	return n;
}

/* A vendor stands under its own category, and where it has cookies. */
static bool
is_listed(const struct view *v, unsigned category, int vendor)
{
	if (vendor != OWN && v->facts->vendors[vendor].category == category)
		return true;
	return count_cookies(v, category, vendor) > 0;
}

static size_t
count_services(const struct view *v, unsigned category)
{
	size_t n = 0;
	int i;

	for (i = OWN; i < (int)v->facts->n_vendors; i++)
		n += is_listed(v, category, i) ? 1 : 0;
	return n;
}

static const char *
service_name(const struct view *v, int vendor)
{
	return vendor == OWN ? texts_get(v->texts, TEXT_THIS_SITE)
			     : v->facts->vendors[vendor].name;
}

static const char *
service_provider(const struct view *v, int vendor)
{
	if (vendor == OWN)
		return v->controller;
	return v->facts->vendors[vendor].provider != NULL
		   ? v->facts->vendors[vendor].provider
		   : v->facts->vendors[vendor].name;
}

/* Text of the policy's authors: of any language and direction. */
static void
write_phrase(struct markup *m, const struct view *v, const char *phrase)
{
	markup_raw(m, "<bdi>");
	markup_text(m, texts_phrase(v->texts, phrase));
	markup_raw(m, "</bdi>");
}

/* How long something is kept, in the words of the language. */
static void
write_lifetime(struct markup *m, const struct view *v, const char *lifetime)
{
	char text[WORDING_TEXT];

	markup_raw(m, "<bdi>");
	markup_text(m, texts_lifetime(v->texts, lifetime, text));
	markup_raw(m, "</bdi>");
}

static void
write_privacy_link(
    struct markup *m, const struct view *v, const struct policy_vendor *vendor)
{
	markup_raw(m, "<a rel=\"noreferrer\"");
	markup_attribute(m, "href", vendor->privacy_url);
	markup_raw(m, ">");
	view_text(m, v, TEXT_PRIVACY);
	markup_raw(m, "</a>");
}

/* A link goes nowhere but to the web, whatever a vendor's file says. */
static bool
has_privacy_link(const struct policy_vendor *vendor)
{
	struct span url = span_of(vendor->privacy_url);

	return span_starts_nocase(url, SPAN("https://")) ||
	       span_starts_nocase(url, SPAN("http://"));
}

static void
write_cookie(
    struct markup *m, const struct view *v, const struct policy_rule *rule)
{
	markup_raw(m, "<li>");
	markup_element(m, "code dir=\"ltr\"", rule->name);
	if (rule->purpose != NULL) {
		markup_raw(m, " ");
		write_phrase(m, v, rule->purpose);
	}
	if (rule->lifetime != NULL) {
		markup_raw(m, " <span class=\"consent-life\">");
		write_lifetime(m, v, rule->lifetime);
		markup_raw(m, "</span>");
	}
	markup_raw(m, "</li>");
}

static void
write_cookies(
    struct markup *m, const struct view *v, unsigned category, int vendor)
{
	size_t n_rules = services_count(v), i;

	if (count_cookies(v, category, vendor) == 0)
		return;
	markup_raw(m, "<ul class=\"consent-cookies\">");
	for (i = 0; i < n_rules; i++) {
		const struct policy_rule *rule = services_rule(v, i);

		if (is_cookie_of(rule, category, vendor))
			write_cookie(m, v, rule);
	}
	markup_raw(m, "</ul>");
}

/* Whether a rule names a host that this vendor's requests go to. */
static bool
is_host_of(const struct policy_rule *rule, int vendor)
{
	return rule->kind == POLICY_RESOURCE && rule->host != NULL &&
	       rule->vendor == vendor;
}

/* Whether an earlier rule has named that vendor's host already. */
static bool
is_repeated(const struct policy_facts *facts, size_t at, int vendor)
{
	struct span host = span_of(facts->rules[at].host);
	size_t i;

	for (i = 0; i < at; i++) {
		if (is_host_of(&facts->rules[i], vendor) &&
		    span_equal(span_of(facts->rules[i].host), host))
			return true;
	}
	return false;
}

/*
 * Whom consent lets data go to: the hosts that are held back without it. Only
 * the policy has such rules; our own are of cookies.
 */
static void
write_recipients(struct markup *m, const struct view *v, int vendor)
{
	const struct policy_facts *facts = v->facts;
	bool any = false;
	size_t i;

	if (vendor == OWN)
		return;
	for (i = 0; i < facts->n_named; i++) {
		if (!is_host_of(&facts->rules[i], vendor) ||
		    is_repeated(facts, i, vendor))
			continue;
		if (!any) {
			markup_raw(m, "<p class=\"consent-by\">");
			view_text(m, v, TEXT_RECIPIENTS);
			markup_raw(m, ": ");
		}
		markup_raw(m, any ? ", " : "");
		markup_element(m, "bdi dir=\"ltr\"", facts->rules[i].host);
		any = true;
	}
	if (any)
		markup_raw(m, "</p>");
}

/* A service's name, as a heading of the level that its page has for it. */
static void
write_name(
    struct markup *m, const struct view *v, int vendor, const char *heading)
{
	markup_raw(m, "<li><");
	markup_raw(m, heading);
	markup_raw(m, "><bdi>");
	markup_text(m, service_name(v, vendor));
	markup_raw(m, "</bdi></");
	markup_raw(m, heading);
	markup_raw(m, ">");
}

/* What is told of it below its name. */
static void
write_service(
    struct markup *m, const struct view *v, unsigned category, int vendor)
{
	const struct policy_vendor *p =
	    vendor == OWN ? NULL : &v->facts->vendors[vendor];

	if (p != NULL && p->purpose != NULL) {
		markup_raw(m, "<p>");
		write_phrase(m, v, p->purpose);
		markup_raw(m, "</p>");
	}
	markup_raw(m, "<p class=\"consent-by\">");
	view_text(m, v, TEXT_PROVIDER);
	markup_raw(m, ": <bdi>");
	markup_text(m, service_provider(v, vendor));
	markup_raw(m, "</bdi>");
	if (p != NULL && has_privacy_link(p)) {
		markup_raw(m, " ");
		write_privacy_link(m, v, p);
	}
	markup_raw(m, "</p>");
	write_recipients(m, v, vendor);
	write_cookies(m, v, category, vendor);
	markup_raw(m, "</li>");
}

void
services_write_vendor(
    struct markup *m, const struct view *v, unsigned category, int vendor)
{
	markup_raw(m, "<ul class=\"consent-services\">");
	write_name(m, v, vendor, "h2");
	write_service(m, v, category, vendor);
	markup_raw(m, "</ul>");
}

void
services_write(struct markup *m, const struct view *v, unsigned category)
{
	size_t n = count_services(v, category);
	char number[WORDING_TEXT];
	struct markup_value count = {"count", number};
	int i;

	if (n == 0)
		return;
	wording_number(texts_wording(v->texts), n, number);
	markup_raw(m, "<details><summary>");
	view_text_with(m, v, TEXT_SERVICES, &count);
	markup_raw(m, "</summary><ul class=\"consent-services\">");
	for (i = OWN; i < (int)v->facts->n_vendors; i++) {
		if (!is_listed(v, category, i))
			continue;
		write_name(m, v, i, "h4");
		write_service(m, v, category, i);
	}
	markup_raw(m, "</ul></details>");
}

/* The table's columns; roles are told, for narrow screens change display. */
static const enum text_id columns[] = {
    TEXT_COOKIE, TEXT_SERVICE, TEXT_PROVIDER, TEXT_PURPOSE, TEXT_LIFETIME};

static void
cell_start(struct markup *m, const struct view *v, enum text_id column)
{
	markup_raw(m, "<td role=\"cell\"");
	markup_attribute(m, "data-label", texts_get(v->texts, column));
	markup_raw(m, ">");
}

static void
write_purpose_cell(
    struct markup *m, const struct view *v, const struct policy_rule *rule)
{
	const char *ground = view_ground(v, rule->ground);

	cell_start(m, v, TEXT_PURPOSE);
	write_phrase(m, v, rule->purpose);
	if (ground != NULL) {
		markup_raw(m, " <span class=\"consent-life\">");
		markup_text(m, ground);
		markup_raw(m, "</span>");
	}
	markup_raw(m, "</td>");
}

static void
write_row(
    struct markup *m, const struct view *v, const struct policy_rule *rule)
{
	int vendor = rule->vendor < 0 ? OWN : rule->vendor;

	markup_raw(m, "<tr role=\"row\">");
	cell_start(m, v, TEXT_COOKIE);
	markup_element(m, "code dir=\"ltr\"", rule->name);
	markup_raw(m, "</td>");
	cell_start(m, v, TEXT_SERVICE);
	markup_element(m, "bdi", service_name(v, vendor));
	markup_raw(m, "</td>");
	cell_start(m, v, TEXT_PROVIDER);
	markup_element(m, "bdi", service_provider(v, vendor));
	markup_raw(m, "</td>");
	write_purpose_cell(m, v, rule);
	cell_start(m, v, TEXT_LIFETIME);
	write_lifetime(m, v, rule->lifetime);
	markup_raw(m, "</td></tr>");
}

static void
write_rows(struct markup *m, const struct view *v, unsigned category)
{
	size_t n_rules = services_count(v), i;

	markup_raw(m, "<table role=\"table\"><thead role=\"rowgroup\">"
		      "<tr role=\"row\">");
	for (i = 0; i < sizeof columns / sizeof columns[0]; i++)
		view_element(
		    m, "th scope=\"col\" role=\"columnheader\"", v, columns[i]);
	markup_raw(m, "</tr></thead><tbody role=\"rowgroup\">");
	for (i = 0; i < n_rules; i++) {
		const struct policy_rule *rule = services_rule(v, i);

		if (rule->kind == POLICY_COOKIE && rule->category == category)
			write_row(m, v, rule);
	}
	markup_raw(m, "</tbody></table>");
}

/* Services that store nothing of their own here are told all the same. */
static void
write_cookieless(struct markup *m, const struct view *v, unsigned category)
{
	bool any = false;
	int i;

	for (i = 0; i < (int)v->facts->n_vendors; i++) {
		if (!is_listed(v, category, i) ||
		    count_cookies(v, category, i) > 0)
			continue;
		if (!any)
			markup_raw(m, "<ul class=\"consent-services\">");
		any = true;
		write_name(m, v, i, "h3");
		write_service(m, v, category, i);
	}
	if (any)
		markup_raw(m, "</ul>");
}

static void
write_table_category(struct markup *m, const struct view *v, unsigned category)
{
	struct text_category text =
	    texts_category(v->texts, v->facts->categories[category].id);
	size_t n_rules = services_count(v), i, n = 0;

	for (i = 0; i < n_rules; i++)
		n += services_rule(v, i)->kind == POLICY_COOKIE &&
		     services_rule(v, i)->category == category;
	if (n == 0 && count_services(v, category) == 0)
		return;
	markup_raw(m, "<section class=\"consent-card\">");
	markup_element(m, "h2", text.name);
	markup_element(m, "p", text.purpose);
	if (n > 0)
		write_rows(m, v, category);
	write_cookieless(m, v, category);
	markup_raw(m, "</section>\n");
}

/* The category of what is not listed is told as well. */
static void
write_table(struct markup *m, const struct view *v)
{
	const char *unknown = v->facts->categories[v->facts->unknown_cookie].id;
	struct markup_value category = {
	    "category", texts_category(v->texts, unknown).name};
	unsigned i;

	for (i = 0; i < v->facts->n_categories; i++)
		write_table_category(m, v, i);
	markup_raw(m, "<p>");
	view_text_with(m, v, TEXT_COOKIES_UNKNOWN, &category);
	markup_raw(m, "</p>");
}

void
services_write_part(struct markup *m, const struct view *v)
{
	markup_raw(m, "<div class=\"consent-table\"");
	view_language(m, v);
	markup_raw(m, ">");
	write_table(m, v);
	markup_raw(m, "</div>");
}

void
services_write_table(
    struct markup *m, const struct view *v, const char *return_path)
{
	const struct view_place here = {"/cookies", NULL, return_path};

	view_page_start(m, v, TEXT_COOKIES_TITLE, &here);
	markup_raw(m, "<p class=\"consent-lead\">");
	view_text(m, v, TEXT_COOKIES_INTRO);
	markup_raw(m, " ");
	view_text(m, v, TEXT_STATE_VERSION);
	markup_raw(m, "</p>");
	write_table(m, v);
	view_page_end(m, v, return_path);
}
