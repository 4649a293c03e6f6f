#ifndef CONSENT_UNIT_FAILING_REACH_H
#define CONSENT_UNIT_FAILING_REACH_H

/*
 * Tells what a case still held when it gave up from what nobody holds any
 * more: words of its stack that point to an allocation hold it, and so do
 * words of what is held. For failing.h.
 */

#include <stdint.h>
#include <string.h>

#include "failing_alloc.h"

/* A word that may be a pointer: into which block; NULL: into none. */
static inline struct failing_block *
failing_block_at(uintptr_t word)
{
	size_t i;

	for (i = 0; i < failing.count; i++) {
		struct failing_block *b = &failing.live[i];
		uintptr_t start = (uintptr_t)b->p;

		if (word >= start && word - start < (b->n == 0 ? 1 : b->n))
			return b;
	}
	return NULL;
}

/* Marks what these words hold; whether any of it was not marked. */
__attribute__((no_sanitize("address"))) static inline bool
failing_mark(const char *from, const char *end)
{
	bool more = false;

	for (; end - from >= (ptrdiff_t)sizeof(uintptr_t);
	     from += sizeof(uintptr_t)) {
		uintptr_t word =
		    *(const volatile uintptr_t *)(const void *)from;
		struct failing_block *b = failing_block_at(word);

		if (b == NULL || b->reached)
			continue;
		b->reached = true;
		more = true;
	}
	return more;
}

/* Frees what the stack up to its end holds; the rest is lost. */
static inline void
failing_abandon(const char *end)
{
	bool more;
	size_t i;

	__builtin_unwind_init(); /* what is in registers counts as well */
	more = failing_mark(__builtin_frame_address(0), end);
	while (more) {
		more = false;
		for (i = 0; i < failing.count; i++) {
			struct failing_block *b = &failing.live[i];

			if (b->reached && failing_mark(b->p, b->p + b->n))
				more = true;
		}
	}
	for (i = failing.count; i > 0; i--)
		if (failing.live[i - 1].reached)
			free(failing.live[i - 1].p);
}

#endif
