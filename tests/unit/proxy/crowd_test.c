#include "proxy/crowd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
	MANY = 40000 /* more than there are rows */
};

static void
each_address_has_its_share(void **state)
{
	const unsigned char one[CROWD_KEY] = {1}, two[CROWD_KEY] = {2};
	struct crowd_seat seats[4] = {{NULL}};
	struct crowd *crowd = NULL;

	(void)state;
	assert_int_equal(crowd_new(2, &crowd), CONSENT_OK);
	assert_int_equal(crowd_enter(crowd, one, &seats[0]), CONSENT_OK);
	assert_int_equal(crowd_enter(crowd, one, &seats[1]), CONSENT_OK);
	assert_int_equal(crowd_enter(crowd, one, &seats[2]), CONSENT_EBUSY);
	assert_null(seats[2].household);
	assert_int_equal(crowd_enter(crowd, two, &seats[3]), CONSENT_OK);
	crowd_leave(crowd, &seats[0]);
	crowd_leave(crowd, &seats[0]); /* once is enough */
	assert_int_equal(crowd_enter(crowd, one, &seats[2]), CONSENT_OK);
	assert_int_equal(crowd_enter(crowd, one, &seats[0]), CONSENT_EBUSY);
	crowd_leave(crowd, &seats[1]);
	crowd_leave(crowd, &seats[2]);
	crowd_leave(crowd, &seats[3]);
	crowd_free(crowd);
}

static void
no_limit_counts_nobody(void **state)
{
	const unsigned char one[CROWD_KEY] = {1};
	struct crowd_seat seat = {NULL};
	struct crowd *crowd = NULL;
	unsigned i;

	(void)state;
	assert_int_equal(crowd_new(0, &crowd), CONSENT_OK);
	for (i = 0; i < 1000; i++)
		assert_int_equal(crowd_enter(crowd, one, &seat), CONSENT_OK);
	assert_null(seat.household);
	crowd_leave(crowd, &seat);
	crowd_free(crowd);
	crowd_free(NULL);
}

/* Whichever chain an address stands in, and where, it is found and freed. */
static void
many_come_and_go_in_any_order(void **state)
{
	static struct crowd_seat seats[MANY];
	struct crowd_seat more = {NULL};
	struct crowd *crowd = NULL;
	unsigned char key[CROWD_KEY] = {0};
	uint32_t i;

	(void)state;
	assert_int_equal(crowd_new(1, &crowd), CONSENT_OK);
	for (i = 0; i < MANY; i++) {
		memcpy(key, &i, sizeof i);
		assert_int_equal(
		    crowd_enter(crowd, key, &seats[i]), CONSENT_OK);
	}
	for (i = 0; i < MANY; i += 2)
		crowd_leave(crowd, &seats[i]);
	for (i = 0; i < MANY; i++) {
		memcpy(key, &i, sizeof i);
		assert_int_equal(crowd_enter(crowd, key, &more),
		    i % 2 == 0 ? CONSENT_OK : CONSENT_EBUSY);
		crowd_leave(crowd, &more);
	}
	for (i = 1; i < MANY; i += 2)
		crowd_leave(crowd, &seats[i]);
	crowd_free(crowd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_address_has_its_share),
	    cmocka_unit_test(no_limit_counts_nobody),
	    cmocka_unit_test(many_come_and_go_in_any_order),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
