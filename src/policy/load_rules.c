#include "policy/load_rules.h"

#include "settings/values.h"

#include <libconsent/url.h>

#include <stdlib.h>
#include <string.h>

enum {
	INLINE_LEAST = 4 /* shorter text would be found anywhere */
};

static void
complain(struct load *l, const struct setting *s, enum finding_kind kind,
    const char *text)
{
	findings_error(l->findings, setting_place(s), kind, "%s", text);
}

/* A group of a list, with known keys only; NULL and a finding otherwise. */
static const struct setting *
member_group(struct load *l, const struct setting *s, const char *const *keys)
{
	if (setting_type(s) != SETTING_GROUP) {
		findings_error(l->findings, setting_place(s),
		    FINDING_WRONG_TYPE,
		    "a group { %s = ...; %s = ...; } belongs here, not %s",
		    keys[0], keys[1], setting_type_name(s));
		return NULL;
	}
	settings_check_keys(s, keys, l->findings);
	return s;
}

/* The category of a group, which must name one. */
static bool
member_category(struct load *l, const struct setting *group, unsigned *category)
{
	const struct setting *s = setting_member(group, "category");
	int found;

	if (s == NULL) {
		complain(l, group, FINDING_MISSING_KEY,
		    "this rule names no category");
		return false;
	}
	found = load_category(l, s);
	if (found < 0)
		return false;
	*category = (unsigned)found;
	return true;
}

bool
load_cookie_name(struct load *l, const struct setting *s, const char **out)
{
	const char *name = load_string(l, s);
	struct span text = span_of(name);

	if (name == NULL)
		return false;
	if (glob_literal(text) == 0) {
		complain(l, s, FINDING_TOO_WIDE,
		    "this would be every cookie: set unknown_cookie instead");
		return false;
	}
	if (strpbrk(name, ";=") != NULL || span_trim(text).n != text.n) {
		complain(l, s, FINDING_BAD_VALUE,
		    "a cookie's name has no \";\", \"=\" or blanks around it");
		return false;
	}
	*out = name;
	return true;
}

static void
cookie_load(struct load *l, const struct setting *s)
{
	static const char *const keys[] = {
	    "name", "category", "mode", "ground", "purpose", "lifetime", NULL};
	struct policy_rule rule = {.kind = POLICY_COOKIE, .vendor = -1};
	unsigned ignored;

	if (member_group(l, s, keys) == NULL)
		return;
	rule.ground = load_ground(l, s);
	rule.purpose = load_purpose(l, s, &ignored);
	rule.lifetime = load_text(l, s, "lifetime");
	if (setting_member(s, "name") == NULL) {
		complain(l, s, FINDING_MISSING_KEY,
		    "this rule names no cookie: name = \"...\"");
		return;
	}
	if (!load_cookie_name(l, setting_member(s, "name"), &rule.name) ||
	    !member_category(l, s, &rule.category))
		return;
	rule.mode = load_mode(l, s, rule.category, POLICY_OWN_NONE);
	load_check_essential(l, &rule, s, "a cookie");
	load_rule(l, rule, s);
}

/* What is wrong with text as a host, or NULL. */
static const char *
host_fault(struct span text)
{
	if (span_starts(text, SPAN("*.")) || span_starts(text, SPAN(".")))
		return "a host stands for all below it too: write it without "
		       "\"*.\"";
	if (span_find(text, '*') < text.n)
		return "a host has no \"*\"";
	if (span_search(text, SPAN("//")) < text.n)
		return "write the host alone, without \"https://\"";
	if (span_find(text, '/') < text.n)
		return "write the host alone and the rest as path = \"/...\"";
	if (span_find(text, ':') < text.n && !span_starts(text, SPAN("[")))
		return "a rule holds for every port: write the host alone";
	return NULL;
}

/* URLs have hosts like "x..y"; no name server has, and no rule may. */
static bool
has_empty_label(struct span host)
{
	return span_ends(host, SPAN(".")) ||
	       span_search(host, SPAN("..")) < host.n;
}

const char *
load_host(struct load *l, const struct setting *s, struct span text)
{
	const char *fault = host_fault(text), *host = NULL;
	struct buf canonical;

	if (fault != NULL) {
		complain(l, s, FINDING_BAD_VALUE, fault);
		return NULL;
	}
	buf_init(&canonical, (size_t)4 * LOADER_TEXT);
	if (url_host_canonical(text, &canonical) != CONSENT_OK ||
	    canonical.n > 253 || has_empty_label(buf_span(&canonical)))
		findings_error(l->findings, setting_place(s), FINDING_BAD_VALUE,
		    "\"%.*s\" is not a host", SPAN_ARG(text));
	else
		host = load_copy(l, buf_span(&canonical));
	buf_fini(&canonical);
	return host;
}

const char *
load_path(struct load *l, const struct setting *s, struct span text)
{
	char spelled[3 * LOADER_TEXT];
	size_t n;

	if (!span_starts(text, SPAN("/")) && !span_starts(text, SPAN("*"))) {
		complain(l, s, FINDING_BAD_VALUE,
		    "a path begins with \"/\" (or \"*\")");
		return NULL;
	}
	if (span_find(text, '#') < text.n) {
		complain(l, s, FINDING_BAD_VALUE,
		    "a path has no \"#\": it is never sent");
		return NULL;
	}
	n = matcher_spell(text, spelled, sizeof spelled);
	if (n > GLOB_LENGTH) {
		complain(l, s, FINDING_TOO_MUCH, "this path is too long");
		return NULL;
	}
	return load_copy(l, (struct span){spelled, n});
}

enum policy_own_mode
load_mode(struct load *l, const struct setting *group, unsigned category,
    enum policy_own_mode other)
{
	static const char *const words[] = {"enforce", "report", NULL};
	const struct setting *s = setting_member(group, "mode");
	int found = load_word(l, group, "mode", words);

	if (s != NULL && l->p->categories[category].required) {
		findings_warn(l->findings, setting_place(s), FINDING_NO_EFFECT,
		    "what is of a required category has no mode: it always "
		    "passes");
		return POLICY_OWN_NONE;
	}
	if (found < 0)
		return other;
	return found == 1 ? POLICY_OWN_REPORT : POLICY_OWN_ENFORCE;
}

bool
load_is_everything(struct span path)
{
	size_t i;

	for (i = 0; i < path.n; i++)
		if (path.p[i] != '*' && path.p[i] != '/')
			return false;
	return span_find(path, '*') < path.n;
}

const char *
load_inline(struct load *l, const struct setting *s)
{
	const char *text = load_string(l, s);

	if (text == NULL)
		return NULL;
	if (strlen(text) < INLINE_LEAST) {
		complain(l, s, FINDING_TOO_WIDE,
		    "inline text of less than 4 bytes is found anywhere");
		return NULL;
	}
	return text;
}

/* Which of host, path and inline a resource has, in bits. */
static unsigned
resource_shape(const struct setting *s)
{
	return (setting_member(s, "host") != NULL ? 1u : 0) |
	       (setting_member(s, "path") != NULL ? 2u : 0) |
	       (setting_member(s, "inline") != NULL ? 4u : 0);
}

/* Fills what the resource is; false where it is nothing. */
static bool
resource_target(
    struct load *l, const struct setting *s, struct policy_rule *rule)
{
	const struct setting *path = setting_member(s, "path");
	const struct setting *host = setting_member(s, "host");
	const char *text;

	if (setting_member(s, "inline") != NULL) {
		rule->kind = POLICY_INLINE;
		rule->name = load_inline(l, setting_member(s, "inline"));
		return rule->name != NULL;
	}
	if (host != NULL) {
		text = load_string(l, host);
		if (text != NULL)
			rule->host = load_host(l, host, span_of(text));
	}
	if (path != NULL) {
		text = load_string(l, path);
		if (text != NULL)
			rule->path = load_path(l, path, span_of(text));
	}
	if ((host != NULL && rule->host == NULL) ||
	    (path != NULL && rule->path == NULL))
		return false;
	if (host == NULL && load_is_everything(span_of(rule->path))) {
		complain(
		    l, path, FINDING_TOO_WIDE, "this would be the whole site");
		return false;
	}
	return true;
}

/* The methods that a resource names; 0 where it names none. */
static unsigned
resource_methods(struct load *l, const struct setting *s)
{
	const struct setting *list = setting_member(s, "method");
	size_t i, n = list == NULL ? 0 : setting_items(list);
	unsigned methods = 0;

	for (i = 0; i < n; i++) {
		const struct setting *item = setting_item(list, i);
		const char *name = load_string(l, item);
		unsigned bit =
		    name == NULL ? 0 : policy_method_of(span_of(name));

		if (name != NULL && bit == POLICY_METHOD_OTHER)
			complain(l, item, FINDING_UNKNOWN_WORD,
			    "method is one of GET, HEAD, POST, PUT, PATCH, "
			    "DELETE and OPTIONS, or a list of them");
		methods |= bit;
	}
	if (list != NULL && n == 0)
		complain(l, list, FINDING_NEVER_MATCHES,
		    "an empty list of methods fits no request");
	return methods;
}

bool
load_host_path(
    struct load *l, const struct setting *s, struct policy_rule *rule)
{
	struct span text = span_of(load_string(l, s));
	size_t slash = span_find(text, '/');

	if (text.n == 0)
		return false;
	if (slash < text.n && (slash == 0 || text.p[slash - 1] == ':'))
		slash = text.n; /* no path yet: that of "https://" */
	rule->host = load_host(l, s, span_sub(text, 0, slash));
	if (rule->host == NULL || slash == text.n)
		return rule->host != NULL;
	rule->path = load_path(l, s, span_sub(text, slash, text.n));
	return rule->path != NULL;
}

static void
resource_load(struct load *l, const struct setting *s)
{
	static const char *const keys[] = {"host", "category", "path", "inline",
	    "method", "purpose", "ground", "action", "mode", "hosts", NULL};
	struct policy_rule rule = {.kind = POLICY_RESOURCE, .vendor = -1};
	unsigned shape, ignored;
	bool good;

	if (setting_member(s, "hosts") != NULL ||
	    member_group(l, s, keys) == NULL)
		return;
	rule.ground = load_ground(l, s);
	rule.purpose = load_purpose(l, s, &ignored);
	shape = resource_shape(s);
	if (shape == 0 || shape > 4) {
		complain(l, s,
		    shape == 0 ? FINDING_MISSING_KEY : FINDING_CONFLICT,
		    shape == 0
			? "this rule needs a host, a path or inline text"
			: "inline text stands alone, without host and path");
		return;
	}
	good = resource_target(l, s, &rule);
	rule.methods = resource_methods(l, s);
	if (rule.kind == POLICY_INLINE && rule.methods != 0)
		complain(l, s, FINDING_NEVER_MATCHES,
		    "inline text is in no request: no method");
	if (!member_category(l, s, &rule.category))
		return;
	rule.action = load_action(l, s, l->p->categories[rule.category].action);
	rule.mode = load_mode(l, s, rule.category, POLICY_OWN_NONE);
	if (good)
		load_rule(l, rule, s);
}

static void
sensitive_load(struct load *l, const struct setting *s)
{
	static const char *const keys[] = {"path", NULL};
	struct policy *p = l->p;
	const struct setting *path = s;
	const char *text;

	if (setting_type(s) == SETTING_GROUP) {
		settings_check_keys(s, keys, l->findings);
		path = setting_member(s, "path");
		if (path == NULL) {
			complain(l, s, FINDING_MISSING_KEY,
			    "a sensitive part needs path = \"/...\"");
			return;
		}
	}
	text = load_string(l, path);
	if (text != NULL)
		text = load_path(l, path, span_of(text));
	if (text == NULL)
		return;
	if (p->n_sensitive == LOADER_SENSITIVE) {
		findings_error(l->findings, setting_place(s), FINDING_TOO_MUCH,
		    "more than %d sensitive paths", LOADER_SENSITIVE);
		return;
	}
	p->sensitive[p->n_sensitive++] = text;
}

static void
each(struct load *l, const struct setting *list,
    void (*load)(struct load *l, const struct setting *s))
{
	size_t i, n = list == NULL ? 0 : setting_items(list);

	for (i = 0; i < n && !l->no_memory; i++)
		load(l, setting_item(list, i));
}

void
load_rules(struct load *l, const struct setting *root)
{
	each(l, setting_member(root, "cookies"), cookie_load);
	each(l, setting_member(root, "resources"), resource_load);
	each(l, setting_member(root, "sensitive"), sensitive_load);
}

/* A list of hosts, as imports write them: a rule for each. */
static void
listed_load(struct load *l, const struct setting *s)
{
	static const char *const keys[] = {
	    "hosts", "category", "action", "mode", NULL};
	const struct setting *list = setting_member(s, "hosts");
	struct policy_rule like = {
	    .kind = POLICY_RESOURCE, .vendor = -1, .is_listed = true};
	size_t i, n = list == NULL ? 0 : setting_items(list);

	if (list == NULL)
		return;
	settings_check_keys(s, keys, l->findings);
	if (n == 0)
		complain(l, list, FINDING_NEVER_MATCHES,
		    "an empty list of hosts fits no request");
	if (!member_category(l, s, &like.category))
		return;
	like.action = load_action(l, s, l->p->categories[like.category].action);
	like.mode = load_mode(l, s, like.category, POLICY_OWN_NONE);
	for (i = 0; i < n && !l->no_memory; i++) {
		struct policy_rule rule = like;

		if (load_host_path(l, setting_item(list, i), &rule))
			load_rule(l, rule, setting_item(list, i));
	}
}

void
load_listed(struct load *l, const struct setting *root)
{
	each(l, setting_member(root, "resources"), listed_load);
}
