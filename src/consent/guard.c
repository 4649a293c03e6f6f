#include <libconsent/guard.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "consent/script.h"
#include "policy/glob.h"
#include "policy/slot.h"

struct guard {
	struct buf text; /* the script */
	size_t left;	 /* rules of lists that had no room */
	char hash[CSP_HASH];
};

/* A rule and how specific it is: what is found first decides. */
struct entry {
	const struct policy_rule *rule;
	size_t host;	/* bytes; SIZE_MAX: the site itself */
	size_t literal; /* SIZE_MAX: a pattern without "*" */
	size_t at;	/* in the policy */
};

/* The rules of one kind, in their order. */
struct entries {
	const struct policy_facts *facts;
	enum policy_kind kind;
	size_t listed;			 /* bytes of rules of lists */
	size_t left;			 /* such rules that had no room */
	const struct policy_rule **held; /* resources that some do not get */
	size_t n_held;
	struct entry *list;
	size_t n;
};

/* Whether what a rule names passes for everybody. */
static bool
is_open(const struct policy_facts *facts, const struct policy_rule *rule)
{
	return (facts->required >> slot_of_rule(facts, rule) & 1) != 0;
}

/* Whether host is inner or one above it. */
static bool
is_above(const char *host, const char *inner)
{
	size_t n = strlen(host), m = strlen(inner);

	return m >= n && strcmp(inner + m - n, host) == 0 &&
	       (m == n || inner[m - n - 1] == '.');
}

/* Whether an exception is one from a rule that holds something back. */
static bool
is_exception(const struct entries *e, const struct policy_rule *rule)
{
	size_t i;

	for (i = 0; i < e->n_held; i++) {
		const struct policy_rule *other = e->held[i];

		if ((other->host == NULL) != (rule->host == NULL))
			continue;
		if (rule->host == NULL || is_above(other->host, rule->host))
			return true;
	}
	return false;
}

/* The pattern of a rule in its host, or its name. */
static const char *
pattern_of(const struct policy_rule *rule)
{
	if (rule->kind != POLICY_RESOURCE)
		return rule->name;
	return rule->path != NULL ? rule->path : "/*";
}

/*
 * Whether a rule of a list goes in. Pages must not grow with what is imported,
 * so there is room for so many of them, those that stand first. What lets
 * something pass always goes in: the guard must not be stricter than we are.
 */
static bool
has_room(struct entries *e, const struct policy_rule *rule)
{
	size_t n = strlen(rule->host) + strlen(pattern_of(rule)) + 2;

	if (is_open(e->facts, rule))
		return true;
	if (n > GUARD_LISTED - e->listed || e->left > 0) {
		e->left++;
		return false;
	}
	e->listed += n;
	return true;
}

static void
add_entry(struct entries *e, size_t at)
{
	const struct policy_rule *rule = &e->facts->rules[at];
	struct entry *entry = &e->list[e->n];

	/* what depends on the method is judged as the request comes by */
	if (rule->kind == POLICY_RESOURCE &&
	    (rule->methods != 0 ||
		(is_open(e->facts, rule) && !is_exception(e, rule))))
		return;
	if (rule->is_listed && !has_room(e, rule))
		return;
	*entry =
	    (struct entry){rule, 0, glob_weight(span_of(pattern_of(rule))), at};
	if (rule->kind == POLICY_RESOURCE)
		entry->host =
		    rule->host != NULL ? strlen(rule->host) : SIZE_MAX;
	e->n++;
}

static int
compare(const void *a, const void *b)
{
	const struct entry *l = a, *r = b;

	if (l->host != r->host)
		return l->host > r->host ? -1 : 1;
	if (l->literal != r->literal)
		return l->literal > r->literal ? -1 : 1;
	return l->at < r->at ? -1 : 1;
}

/*
 * Leaves out the cookies that are of the category of unknown ones, where no
 * other pattern would take them for something else.
 */
static void
drop_unknown(struct entries *e)
{
	unsigned unknown = e->facts->unknown_cookie;
	size_t i, kept = e->n, j;

	/* from the end: who comes later was decided */
	for (i = e->n; i-- > 0;) {
		const struct policy_rule *rule = e->list[i].rule;
		bool needed = slot_of_rule(e->facts, rule) != unknown;

		for (j = kept; !needed && j < e->n; j++)
			needed = slot_of_rule(e->facts, e->list[j].rule) !=
				     unknown &&
				 (e->list[i].literal != SIZE_MAX ||
				     glob_match(span_of(e->list[j].rule->name),
					 span_of(rule->name)));
		if (needed)
			e->list[--kept] = e->list[i];
	}
	e->n -= kept;
	memmove(e->list, e->list + kept, e->n * sizeof *e->list);
}

/* Lists may be long, in report mode as a whole: looked through once. */
static int
find_held(struct entries *e)
{
	const struct policy_facts *facts = e->facts;
	size_t i;

	e->held =
	    calloc(facts->n_rules + 1, sizeof(const struct policy_rule *));
	if (e->held == NULL)
		return CONSENT_ENOMEM;
	for (i = 0; i < facts->n_rules; i++)
		if (facts->rules[i].kind == POLICY_RESOURCE &&
		    !is_open(facts, &facts->rules[i]))
			e->held[e->n_held++] = &facts->rules[i];
	return CONSENT_OK;
}

static int
collect(struct entries *e)
{
	size_t i, n = e->facts->n_rules;

	e->list = calloc(n + 1, sizeof *e->list);
	if (e->list == NULL)
		return CONSENT_ENOMEM;
	if (e->kind == POLICY_RESOURCE && find_held(e) != CONSENT_OK)
		return CONSENT_ENOMEM;
	for (i = 0; i < n; i++)
		if (e->facts->rules[i].kind == e->kind)
			add_entry(e, i);
	qsort(e->list, e->n, sizeof *e->list, compare);
	if (e->kind == POLICY_COOKIE)
		drop_unknown(e);
	return CONSENT_OK;
}

/* Text inside a JavaScript string inside a script element. */
static int
write_glob(struct buf *out, const char *text)
{
	int rc = CONSENT_OK;

	for (; rc == CONSENT_OK && *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\' || c == '<' || c == '>')
			rc = buf_printf(out, "\\x%02x", c);
		else if (c <= ' ' || c > '~') /* as what fits it, too */
			rc = buf_append_byte(out, '*');
		else
			rc = buf_append_byte(out, *text);
	}
	return rc;
}

static int
write_entry(struct buf *out, const struct policy_rule *rule)
{
	int rc = CONSENT_OK;

	if (rule->kind == POLICY_RESOURCE)
		rc = rule->host == NULL ? buf_append_byte(out, '~')
					: buf_printf(out, ".%s", rule->host);
	return rc == CONSENT_OK ? write_glob(out, pattern_of(rule)) : rc;
}

/* Rows of a category and what is of it, the most specific first. */
static int
write_rows(struct buf *out, const struct entries *e)
{
	int rc = buf_append_byte(out, '[');
	unsigned before = 0;
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < e->n; i++) {
		const struct policy_rule *rule = e->list[i].rule;
		unsigned slot = slot_of_rule(e->facts, rule);

		if (i > 0 && slot == before)
			rc = buf_append_byte(out, ' ');
		else
			rc = buf_printf(
			    out, "%s[%u,\"", i > 0 ? "\"]," : "", slot);
		before = slot;
		if (rc == CONSENT_OK)
			rc = write_entry(out, rule);
	}
	if (rc == CONSENT_OK && e->n > 0)
		rc = buf_append(out, SPAN("\"]"));
	if (rc == CONSENT_OK && e->kind == POLICY_COOKIE)
		rc = buf_printf(out, "%s[%u,\"*\"]", e->n > 0 ? "," : "",
		    e->facts->unknown_cookie);
	return rc == CONSENT_OK ? buf_append_byte(out, ']') : rc;
}

static int
write_rules(struct guard *guard, const struct policy_facts *facts,
    enum policy_kind kind)
{
	struct entries e = {.facts = facts, .kind = kind};
	int rc = collect(&e);

	if (rc == CONSENT_OK)
		rc = write_rows(&guard->text, &e);
	guard->left += e.left;
	free(e.list);
	free(e.held);
	return rc;
}

static int
write_text(struct guard *guard, const struct policy_facts *facts)
{
	struct buf *out = &guard->text;
	int rc = script_write(SPAN("guard.min.js"), out);

	if (rc == CONSENT_OK)
		rc = buf_append_byte(out, '(');
	if (rc == CONSENT_OK)
		rc = write_rules(guard, facts, POLICY_RESOURCE);
	if (rc == CONSENT_OK)
		rc = buf_append_byte(out, ',');
	if (rc == CONSENT_OK)
		rc = write_rules(guard, facts, POLICY_COOKIE);
	if (rc == CONSENT_OK)
		rc = buf_append_byte(out, ',');
	if (rc == CONSENT_OK)
		rc = write_rules(guard, facts, POLICY_STORAGE);
	return rc == CONSENT_OK ? buf_append_byte(out, ')') : rc;
}

int
guard_new(const struct policy *policy, struct guard **out)
{
	struct guard *guard = calloc(1, sizeof *guard);
	int rc = CONSENT_OK;

	if (guard == NULL)
		return CONSENT_ENOMEM;
	buf_init(&guard->text, GUARD_MAX);
	if (policy_facts(policy)->guard)
		rc = write_text(guard, policy_facts(policy));
	if (rc == CONSENT_OK)
		rc = script_hash(buf_span(&guard->text), guard->hash);
	if (rc != CONSENT_OK) {
		guard_free(guard);
		return rc;
	}
	*out = guard;
	return CONSENT_OK;
}

int
guard_write(const struct guard *guard, const struct gate *gate,
    enum guard_form form, struct buf *out)
{
	bool is_xml = form == GUARD_XML;
	slot_set allowed;
	int rc;

	if (guard == NULL || guard->text.n == 0 || gate_grants_all(gate))
		return CONSENT_OK;
	allowed = slots_passing(gate->facts, gate->granted, gate->reported);
	rc = buf_printf(out, "<script data-consent=\"%u\">%s",
	    (unsigned)allowed, is_xml ? "<![CDATA[" : "");
	if (rc == CONSENT_OK)
		rc = buf_append(out, buf_span(&guard->text));
	return rc == CONSENT_OK
		   ? buf_printf(out, "%s</script>", is_xml ? "]]>" : "")
		   : rc;
}

const char *
guard_hash(const struct guard *guard)
{
	return guard->hash;
}

size_t
guard_left(const struct guard *guard)
{
	return guard->left;
}

void
guard_free(struct guard *guard)
{
	if (guard == NULL)
		return;
	buf_fini(&guard->text);
	free(guard);
}
