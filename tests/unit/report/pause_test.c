#include "report/pause.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
waits_double_up_to_a_minute(void **state)
{
	struct pause_backoff backoff = {0};
	int64_t wait, most = 250;
	int i, differ = 0;

	(void)state;
	for (i = 0; i < 50; i++) {
		wait = pause_next(&backoff);
		assert_in_range(wait, most / 2, most);
		if (wait != most)
			differ++;
		most = most * 2 < 60000 ? most * 2 : 60000;
	}
	assert_true(differ > 0);
	backoff.ms = 0;
	assert_in_range(pause_next(&backoff), 125, 250);
}

static void
a_signal_ends_a_sleep(void **state)
{
	(void)state;
	assert_int_equal(pause_begin(), CONSENT_OK);
	assert_false(pause_is_stopped());
	pause_sleep(0);
	assert_int_equal(raise(SIGTERM), 0);
	assert_true(pause_is_stopped());
	/* an hour, were it not for the signal */
	pause_sleep(3600 * 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(waits_double_up_to_a_minute),
	    cmocka_unit_test(a_signal_ends_a_sleep),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("report/pause", tests, NULL, NULL);
}
