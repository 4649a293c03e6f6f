#include "policy/glob.h"

#include <stdlib.h>

struct glob_slot {
	struct glob glob;
	size_t literal; /* SIZE_MAX: no "*" in it */
	size_t prefix;	/* literal bytes before the first "*" */
	uint32_t hash;
	uint32_t next; /* slot + 1 of the same hash, or 0 */
};

/* FNV-1a, over the space's number first. */
static uint32_t
hash_byte(uint32_t hash, unsigned char byte)
{
	return (hash ^ byte) * 16777619u;
}

static uint32_t
hash_start(uint32_t space)
{
	uint32_t hash = 2166136261u;

	hash = hash_byte(hash, (unsigned char)space);
	hash = hash_byte(hash, (unsigned char)(space >> 8));
	return hash_byte(hash, (unsigned char)(space >> 16));
}

/* Goes back to the last "*" only: any earlier one has done its work. */
bool
glob_match(struct span pattern, struct span text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;

	while (t < text.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			resume = t;
		} else if (p < pattern.n && pattern.p[p] == text.p[t]) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

size_t
glob_literal(struct span pattern)
{
	size_t i, n = 0;

	for (i = 0; i < pattern.n; i++)
		n += pattern.p[i] != '*';
	return n;
}

size_t
glob_weight(struct span pattern)
{
	return span_find(pattern, '*') == pattern.n ? SIZE_MAX
						    : glob_literal(pattern);
}

static void
slot_fill(struct glob_slot *slot, const struct glob *glob)
{
	size_t i;

	slot->glob = *glob;
	slot->prefix = span_find(glob->pattern, '*');
	slot->literal = glob_weight(glob->pattern);
	slot->hash = hash_start(glob->space);
	for (i = 0; i < slot->prefix; i++)
		slot->hash =
		    hash_byte(slot->hash, (unsigned char)glob->pattern.p[i]);
}

static void
set_length(struct glob_set *set, size_t length)
{
	set->lengths[length / 64] |= (uint64_t)1 << (length % 64);
}

static bool
has_length(const struct glob_set *set, size_t length)
{
	return (set->lengths[length / 64] >> (length % 64) & 1) != 0;
}

int
glob_set_init(struct glob_set *set, const struct glob *globs, size_t n)
{
	size_t size = 16, i;

	*set = (struct glob_set){.n = n};
	while (size < 2 * n)
		size *= 2;
	set->mask = size - 1;
	set->slots = calloc(n + 1, sizeof *set->slots);
	set->table = calloc(size, sizeof *set->table);
	if (set->slots == NULL || set->table == NULL) {
		glob_set_fini(set);
		return CONSENT_ENOMEM;
	}
	/* backwards, so that chains begin with what was added first */
	for (i = n; i-- > 0;) {
		struct glob_slot *slot = &set->slots[i];
		uint32_t *first;

		if (globs[i].pattern.n > GLOB_LENGTH) {
			glob_set_fini(set);
			return CONSENT_ELIMIT;
		}
		slot_fill(slot, &globs[i]);
		set_length(set, slot->prefix);
		first = &set->table[slot->hash & set->mask];
		slot->next = *first;
		*first = (uint32_t)i + 1;
	}
	return CONSENT_OK;
}

/* More literal bytes win, then what was added first. */
static bool
is_better(const struct glob_slot *slot, const struct glob_slot *best)
{
	return best == NULL || slot->literal > best->literal ||
	       (slot->literal == best->literal && slot < best);
}

/* Tries the globs whose prefix has this hash and length. */
static const struct glob_slot *
chain_best(const struct glob_set *set, const struct glob_slot *best,
    const struct glob_slot *like, struct span text)
{
	uint32_t next = set->table[like->hash & set->mask];

	while (next != 0) {
		const struct glob_slot *slot = &set->slots[next - 1];

		next = slot->next;
		if (slot->hash != like->hash || slot->prefix != like->prefix ||
		    slot->glob.space != like->glob.space ||
		    !is_better(slot, best))
			continue;
		if (glob_match(slot->glob.pattern, text))
			best = slot;
	}
	return best;
}

int
glob_set_find(const struct glob_set *set, uint32_t space, struct span text,
    struct glob_hit *hit)
{
	size_t most = text.n < GLOB_LENGTH ? text.n : GLOB_LENGTH;
	struct glob_slot like = {
	    .glob = {.space = space}, .hash = hash_start(space)};
	const struct glob_slot *best = NULL;

	if (set->n == 0)
		return CONSENT_ENOENT;
	for (;; like.prefix++) {
		if (has_length(set, like.prefix))
			best = chain_best(set, best, &like, text);
		if (like.prefix == most)
			break;
		like.hash =
		    hash_byte(like.hash, (unsigned char)text.p[like.prefix]);
	}
	if (best == NULL)
		return CONSENT_ENOENT;
	hit->value = best->glob.value;
	hit->literal = best->literal;
	return CONSENT_OK;
}

void
glob_set_fini(struct glob_set *set)
{
	free(set->slots);
	free(set->table);
	*set = (struct glob_set){.n = 0};
}
