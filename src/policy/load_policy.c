#include <libconsent/loader.h>
#include <libconsent/settings.h>

#include "base/ascii.h"
#include "policy/lint.h"
#include "policy/load_rules.h"
#include "settings/values.h"

#include <stdlib.h>
#include <string.h>

enum {
	CATEGORY_ID = 32,    /* longest id */
	POLICY_VERSION = 63, /* longest version */
	REVISION_MOST = 1000000,
	INLINE_LIMIT_LEAST = 64 << 10,
	INLINE_LIMIT_MOST = 64 << 20
};

static void
complain(struct load *l, const struct setting *s, enum finding_kind kind,
    const char *text)
{
	findings_error(l->findings, setting_place(s), kind, "%s", text);
}

/* RFC 9651 3.1.2: a key; "*" is left out, as it reads like a glob. */
static bool
is_category_id(const char *id)
{
	size_t n;

	for (n = 0; id[n] != '\0'; n++) {
		if (ascii_is(id[n], ASCII_LOWER))
			continue;
		if (n == 0 || (!ascii_is(id[n], ASCII_DIGIT) &&
				  strchr("_-.", id[n]) == NULL))
			return false;
	}
	return n > 0 && n <= CATEGORY_ID;
}

static void
category_revision(struct load *l, const struct setting *s, unsigned index)
{
	const struct setting *member = setting_member(s, "revision");
	int64_t n;

	if (member == NULL)
		return;
	if (setting_int(member, &n) != CONSENT_OK || n < 1 || n > REVISION_MOST)
		complain(l, member, FINDING_OUT_OF_RANGE,
		    "revision must be a whole number from 1 to 1000000");
	else
		l->p->revisions[index] = (unsigned)n;
}

/* Reads what a category with this id is. */
static void
category_read(struct load *l, const struct setting *s, const char *id)
{
	static const char *const modes[] = {"enforce", "report", NULL};
	const struct setting *required = setting_member(s, "required");
	struct policy_facts *facts = &l->p->facts;
	unsigned index = facts->n_categories;
	struct place place = setting_place(setting_member(s, "id"));
	struct policy_category *c = &l->p->categories[index];

	c->id = id;
	c->file = load_file(l, place.file);
	c->line = place.line;
	c->column = place.column;
	c->length = place.length;
	if (required != NULL &&
	    setting_bool(required, &c->required) != CONSENT_OK)
		complain(l, required, FINDING_WRONG_TYPE,
		    "required must be true or false");
	if (load_word(l, s, "mode", modes) == 1)
		c->mode = POLICY_REPORT;
	c->action = load_action(l, s, POLICY_REMOVE);
	if (c->required && setting_member(s, "mode") != NULL)
		findings_warn(l->findings, setting_place(s), FINDING_NO_EFFECT,
		    "a required category has no mode: it is always granted");
	if (c->required && setting_member(s, "action") != NULL)
		findings_warn(l->findings, setting_place(s), FINDING_NO_EFFECT,
		    "a required category has no action: it is never withheld");
	category_revision(l, s, index);
	if (c->required)
		facts->required |= (category_set)1 << index;
	if (c->mode == POLICY_REPORT && !c->required)
		facts->reported |= (category_set)1 << index;
	facts->n_categories++;
}

static void
category_load(struct load *l, const struct setting *s)
{
	static const char *const keys[] = {
	    "id", "required", "mode", "action", "revision", NULL};
	const char *id;

	if (setting_type(s) != SETTING_GROUP) {
		complain(l, s, FINDING_WRONG_TYPE,
		    "a category is a group { id = \"...\"; }");
		return;
	}
	settings_check_keys(s, keys, l->findings);
	id = load_text(l, s, "id");
	if (setting_member(s, "id") == NULL)
		complain(l, s, FINDING_MISSING_KEY, "this category has no id");
	if (id == NULL)
		return;
	if (!is_category_id(id))
		complain(l, setting_member(s, "id"), FINDING_BAD_VALUE,
		    "a category's id is a lower-case letter and up to 31 "
		    "letters, digits, \"_\", \"-\" or \".\"");
	else if (policy_category(l->p, span_of(id)) >= 0)
		findings_error(l->findings, setting_place(s), FINDING_DUPLICATE,
		    "the category \"%s\" stands here twice", id);
	else if (l->p->facts.n_categories == POLICY_CATEGORIES)
		complain(l, s, FINDING_TOO_MUCH, "more than 16 categories");
	else
		category_read(l, s, id);
}

static void
load_categories(struct load *l, const struct setting *root)
{
	const struct setting *list = setting_member(root, "categories");
	size_t i, n = list == NULL ? 0 : setting_items(list);
	const struct policy_facts *facts = &l->p->facts;
	size_t errors = l->findings->errors;

	if (list == NULL) {
		complain(l, root, FINDING_MISSING_KEY,
		    "no categories: categories = ( { id = \"essential\"; "
		    "required = true; }, { id = \"analytics\"; } );");
		return;
	}
	for (i = 0; i < n; i++)
		category_load(l, setting_item(list, i));
	if (l->findings->errors > errors)
		return; /* the rest may follow from that */
	if (facts->required == 0)
		complain(l, list, FINDING_CONFLICT,
		    "one category must be essential: required = true");
	if (n > 0 && facts->required + 1 == (category_set)1
						<< facts->n_categories)
		complain(
		    l, list, FINDING_CONFLICT, "no category needs consent");
}

/* Without a word of the policy: the first category that needs consent. */
static void
load_unknown(struct load *l, const struct setting *root)
{
	const struct setting *s = setting_member(root, "unknown_cookie");
	struct policy_facts *facts = &l->p->facts;
	unsigned i = 0;
	int found;

	while (i + 1 < facts->n_categories && (facts->required >> i & 1) != 0)
		i++;
	facts->unknown_cookie = i;
	if (s == NULL)
		return;
	found = load_category(l, s);
	if (found < 0)
		return;
	facts->unknown_cookie = (unsigned)found;
	if ((facts->required >> found & 1) != 0)
		complain(l, s, FINDING_TOO_WIDE,
		    "unknown cookies cannot be essential: every cookie would "
		    "pass");
}

static void
load_signals(struct load *l, const struct setting *root)
{
	static const char *const keys[] = {"gpc", "dnt", NULL};
	static const char *const words[] = {"ignore", "reject", NULL};
	const struct setting *s = setting_member(root, "signals");
	struct policy_facts *facts = &l->p->facts;

	facts->gpc = POLICY_SIGNAL_REJECT;
	facts->dnt = POLICY_SIGNAL_IGNORE;
	if (s == NULL)
		return;
	if (setting_type(s) != SETTING_GROUP) {
		complain(l, s, FINDING_WRONG_TYPE,
		    "signals is a group { gpc = \"reject\"; }");
		return;
	}
	settings_check_keys(s, keys, l->findings);
	if (load_word(l, s, "gpc", words) == 0)
		facts->gpc = POLICY_SIGNAL_IGNORE;
	if (load_word(l, s, "dnt", words) == 1)
		facts->dnt = POLICY_SIGNAL_REJECT;
}

/* How much inline text is held to be judged, and what comes behind it. */
static void
load_limits(struct load *l, const struct setting *root)
{
	static const char *const words[] = {"cut", "pass", NULL};
	const struct setting *s = setting_member(root, "inline_limit");
	struct policy_facts *facts = &l->p->facts;
	int64_t n = POLICY_INLINE_LIMIT;

	if (load_word(l, root, "past_limit", words) == 1)
		facts->past_limit = POLICY_PAST_PASS;
	if (s != NULL && (setting_size(s, &n) != CONSENT_OK ||
			     n < INLINE_LIMIT_LEAST || n > INLINE_LIMIT_MOST))
		complain(l, s, FINDING_OUT_OF_RANGE,
		    "inline_limit must be a size from 64K to 64M, as in "
		    "\"2M\"");
	else
		facts->inline_limit = (size_t)n;
}

/*
 * A policy of sources can only name what is allowed: that is known where all
 * else is held back, and elsewhere it may at most tell.
 */
static void
load_csp(struct load *l, const struct setting *root)
{
	static const char *const words[] = {"off", "report", "enforce", NULL};
	struct policy_facts *facts = &l->p->facts;
	bool is_wall = facts->third_parties == POLICY_THIRD_UNLISTED;
	int word = load_word(l, root, "csp", words);

	facts->csp = is_wall ? POLICY_CSP_ENFORCE : POLICY_CSP_OFF;
	if (word >= 0)
		facts->csp = (enum policy_csp)word;
	if (facts->csp == POLICY_CSP_ENFORCE && !is_wall)
		complain(l, setting_member(root, "csp"), FINDING_CONFLICT,
		    "csp = \"enforce\" blocks each host that no rule allows: "
		    "it needs third_parties = \"unlisted\"");
}

static void
load_guard(struct load *l, const struct setting *root)
{
	const struct setting *s = setting_member(root, "guard");

	l->p->facts.guard = true;
	if (s != NULL && setting_bool(s, &l->p->facts.guard) != CONSENT_OK)
		complain(
		    l, s, FINDING_WRONG_TYPE, "guard must be true or false");
}

static void
load_version(struct load *l, const struct setting *root)
{
	const struct setting *s = setting_member(root, "version");

	l->p->facts.version = load_string(l, s);
	if (s == NULL)
		complain(l, root, FINDING_MISSING_KEY,
		    "no version: visitors are shown one, as in version = "
		    "\"2026-11-01\"");
	else if (l->p->facts.version != NULL &&
		 strlen(l->p->facts.version) > POLICY_VERSION)
		complain(
		    l, s, FINDING_TOO_MUCH, "version is longer than 63 bytes");
}

/*
 * A policy that gates nothing looks finished and is not: there must be
 * something that waits for consent.
 */
static void
check_effect(struct load *l, const struct setting *root)
{
	const struct policy_facts *facts = &l->p->facts;
	size_t i;

	if (facts->third_parties == POLICY_THIRD_UNLISTED)
		return;
	for (i = 0; i < facts->n_rules; i++)
		if ((facts->required >> l->p->rules[i].category & 1) == 0)
			return;
	complain(l, root, FINDING_NO_EFFECT,
	    "no rule holds anything back: name vendors, cookies or resources "
	    "of a category that needs consent");
}

static void
load_all(struct load *l, const struct setting *root)
{
	static const char *const keys[] = {"version", "unknown_cookie",
	    "third_parties", "csp", "guard", "signals", "categories", "vendors",
	    "sensitive", "cookies", "resources", "inline_limit", "past_limit",
	    NULL};
	static const char *const thirds[] = {"listed", "unlisted", NULL};
	size_t errors = l->findings->errors;

	settings_check_keys(root, keys, l->findings);
	load_version(l, root);
	if (load_word(l, root, "third_parties", thirds) == 1)
		l->p->facts.third_parties = POLICY_THIRD_UNLISTED;
	load_csp(l, root);
	load_guard(l, root);
	load_signals(l, root);
	load_limits(l, root);
	load_categories(l, root);
	load_unknown(l, root);
	/* the policy's own rules first: they win over a vendor's */
	load_rules(l, root);
	load_vendors(l, root);
	l->p->facts.n_named = l->p->facts.n_rules;
	load_listed(l, root);
	if (l->findings->errors == errors && !l->no_memory)
		check_effect(l, root);
}

int
policy_load(const struct setting *group, const struct loader_options *options,
    struct findings *findings, struct policy **out)
{
	struct load l = {.findings = findings, .options = options};
	size_t errors = findings->errors;
	int rc = CONSENT_ENOMEM;

	l.p = policy_new();
	l.files = calloc(LOADER_VENDORS, sizeof *l.files);
	if (l.p == NULL || l.files == NULL)
		goto out;
	if (setting_type(group) != SETTING_GROUP) {
		complain(&l, group, FINDING_WRONG_TYPE,
		    "policy must be a group { ... }");
		rc = CONSENT_EINVAL;
		goto out;
	}
	load_all(&l, group);
	if (findings->errors > errors)
		rc = CONSENT_EINVAL;
	else if (!l.no_memory)
		rc = policy_finish(l.p);
	if (rc == CONSENT_OK)
		lint_policy(&l, group);
	if (rc == CONSENT_OK && l.no_memory)
		rc = CONSENT_ENOMEM;
	if (rc == CONSENT_OK) {
		*out = l.p;
		l.p = NULL;
	}
out:
	while (l.n_files > 0)
		settings_free(l.files[--l.n_files].settings);
	free(l.files);
	free(l.where);
	free(l.seen);
	policy_free(l.p);
	return rc;
}
