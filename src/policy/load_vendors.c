#include "policy/lint.h"
#include "policy/load_rules.h"

#include "base/ascii.h"
#include "base/embedded.h"
#include "settings/values.h"

#include <libconsent/settings.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	VENDOR_NAME = 64,
	VENDOR_PATH = 4096,
	VENDOR_NAMES = 1024, /* candidates for "did you mean" */
	VENDOR_STUBS = 32,
	VENDOR_STUB = 64 /* longest */
};

/* One vendor on its way in. */
struct vendor {
	struct load *l;
	const struct setting *name; /* in the policy */
	const struct setting *use;  /* its group there, or NULL */
	const struct setting *file; /* root of its file */
	struct policy_vendor v;
	enum policy_action action; /* of its rules */
	int index;
};

static bool
is_vendor_name(const char *name)
{
	size_t n;

	for (n = 0; name[n] != '\0'; n++)
		if (!ascii_is(name[n], ASCII_LOWER | ASCII_DIGIT) &&
		    (n == 0 || (name[n] != '-' && name[n] != '_')))
			return false;
	return n > 0 && n < VENDOR_NAME;
}

/* Adds the name of a file NAME.conf to the candidates. */
static void
names_add(char names[][VENDOR_NAME], size_t *n, const char *file)
{
	struct span name = span_of(file);

	if (!span_ends(name, SPAN(".conf")) || name.n - 5 >= VENDOR_NAME ||
	    *n == VENDOR_NAMES)
		return;
	memcpy(names[*n], name.p, name.n - 5);
	names[*n][name.n - 5] = '\0';
	++*n;
}

static void
names_of_folder(const char *path, char names[][VENDOR_NAME], size_t *n)
{
	struct dirent **entries;
	int i,
	    count = path == NULL ? 0 : scandir(path, &entries, NULL, alphasort);

	for (i = 0; i < count; i++) {
		names_add(names, n, entries[i]->d_name);
		free(entries[i]);
	}
	if (count > 0)
		free(entries);
}

static void
vendor_missing(struct load *l, const struct setting *s, const char *name)
{
	char(*names)[VENDOR_NAME] = calloc(VENDOR_NAMES, sizeof *names);
	const char *list[VENDOR_NAMES + 1] = {NULL}, *near = NULL;
	size_t n = 0, i;

	if (names != NULL) {
		names_of_folder(l->options->vendors, names, &n);
		for (i = 0; i < embedded_vendors_count; i++)
			names_add(names, &n, embedded_vendors[i].name);
		for (i = 0; i < n; i++)
			list[i] = names[i];
		near = settings_nearest(name, list);
	}
	findings_error(l->findings, setting_place(s), FINDING_UNKNOWN_VENDOR,
	    "no vendor is called \"%s\"%s%s%s", name,
	    near == NULL ? "" : ", did you mean \"", near == NULL ? "" : near,
	    near == NULL ? "" : "\"?");
	if (near == NULL)
		findings_wanted(l->findings, list);
	findings_fix_string(l->findings, near);
	free(names);
}

/*
 * Finds and parses the file of a vendor: the operator's before the built-in
 * one. CONSENT_ENOENT: there is none; CONSENT_EINVAL: reported.
 */
static int
vendor_open(struct load *l, const char *name, struct settings **out)
{
	char path[VENDOR_PATH];
	const struct embedded_file *file;
	int n;

	if (l->options->vendors != NULL) {
		n = snprintf(
		    path, sizeof path, "%s/%s.conf", l->options->vendors, name);
		if (n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0)
			return settings_load(path, l->findings, out);
	}
	n = snprintf(path, sizeof path, "%s.conf", name);
	if (n < 0 || (size_t)n >= sizeof path)
		return CONSENT_ENOENT;
	file = embedded_find(
	    embedded_vendors, embedded_vendors_count, span_of(path));
	if (file == NULL)
		return CONSENT_ENOENT;
	(void)snprintf(path, sizeof path, "vendors/%s.conf", name);
	return settings_parse(path, embedded_span(file), l->findings, out);
}

/* A text of the policy's own group before that of the vendor's file. */
static const char *
vendor_text(struct vendor *w, const char *key)
{
	if (w->use != NULL && setting_member(w->use, key) != NULL)
		return load_text(w->l, w->use, key);
	return load_text(w->l, w->file, key);
}

static const struct setting *
vendor_member(const struct vendor *w, const char *key)
{
	const struct setting *s =
	    w->use == NULL ? NULL : setting_member(w->use, key);

	return s != NULL ? s : setting_member(w->file, key);
}

/* Where a vendor is named: its group, or the file when it was a string. */
static const struct setting *
vendor_place(const struct vendor *w)
{
	return w->use != NULL ? w->use : w->file;
}

static void
vendor_complain_at(const struct vendor *w, const struct setting *s,
    enum finding_kind kind, const char *text)
{
	findings_error(w->l->findings, setting_place(s), kind,
	    "vendor \"%s\" %s", w->v.id, text);
}

static void
vendor_complain(
    const struct vendor *w, enum finding_kind kind, const char *text)
{
	vendor_complain_at(w, w->file, kind, text);
}

static bool
vendor_category(struct vendor *w)
{
	const struct setting *s = vendor_member(w, "category");
	int found;

	if (s == NULL) {
		vendor_complain(w, FINDING_MISSING_KEY, "names no category");
		return false;
	}
	found = load_category(w->l, s);
	if (found < 0)
		return false;
	w->v.category = (unsigned)found;
	return true;
}

/* A name that a script can call, dotted where it is a member's. */
static bool
is_stub(const char *name)
{
	bool begins = true; /* a word of it */
	size_t n;

	for (n = 0; name[n] != '\0'; n++) {
		bool first = ascii_is(name[n], ASCII_LOWER | ASCII_UPPER) ||
			     name[n] == '_' || name[n] == '$';

		if (begins ? !first
			   : !first && !ascii_is(name[n], ASCII_DIGIT) &&
				 name[n] != '.')
			return false;
		begins = name[n] == '.';
	}
	return !begins && n <= VENDOR_STUB;
}

static void
vendor_stubs(struct vendor *w)
{
	const struct setting *s = vendor_member(w, "stubs");
	size_t i, n = s == NULL ? 0 : setting_items(s);
	const char **stubs;

	if (n > VENDOR_STUBS) {
		vendor_complain_at(
		    w, s, FINDING_TOO_MUCH, "has more than 32 stubs");
		return;
	}
	stubs = arena_take(&w->l->p->arena, (n + 1) * sizeof *stubs);
	if (stubs == NULL) {
		w->l->no_memory = true;
		return;
	}
	for (i = 0; i < n; i++) {
		const char *name = load_string(w->l, setting_item(s, i));

		if (name != NULL && !is_stub(name))
			findings_error(w->l->findings,
			    setting_place(setting_item(s, i)),
			    FINDING_BAD_VALUE,
			    "\"%s\" is not the name of a script function, "
			    "such as \"_paq.push\"",
			    name);
		else if (name != NULL)
			stubs[w->v.n_stubs++] = name;
	}
	w->v.stubs = stubs;
}

/* Visitors are given it as a link. */
static void
vendor_privacy(struct vendor *w)
{
	struct span url = span_of(vendor_text(w, "privacy_url"));

	if (url.n > 0 && !span_starts_nocase(url, SPAN("https://")) &&
	    !span_starts_nocase(url, SPAN("http://")))
		vendor_complain_at(w, vendor_member(w, "privacy_url"),
		    FINDING_BAD_VALUE,
		    "has a privacy_url that is no https:// URL");
	else
		w->v.privacy_url = url.p;
}

/* A rule of this vendor, without a pattern yet. */
static struct policy_rule
vendor_rule(const struct vendor *w, enum policy_kind kind)
{
	return (struct policy_rule){.kind = kind,
	    .category = w->v.category,
	    .vendor = w->index,
	    .action = w->action,
	    .mode = w->v.mode,
	    .ground = w->v.ground};
}

/* "host" or "host/path", where the path is a glob. */
static void
vendor_host(struct vendor *w, const struct setting *s)
{
	struct policy_rule rule = vendor_rule(w, POLICY_RESOURCE);

	if (load_host_path(w->l, s, &rule))
		load_rule(w->l, rule, s);
}

static void
vendor_path(struct vendor *w, const struct setting *s)
{
	struct policy_rule rule = vendor_rule(w, POLICY_RESOURCE);
	const char *text = load_string(w->l, s);

	if (text == NULL)
		return;
	rule.path = load_path(w->l, s, span_of(text));
	if (rule.path == NULL)
		return;
	if (load_is_everything(span_of(rule.path)))
		vendor_complain_at(w, s, FINDING_TOO_WIDE,
		    "has a path that is the whole site");
	else
		load_rule(w->l, rule, s);
}

static void
vendor_inline(struct vendor *w, const struct setting *s)
{
	struct policy_rule rule = vendor_rule(w, POLICY_INLINE);

	rule.name = load_inline(w->l, s);
	if (rule.name != NULL)
		load_rule(w->l, rule, s);
}

/* A key of localStorage or sessionStorage, or the name of a database. */
static void
vendor_storage(struct vendor *w, const struct setting *s)
{
	struct policy_rule rule = vendor_rule(w, POLICY_STORAGE);

	rule.name = load_string(w->l, s);
	if (rule.name == NULL)
		return;
	if (load_is_everything(span_of(rule.name)))
		vendor_complain_at(w, s, FINDING_TOO_WIDE,
		    "has a storage key that is every key");
	else
		load_rule(w->l, rule, s);
}

static void
vendor_cookie(struct vendor *w, const struct setting *s)
{
	static const char *const keys[] = {"name", "purpose", "lifetime", NULL};
	struct policy_rule rule = vendor_rule(w, POLICY_COOKIE);
	const struct setting *name = s;
	unsigned ignored;

	if (setting_type(s) == SETTING_GROUP) {
		settings_check_keys(s, keys, w->l->findings);
		name = setting_member(s, "name");
		rule.purpose = load_purpose(w->l, s, &ignored);
		rule.lifetime = load_text(w->l, s, "lifetime");
	}
	if (name == NULL) {
		findings_error(w->l->findings, setting_place(s),
		    FINDING_MISSING_KEY, "this cookie has no name");
		return;
	}
	if (rule.purpose == NULL)
		rule.purpose = w->v.purpose;
	if (load_cookie_name(w->l, name, &rule.name))
		load_rule(w->l, rule, s);
}

static void
vendor_each(struct vendor *w, const char *key,
    void (*load)(struct vendor *w, const struct setting *s))
{
	const struct setting *list = setting_member(w->file, key);
	size_t i, n = list == NULL ? 0 : setting_items(list);

	for (i = 0; i < n && !w->l->no_memory; i++)
		load(w, setting_item(list, i));
}

static void
vendor_check(struct vendor *w)
{
	struct policy_rule like = vendor_rule(w, POLICY_RESOURCE);
	static const char *const lists[] = {
	    "hosts", "paths", "inline", "cookies", "storage"};
	size_t i, n = 0;

	for (i = 0; i < sizeof lists / sizeof lists[0]; i++)
		n += setting_member(w->file, lists[i]) != NULL;
	if (n == 0)
		vendor_complain(w, FINDING_EMPTY_VENDOR,
		    "has no hosts, paths, inline, cookies or storage");
	if (vendor_member(w, "provider") == NULL)
		vendor_complain(w, FINDING_MISSING_KEY, "names no provider");
	like.purpose = w->v.purpose;
	if (w->l->p->categories[w->v.category].required)
		load_check_essential(w->l, &like, vendor_place(w), "a vendor");
	else if (vendor_member(w, "purpose") == NULL)
		vendor_complain(w, FINDING_MISSING_KEY, "has no purpose");
}

/* What it is called and what it is for. */
static void
vendor_describe(struct vendor *w)
{
	bool own = w->use != NULL && setting_member(w->use, "purpose") != NULL;

	w->v.name = load_text(w->l, w->file, "name");
	if (w->v.name == NULL)
		w->v.name = w->v.id;
	w->v.provider = vendor_text(w, "provider");
	vendor_privacy(w);
	w->v.purpose =
	    load_purpose(w->l, own ? w->use : w->file, &w->v.n_purposes);
	if (w->use != NULL && setting_member(w->use, "ground") != NULL)
		w->v.ground = load_ground(w->l, w->use);
	else
		w->v.ground = load_ground(w->l, w->file);
	vendor_stubs(w);
}

/* What is done with what is its; the policy's own group goes first. */
static void
vendor_treat(struct vendor *w)
{
	unsigned category = w->v.category;

	w->action =
	    load_action(w->l, w->file, w->l->p->categories[category].action);
	w->v.mode = load_mode(w->l, w->file, category, POLICY_OWN_NONE);
	if (w->use == NULL)
		return;
	w->action = load_action(w->l, w->use, w->action);
	w->v.mode = load_mode(w->l, w->use, category, w->v.mode);
}

/* Everything of a vendor whose file is open. */
static void
vendor_read(struct vendor *w)
{
	static const char *const keys[] = {"name", "provider", "category",
	    "privacy_url", "purpose", "ground", "hosts", "paths", "inline",
	    "stubs", "cookies", "storage", "action", "mode", NULL};
	struct policy_facts *facts = &w->l->p->facts;
	size_t rules = facts->n_rules, errors = w->l->findings->errors;

	settings_check_keys(w->file, keys, w->l->findings);
	vendor_describe(w);
	if (!vendor_category(w))
		return;
	vendor_treat(w);
	vendor_check(w);
	w->index = (int)facts->n_vendors;
	w->l->p->vendors[facts->n_vendors++] = w->v;
	vendor_each(w, "hosts", vendor_host);
	vendor_each(w, "paths", vendor_path);
	vendor_each(w, "inline", vendor_inline);
	vendor_each(w, "cookies", vendor_cookie);
	vendor_each(w, "storage", vendor_storage);
	/* after a mistake, what is left says little */
	if (w->l->findings->errors == errors)
		lint_vendor(w->l, w->name, w->file, facts->n_rules - rules);
}

static bool
vendor_is_new(struct load *l, const struct setting *s, const char *name)
{
	size_t i;

	for (i = 0; i < l->p->facts.n_vendors; i++)
		if (strcmp(l->p->vendors[i].id, name) == 0) {
			findings_error(l->findings, setting_place(s),
			    FINDING_DUPLICATE, "vendor \"%s\" is named twice",
			    name);
			return false;
		}
	if (i == LOADER_VENDORS)
		findings_error(l->findings, setting_place(s), FINDING_TOO_MUCH,
		    "more than %d vendors", LOADER_VENDORS);
	return i < LOADER_VENDORS;
}

static void
vendor_load(struct load *l, const struct setting *s)
{
	static const char *const keys[] = {"name", "category", "ground",
	    "purpose", "provider", "privacy_url", "action", "mode", "stubs",
	    NULL};
	struct vendor w = {.l = l};
	const struct setting *name = s;
	struct settings *file = NULL;
	size_t n;
	int rc;

	if (setting_type(s) == SETTING_GROUP) {
		settings_check_keys(s, keys, l->findings);
		w.use = s;
		name = setting_member(s, "name");
		if (name == NULL) {
			findings_error(l->findings, setting_place(s),
			    FINDING_MISSING_KEY, "this vendor has no name");
			return;
		}
	}
	w.name = name;
	w.v.id = load_string(l, name);
	if (w.v.id == NULL || !vendor_is_new(l, s, w.v.id))
		return;
	rc = is_vendor_name(w.v.id) ? vendor_open(l, w.v.id, &file)
				    : CONSENT_ENOENT;
	if (rc == CONSENT_ENOENT)
		vendor_missing(l, name, w.v.id);
	if (rc == CONSENT_ENOMEM)
		l->no_memory = true;
	if (rc != CONSENT_OK)
		return;
	w.file = settings_root(file);
	n = l->p->facts.n_vendors;
	vendor_read(&w);
	/* of one that was refused there are no rules to be told of later */
	if (l->p->facts.n_vendors > n)
		l->files[l->n_files++].settings = file;
	else
		settings_free(file);
}

void
load_vendors(struct load *l, const struct setting *root)
{
	const struct setting *list = setting_member(root, "vendors");
	size_t i, n = list == NULL ? 0 : setting_items(list);

	for (i = 0; i < n && !l->no_memory; i++)
		vendor_load(l, setting_item(list, i));
}
