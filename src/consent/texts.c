#include "consent/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/embedded.h"
#include "consent/text_check.h"
#include "settings/values.h"
#include "web/language.h"

#include <libconsent/policy.h>
#include <libconsent/setting.h>
#include <libconsent/settings.h>

enum {
	CATEGORIES = 32, /* that one file describes */
	PHRASES = 512,
	PATH_BYTES = 4096
};

struct named_category {
	const char *id;
	struct text_category text;
};

struct phrase {
	const char *from;
	const char *to;
	struct place place;
};

struct texts {
	struct settings *settings; /* owns all that the rest points to */
	char language[LANGUAGE_TAG + 1];
	const char *name;
	const struct texts *base;
	const char *texts[TEXT_COUNT];
	size_t n_categories;
	struct named_category categories[CATEGORIES];
	size_t n_phrases;
	struct phrase phrases[PHRASES]; /* sorted by from */
	struct wording wording;
};

static const char *const keys[TEXT_COUNT + 1] = {
    [TEXT_NOTICE_LABEL] = "notice_label",
    [TEXT_NOTICE_TITLE] = "notice_title",
    [TEXT_NOTICE_TEXT] = "notice_text",
    [TEXT_NOTICE_WITHDRAW] = "notice_withdraw",
    [TEXT_NOTICE_CHANGED] = "notice_changed",
    [TEXT_ACCEPT] = "accept",
    [TEXT_REJECT] = "reject",
    [TEXT_CHOOSE] = "choose",
    [TEXT_POLICY_LINK] = "policy_link",
    [TEXT_CONTROL] = "control",
    [TEXT_EMBED] = "embed",
    [TEXT_EMBED_ONCE] = "embed_once",
    [TEXT_EMBED_TITLE] = "embed_title",
    [TEXT_EMBED_ASK] = "embed_ask",
    [TEXT_EMBED_HINT] = "embed_hint",
    [TEXT_EMBED_SHOWN] = "embed_shown",
    [TEXT_PAGE_TITLE] = "page_title",
    [TEXT_PAGE_INTRO] = "page_intro",
    [TEXT_CONTROLLER] = "controller",
    [TEXT_CONTACT] = "contact",
    [TEXT_STATE_TITLE] = "state_title",
    [TEXT_STATE_UNDECIDED] = "state_undecided",
    [TEXT_STATE_ACCEPT] = "state_accept",
    [TEXT_STATE_REJECT] = "state_reject",
    [TEXT_STATE_CHOOSE] = "state_choose",
    [TEXT_STATE_WITHDRAW] = "state_withdraw",
    [TEXT_STATE_CHANGED] = "state_changed",
    [TEXT_STATE_SINCE] = "state_since",
    [TEXT_STATE_MONTH] = "state_month",
    [TEXT_STATE_UNTIL] = "state_until",
    [TEXT_STATE_VERSION] = "state_version",
    [TEXT_GPC_HONOURED] = "gpc_honoured",
    [TEXT_GPC_OVERRIDDEN] = "gpc_overridden",
    [TEXT_PURPOSES_TITLE] = "purposes_title",
    [TEXT_ALWAYS_ON] = "always_on",
    [TEXT_ALLOW] = "allow",
    [TEXT_SERVICES] = "services",
    [TEXT_SERVICE] = "service",
    [TEXT_PROVIDER] = "provider",
    [TEXT_RECIPIENTS] = "recipients",
    [TEXT_PURPOSE] = "purpose",
    [TEXT_PRIVACY] = "privacy",
    [TEXT_COOKIE] = "cookie",
    [TEXT_LIFETIME] = "lifetime",
    [TEXT_CATEGORY] = "category",
    [TEXT_GROUND] = "ground",
    [TEXT_GROUND_TRANSMISSION] = "ground_transmission",
    [TEXT_GROUND_REQUESTED] = "ground_requested",
    [TEXT_THIS_SITE] = "this_site",
    [TEXT_OWN_CHOICE] = "own_choice",
    [TEXT_OWN_SWEPT] = "own_swept",
    [TEXT_OWN_VARIANT] = "own_variant",
    [TEXT_OWN_LANGUAGE] = "own_language",
    [TEXT_SAVE] = "save",
    [TEXT_WITHDRAW] = "withdraw",
    [TEXT_WITHDRAW_HINT] = "withdraw_hint",
    [TEXT_SAVED] = "saved",
    [TEXT_UNRECORDED] = "unrecorded",
    [TEXT_FAILED_TITLE] = "failed_title",
    [TEXT_FAILED_PATH] = "failed_path",
    [TEXT_FAILED_FORM] = "failed_form",
    [TEXT_FAILED_SITE] = "failed_site",
    [TEXT_FAILED_AGAIN] = "failed_again",
    [TEXT_FAILED_EMBED] = "failed_embed",
    [TEXT_FAILED_LIMIT] = "failed_limit",
    [TEXT_FAILED_RECORD] = "failed_record",
    [TEXT_FAILED_RECEIPT] = "failed_receipt",
    [TEXT_RECEIPT] = "receipt",
    [TEXT_LANGUAGE] = "language",
    [TEXT_BACK] = "back",
    [TEXT_COOKIES_TITLE] = "cookies_title",
    [TEXT_COOKIES_INTRO] = "cookies_intro",
    [TEXT_COOKIES_UNKNOWN] = "cookies_unknown",
};

static int
load_built_in(
    const char *language, struct findings *findings, struct settings **out)
{
	char name[LANGUAGE_TAG + 16];
	const struct embedded_file *file;

	(void)snprintf(name, sizeof name, "%s.conf", language);
	file = embedded_find(
	    embedded_notices, embedded_notices_count, span_of(name));
	if (file == NULL)
		return CONSENT_ENOENT;
	(void)snprintf(name, sizeof name, "<%s.conf>", language);
	return settings_parse(name, embedded_span(file), findings, out);
}

static int
load_file(const char *language, const char *directory,
    struct findings *findings, struct settings **out)
{
	char path[PATH_BYTES];
	int n;

	if (directory != NULL) {
		n = snprintf(
		    path, sizeof path, "%s/%s.conf", directory, language);
		if (n > 0 && (size_t)n < sizeof path && access(path, R_OK) == 0)
			return settings_load(path, findings, out);
	}
	return load_built_in(language, findings, out);
}

/* What only some pages know, and which texts those are. */
static const struct placeholder {
	const char *name;
	enum text_id ids[3]; /* the last one again and again */
} placeholders[] = {
    {"vendor", {TEXT_EMBED, TEXT_EMBED_ASK, TEXT_EMBED_ASK}},
    {"date", {TEXT_STATE_SINCE, TEXT_STATE_MONTH, TEXT_STATE_UNTIL}},
    {"count", {TEXT_SERVICES, TEXT_SERVICES, TEXT_SERVICES}},
    {"category",
	{TEXT_COOKIES_UNKNOWN, TEXT_COOKIES_UNKNOWN, TEXT_COOKIES_UNKNOWN}},
};

enum {
	PLACEHOLDERS = sizeof placeholders / sizeof placeholders[0]
};

/* The names that may stand in braces in a text; NULL ends them. */
static void
list_placeholders(enum text_id id, const char *known[PLACEHOLDERS + 4])
{
	size_t i, k, n = 0;

	known[n++] = "controller";
	known[n++] = "site";
	known[n++] = "version";
	for (i = 0; i < PLACEHOLDERS; i++)
		for (k = 0; k < 3; k++)
			if (placeholders[i].ids[k] == id) {
				known[n++] = placeholders[i].name;
				break;
			}
	known[n] = NULL;
}

static void
read_texts(
    struct texts *t, const struct setting *root, struct findings *findings)
{
	const struct setting *group = setting_member(root, "texts");
	const char *known[PLACEHOLDERS + 4];
	size_t i;

	if (group == NULL)
		findings_error(findings, setting_place(root),
		    FINDING_MISSING_TEXT, "the group of all texts is missing");
	if (group == NULL || !text_want_group(group, "texts", findings))
		return;
	settings_check_keys(group, keys, findings);
	for (i = 0; i < TEXT_COUNT; i++) {
		if (t->base != NULL && setting_member(group, keys[i]) == NULL) {
			findings_warn(findings, setting_place(group),
			    FINDING_MISSING_TEXT,
			    "%s is missing: taken from %s", keys[i],
			    t->base->language);
			t->texts[i] = t->base->texts[i];
			continue;
		}
		t->texts[i] = text_want_member(group, keys[i], findings);
		list_placeholders((enum text_id)i, known);
		text_check_braces(
		    setting_member(group, keys[i]), keys[i], known, findings);
	}
}

static void
read_categories(
    struct texts *t, const struct setting *root, struct findings *findings)
{
	static const char *const known[] = {"id", "name", "purpose", NULL};
	const struct setting *list = setting_member(root, "categories");
	size_t i, n = list == NULL ? 0 : setting_items(list);

	if (n > CATEGORIES) {
		findings_error(findings, setting_place(list), FINDING_TOO_MUCH,
		    "more than %d categories", CATEGORIES);
		return;
	}
	for (i = 0; i < n; i++) {
		const struct setting *group = setting_item(list, i);
		struct named_category *c = &t->categories[t->n_categories++];

		if (!text_want_group(group, "each category", findings))
			continue;
		settings_check_keys(group, known, findings);
		c->id = text_want_member(group, "id", findings);
		c->text.name = text_want_member(group, "name", findings);
		c->text.purpose = text_want_member(group, "purpose", findings);
	}
}

static int
compare_phrases(const void *a, const void *b)
{
	const struct phrase *x = a, *y = b;

	return strcmp(x->from, y->from);
}

static void
read_phrases(
    struct texts *t, const struct setting *root, struct findings *findings)
{
	static const char *const known[] = {"text", "means", NULL};
	const struct setting *list = setting_member(root, "phrases");
	size_t i, n = list == NULL ? 0 : setting_items(list);

	if (n > PHRASES) {
		findings_error(findings, setting_place(list), FINDING_TOO_MUCH,
		    "more than %d phrases", PHRASES);
		return;
	}
	for (i = 0; i < n; i++) {
		const struct setting *group = setting_item(list, i);
		struct phrase *p = &t->phrases[t->n_phrases];

		if (!text_want_group(group, "each phrase", findings))
			continue;
		settings_check_keys(group, known, findings);
		p->from = text_want_member(group, "text", findings);
		p->to = text_want_member(group, "means", findings);
		p->place = setting_place(group);
		if (p->from != NULL && p->to != NULL)
			t->n_phrases++;
	}
	qsort(t->phrases, t->n_phrases, sizeof t->phrases[0], compare_phrases);
}

static void
read_root(struct texts *t, struct findings *findings)
{
	static const char *const known[] = {
	    "name", "texts", "numbers", "categories", "phrases", NULL};
	const struct setting *root = settings_root(t->settings);

	settings_check_keys(root, known, findings);
	t->name = text_want_member(root, "name", findings);
	read_texts(t, root, findings);
	wording_read(&t->wording, span_of(t->language),
	    setting_member(root, "numbers"), findings);
	read_categories(t, root, findings);
	read_phrases(t, root, findings);
}

int
texts_new(const char *language, const struct texts_source *source,
    struct findings *findings, struct texts **out)
{
	size_t errors = findings->errors;
	struct texts *t;
	int rc;

	/* the tag becomes a file name */
	if (!language_is_tag(span_of(language)))
		return CONSENT_ENOENT;
	t = calloc(1, sizeof *t);
	if (t == NULL)
		return CONSENT_ENOMEM;
	(void)snprintf(t->language, sizeof t->language, "%s", language);
	t->base = source->base;
	rc = load_file(language, source->directory, findings, &t->settings);
	if (rc == CONSENT_OK)
		read_root(t, findings);
	if (rc == CONSENT_OK && findings->errors > errors)
		rc = CONSENT_EINVAL;
	if (rc == CONSENT_OK)
		*out = t;
	else
		texts_free(t);
	return rc == CONSENT_EIO ? CONSENT_EINVAL : rc;
}

void
texts_free(struct texts *t)
{
	if (t == NULL)
		return;
	settings_free(t->settings);
	free(t);
}

const char *
texts_language(const struct texts *t)
{
	return t->language;
}

const char *
texts_name(const struct texts *t)
{
	return t->name;
}

const char *
texts_get(const struct texts *t, enum text_id id)
{
	return t->texts[id];
}

const char *
texts_key(enum text_id id)
{
	return keys[id];
}

struct text_category
texts_category(const struct texts *t, const char *id)
{
	size_t i;

	for (i = 0; i < t->n_categories; i++) {
		if (strcmp(t->categories[i].id, id) == 0)
			return t->categories[i].text;
	}
	if (t->base != NULL)
		return texts_category(t->base, id);
	return (struct text_category){id, ""};
}

const char *
texts_phrase(const struct texts *t, const char *phrase)
{
	struct phrase key = {.from = phrase};
	const struct phrase *found;

	if (phrase == NULL)
		return "";
	if (t->n_phrases == 0)
		return phrase;
	found = bsearch(&key, t->phrases, t->n_phrases, sizeof t->phrases[0],
	    compare_phrases);
	return found != NULL ? found->to : phrase;
}

const char *
texts_lifetime(
    const struct texts *t, const char *phrase, char out[WORDING_TEXT])
{
	const char *whole = texts_phrase(t, phrase);

	/* a translation of the whole goes before one that is put together */
	if (phrase == NULL || strcmp(whole, phrase) != 0 ||
	    !wording_span(&t->wording, span_of(phrase), out))
		return whole;
	return out;
}

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

/* Whether the policy says a phrase anywhere that visitors read. */
static bool
is_said(const struct policy_facts *facts, const char *phrase)
{
	size_t i;

	for (i = 0; i < facts->n_vendors; i++)
		if (is_same(facts->vendors[i].purpose, phrase))
			return true;
	for (i = 0; i < facts->n_rules; i++)
		if (is_same(facts->rules[i].purpose, phrase) ||
		    is_same(facts->rules[i].lifetime, phrase))
			return true;
	return false;
}

/* Files that are built in know every vendor, whatever a policy names. */
static bool
is_built_in(const struct place *place)
{
	return place->file == NULL || place->file[0] == '<';
}

bool
texts_lacks(const struct texts *t, const char *id)
{
	size_t i;

	for (i = 0; i < t->n_categories; i++)
		if (is_same(t->categories[i].id, id))
			return false;
	return true;
}

void
texts_check(const struct texts *t, const struct policy_facts *facts,
    struct findings *findings)
{
	size_t i;

	for (i = 0; i < t->n_phrases; i++) {
		const struct phrase *p = &t->phrases[i];

		if (!is_built_in(&p->place) && !is_said(facts, p->from))
			findings_warn(findings, p->place, FINDING_NO_EFFECT,
			    "no policy says \"%s\"", p->from);
	}
}

const struct wording *
texts_wording(const struct texts *t)
{
	return &t->wording;
}
