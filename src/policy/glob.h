#ifndef CONSENT_POLICY_GLOB_H
#define CONSENT_POLICY_GLOB_H

/*
 * Globs: "*" stands for any run of bytes, also none; every other byte for
 * itself. A set of them finds the most specific one for a text: a pattern
 * without "*" before one with, then the one with more literal bytes, then the
 * one that was added first. The set is indexed by the literal text before the
 * first "*", so a look-up costs a walk over the text and as many probes as
 * there are different lengths of such prefixes; only globs that share all of
 * a prefix are tried one after the other.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	GLOB_LENGTH = 1024 /* longest pattern */
};

/* One pattern of a set. Patterns of different spaces never meet. */
struct glob {
	struct span pattern; /* borrowed for the life of the set */
	uint32_t space;
	uint32_t value; /* what a look-up gives back */
};

struct glob_hit {
	uint32_t value;
	size_t literal; /* literal bytes; SIZE_MAX: without "*" */
};

struct glob_slot;

struct glob_set {
	struct glob_slot *slots; /* one for each pattern */
	uint32_t *table;	 /* first slot + 1, by hash */
	size_t n;
	size_t mask;
	uint64_t lengths[GLOB_LENGTH / 64 + 1]; /* prefix lengths in use */
};

/* Whether text matches pattern. */
bool glob_match(struct span pattern, struct span text);

/* How many bytes of pattern are literal. */
size_t glob_literal(struct span pattern);

/* How closely pattern says what it means: as above, SIZE_MAX without a "*". */
size_t glob_weight(struct span pattern);

/* Builds a set of n globs. CONSENT_ENOMEM, CONSENT_ELIMIT (GLOB_LENGTH). */
int glob_set_init(
    struct glob_set *set, const struct glob *globs, size_t n) CONSENT_CHECKED;

/* The most specific glob of a space for text. CONSENT_ENOENT: none. */
int glob_set_find(const struct glob_set *set, uint32_t space, struct span text,
    struct glob_hit *hit) CONSENT_CHECKED;

/* Frees the set. */
void glob_set_fini(struct glob_set *set);

#endif
