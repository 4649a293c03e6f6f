#ifndef CONSENT_POLICY_ARENA_H
#define CONSENT_POLICY_ARENA_H

/*
 * Memory that is given back all at once: what a policy keeps is copied here
 * and lives as long as the policy. Nothing moves, nothing is freed alone.
 */

#include <stddef.h>

#include <libconsent/span.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* the newest first */
	size_t room;		    /* bytes left in the newest */
};

/* Makes a empty. */
void arena_init(struct arena *a);

/* Frees everything that was taken from a. */
void arena_fini(struct arena *a);

/* n zeroed bytes, aligned for any object, or NULL without memory. */
void *arena_take(struct arena *a, size_t n);

/* A copy of s with a NUL behind it, or NULL without memory. */
const char *arena_text(struct arena *a, struct span s);

#endif
