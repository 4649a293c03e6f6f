#include "policy/load.h"

#include "base/utf8.h"
#include "settings/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LOAD_PURPOSES = 8, /* of one vendor or rule */
	LOAD_WORDS = 128   /* bytes of a list of words in a message */
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
		    "%s must be a string in quotes, not %s", called(s),
		    setting_type_name(s));
	else if (*text == '\0')
		findings_error(l->findings, setting_place(s),
		    "%s must not be empty", called(s));
	else if (strlen(text) > LOADER_TEXT)
		findings_error(l->findings, setting_place(s),
		    "%s is longer than %d bytes", called(s), LOADER_TEXT);
	/* an escape like \xE7 puts bytes into a string that are not UTF-8 */
	else if (has_control(text) || !utf8_is_all(span_of(text)))
		findings_error(l->findings, setting_place(s),
		    "%s must be UTF-8 text on one line", called(s));
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
	findings_error(l->findings, setting_place(s), "%s must be %s%s%s%s",
	    key, words_list(words, list, sizeof list),
	    near == NULL ? "" : ", did you mean \"", near == NULL ? "" : near,
	    near == NULL ? "" : "\"?");
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
	if (found >= 0)
		return found;
	for (i = 0; i < l->p->facts.n_categories; i++)
		ids[i] = l->p->categories[i].id;
	near = settings_nearest(text, ids);
	findings_error(l->findings, setting_place(s),
	    "no category has the id \"%s\"%s%s%s", text,
	    near == NULL ? "" : ", did you mean \"", near == NULL ? "" : near,
	    near == NULL ? "" : "\"?");
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
		findings_error(l->findings, setting_place(s),
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
	for (i = hash % LOAD_SEEN; l->seen[i] != 0; i = (i + 1) % LOAD_SEEN) {
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

static void
rule_append(struct load *l, const struct policy_rule *rule)
{
	struct policy *p = l->p;
	size_t room = p->room == 0 ? 64 : 2 * p->room;
	struct policy_rule *rules;

	if (p->facts.n_rules == p->room) {
		rules = reallocarray(p->rules, room, sizeof *rules);
		if (rules == NULL) {
			l->no_memory = true;
			return;
		}
		p->rules = rules;
		p->room = room;
	}
	p->rules[p->facts.n_rules++] = *rule;
}

/* What to say of a pattern that stands twice. */
static void
rule_repeated(struct load *l, const struct policy_rule *rule,
    const struct policy_rule *other)
{
	struct place place = {rule->file, rule->line};

	if (rule->vendor < 0)
		findings_error(l->findings, place,
		    "there is a rule for \"%s%s\" already: %s:%u",
		    rule->name != NULL	 ? rule->name
		    : rule->host != NULL ? rule->host
					 : "",
		    rule->path != NULL ? rule->path : "", other->file,
		    other->line);
	else if (other->vendor >= 0 && other->category != rule->category)
		findings_warn(l->findings, place,
		    "%s:%u has put this into another category; that stays",
		    other->file, other->line);
}

void
load_rule(struct load *l, struct policy_rule rule, const struct setting *s)
{
	struct place place = setting_place(s);
	uint32_t *slot;

	if (l->file == NULL || strcmp(l->file, place.file) != 0)
		l->file = load_copy(l, span_of(place.file));
	rule.file = l->file;
	rule.line = place.line;
	if (rule.kind == POLICY_INLINE)
		l->inline_text += strlen(rule.name);
	slot = seen_find(l, &rule);
	if (*slot != 0) {
		rule_repeated(l, &rule, &l->p->rules[*slot - 1]);
		return;
	}
	if (l->p->facts.n_rules == LOADER_RULES ||
	    l->inline_text > LOADER_INLINE) {
		if (!l->no_memory)
			findings_error(l->findings, place,
			    "too many rules: %d, or %d bytes of inline text",
			    LOADER_RULES, LOADER_INLINE);
		l->no_memory = true;
		return;
	}
	rule_append(l, &rule);
	if (!l->no_memory)
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
		    "%s without consent needs ground = \"transmission\" or "
		    "\"requested\"",
		    what);
	if (rule->purpose == NULL)
		findings_error(l->findings, setting_place(s),
		    "%s without consent needs a purpose that says why", what);
}
