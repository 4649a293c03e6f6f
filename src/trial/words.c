#include "trial/words.h"

#include "policy/names.h"

/* Words are for people: what finds no room is not worth a failure. */
static void
put(struct buf *out, const char *text)
{
	if (text != NULL && buf_append(out, span_of(text)) != CONSENT_OK)
		return;
}

static void
put_quoted(struct buf *out, const char *what, const char *text)
{
	put(out, what);
	put(out, " \"");
	put(out, text);
	put(out, "\"");
}

void
words_pattern(const struct policy_rule *rule, struct buf *out)
{
	put(out, rule->name);
	put(out, rule->host);
	put(out, rule->path);
}

bool
words_is_pattern(const struct policy_rule *rule, struct span text)
{
	struct span parts[3];
	size_t i;

	if (rule == NULL)
		return span_equal(text, SPAN("none"));
	parts[0] = span_of(rule->name);
	parts[1] = span_of(rule->host);
	parts[2] = span_of(rule->path);
	for (i = 0; i < 3; i++) {
		if (!span_starts(text, parts[i]))
			return false;
		text = span_sub(text, parts[i].n, text.n);
	}
	return text.n == 0;
}

static void
put_methods(const struct policy_rule *rule, struct buf *out)
{
	const char *between = "";
	unsigned i;

	for (i = 0; i < POLICY_METHODS; i++) {
		if ((rule->methods >> i & 1) == 0)
			continue;
		put(out, between);
		put(out, policy_method_name(i));
		between = ",";
	}
	if (rule->methods != 0)
		put(out, " ");
}

static void
put_resource(const struct policy_rule *rule, struct buf *out)
{
	put_methods(rule, out);
	if (rule->host != NULL)
		put_quoted(out, "host", rule->host);
	if (rule->host != NULL && rule->path != NULL)
		put(out, " ");
	if (rule->path != NULL)
		put_quoted(out, "path", rule->path);
}

void
words_rule(const struct policy_rule *rule, struct buf *out)
{
	switch (rule->kind) {
	case POLICY_COOKIE:
		put_quoted(out, "cookie", rule->name);
		break;
	case POLICY_INLINE:
		put_quoted(out, "inline", rule->name);
		break;
	case POLICY_STORAGE:
		put_quoted(out, "storage", rule->name);
		break;
	case POLICY_RESOURCE:
		put_resource(rule, out);
		break;
	}
}

void
words_rule_placed(const struct policy_facts *facts,
    const struct policy_rule *rule, struct buf *out)
{
	if (buf_printf(out, "%s:%u: ", rule->file, rule->line) != CONSENT_OK)
		return;
	words_rule(rule, out);
	if (rule->vendor >= 0)
		put_quoted(out, " of vendor", facts->vendors[rule->vendor].id);
}

const char *
words_answer(enum gate_answer answer)
{
	switch (answer) {
	case GATE_PASS:
		return "pass";
	case GATE_WITHHOLD:
		return "withheld";
	case GATE_REPORT:
		break;
	}
	return "reported";
}

const char *
words_category(const struct policy_facts *facts, unsigned category)
{
	return category < facts->n_categories ? facts->categories[category].id
					      : "none";
}
