#include "proxy/notary_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
a_share_a_minute(void **state)
{
	const unsigned char one[NOTARY_ADDRESS] = {1};
	const unsigned char two[NOTARY_ADDRESS] = {2};
	struct limiter *l = NULL;
	int i;

	(void)state;
	assert_int_equal(limiter_new(30, &l), CONSENT_OK);
	for (i = 0; i < 30; i++)
		assert_true(limiter_take(l, one, 1000));
	assert_false(limiter_take(l, one, 1000));
	assert_true(limiter_take(l, two, 1000));
	/* two seconds are one choice, and not two */
	assert_false(limiter_take(l, one, 2999));
	assert_true(limiter_take(l, one, 3000));
	assert_false(limiter_take(l, one, 3000));
	/* a long rest fills it, and no more */
	for (i = 0; i < 30; i++)
		assert_true(limiter_take(l, one, INT64_C(1) << 50));
	assert_false(limiter_take(l, one, INT64_C(1) << 50));
	limiter_free(l);
}

static void
no_limit_where_none_is_meant(void **state)
{
	const unsigned char one[NOTARY_ADDRESS] = {1};
	const unsigned char unknown[NOTARY_ADDRESS] = {0};
	struct limiter *l = NULL;
	int i;

	(void)state;
	assert_int_equal(limiter_new(0, &l), CONSENT_OK);
	for (i = 0; i < 1000; i++)
		assert_true(limiter_take(l, one, 5));
	limiter_free(l);
	assert_int_equal(limiter_new(1, &l), CONSENT_OK);
	for (i = 0; i < 1000; i++)
		assert_true(limiter_take(l, unknown, 5));
	limiter_free(l);
}

/* A flood of addresses may push others out, but never breaks the table. */
static void
many_addresses_fit(void **state)
{
	unsigned char address[NOTARY_ADDRESS] = {0};
	struct limiter *l = NULL;
	uint32_t i;

	(void)state;
	assert_int_equal(limiter_new(1, &l), CONSENT_OK);
	for (i = 1; i < 100000; i++) {
		memcpy(address, &i, sizeof i);
		assert_true(limiter_take(l, address, i));
		assert_false(limiter_take(l, address, i));
	}
	limiter_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_share_a_minute),
	    cmocka_unit_test(no_limit_where_none_is_meant),
	    cmocka_unit_test(many_addresses_fit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
