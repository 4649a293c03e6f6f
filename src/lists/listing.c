#include "lists/listing.h"

#include <stdlib.h>
#include <string.h>

enum {
	TABLE_LEAST = 256 /* slots, a power of 2 */
};

int
listing_init(struct listing *l)
{
	*l = (struct listing){.mask = TABLE_LEAST - 1};
	arena_init(&l->arena);
	l->table = calloc(TABLE_LEAST, sizeof *l->table);
	return l->table == NULL ? CONSENT_ENOMEM : CONSENT_OK;
}

void
listing_fini(struct listing *l)
{
	arena_fini(&l->arena);
	free(l->rules);
	free(l->table);
	*l = (struct listing){.n = 0};
}

/* The slot of the rule with this pattern, or the empty one for it. */
static uint32_t *
table_find(const struct listing *l, struct span pattern, bool passes)
{
	uint32_t hash = passes ? 1 : 2166136261u;
	size_t i;

	for (i = 0; i < pattern.n; i++)
		hash = (hash ^ (unsigned char)pattern.p[i]) * 16777619u;
	i = (hash ^ hash >> 15) & l->mask;
	while (l->table[i] != 0) {
		const struct listed_rule *rule = &l->rules[l->table[i] - 1];

		if (rule->passes == passes &&
		    span_equal(span_of(rule->pattern), pattern))
			break;
		i = (i + 1) & l->mask;
	}
	return &l->table[i];
}

const struct listed_rule *
listing_find(const struct listing *l, struct span pattern, bool passes)
{
	uint32_t at = *table_find(l, pattern, passes);

	return at == 0 ? NULL : &l->rules[at - 1];
}

/* Makes room for one rule more, and half of the table empty. */
static int
grow(struct listing *l)
{
	size_t room = l->room == 0 ? TABLE_LEAST / 4 : 2 * l->room, i;
	struct listed_rule *rules;
	uint32_t *table;

	if (l->n < l->room)
		return CONSENT_OK;
	table = calloc(4 * room, sizeof *table);
	rules = reallocarray(l->rules, room, sizeof *rules);
	if (rules != NULL)
		l->rules = rules;
	if (table == NULL || rules == NULL) {
		free(table);
		return CONSENT_ENOMEM;
	}
	free(l->table);
	l->table = table;
	l->mask = 4 * room - 1;
	l->room = room;
	for (i = 0; i < l->n; i++)
		*table_find(l, span_of(rules[i].pattern), rules[i].passes) =
		    (uint32_t)i + 1;
	return CONSENT_OK;
}

int
listing_add(struct listing *l, const struct listed_rule *rule, enum skip *why)
{
	const uint32_t *slot =
	    table_find(l, span_of(rule->pattern), rule->passes);

	*why = *slot != 0	       ? SKIP_DUPLICATE
	       : l->n == LISTING_RULES ? SKIP_FULL
				       : SKIP_NOT;
	if (*why != SKIP_NOT)
		return CONSENT_OK;
	if (grow(l) != CONSENT_OK)
		return CONSENT_ENOMEM;
	l->rules[l->n++] = *rule;
	*table_find(l, span_of(rule->pattern), rule->passes) = (uint32_t)l->n;
	return CONSENT_OK;
}

const char *
listing_keep(struct listing *l, struct span text)
{
	return arena_text(&l->arena, text);
}

int
listing_filter(struct listing *l,
    bool (*is_kept)(void *ctx, const struct listed_rule *rule), void *ctx)
{
	bool *kept = calloc(l->n + 1, sizeof *kept);
	size_t i, n = 0;

	if (kept == NULL)
		return CONSENT_ENOMEM;
	for (i = 0; i < l->n; i++)
		kept[i] = is_kept(ctx, &l->rules[i]);
	memset(l->table, 0, (l->mask + 1) * sizeof *l->table);
	for (i = 0; i < l->n; i++) {
		const struct listed_rule rule = l->rules[i];

		if (!kept[i])
			continue;
		l->rules[n++] = rule;
		*table_find(l, span_of(rule.pattern), rule.passes) =
		    (uint32_t)n;
	}
	l->n = n;
	free(kept);
	return CONSENT_OK;
}
