#include "net/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"

static int64_t now;

static int64_t
read_now(void)
{
	return now;
}

static int
begin(void **state)
{
	(void)state;
	now = 1000000;
	clock_replace(read_now);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	clock_replace(NULL);
	return 0;
}

static void
bytes_buy_time_up_to_the_longest_wait(void **state)
{
	const struct pace_limit limit = {30000, 500};
	struct pace p = {0, 0, 0};

	(void)state;
	assert_int_equal(pace_wait(&p, &limit, 70), 30000);
	now += 10000;
	assert_int_equal(pace_wait(&p, &limit, 70), 20000);
	assert_int_equal(pace_wait(&p, &limit, 70 + 1000), 22000);
	/* a burst is worth no more than the whole */
	assert_int_equal(pace_wait(&p, &limit, 1 << 30), 30000);
	assert_int_equal(pace_wait(&p, &limit, (1 << 30) + 500), 30000);
}

static void
who_keeps_the_rate_is_never_late(void **state)
{
	const struct pace_limit limit = {1000, 1400};
	struct pace p = {0, 0, 0};
	uint64_t total = 0;

	(void)state;
	(void)pace_wait(&p, &limit, total);
	while (total < 150000) {
		now += 2; /* three bytes in two milliseconds, each alone */
		assert_true(pace_wait(&p, &limit, ++total) > 900);
		assert_true(pace_wait(&p, &limit, ++total) > 900);
		assert_true(pace_wait(&p, &limit, ++total) > 900);
	}
}

/* How long a byte each second is waited for, up to an hour. */
static int64_t
trickle(uint64_t rate)
{
	const struct pace_limit limit = {30000, rate};
	struct pace p = {0, 0, 0};
	int64_t began = now;
	uint64_t total = 0;

	while (pace_wait(&p, &limit, total++) > 1000 && now - began < 3600000)
		now += 1000;
	return now - began;
}

static void
a_byte_now_and_then_is_not_enough(void **state)
{
	(void)state;
	assert_int_equal(trickle(500), 30000);
	assert_int_equal(trickle(2), 58000);
	assert_int_equal(trickle(1), 3600000);
	assert_int_equal(trickle(0), 3600000);
}

static void
our_own_delay_is_not_counted(void **state)
{
	const struct pace_limit limit = {1000, 500};
	struct pace p = {0, 0, 0};

	(void)state;
	pace_rest(&p); /* nothing has begun */
	assert_int_equal(pace_wait(&p, &limit, 0), 1000);
	now += 400;
	pace_rest(&p);
	now += 100000;
	pace_rest(&p);
	assert_int_equal(pace_wait(&p, &limit, 0), 600);
	now += 700; /* late, and the least is said */
	assert_int_equal(pace_wait(&p, &limit, 0), 1);
	pace_end(&p);
	assert_int_equal(pace_wait(&p, &limit, 0), 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		bytes_buy_time_up_to_the_longest_wait, begin, end),
	    cmocka_unit_test_setup_teardown(
		who_keeps_the_rate_is_never_late, begin, end),
	    cmocka_unit_test_setup_teardown(
		a_byte_now_and_then_is_not_enough, begin, end),
	    cmocka_unit_test_setup_teardown(
		our_own_delay_is_not_counted, begin, end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
