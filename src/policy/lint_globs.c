#include "policy/lint_globs.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	ALIKE_MOST = 8 /* earlier ones that a rule is compared with */
};

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The literal bytes behind the last "*". */
static struct span
tail(struct span glob)
{
	size_t n = glob.n;

	while (n > 0 && glob.p[n - 1] != '*')
		n--;
	return span_sub(glob, n, glob.n);
}

/*
 * What stands between the stars of both can always follow each other: only
 * the literal ends must agree.
 */
bool
lint_globs_meet(struct span a, struct span b)
{
	struct span end_a = tail(a), end_b = tail(b);
	size_t n = least(span_find(a, '*'), span_find(b, '*'));

	if (!span_equal(span_sub(a, 0, n), span_sub(b, 0, n)))
		return false;
	n = least(end_a.n, end_b.n);
	return span_equal(
	    span_sub(end_a, end_a.n - n, n), span_sub(end_b, end_b.n - n, n));
}

bool
lint_ends_script(struct span text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (span_starts_nocase(
			span_sub(text, i, text.n), SPAN("</script")))
			return true;
	return false;
}

/* The glob of a rule that may have a "*" in it, or NULL. */
static const char *
glob_of(const struct policy_rule *rule)
{
	const char *glob = NULL;

	if (rule->kind == POLICY_RESOURCE)
		glob = rule->path;
	else if (rule->kind != POLICY_INLINE)
		glob = rule->name;
	return glob != NULL && strchr(glob, '*') != NULL ? glob : NULL;
}

/* One rule by what it has in common with those that are alike. */
struct key {
	uint64_t hash;
	size_t index;
};

static uint64_t
hash_byte(uint64_t hash, char byte)
{
	return (hash ^ (unsigned char)byte) * UINT64_C(1099511628211);
}

static uint64_t
hash_literal(const struct policy_rule *rule, const char *glob)
{
	uint64_t hash = UINT64_C(14695981039346656037) + rule->kind;
	const char *host = rule->host == NULL ? "" : rule->host;

	for (; *host != '\0'; host++)
		hash = hash_byte(hash, *host);
	hash = hash_byte(hash, '\0');
	for (; *glob != '\0'; glob++)
		if (*glob != '*')
			hash = hash_byte(hash, *glob);
	return hash;
}

static int
compare(const void *left, const void *right)
{
	const struct key *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static bool
is_alike(const struct policy_rule *a, const struct policy_rule *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->host == NULL || b->host == NULL)
		return a->host == b->host;
	return strcmp(a->host, b->host) == 0;
}

int
lint_globs_alike(const struct policy_rule *rules, size_t n,
    bool (*on_alike)(void *ctx, size_t before, size_t index), void *ctx)
{
	struct key *keys = calloc(n + 1, sizeof *keys);
	size_t count = 0, i, k;

	if (keys == NULL)
		return CONSENT_ENOMEM;
	for (i = 0; i < n; i++)
		if (glob_of(&rules[i]) != NULL)
			keys[count++] = (struct key){
			    hash_literal(&rules[i], glob_of(&rules[i])), i};
	qsort(keys, count, sizeof *keys, compare);
	for (i = 1; i < count; i++)
		for (k = i; k > 0 && i - k < ALIKE_MOST; k--) {
			const struct key *before = &keys[k - 1];

			if (before->hash != keys[i].hash)
				break;
			if (is_alike(
				&rules[before->index], &rules[keys[i].index]) &&
			    on_alike(ctx, before->index, keys[i].index))
				break;
		}
	free(keys);
	return CONSENT_OK;
}
