#include "proxy/ready.h"

#include "proxy/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum {
	NOW = 1000000
};

static struct metrics *m;

/* All is well at NOW. */
static int
setup(void **state)
{
	(void)state;
	m = metrics_map();
	if (m == NULL)
		return 1;
	metrics_join(m, METRICS_NOTARY);
	metrics_set(METRIC_LEDGER_STATE, METRICS_LEDGER_READY);
	metrics_join(m, 0);
	metrics_set(METRIC_ORIGIN_GOOD_AT, NOW - 10);
	metrics_join(m, METRICS_PARENT);
	metrics_set(METRIC_PARENT_AT, NOW);
	metrics_set(METRIC_WORKERS_SERVING, 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	metrics_join(NULL, 0);
	metrics_unmap(m);
	return 0;
}

/* The reason of one check; that of all follows from it. */
static const char *
judge(enum ready_what what, int64_t now)
{
	struct ready ready;

	ready_judge(m, now, &ready);
	assert_int_equal(ready.all, ready.checks[what].reason == NULL);
	return ready.checks[what].reason;
}

static void
all_is_well(void **state)
{
	(void)state;
	assert_null(judge(READY_SERVING, NOW));
	assert_null(ready_life(m, NOW));
}

static void
a_stop_makes_it_unready_and_not_unwell(void **state)
{
	(void)state;
	metrics_set(METRIC_DRAINING, 1);
	assert_string_equal(judge(READY_SERVING, NOW), "a stop has begun");
	assert_null(ready_life(m, NOW));
	metrics_set(METRIC_WORKERS_SERVING, 0);
	assert_null(ready_life(m, NOW));
}

static void
without_a_worker_it_is_both(void **state)
{
	(void)state;
	metrics_set(METRIC_WORKERS_SERVING, 0);
	assert_string_equal(judge(READY_WORKERS, NOW), "none runs");
	assert_string_equal(ready_life(m, NOW), "no worker runs");
}

static void
a_silent_parent_is_noticed(void **state)
{
	(void)state;
	assert_null(judge(READY_WORKERS, NOW + READY_PATIENCE));
	assert_null(ready_life(m, NOW + READY_PATIENCE));
	assert_non_null(judge(READY_WORKERS, NOW + READY_PATIENCE + 1));
	assert_string_equal(
	    ready_life(m, NOW + READY_PATIENCE + 1), "the parent is silent");
}

static void
a_notary_may_be_replaced_for_a_moment(void **state)
{
	(void)state;
	metrics_vacate(m, METRICS_NOTARY);
	metrics_set(METRIC_NOTARY_LOST_AT, NOW);
	assert_null(judge(READY_LEDGER, NOW + READY_NOTARY));
	assert_string_equal(judge(READY_LEDGER, NOW + READY_NOTARY + 1),
	    "the notary is not there");
	metrics_set(METRIC_PARENT_AT, NOW + READY_PATIENCE + 1);
	assert_null(ready_life(m, NOW + READY_PATIENCE));
	assert_string_equal(ready_life(m, NOW + READY_PATIENCE + 1),
	    "the notary cannot be started");
}

static void
one_that_hangs_is_noticed(void **state)
{
	(void)state;
	metrics_set(METRIC_NOTARY_LOST_AT, NOW);
	assert_string_equal(judge(READY_LEDGER, NOW + READY_NOTARY + 1),
	    "the notary does not answer");
}

static void
a_log_that_fails_counts_at_once(void **state)
{
	(void)state;
	metrics_join(m, METRICS_NOTARY);
	metrics_set(METRIC_LEDGER_STATE, METRICS_LEDGER_FAILING);
	assert_string_equal(judge(READY_LEDGER, NOW), "it cannot be written");
	assert_null(ready_life(m, NOW));
}

static void
the_newest_word_on_the_origin_counts(void **state)
{
	(void)state;
	metrics_join(m, 5);
	metrics_set(METRIC_ORIGIN_BAD_AT, NOW - 5);
	assert_string_equal(judge(READY_ORIGIN, NOW), "it cannot be reached");
	metrics_join(m, 6);
	metrics_set(METRIC_ORIGIN_GOOD_AT, NOW - 5);
	assert_null(judge(READY_ORIGIN, NOW));
}

static void
an_origin_that_nobody_tried_is_not_ready(void **state)
{
	(void)state;
	metrics_join(m, 0);
	metrics_set(METRIC_ORIGIN_GOOD_AT, 0);
	assert_string_equal(judge(READY_ORIGIN, NOW), "it was not tried yet");
}

/* A process that was broken into may write anything. */
static void
wild_numbers_do_no_harm(void **state)
{
	struct ready ready;
	unsigned what;

	(void)state;
	metrics_join(m, 9);
	for (what = 0; what < METRIC_COUNT; what++)
		metrics_set(what, UINT64_MAX - what % 2);
	ready_judge(m, NOW, &ready);
	assert_false(ready.all);
	assert_null(ready_life(m, NOW)); /* what it says of others counts */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(all_is_well, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_stop_makes_it_unready_and_not_unwell, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		without_a_worker_it_is_both, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_silent_parent_is_noticed, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_notary_may_be_replaced_for_a_moment, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		one_that_hangs_is_noticed, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_log_that_fails_counts_at_once, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		the_newest_word_on_the_origin_counts, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		an_origin_that_nobody_tried_is_not_ready, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		wild_numbers_do_no_harm, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
