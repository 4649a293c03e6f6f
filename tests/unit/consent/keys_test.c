#include "consent/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
an_id_says_when_its_key_was_made(void **state)
{
	(void)state;
	assert_int_equal(keys_made("20261101T100000Z-0a1b2c"), 1793527200000);
	assert_int_equal(keys_made("19700101T000001Z"), 1000);
}

static void
other_ids_say_nothing(void **state)
{
	static const char *const ids[] = {"", "one", "20261101T100000",
	    "20261301T100000Z-0a1b2c", "20261101T100000X-0a1b2c",
	    "2026-11-01T10:00:00Z-0a1b2c", "a-key-by-another-program"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof ids / sizeof ids[0]; i++)
		assert_int_equal(keys_made(ids[i]), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_id_says_when_its_key_was_made),
	    cmocka_unit_test(other_ids_say_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
