#ifndef CONSENT_UNIT_FAILING_PART_H
#define CONSENT_UNIT_FAILING_PART_H

/*
 * Parts of a case that hold nothing of each other, such as examples in a table:
 * where the allocation that is to fail is one of a later part, those before it
 * were played already with each of theirs failing, and are left out; so are
 * those behind the one that failed. For failing.h.
 */

#include "failing_alloc.h"

static struct {
	size_t next;	      /* number of the part that begins next */
	size_t passed;	      /* the first that is still to be played */
	unsigned long before; /* allocations before it */
} failing_parts;

/* Another case begins. */
static inline void
parts_begin(void)
{
	failing_parts.next = failing_parts.passed = 0;
	failing_parts.before = 0;
}

/* Another run of the case begins. */
static inline void
parts_again(void)
{
	failing_parts.next = 0;
}

/* A part begins; whether it is to be played. */
static inline bool
failing_part(void)
{
	size_t number = failing_parts.next++;

	if (!failing.on)
		return true;
	if (failing.failed || number < failing_parts.passed)
		return false;
	if (number == failing_parts.passed && failing.n < failing_parts.before)
		failing.n = failing_parts.before;
	failing_parts.passed = number;
	failing_parts.before = failing.n;
	return true;
}

#endif
