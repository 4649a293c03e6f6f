#ifndef CONSENT_UNIT_FAILING_H
#define CONSENT_UNIT_FAILING_H

/*
 * Runs the cases of a program as they are, and then each of them again and
 * again with the n-th allocation failing, n = 1, 2, 3 and so on until none
 * fails. The program's own malloc, calloc and realloc stand before those of
 * the C library, so what libevent, nghttp2, OpenSSL and the others allocate
 * counts as well. Whatever was allocated in a run and is still there after it
 * is a leak. Included by one file of a program, before all else that asserts.
 *
 * With memory refused a case may find another outcome and give up, see
 * failing_give_up.h; never may the outcome be a wrong one: failing_heard.h.
 */

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "failing_assert.h"
#include "failing_heard.h"
#include "failing_part.h"

enum {
	FAILING_RUNS = 20000, /* more than these are no end */
	FAILING_CASES = 64    /* most of a program */
};

/* Opens and closes the lowest free descriptor: those above belong to a run. */
static inline int
failing_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	(void)close(fd);
	return fd;
}

/* Runs a case, and leaves as one that gives up does. */
static inline void
failing_leave(const struct CMUnitTest *test)
{
	void *state = test->initial_state;

	test->test_func(&state);
	mock_assert(0, "it ends", __FILE__, __LINE__);
}

/* cmocka tells of each assertion that it expects: here there are thousands. */
#define print_message(...) (void)0

/* Runs a case, which may give up. */
static inline void
failing_play(const struct CMUnitTest *test)
{
	trial.stack = __builtin_frame_address(0);
	trial.strict = trial.gave_up = trial.gives_up = trial.in_turn = false;
	trial.until = 0;
	trial.n_ends = 0;
	heard_whole.next = 0;
	parts_again();
	expect_assert_failure(failing_leave(test));
}

#undef print_message

/* One run with the n-th allocation failing. */
static inline void
failing_once(const struct CMUnitTest *test, unsigned long n)
{
	int fd = failing_descriptor();

	failing.n = 0;
	failing.fail = n;
	failing.failed = false;
	failing.count = 0;
	failing.on = true;
	failing_play(test);
	failing.on = false;
	if (trial.gave_up)
		(void)close_range((unsigned)fd, ~0u, 0);
	if (failing.count != 0)
		fail_msg(
		    "%zu left when allocation %lu failed", failing.count, n);
}

/* A test: all runs of the one that is its state. */
static inline void
failing_case(void **state)
{
	const struct CMUnitTest *test = *state;
	unsigned long n = 0;
	int64_t start = clock_monotonic();

	heard_begin();
	parts_begin();
	failing_play(test);
	heard_whole.is_first = false;
	do {
		failing_once(test, ++n);
		assert_true(n < FAILING_RUNS);
	} while (failing.failed);
	heard_end();
	(void)printf("# %s: %lu allocations failed in turn, %ld ms\n",
	    test->name, n - 1, (long)(clock_monotonic() - start));
}

/* Runs all cases, first as they are; around them setup and teardown, if any. */
static inline int
failing_run_between(const struct CMUnitTest *tests, size_t n,
    CMFixtureFunction setup, CMFixtureFunction teardown)
{
	static struct CMUnitTest all[2 * FAILING_CASES];
	size_t i;

	if (n > FAILING_CASES)
		abort();
	for (i = 0; i < n; i++) {
		all[i] = all[n + i] = tests[i];
		all[n + i].test_func = failing_case;
		all[n + i].initial_state = &all[i];
	}
	tzset(); /* which the first time told would do, and keep memory */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("tests", all, 2 * n, setup, teardown);
}

/* The same with nothing around them. */
static inline int
failing_run(const struct CMUnitTest *tests, size_t n)
{
	return failing_run_between(tests, n, NULL, NULL);
}

/* A case that gives all back itself: it only returns whether all went well. */
static inline void
failing_scenario(bool (*scenario)(void))
{
	bool strict = failing_ends(NULL);
	bool well = scenario();

	failing_ended(strict);
	assert_true(well);
}

#endif
