#include "proxy/rule_text.h"

#include "policy/names.h"

#include <stdio.h>
#include <string.h>

/* "POST " or "POST,PUT " where a rule names methods, else "". */
static void
write_methods(const struct policy_rule *rule, char *out, size_t room)
{
	size_t n = 0;
	unsigned i;

	out[0] = '\0';
	for (i = 0; i < POLICY_METHODS && n < room; i++)
		if ((rule->methods >> i & 1) != 0)
			n += (size_t)snprintf(out + n, room - n, "%s%s",
			    n > 0 ? "," : "", policy_method_name(i));
	if (n > 0 && n < room)
		(void)snprintf(out + n, room - n, " ");
}

static void
write_rule(const struct policy_rule *rule, char *out, size_t room)
{
	char methods[64];

	write_methods(rule, methods, sizeof methods);
	if (rule->kind == POLICY_COOKIE)
		(void)snprintf(out, room, "cookie %s", rule->name);
	else if (rule->kind == POLICY_INLINE)
		(void)snprintf(out, room, "inline %s", rule->name);
	else if (rule->host == NULL)
		(void)snprintf(out, room, "path %s%s", methods, rule->path);
	else
		(void)snprintf(out, room, "host %s%s%s", methods, rule->host,
		    rule->path == NULL ? "" : rule->path);
}

static const char *
unnamed(enum gate_subject subject)
{
	switch (subject) {
	case GATE_COOKIE:
		return "cookie unnamed";
	case GATE_ADVERTISING:
		return "advertising";
	case GATE_LETTERS:
		return "host unreadable";
	case GATE_RESOURCE:
		break;
	}
	return "host unnamed";
}

void
rule_text(
    const struct gate *gate, const struct page_count *row, char out[RULE_TEXT])
{
	const struct policy_rule *rule = row->rule;
	int n = 0;

	if (rule == NULL) {
		(void)snprintf(out, RULE_TEXT, "%s", unnamed(row->subject));
		return;
	}
	if (rule->vendor >= 0)
		n = snprintf(out, RULE_TEXT / 2, "%.*s: ", RULE_TEXT / 2 - 4,
		    gate->facts->vendors[rule->vendor].id);
	if (n < 0)
		n = 0;
	write_rule(rule, out + n, RULE_TEXT - (size_t)n);
	for (; *out != '\0'; out++)
		if (*out < ' ' || *out > '~')
			*out = '?';
}

const char *
rule_category(const struct gate *gate, const struct page_count *row)
{
	return row->category < gate->facts->n_categories
		   ? gate->facts->categories[row->category].id
		   : "unknown";
}
