#include <libconsent/findings.h>
#include <libconsent/notice.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/embedded.h"
#include "consent/asset.h"
#include "consent/banner.h"
#include "consent/bundle.h"
#include "consent/failure.h"
#include "consent/look_rules.h"
#include "consent/notice_view.h"
#include "consent/own_cookies.h"
#include "consent/preferences.h"
#include "consent/services.h"
#include "consent/sheet.h"
#include "policy/lint_categories.h"
#include "web/language.h"

enum {
	BANNER_MAX = 1 << 18,
	BUNDLE_MAX = 1 << 21,
	TAGS_MAX = /* of all languages, in a list */
	    NOTICE_LANGUAGES * (LANGUAGE_TAG + 1)
};

static const char default_prefix[] = "/.consent";
static const char fallback[] = "en"; /* what every other language may miss */

/* What goes into the pages of one site. */
struct insert {
	struct buf banner, control, box;
};

struct notice {
	struct notice_facts facts;
	const struct view *view; /* of the set */
	struct texts *texts;
	struct insert own; /* with paths for URLs */
	struct own_cookies cookies;
	struct buf table; /* of cookies, for a page of the site's own */
	struct buf bundle;
	struct insert *inserts; /* one for each site */
	size_t n_inserts;
	char hash[DIGEST_HEX];
};

struct notice_set {
	struct texts *base; /* English: stands in for what is missing */
	char *prefix, *policy_url, *controller, *contact, *site, *logo;
	enum notice_position position;
	enum notice_control control;
	struct buf css;
	char css_url[ASSET_URL];
	size_t n;
	struct notice notices[NOTICE_LANGUAGES];
	struct view views[NOTICE_LANGUAGES];
	const char *tags[NOTICE_LANGUAGES];
};

/* "library.example" of "https://library.example". */
static const char *
host_of(const char *site)
{
	const char *at = site == NULL ? NULL : strstr(site, "://");

	return at == NULL ? (site == NULL ? "" : site) : at + 3;
}

/* A copy of text, or of other when there is none; NULL when both are. */
static int
copy(const char *text, const char *other, char **out)
{
	if (text == NULL || text[0] == '\0')
		text = other;
	if (text == NULL)
		return CONSENT_OK;
	*out = strdup(text);
	return *out != NULL ? CONSENT_OK : CONSENT_ENOMEM;
}

static int
copy_options(struct notice_set *set, const struct notice_options *options)
{
	int rc = copy(host_of(options->site), "", &set->site);

	if (rc == CONSENT_OK)
		rc = copy(options->prefix, default_prefix, &set->prefix);
	if (rc == CONSENT_OK)
		rc = copy(options->policy_url, NULL, &set->policy_url);
	if (rc == CONSENT_OK)
		rc = copy(options->controller, set->site, &set->controller);
	if (rc == CONSENT_OK)
		rc = copy(options->contact, NULL, &set->contact);
	if (rc == CONSENT_OK && options->look != NULL)
		rc = copy(options->look->logo, NULL, &set->logo);
	if (options->look != NULL) {
		set->position = options->look->position;
		set->control = options->look->control;
	}
	return rc;
}

/* The sheet ends with what the look says. */
static int
write_look(struct notice_set *set, const struct notice_look *look,
    struct findings *findings)
{
	const struct place nowhere = {.file = NULL};
	int rc = CONSENT_OK;

	if (look != NULL)
		rc = look_write(look, &set->css);
	if (rc == CONSENT_OK && set->logo != NULL &&
	    !look_is_logo(span_of(set->logo)))
		rc = CONSENT_EINVAL;
	if (rc == CONSENT_EINVAL)
		findings_error(findings, nowhere, FINDING_BAD_TEXT,
		    "a colour, the font or the logo of the notice is none");
	return rc;
}

/* The style, and a URL that changes when it does. */
static int
load_sheet(struct notice_set *set, const struct notice_options *options,
    struct findings *findings)
{
	const char *directory = options->directory;
	struct place folder = {.file = directory};
	int rc;

	buf_init(&set->css, SHEET_MAX);
	rc = sheet_load(directory, &set->css);
	if (rc != CONSENT_OK && rc != CONSENT_ENOMEM) {
		findings_error(findings, folder, FINDING_UNREADABLE,
		    "notice.css cannot be read: %s", status_text(rc));
		return CONSENT_EINVAL;
	}
	if (rc == CONSENT_OK && directory != NULL)
		rc = sheet_check(buf_span(&set->css), directory, findings);
	if (rc == CONSENT_OK)
		rc = write_look(set, options->look, findings);
	if (rc == CONSENT_OK)
		rc = asset_url(set->css_url, set->prefix, "notice.css",
		    buf_span(&set->css));
	return rc;
}

static int
add_language(struct notice_set *set, const char *tag, const char *directory,
    struct findings *findings)
{
	struct texts_source source = {directory, set->base};
	struct place nowhere = {.file = NULL};
	int rc;

	if (set->n == NOTICE_LANGUAGES)
		return CONSENT_ELIMIT;
	rc = texts_new(tag, &source, findings, &set->notices[set->n].texts);
	if (rc == CONSENT_ENOENT) {
		findings_error(findings, nowhere, FINDING_MISSING_TEXT,
		    "notice.languages: there are no texts for \"%s\"", tag);
		return CONSENT_EINVAL;
	}
	if (rc != CONSENT_OK)
		return rc;
	set->tags[set->n] = texts_language(set->notices[set->n].texts);
	set->n++;
	return CONSENT_OK;
}

/* Every language that is built in, English first. */
static int
add_built_in(
    struct notice_set *set, const char *directory, struct findings *findings)
{
	char tag[LANGUAGE_TAG + 1];
	int rc = add_language(set, fallback, directory, findings);
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < embedded_notices_count; i++) {
		struct span name = span_of(embedded_notices[i].name);

		if (!span_ends(name, SPAN(".conf")) || name.n - 5 >= sizeof tag)
			continue;
		memcpy(tag, name.p, name.n - 5);
		tag[name.n - 5] = '\0';
		if (strcmp(tag, fallback) != 0)
			rc = add_language(set, tag, directory, findings);
	}
	return rc;
}

static int
add_languages(struct notice_set *set, const struct notice_options *options,
    struct findings *findings)
{
	struct texts_source source = {options->directory, NULL};
	int rc = texts_new(fallback, &source, findings, &set->base), bad;
	size_t i;

	if (rc != CONSENT_OK)
		return rc;
	if (options->n_languages == 0)
		return add_built_in(set, options->directory, findings);
	/* all mistakes of a run are told, not only the first */
	for (i = 0; i < options->n_languages; i++) {
		bad = add_language(
		    set, options->languages[i], options->directory, findings);
		if (bad != CONSENT_OK)
			rc = bad;
	}
	return rc;
}

static void
set_views(struct notice_set *set, const struct policy *policy)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		set->views[i] = (struct view){
		    .facts = policy_facts(policy),
		    .texts = set->notices[i].texts,
		    .site = set->site,
		    .origin = "",
		    .prefix = set->prefix,
		    .policy_url = set->policy_url,
		    .controller = set->controller,
		    .contact = set->contact,
		    .logo = set->logo,
		    .position = set->position,
		    .control = set->control,
		    .css_url = set->css_url,
		    .hash = "",
		    .siblings = set->views,
		    .n_siblings = set->n,
		};
		set->notices[i].view = &set->views[i];
	}
}

static void
insert_init(struct insert *insert)
{
	buf_init(&insert->banner, BANNER_MAX);
	buf_init(&insert->control, BANNER_MAX);
	buf_init(&insert->box, BANNER_MAX);
}

static void
insert_fini(struct insert *insert)
{
	buf_fini(&insert->banner);
	buf_fini(&insert->control);
	buf_fini(&insert->box);
}

/* Renders all three anew. */
static int
insert_write(struct insert *insert, const struct view *view)
{
	struct markup banner = {&insert->banner, CONSENT_OK};
	struct markup control = {&insert->control, CONSENT_OK};
	struct markup box = {&insert->box, CONSENT_OK};

	buf_clear(&insert->banner);
	buf_clear(&insert->control);
	buf_clear(&insert->box);
	banner_write(&banner, view);
	banner_write_control(&control, view);
	banner_write_box(&box, view);
	if (banner.rc != CONSENT_OK)
		return banner.rc;
	return control.rc != CONSENT_OK ? control.rc : box.rc;
}

/* The three once more for each site, with its origin in all their URLs. */
static int
render_inserts(struct notice *n, const char *const *sites, size_t n_sites)
{
	struct view view = *n->view;
	int rc = CONSENT_OK;

	n->inserts = calloc(n_sites, sizeof *n->inserts);
	if (n->inserts == NULL)
		return CONSENT_ENOMEM;
	for (; rc == CONSENT_OK && n->n_inserts < n_sites; n->n_inserts++) {
		struct insert *insert = &n->inserts[n->n_inserts];

		insert_init(insert);
		view.origin = sites[n->n_inserts];
		rc = insert_write(insert, &view);
	}
	return rc;
}

static int
make_inserts(struct notice *n, const struct notice_options *options)
{
	if (options->n_sites > 0)
		return render_inserts(n, options->sites, options->n_sites);
	if (options->site == NULL)
		return CONSENT_OK;
	return render_inserts(n, &options->site, 1);
}

static void
free_inserts(struct notice *n)
{
	size_t i;

	for (i = 0; i < n->n_inserts; i++)
		insert_fini(&n->inserts[i]);
	free(n->inserts);
}

/* Writes down what is shown: all of it but its own hash. */
static int
make_bundle(struct notice *n, const struct notice_set *set,
    const struct notice_terms *terms)
{
	struct bundle_parts parts = {.view = n->view,
	    .banner = buf_span(&n->own.banner),
	    .control = buf_span(&n->own.control),
	    .box = buf_span(&n->own.box),
	    .css = buf_span(&set->css),
	    .table = buf_span(&n->table)};
	int rc;

	if (terms != NULL) {
		parts.has_terms = true;
		parts.address = terms->address;
		parts.jurisdiction = terms->jurisdiction;
		parts.lifetime_days = terms->lifetime_days;
		parts.retain_days = terms->retain_days;
	}
	rc = bundle_write(&parts, &n->bundle);
	return rc == CONSENT_OK
		   ? digest_sha256_hex(buf_span(&n->bundle), n->hash)
		   : rc;
}

/* The cookie table as a part of other pages; ours among the cookies. */
static int
make_table(
    struct notice_set *set, size_t i, const struct notice_options *options)
{
	struct notice *n = &set->notices[i];
	struct markup m = {&n->table, CONSENT_OK};
	int rc = own_cookies_fill(
	    &n->cookies, n->view, options->cookies, options->n_cookies);

	set->views[i].own = &n->cookies;
	buf_init(&n->table, NOTICE_PAGE_MAX);
	if (rc == CONSENT_OK)
		services_write_part(&m, n->view);
	return rc == CONSENT_OK ? m.rc : rc;
}

static int
finish_notice(
    struct notice_set *set, size_t i, const struct notice_terms *terms)
{
	struct notice *n = &set->notices[i];
	int rc;

	insert_init(&n->own);
	buf_init(&n->bundle, BUNDLE_MAX);
	rc = insert_write(&n->own, n->view);
	if (rc == CONSENT_OK)
		rc = make_bundle(n, set, terms);
	if (rc != CONSENT_OK)
		return rc;
	/* again, now that the hash is known that forms send along */
	set->views[i].hash = n->hash;
	rc = insert_write(&n->own, n->view);
	n->facts = (struct notice_facts){
	    .lang = set->tags[i],
	    .hash = n->hash,
	    .bundle = buf_span(&n->bundle),
	    .banner = buf_span(&n->own.banner),
	    .control = buf_span(&n->own.control),
	    .box = buf_span(&n->own.box),
	    .table = buf_span(&n->table),
	    .css = buf_span(&set->css),
	    .css_url = set->css_url,
	};
	return rc;
}

/* Appends the tags of the languages that have no text for a category. */
static int
list_silent(const struct notice_set *set, const char *id, struct buf *tags)
{
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < set->n; i++)
		if (texts_lacks(set->notices[i].texts, id))
			rc = buf_printf(tags, " %s", set->tags[i]);
	return rc;
}

/*
 * A warning for each category that is not said in every language: at the
 * category, for the texts may be built in.
 */
static int
check_categories(const struct notice_set *set, const struct policy_facts *facts,
    struct findings *findings)
{
	struct buf tags;
	int rc = CONSENT_OK;
	size_t i;

	buf_init(&tags, TAGS_MAX);
	for (i = 0; rc == CONSENT_OK && i < facts->n_categories; i++) {
		const struct policy_category *c = &facts->categories[i];

		tags.n = 0;
		rc = list_silent(set, c->id, &tags);
		if (rc == CONSENT_OK && tags.n > 0)
			findings_warn(findings, lint_category_place(c),
			    FINDING_MISSING_TEXT,
			    "category \"%s\" has no text in:%.*s", c->id,
			    (int)tags.n, tags.p);
	}
	buf_fini(&tags);
	return rc;
}

int
notice_set_new(const struct policy *policy,
    const struct notice_options *options, struct findings *findings,
    struct notice_set **out)
{
	struct notice_set *set = calloc(1, sizeof *set);
	size_t i;
	int rc;

	if (set == NULL)
		return CONSENT_ENOMEM;
	rc = copy_options(set, options);
	if (rc == CONSENT_OK)
		rc = load_sheet(set, options, findings);
	if (rc == CONSENT_OK)
		rc = add_languages(set, options, findings);
	if (rc == CONSENT_OK)
		set_views(set, policy);
	if (rc == CONSENT_OK)
		rc = check_categories(set, policy_facts(policy), findings);
	for (i = 0; rc == CONSENT_OK && i < set->n; i++)
		texts_check(
		    set->notices[i].texts, policy_facts(policy), findings);
	for (i = 0; rc == CONSENT_OK && i < set->n; i++)
		rc = make_table(set, i, options);
	for (i = 0; rc == CONSENT_OK && i < set->n; i++)
		rc = finish_notice(set, i, options->terms);
	for (i = 0; rc == CONSENT_OK && i < set->n; i++)
		rc = make_inserts(&set->notices[i], options);
	if (rc == CONSENT_OK)
		*out = set;
	else
		notice_set_free(set);
	return rc;
}

void
notice_set_free(struct notice_set *set)
{
	size_t i;

	if (set == NULL)
		return;
	for (i = 0; i < NOTICE_LANGUAGES; i++) {
		insert_fini(&set->notices[i].own);
		buf_fini(&set->notices[i].bundle);
		buf_fini(&set->notices[i].table);
		free_inserts(&set->notices[i]);
		texts_free(set->notices[i].texts);
	}
	texts_free(set->base);
	buf_fini(&set->css);
	free(set->prefix);
	free(set->policy_url);
	free(set->controller);
	free(set->contact);
	free(set->site);
	free(set->logo);
	free(set);
}

size_t
notice_count(const struct notice_set *set)
{
	return set->n;
}

const struct notice *
notice_at(const struct notice_set *set, size_t i)
{
	return i < set->n ? &set->notices[i] : NULL;
}

const struct notice_facts *
notice_facts(const struct notice *n)
{
	return &n->facts;
}

struct notice_insert
notice_insert(const struct notice *n, size_t site)
{
	if (site >= n->n_inserts)
		return (struct notice_insert){
		    n->facts.banner, n->facts.control, n->facts.box};
	return (struct notice_insert){buf_span(&n->inserts[site].banner),
	    buf_span(&n->inserts[site].control),
	    buf_span(&n->inserts[site].box)};
}

const struct notice *
notice_in(const struct notice_set *set, struct span language)
{
	/* one tag is the shortest list of ranges */
	int at = language_best(language, set->tags, set->n);

	return at >= 0 ? &set->notices[at] : NULL;
}

const struct notice *
notice_pick(const struct notice_set *set, const struct notice_wish *wish)
{
	const struct span order[] = {
	    wish->explicit_tag, wish->page, wish->accept};
	const struct notice *found = NULL;
	size_t i;

	for (i = 0; found == NULL && i < sizeof order / sizeof order[0]; i++)
		found = notice_in(set, order[i]);
	return found != NULL ? found : &set->notices[0];
}

const struct view *
notice_view(const struct notice *n)
{
	return n->view;
}

void
notice_return(struct span path, char out[NOTICE_RETURN])
{
	bool is_path = path.n > 0 && path.n < NOTICE_RETURN &&
		       path.p[0] == '/' && !span_starts(path, SPAN("//")) &&
		       !span_starts(path, SPAN("/\\"));

	if (!is_path)
		path = SPAN("/");
	memcpy(out, path.p, path.n);
	out[path.n] = '\0';
}

int
notice_preferences(const struct notice *n, const struct notice_visitor *visitor,
    struct buf *out)
{
	struct markup m = {out, CONSENT_OK};
	struct preferences p = {
	    .gate = visitor->gate, .record = visitor->record};
	char path[NOTICE_RETURN], entry[24];

	notice_return(visitor->return_path, path);
	p.return_path = path;
	if (visitor->entry > 0) {
		(void)snprintf(
		    entry, sizeof entry, "%" PRIu64, visitor->entry - 1);
		p.entry = entry;
	}
	if (visitor->message == NOTICE_MESSAGE_SAVED)
		p.status = texts_get(n->texts, TEXT_SAVED);
	else if (visitor->message == NOTICE_MESSAGE_UNRECORDED)
		p.status = texts_get(n->texts, TEXT_UNRECORDED);
	preferences_write(&m, n->view, &p);
	return m.rc;
}

int
notice_failed(const struct notice *n, enum notice_failure why,
    struct span return_path, struct buf *out)
{
	static const enum text_id texts[] = {
	    [NOTICE_FAILURE_PATH] = TEXT_FAILED_PATH,
	    [NOTICE_FAILURE_FORM] = TEXT_FAILED_FORM,
	    [NOTICE_FAILURE_SITE] = TEXT_FAILED_SITE,
	    [NOTICE_FAILURE_AGAIN] = TEXT_FAILED_AGAIN,
	    [NOTICE_FAILURE_EMBED] = TEXT_FAILED_EMBED,
	    [NOTICE_FAILURE_LIMIT] = TEXT_FAILED_LIMIT,
	    [NOTICE_FAILURE_RECORD] = TEXT_FAILED_RECORD,
	    [NOTICE_FAILURE_RECEIPT] = TEXT_FAILED_RECEIPT,
	    [NOTICE_FAILURE_UNRECORDED] = TEXT_UNRECORDED,
	};
	struct markup m = {out, CONSENT_OK};
	char path[NOTICE_RETURN];

	notice_return(return_path, path);
	failure_write(&m, n->view, texts[why], path);
	return m.rc;
}

int
notice_cookies(const struct notice *n, struct span return_path, struct buf *out)
{
	struct markup m = {out, CONSENT_OK};
	char path[NOTICE_RETURN];

	notice_return(return_path, path);
	services_write_table(&m, n->view, path);
	return m.rc;
}

int
notice_cookies_json(const struct notice *n, struct buf *out)
{
	return services_write_json(n->view, out);
}
