#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "proxy/told.h"

static void
a_thing_is_told_once(void **state)
{
	struct told *t = calloc(1, sizeof *t);
	uint64_t a = told_key(TOLD_KEY, SPAN("/a"));
	uint64_t b = told_key(TOLD_KEY, SPAN("/b"));

	(void)state;
	assert_non_null(t);
	assert_true(told_first(t, a, 5));
	assert_false(told_first(t, a, 6));
	assert_true(told_first(t, b, 7));
	assert_false(told_first(t, a, 1000000));
	assert_false(told_first(t, b, 1000000));
	free(t);
}

static void
bytes_are_told_apart_by_their_ends(void **state)
{
	uint64_t one = told_key(told_key(TOLD_KEY, SPAN("ab")), SPAN("c"));

	(void)state;
	assert_true(one != told_key(told_key(TOLD_KEY, SPAN("a")), SPAN("bc")));
	assert_true(one == told_key(told_key(TOLD_KEY, SPAN("ab")), SPAN("c")));
}

static void
there_are_so_many_in_a_minute(void **state)
{
	struct told *t = calloc(1, sizeof *t);
	unsigned n = 0;
	uint64_t key;

	(void)state;
	assert_non_null(t);
	for (key = 1; key <= 400; key++)
		n += told_first(t, key, 1000);
	assert_int_equal(n, TOLD_MINUTE);
	assert_false(told_first(t, 401, 60999));
	assert_true(told_first(t, 401, 61000));
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_thing_is_told_once),
	    cmocka_unit_test(bytes_are_told_apart_by_their_ends),
	    cmocka_unit_test(there_are_so_many_in_a_minute),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
