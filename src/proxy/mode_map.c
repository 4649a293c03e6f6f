#include "proxy/mode_map.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

enum {
	TAG_DIGITS = 8, /* of the policy's hash */
	TAG_SHIFT = 32,
	SET_BITS = 16
};

struct mode_map {
	_Atomic uint64_t word; /* tag, enforcing, reporting; 0: nothing */
};

_Static_assert((int)POLICY_CATEGORIES <= (int)SET_BITS, "a set has its half");

/* Where this process reads. */
static const struct mode_map *joined;
static uint32_t joined_tag;

struct mode_map *
mode_map_new(void)
{
	const int access = PROT_READ | PROT_WRITE;
	const int kind = MAP_SHARED | MAP_ANONYMOUS;
	struct mode_map *map;

	/* no file is behind it: mmap(2) wants -1 then, which cppcheck denies */
	/* cppcheck-suppress invalidFunctionArg */
	map = mmap(NULL, sizeof *map, access, kind, -1, 0);
	if (map == MAP_FAILED)
		return NULL;
	return map; /* zeros: nothing holds */
}

void
mode_map_free(struct mode_map *map)
{
	if (map != NULL)
		(void)munmap(map, sizeof *map);
}

static uint32_t
tag_of(const struct policy *policy)
{
	struct span hash = span_of(policy_facts(policy)->hash);
	uint64_t tag = 0;

	/* the loader writes hex digits; what is none shares one tag */
	if (span_to_u64(span_sub(hash, 0, TAG_DIGITS), 16, UINT32_MAX, &tag) !=
	    CONSENT_OK)
		return 0;
	return (uint32_t)tag;
}

void
mode_map_write(
    struct mode_map *map, const struct policy *policy, struct mode_sets sets)
{
	uint64_t word = (uint64_t)sets.enforcing << SET_BITS | sets.reporting;

	if (word != 0)
		word |= (uint64_t)tag_of(policy) << TAG_SHIFT;
	atomic_store_explicit(&map->word, word, memory_order_relaxed);
}

void
mode_map_join(const struct mode_map *map, const struct policy *policy)
{
	joined = map;
	joined_tag = policy == NULL ? 0 : tag_of(policy);
}

struct mode_sets
mode_map_read(void)
{
	const uint32_t half = (1u << SET_BITS) - 1;
	uint64_t word = 0;

	if (joined != NULL)
		word =
		    atomic_load_explicit(&joined->word, memory_order_relaxed);
	if (word == 0 || (uint32_t)(word >> TAG_SHIFT) != joined_tag)
		return (struct mode_sets){0, 0};
	return (struct mode_sets){.reporting = (uint32_t)word & half,
	    .enforcing = (uint32_t)(word >> SET_BITS) & half};
}
