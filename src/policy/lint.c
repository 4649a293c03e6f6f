#include "policy/lint.h"

#include "policy/lint_globs.h"
#include "settings/values.h"

#include <stdlib.h>
#include <string.h>

enum {
	LINT_PAIRS = 4 << 20 /* of patterns that are compared, at most */
};

static bool
is_required(const struct load *l, const struct policy_rule *rule)
{
	return (l->p->facts.required >> rule->category & 1) != 0;
}

/* A path that no browser asks for, since it resolves it before. */
static bool
has_dots(struct span path)
{
	struct span rest = span_sub(path, 0, span_find(path, '?')), part;

	while (rest.p != NULL) {
		part = span_cut(&rest, '/');
		if (span_equal(part, SPAN(".")) || span_equal(part, SPAN("..")))
			return true;
	}
	return false;
}

static void
lint_never(struct load *l, size_t index)
{
	const struct policy_rule *rule = &l->p->rules[index];

	if (rule->path != NULL && has_dots(span_of(rule->path)))
		findings_warn(l->findings, load_place(l, index),
		    FINDING_NEVER_MATCHES,
		    "no request has this path: browsers resolve \".\" and "
		    "\"..\" before they ask");
	if (rule->kind == POLICY_INLINE &&
	    lint_ends_script(span_of(rule->name)))
		findings_warn(l->findings, load_place(l, index),
		    FINDING_NEVER_MATCHES,
		    "no inline script holds \"</script\": it ends there");
}

/* An essential text that is only found where another's text is, too. */
static void
lint_inline(struct load *l, size_t index)
{
	const struct policy_rule *rule = &l->p->rules[index], *found;

	if (rule->kind != POLICY_INLINE || !is_required(l, rule))
		return;
	found = policy_find_inline(l->p, span_of(rule->name));
	if (found != NULL && found != rule && !is_required(l, found))
		findings_warn(l->findings, load_place(l, index),
		    FINDING_SHADOWED_RULE,
		    "\"%s\" is in this text, so that rule decides: %s:%u",
		    found->name, found->file, found->line);
}

/* The part of a rule that is a glob, or NULL. */
static const char *
glob_of(const struct policy_rule *rule)
{
	return rule->kind == POLICY_RESOURCE ? rule->path : rule->name;
}

/* Whether a decides whenever b could, as it stands before it. */
static bool
is_shadowed(const struct policy_rule *a, const struct policy_rule *b)
{
	bool methods = a->methods == b->methods ||
		       (b->methods != 0 && (b->methods & ~a->methods) == 0);

	return methods && glob_match(span_of(glob_of(a)), span_of(glob_of(b)));
}

static bool
on_alike(void *ctx, size_t before, size_t index)
{
	struct load *l = ctx;
	const struct policy_rule *a = &l->p->rules[before];
	const struct policy_rule *b = &l->p->rules[index];

	if (!is_shadowed(a, b))
		return false;
	findings_warn(l->findings, load_place(l, index), FINDING_SHADOWED_RULE,
	    "all that this fits is decided by \"%s\" before it: %s:%u",
	    glob_of(a), a->file, a->line);
	return true;
}

/* Whether a glob of a category that needs consent wins over an essential one
 * for some of their cookies, without being a part of it. */
static bool
swallows(const struct policy_rule *glob, const struct policy_rule *essential)
{
	struct span g = span_of(glob->name), e = span_of(essential->name);

	return glob_literal(g) >= glob_literal(e) && lint_globs_meet(g, e) &&
	       !glob_match(e, g);
}

static bool
is_cookie_glob(const struct policy_rule *rule)
{
	return rule->kind == POLICY_COOKIE && strchr(rule->name, '*') != NULL;
}

/* The first of the essential globs (their indexes) that a glob takes from. */
static const struct policy_rule *
swallowed_by(const struct load *l, const struct policy_rule *glob,
    const size_t *essential, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (swallows(glob, &l->p->rules[essential[i]]))
			return &l->p->rules[essential[i]];
	return NULL;
}

static void
lint_swallowed(struct load *l, size_t index, const size_t *essential, size_t n)
{
	const struct policy_rule *from =
	    swallowed_by(l, &l->p->rules[index], essential, n);

	if (from != NULL)
		findings_warn(l->findings, load_place(l, index),
		    FINDING_SWALLOWS_ESSENTIAL,
		    "this also fits cookies of the essential \"%s\", and wins: "
		    "%s:%u",
		    from->name, from->file, from->line);
}

/* Every glob against those that are essential, as long as pairs are left. */
static void
lint_globs(struct load *l)
{
	const struct policy_rule *rules = l->p->rules;
	size_t n = l->p->facts.n_rules, pairs = LINT_PAIRS, some = 0, i;
	size_t *essential = calloc(n + 1, sizeof *essential);

	if (essential == NULL) {
		l->no_memory = true;
		return;
	}
	for (i = 0; i < n; i++)
		if (is_cookie_glob(&rules[i]) && is_required(l, &rules[i]))
			essential[some++] = i;
	for (i = 0; i < n && pairs >= some; i++) {
		if (!is_cookie_glob(&rules[i]) || is_required(l, &rules[i]))
			continue;
		lint_swallowed(l, i, essential, some);
		pairs -= some;
	}
	free(essential);
}

/* Names that frameworks and balancers give to what a site cannot do without. */
static const char *const known_names[] = {"PHPSESSID", "JSESSIONID",
    "ASP.NET_SessionId", "ASPSESSIONID", "connect.sid", "sessionid", "session",
    "session_id", "sid", "csrftoken", "csrf_token", "_csrf", "XSRF-TOKEN",
    "laravel_session", "wordpress_logged_in_0", "__RequestVerificationToken",
    "AWSALB", "AWSALBCORS", "SERVERID", "__cf_bm", "cf_clearance",
    "remember_me", "auth_token"};

enum {
	KNOWN_NAMES = sizeof known_names / sizeof known_names[0]
};

/* The glob that holds back this one of the names, or NULL. */
static const struct policy_rule *
known_taken(const struct load *l, size_t i)
{
	const struct policy_rule *rule =
	    policy_find_cookie(l->p, span_of(known_names[i]));

	return rule == NULL || !is_cookie_glob(rule) || is_required(l, rule)
		   ? NULL
		   : rule;
}

/* Each glob is told once, with the first name that it takes. */
static void
lint_known(struct load *l)
{
	size_t i, k;

	for (i = 0; i < KNOWN_NAMES; i++) {
		const struct policy_rule *rule = known_taken(l, i);

		for (k = 0; rule != NULL && k < i; k++)
			if (known_taken(l, k) == rule)
				break;
		if (rule == NULL || k < i)
			continue;
		findings_warn(l->findings,
		    load_place(l, (size_t)(rule - l->p->rules)),
		    FINDING_SWALLOWS_ESSENTIAL,
		    "this also fits \"%s\", which is usually essential: name "
		    "more of the cookie, or give that one a rule",
		    known_names[i]);
	}
}

/* A sensitive path within another one, or that no browser asks for. */
static void
lint_sensitive(struct load *l, const struct setting *root)
{
	const struct setting *list = setting_member(root, "sensitive");
	const struct policy *p = l->p;
	size_t i, k;

	for (i = 0; i < p->n_sensitive; i++) {
		const struct setting *s = setting_item(list, i);
		const struct setting *path = setting_member(s, "path");
		struct place place = setting_place(path != NULL ? path : s);

		if (has_dots(span_of(p->sensitive[i])))
			findings_warn(l->findings, place, FINDING_NEVER_MATCHES,
			    "no request has this path: browsers resolve \".\" "
			    "and \"..\" before they ask");
		for (k = 0; k < p->n_sensitive; k++)
			if (k != i &&
			    glob_match(span_of(p->sensitive[k]),
				span_of(p->sensitive[i])) &&
			    (k < i || !glob_match(span_of(p->sensitive[i]),
					  span_of(p->sensitive[k])))) {
				findings_warn(l->findings, place,
				    FINDING_SHADOWED_RULE,
				    "\"%s\" is sensitive already, and this is "
				    "a part of it",
				    p->sensitive[k]);
				break;
			}
	}
}

void
lint_policy(struct load *l, const struct setting *root)
{
	const struct policy_facts *facts = &l->p->facts;
	size_t i;

	for (i = 0; i < facts->n_rules; i++) {
		lint_never(l, i);
		lint_inline(l, i);
	}
	if (lint_globs_alike(facts->rules, facts->n_rules, on_alike, l) !=
	    CONSENT_OK)
		l->no_memory = true;
	lint_globs(l);
	lint_known(l);
	lint_sensitive(l, root);
}

void
lint_vendor(struct load *l, const struct setting *s, const struct setting *file,
    size_t rules)
{
	static const char *const lists[] = {"hosts", "paths", "cookies"};
	size_t i, n = 0;

	for (i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		const struct setting *list = setting_member(file, lists[i]);

		n += list == NULL ? 0 : setting_items(list);
	}
	if (n == 0)
		findings_warn(l->findings, setting_place(s),
		    FINDING_EMPTY_VENDOR,
		    "vendor \"%s\" has no host, no path and no cookie: its "
		    "requests are not recognised",
		    setting_string(s));
	else if (rules == 0)
		findings_warn(l->findings, setting_place(s),
		    FINDING_EMPTY_VENDOR,
		    "nothing is left of vendor \"%s\": others have rules for "
		    "all that it names",
		    setting_string(s));
}
