#include "proxy/thrift.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
	BURST = 32
};

static void
a_burst_that_is_over_is_told_once(void **state)
{
	struct thrift t = {0, 0};
	size_t n;

	(void)state;
	for (n = 1; n <= 40; n++)
		thrift_note(&t, n);
	assert_false(thrift_look(&t, 40, BURST)); /* it goes on */
	assert_false(thrift_look(&t, 0, BURST));  /* it did, until now */
	assert_true(thrift_look(&t, 0, BURST));
	assert_false(thrift_look(&t, 0, BURST));
}

static void
a_burst_between_two_looks_is_seen(void **state)
{
	struct thrift t = {0, 0};

	(void)state;
	thrift_note(&t, BURST);
	assert_false(thrift_look(&t, 0, BURST));
	assert_true(thrift_look(&t, 0, BURST));
}

static void
few_are_no_burst(void **state)
{
	struct thrift t = {0, 0};

	(void)state;
	thrift_note(&t, BURST - 1);
	assert_false(thrift_look(&t, 0, BURST));
	assert_false(thrift_look(&t, 0, BURST));
}

static void
a_steady_load_is_no_end(void **state)
{
	struct thrift t = {0, 0};
	unsigned i;

	(void)state;
	for (i = 0; i < 100; i++) {
		thrift_note(&t, 100 - i % 2 * 60);
		assert_false(thrift_look(&t, 0, BURST));
	}
}

static void
what_stays_is_no_second_burst(void **state)
{
	struct thrift t = {0, 0};

	(void)state;
	thrift_note(&t, 400);
	assert_false(thrift_look(&t, 100, BURST));
	assert_true(thrift_look(&t, 100, BURST));
	assert_false(thrift_look(&t, 90, BURST));
	/* but one that comes on top is one */
	thrift_note(&t, 500);
	assert_false(thrift_look(&t, 90, BURST));
	assert_true(thrift_look(&t, 90, BURST));
}

static void
memory_that_is_in_use_stays(void **state)
{
	char *some = test_malloc(100000);

	(void)state;
	some[99999] = 'x';
	thrift_give();
	assert_int_equal(some[99999], 'x');
	test_free(some);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_burst_that_is_over_is_told_once),
	    cmocka_unit_test(a_burst_between_two_looks_is_seen),
	    cmocka_unit_test(few_are_no_burst),
	    cmocka_unit_test(a_steady_load_is_no_end),
	    cmocka_unit_test(what_stays_is_no_second_burst),
	    cmocka_unit_test(memory_that_is_in_use_stays),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
