#include "policy/load.h"

#include "base/utf8.h"
#include "settings/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LOAD_PURPOSES = 8, /* of one vendor or rule */
	LOAD_WORDS = 128,  /* bytes of a list of words in a message */
	LOAD_LEAST = 64	   /* rules that there is room for at first */
};

const char *
load_copy(struct load *l, struct span text)
{
	const char *copy = arena_text(&l->p->arena, text);

	if (copy == NULL)
		l->no_memory = true;
	return copy;
}

/* The name that a member is called by in a message. */
static const char *
called(const struct setting *s)
{
	const char *name = setting_name(s);

	return name == NULL ? "this member" : name;
}

/* Whether text holds a control character of ASCII. */
static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7F)
			return true;
	return false;
}

const char *
load_string(struct load *l, const struct setting *s)
{
	const char *text;

	if (s == NULL)
		return NULL;
	text = setting_string(s);
	if (text == NULL)
		findings_error(l->findings, setting_place(s),
		    FINDING_WRONG_TYPE, "%s must be a string in quotes, not %s",
		    called(s), setting_type_name(s));
	else if (*text == '\0')
		findings_error(l->findings, setting_place(s), FINDING_BAD_VALUE,
		    "%s must not be empty", called(s));
	else if (strlen(text) > LOADER_TEXT)
		findings_error(l->findings, setting_place(s), FINDING_TOO_MUCH,
		    "%s is longer than %d bytes", called(s), LOADER_TEXT);
	/* an escape like \xE7 puts bytes into a string that are not UTF-8 */
	else if (has_control(text) || !utf8_is_all(span_of(text)))
		findings_error(l->findings, setting_place(s), FINDING_ENCODING,
		    "%s must be UTF-8 text on one line", called(s));
	else if (!utf8_is_text(span_of(text)))
		findings_error(l->findings, setting_place(s), FINDING_ENCODING,
		    "%s has a character that turns text around, or that "
		    "terminals act on",
		    called(s));
	else
		return load_copy(l, span_of(text));
	return NULL;
}

const char *
load_text(struct load *l, const struct setting *group, const char *key)
{
	return load_string(l, setting_member(group, key));
}

/* "\"a\", \"b\" or \"c\"": words for a message. */
static const char *
words_list(const char *const *words, char *out, size_t max)
{
	size_t at = 0, i;

	out[0] = '\0';
	for (i = 0; words[i] != NULL && at < max; i++) {
		int n = snprintf(out + at, max - at, "%s\"%s\"",
		    i == 0		   ? ""
		    : words[i + 1] == NULL ? " or "
					   : ", ",
		    words[i]);

		at += n < 0 ? 0 : (size_t)n;
	}
	return out;
}

int
load_word(struct load *l, const struct setting *group, const char *key,
    const char *const *words)
{
	const struct setting *s = setting_member(group, key);
	const char *text, *near;
	char list[LOAD_WORDS];
	int i;

	if (s == NULL)
		return -1;
	text = setting_string(s);
	for (i = 0; text != NULL && words[i] != NULL; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	near = text == NULL ? NULL : settings_nearest(text, words);
	findings_error(l->findings, setting_place(s), FINDING_UNKNOWN_WORD,
	    "%s must be %s%s%s%s", key, words_list(words, list, sizeof list),
	    near == NULL ? "" : ", did you mean \"", near == NULL ? "" : near,
	    near == NULL ? "" : "\"?");
	findings_fix_string(l->findings, near);
	return -2;
}

int
load_category(struct load *l, const struct setting *s)
{
	const char *ids[POLICY_CATEGORIES + 1] = {NULL}, *near, *text;
	unsigned i;
	int found;

	text = load_string(l, s);
	if (text == NULL)
		return -1;
	found = policy_category(l->p, span_of(text));
	if (found >= 0 || l->p->facts.n_categories == 0)
		return found; /* without any, that has been reported */
	for (i = 0; i < l->p->facts.n_categories; i++)
		ids[i] = l->p->categories[i].id;
	near = settings_nearest(text, ids);
	findings_error(l->findings, setting_place(s), FINDING_UNKNOWN_CATEGORY,
	    "no category has the id \"%s\"%s%s%s", text,
	    near == NULL ? "" : ", did you mean \"", near == NULL ? "" : near,
	    near == NULL ? "" : "\"?");
	findings_wanted(l->findings, ids);
	findings_fix_string(l->findings, near);
	return -1;
}

const char *
load_purpose(struct load *l, const struct setting *group, unsigned *n)
{
	const struct setting *s = setting_member(group, "purpose");
	const char *text = NULL;
	struct buf all;
	size_t i, count = s == NULL ? 0 : setting_items(s);
	int rc = CONSENT_OK;

	*n = 0;
	if (count > LOAD_PURPOSES) {
		findings_error(l->findings, setting_place(s), FINDING_TOO_MUCH,
		    "more than %d purposes", LOAD_PURPOSES);
		return NULL;
	}
	buf_init(&all, (size_t)LOAD_PURPOSES * (LOADER_TEXT + 2));
	for (i = 0; rc == CONSENT_OK && i < count; i++) {
		text = load_string(l, setting_item(s, i));
		if (text == NULL)
			continue;
		if (all.n > 0)
			rc = buf_append(&all, SPAN("; "));
		if (rc == CONSENT_OK)
			rc = buf_append(&all, span_of(text));
		++*n;
	}
	if (*n > 1)
		text = load_copy(l, buf_span(&all));
	if (rc != CONSENT_OK)
		l->no_memory = true;
	buf_fini(&all);
	return *n == 0 ? NULL : text;
}

enum policy_ground
load_ground(struct load *l, const struct setting *group)
{
	static const char *const words[] = {"transmission", "requested", NULL};

	switch (load_word(l, group, "ground", words)) {
	case 0:
		return POLICY_GROUND_TRANSMISSION;
	case 1:
		return POLICY_GROUND_REQUESTED;
	default:
		return POLICY_GROUND_NONE;
	}
}

enum policy_action
load_action(
    struct load *l, const struct setting *group, enum policy_action other)
{
	static const char *const words[] = {
	    "remove", "placeholder", "neutralise", NULL};
	int found = load_word(l, group, "action", words);

	return found < 0 ? other : (enum policy_action)found;
}

const char *
load_file(struct load *l, const char *name)
{
	if (l->file == NULL || strcmp(l->file, name) != 0)
		l->file = load_copy(l, span_of(name));
	return l->file;
}

static uint32_t
hash_text(uint32_t hash, const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return (hash ^ 0xFF) * 16777619u;
}

static bool
text_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Whether two rules for one pattern meet: some method is in both. */
static bool
share_methods(unsigned a, unsigned b)
{
	return a == b || (a & b) != 0;
}

/* The slot of the rule with the same pattern, or the empty one for it. */
static uint32_t *
seen_find(struct load *l, const struct policy_rule *rule)
{
	uint32_t hash = 2166136261u ^ (uint32_t)rule->kind;
	size_t i;

	hash = hash_text(hash, rule->name);
	hash = hash_text(hash, rule->host);
	hash = hash_text(hash, rule->path);
	for (i = hash & l->seen_mask; l->seen[i] != 0;
	     i = (i + 1) & l->seen_mask) {
		const struct policy_rule *other = &l->p->rules[l->seen[i] - 1];

		if (other->kind == rule->kind &&
		    text_equal(other->name, rule->name) &&
		    text_equal(other->host, rule->host) &&
		    text_equal(other->path, rule->path) &&
		    share_methods(other->methods, rule->methods))
			break;
	}
	return &l->seen[i];
}

/* Makes a table of four slots for each of so many rules. */
static bool
seen_grow(struct load *l, size_t room)
{
	uint32_t *seen = calloc(4 * room, sizeof *seen);
	size_t i;

	if (seen == NULL)
		return false;
	free(l->seen);
	l->seen = seen;
	l->seen_mask = 4 * room - 1;
	for (i = 0; i < l->p->facts.n_rules; i++)
		*seen_find(l, &l->p->rules[i]) = (uint32_t)i + 1;
	return true;
}

/* Makes room for one rule more, wherever something is kept of each. */
static bool
rules_grow(struct load *l)
{
	struct policy *p = l->p;
	size_t room = p->room == 0 ? LOAD_LEAST : 2 * p->room;
	struct policy_rule *rules;
	struct load_node *where;

	if (p->facts.n_rules < p->room)
		return true;
	rules = reallocarray(p->rules, room, sizeof *rules);
	if (rules != NULL)
		p->rules = rules;
	where = reallocarray(l->where, room, sizeof *where);
	if (where != NULL)
		l->where = where;
	if (rules == NULL || where == NULL || !seen_grow(l, room))
		return false;
	p->room = room;
	return true;
}

struct place
load_place(const struct load *l, size_t index)
{
	static const char *const keys[] = {"name", "path", "inline", "host"};
	const struct setting *s = l->where[index].s;
	size_t i;

	for (i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (setting_member(s, keys[i]) != NULL)
			return setting_place(setting_member(s, keys[i]));
	return setting_place(s);
}

/* What to say where one of the two is a vendor's, so that the first stays. */
static void
vendor_repeated(struct load *l, const struct policy_rule *rule,
    const struct setting *s, const struct policy_rule *other)
{
	bool is_cookie = rule->kind == POLICY_COOKIE;
	enum finding_kind kind =
	    is_cookie ? FINDING_DUPLICATE_COOKIE : FINDING_SHADOWED_RULE;

	if (other->vendor == rule->vendor)
		findings_warn(l->findings, setting_place(s), kind,
		    "this vendor names it twice: %s:%u", other->file,
		    other->line);
	else if (other->vendor >= 0 && other->category != rule->category)
		findings_warn(l->findings, setting_place(s), kind,
		    "%s:%u has put this into another category; that stays",
		    other->file, other->line);
	else if (other->vendor < 0 && is_cookie &&
		 other->category == rule->category && rule->purpose != NULL &&
		 other->purpose == NULL && other->lifetime == NULL)
		findings_warn(l->findings,
		    load_place(l, (size_t)(other - l->p->rules)), kind,
		    "vendor \"%s\" names this cookie already, in the same "
		    "category and with its purpose: %s:%u",
		    l->p->vendors[rule->vendor].id, rule->file, rule->line);
}

/* What to say of a pattern that stands twice. */
static void
rule_repeated(struct load *l, const struct policy_rule *rule,
    const struct setting *s, const struct policy_rule *other)
{
	if (rule->is_listed)
		return;
	if (rule->vendor < 0)
		findings_error(l->findings, setting_place(s),
		    FINDING_DUPLICATE_RULE,
		    "there is a rule for \"%s%s\" already: %s:%u",
		    rule->name != NULL	 ? rule->name
		    : rule->host != NULL ? rule->host
					 : "",
		    rule->path != NULL ? rule->path : "", other->file,
		    other->line);
	else
		vendor_repeated(l, rule, s, other);
}

/*
 * Whether the policy itself or a vendor has a rule for a whole host above that
 * of a listed one. The longer name would win, in a category that somebody else
 * chose: what was granted for that would let the vendor pass.
 */
static bool
is_taken(struct load *l, const struct policy_rule *rule)
{
	struct policy_rule above = {.kind = POLICY_RESOURCE};
	struct span rest = span_of(rule->host);

	while (rest.n > 0) {
		const uint32_t *slot;

		above.host = rest.p; /* its end is the end of the text */
		slot = seen_find(l, &above);
		if (*slot != 0 && !l->p->rules[*slot - 1].is_listed)
			return true;
		(void)span_cut(&rest, '.');
	}
	return false;
}

/* Keeps a vendor's rule that yields, so that it can be told why. */
static void
keep_repeated(struct load *l, const struct policy_rule *rule)
{
	struct policy *p = l->p;
	size_t n = p->n_repeated;
	struct policy_rule *list = p->repeated;

	if (rule->vendor < 0 || n == LOADER_RULES)
		return;
	if (n == 0 || (n >= 16 && (n & (n - 1)) == 0))
		list = reallocarray(list, n == 0 ? 16 : 2 * n, sizeof *list);
	if (list == NULL) {
		l->no_memory = true;
		return;
	}
	p->repeated = list;
	list[p->n_repeated++] = *rule;
}

void
load_rule(struct load *l, struct policy_rule rule, const struct setting *s)
{
	struct place place = setting_line(s);
	uint32_t *slot;

	rule.file = load_file(l, place.file);
	rule.line = place.line;
	if (rule.kind == POLICY_INLINE)
		l->inline_text += strlen(rule.name);
	if (!rules_grow(l)) {
		l->no_memory = true;
		return;
	}
	if (rule.is_listed && is_taken(l, &rule))
		return;
	slot = seen_find(l, &rule);
	if (*slot != 0) {
		rule_repeated(l, &rule, s, &l->p->rules[*slot - 1]);
		keep_repeated(l, &rule);
		return;
	}
	if (l->p->facts.n_rules == LOADER_RULES ||
	    l->inline_text > LOADER_INLINE) {
		if (!l->no_memory)
			findings_error(l->findings, setting_place(s),
			    FINDING_TOO_MUCH,
			    "too many rules: %d, or %d bytes of inline text",
			    LOADER_RULES, LOADER_INLINE);
		l->no_memory = true;
		return;
	}
	l->where[l->p->facts.n_rules].s = s;
	l->p->rules[l->p->facts.n_rules++] = rule;
	*slot = (uint32_t)l->p->facts.n_rules;
}

void
load_check_essential(struct load *l, const struct policy_rule *rule,
    const struct setting *s, const char *what)
{
	if (!l->p->categories[rule->category].required)
		return;
	if (rule->ground == POLICY_GROUND_NONE)
		findings_error(l->findings, setting_place(s),
		    FINDING_UNEXPLAINED,
		    "%s without consent needs ground = \"transmission\" or "
		    "\"requested\"",
		    what);
	if (rule->purpose == NULL)
		findings_error(l->findings, setting_place(s),
		    FINDING_UNEXPLAINED,
		    "%s without consent needs a purpose that says why", what);
}
