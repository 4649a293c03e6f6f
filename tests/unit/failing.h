#ifndef CONSENT_UNIT_FAILING_H
#define CONSENT_UNIT_FAILING_H

/*
 * Runs a scenario again and again with the n-th allocation failing, n = 1, 2,
 * 3 and so on until none fails. The program's own malloc, calloc and realloc
 * stand before those of the C library, so what libevent, nghttp2 and the
 * others allocate counts as well. Whatever was allocated in a run and is still
 * there after it is a leak. Included by one file of a program.
 *
 * A scenario gives everything back, asserts nothing that lack of memory may
 * change, and returns whether all of it went well: with memory it must, and a
 * half of it that looks like the whole is for the scenario to notice.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "failing_alloc.h"

enum {
	FAILING_RUNS = 20000 /* more than these are no end */
};

/* One run with the n-th allocation failing; whether all of it went well. */
static inline bool
failing_once(bool (*scenario)(void), unsigned long n)
{
	bool well;

	failing.n = 0;
	failing.fail = n;
	failing.failed = false;
	failing.count = 0;
	failing.on = true;
	well = scenario();
	failing.on = false;
	if (failing.count != 0)
		fail_msg(
		    "%zu left when allocation %lu failed", failing.count, n);
	return well;
}

/* All runs. What a library keeps for good it allocates before them. */
static inline void
failing_run(const char *name, bool (*scenario)(void))
{
	unsigned long n = 0;

	assert_true(scenario());
	do {
		bool well = failing_once(scenario, ++n);

		if (!failing.failed)
			assert_true(well);
		assert_true(n < FAILING_RUNS);
	} while (failing.failed);
	assert_true(n > 1);
	(void)printf("# %s: %lu allocations failed in turn\n", name, n - 1);
}

#endif
