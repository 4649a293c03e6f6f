#include "net/health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
	NOW = 5000
};

static void
rests_twice_as_long_each_time(void **state)
{
	struct health h = {0};
	int64_t now = NOW, rest = HEALTH_REST;
	unsigned i;

	(void)state;
	assert_false(health_is_resting(&h, now));
	assert_true(health_fail(&h, now));
	for (i = 0; i < 40; i++) {
		assert_true(health_is_resting(&h, now + rest - 1));
		assert_false(health_is_resting(&h, now + rest));
		now += rest;
		rest =
		    2 * rest < HEALTH_REST_MOST ? 2 * rest : HEALTH_REST_MOST;
		assert_false(health_fail(&h, now));
	}
	assert_int_equal(rest, HEALTH_REST_MOST);
}

static void
is_well_once_reached(void **state)
{
	struct health h = {0};

	(void)state;
	assert_false(health_recover(&h));
	(void)health_fail(&h, NOW);
	(void)health_fail(&h, NOW);
	assert_true(health_recover(&h));
	assert_false(health_is_resting(&h, NOW));
	assert_true(health_fail(&h, NOW)); /* from the beginning */
	assert_false(health_is_resting(&h, NOW + HEALTH_REST));
}

static void
tries_the_well_before_the_resting(void **state)
{
	struct health list[3] = {{0}};
	struct health_choice choice = {list, NULL, 3, 1, 0};

	(void)state;
	assert_int_equal(health_choose(&choice, NOW), 1);
	(void)health_fail(&list[1], NOW);
	assert_int_equal(health_choose(&choice, NOW), 2);
	choice.tried = 1u << 2;
	assert_int_equal(health_choose(&choice, NOW), 0);
	choice.tried |= 1u;
	assert_int_equal(health_choose(&choice, NOW), 1); /* better than none */
	choice.tried |= 1u << 1;
	assert_int_equal(health_choose(&choice, NOW), 3);
	choice.tried = 0;
	assert_int_equal(health_choose(&choice, NOW + HEALTH_REST), 1);
}

static void
tries_the_one_that_rests_least(void **state)
{
	struct health list[2] = {{0}};
	const struct health_choice choice = {list, NULL, 2, 0, 0};
	const struct health_choice none = {list, NULL, 0, 0, 0};

	(void)state;
	(void)health_fail(&list[0], NOW);
	(void)health_fail(&list[0], NOW);
	(void)health_fail(&list[1], NOW);
	assert_int_equal(health_choose(&choice, NOW), 1);
	assert_int_equal(health_choose(&none, NOW), 0);
}

static void
spreads_by_load_and_in_turn(void **state)
{
	struct health list[3] = {{0}};
	unsigned load[3] = {1, 1, 1};
	struct health_choice choice = {list, load, 3, 1, 0};

	(void)state;
	assert_int_equal(health_choose(&choice, NOW), 1); /* its turn */
	load[1]++;
	assert_int_equal(health_choose(&choice, NOW), 2);
	load[2]++;
	assert_int_equal(health_choose(&choice, NOW), 0);
	(void)health_fail(&list[0], NOW); /* health goes before load */
	load[1] = 9;
	assert_int_equal(health_choose(&choice, NOW), 2);
}

/* One try after its rest, and no other until that was answered. */
static void
is_tried_once_after_its_rest(void **state)
{
	struct health h = {0};
	int64_t now = NOW + HEALTH_REST;

	(void)state;
	health_try(&h, NOW);
	assert_false(health_is_resting(&h, NOW)); /* it is well */
	(void)health_fail(&h, NOW);
	health_try(&h, NOW + 1); /* as all others rest: no longer for that */
	assert_false(health_is_resting(&h, now));
	health_try(&h, now);
	assert_true(health_is_resting(&h, now));
	assert_true(health_is_resting(&h, now + HEALTH_REST - 1));
	assert_false(health_is_resting(&h, now + HEALTH_REST));
	assert_true(health_recover(&h));
	assert_false(health_is_resting(&h, now));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rests_twice_as_long_each_time),
	    cmocka_unit_test(is_well_once_reached),
	    cmocka_unit_test(tries_the_well_before_the_resting),
	    cmocka_unit_test(tries_the_one_that_rests_least),
	    cmocka_unit_test(spreads_by_load_and_in_turn),
	    cmocka_unit_test(is_tried_once_after_its_rest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
