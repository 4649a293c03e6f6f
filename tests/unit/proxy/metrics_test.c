#include "proxy/metrics.h"

#include "proxy/metrics_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct metrics *m;
static struct buf text;

static int
setup(void **state)
{
	(void)state;
	m = metrics_map();
	buf_init(&text, 1 << 20);
	return m == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	metrics_join(NULL, 0);
	metrics_unmap(m);
	buf_fini(&text);
	return 0;
}

/* Whether the text has that line. */
static bool
has_line(const char *line)
{
	static const struct metrics_facts facts = {.version = "1\n\"\\",
	    .policy_version = "a \"b\"",
	    .policy_hash = "00",
	    .now = 1};
	char whole[256];

	(void)snprintf(whole, sizeof whole, "\n%s\n", line);
	buf_clear(&text);
	assert_int_equal(metrics_text(m, &facts, &text), CONSENT_OK);
	return span_search(buf_span(&text), span_of(whole)) < text.n;
}

static void
slots_add_up(void **state)
{
	(void)state;
	metrics_join(m, 0);
	metrics_add(METRIC_ACCEPTED, 2);
	metrics_join(m, METRICS_POSTS - 1);
	metrics_add(METRIC_ACCEPTED, 3);
	assert_int_equal(metrics_sum(m, METRIC_ACCEPTED), 5);
	assert_int_equal(metrics_most(m, METRIC_ACCEPTED), 3);
}

static void
who_has_not_joined_counts_nowhere(void **state)
{
	(void)state;
	metrics_add(METRIC_ACCEPTED, 2);
	metrics_join(m, METRICS_SLOTS);
	metrics_add(METRIC_ACCEPTED, 2);
	metrics_join(m, 0);
	metrics_add(METRIC_COUNT, 2);
	metrics_set(METRIC_COUNT, 2);
	assert_int_equal(metrics_sum(m, METRIC_ACCEPTED), 0);
}

static void
sums_outlive_a_process_and_states_do_not(void **state)
{
	int round;

	(void)state;
	for (round = 0; round < 2; round++) {
		pid_t pid = fork();

		if (pid == 0) {
			metrics_join(m, 7);
			metrics_add(METRIC_ACCEPTED, 1);
			metrics_set(METRIC_OPEN, 1);
			metrics_set(METRIC_ORIGIN_GOOD_AT, 5);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		assert_int_equal(metrics_sum(m, METRIC_OPEN), 1);
		metrics_vacate(m, 7);
		assert_int_equal(metrics_sum(m, METRIC_OPEN), 0);
	}
	assert_int_equal(metrics_sum(m, METRIC_ACCEPTED), 2);
	assert_int_equal(metrics_most(m, METRIC_ORIGIN_GOOD_AT), 5);
}

static void
times_fall_into_their_buckets(void **state)
{
	static const int64_t times[] = {-5, 0, 1, 2, 5, 6, 60000, 60001};
	size_t i;

	(void)state;
	metrics_join(m, 0);
	for (i = 0; i < sizeof times / sizeof times[0]; i++)
		metrics_time(METRIC_TIME_CHOICE, times[i]);
	assert_true(has_line(
	    "consentd_choice_duration_seconds_bucket{le=\"0.001\"} 3"));
	assert_true(has_line(
	    "consentd_choice_duration_seconds_bucket{le=\"0.005\"} 5"));
	assert_true(
	    has_line("consentd_choice_duration_seconds_bucket{le=\"0.01\"} 6"));
	assert_true(
	    has_line("consentd_choice_duration_seconds_bucket{le=\"60\"} 7"));
	assert_true(
	    has_line("consentd_choice_duration_seconds_bucket{le=\"+Inf\"} 8"));
	assert_true(has_line("consentd_choice_duration_seconds_sum 120.015"));
	assert_true(has_line("consentd_choice_duration_seconds_count 8"));
	assert_true(
	    has_line("consentd_ledger_commit_duration_seconds_count 0"));
}

static void
categories_keep_their_names(void **state)
{
	char name[NAMES_TEXT];

	(void)state;
	metrics_name(m, NAMES_GIVEN_CATEGORIES, SPAN("analytics"));
	metrics_name(m, NAMES_GIVEN_CATEGORIES, SPAN("ads"));
	metrics_name(m, NAMES_GIVEN_CATEGORIES, SPAN("analytics"));
	assert_int_equal(
	    metrics_number(m, NAMES_GIVEN_CATEGORIES, SPAN("analytics")), 0);
	assert_int_equal(
	    metrics_number(m, NAMES_GIVEN_CATEGORIES, SPAN("ads")), 1);
	assert_int_equal(metrics_number(m, NAMES_GIVEN_CATEGORIES, SPAN("ad")),
	    METRICS_CATEGORIES);
	assert_int_equal(
	    metrics_number(NULL, NAMES_GIVEN_CATEGORIES, SPAN("ads")),
	    METRICS_CATEGORIES);
	metrics_name_of(m, NAMES_GIVEN_CATEGORIES, 1, name);
	assert_string_equal(name, "ads");
	metrics_name_of(m, NAMES_GIVEN_CATEGORIES, 2, name);
	assert_string_equal(name, "");
}

/* However many names a policy has, there are so many series and no more. */
static void
categories_without_room_are_others(void **state)
{
	char long_name[NAMES_TEXT + 1], name[16];
	unsigned i;

	(void)state;
	memset(long_name, 'a', NAMES_TEXT);
	long_name[NAMES_TEXT] = '\0';
	metrics_name(m, NAMES_GIVEN_CATEGORIES, span_of(long_name));
	for (i = 0; i < 2 * METRICS_CATEGORIES; i++) {
		(void)snprintf(name, sizeof name, "c%u", i);
		metrics_name(m, NAMES_GIVEN_CATEGORIES, span_of(name));
	}
	assert_int_equal(
	    metrics_number(m, NAMES_GIVEN_CATEGORIES, SPAN("c23")), 23);
	assert_int_equal(metrics_number(m, NAMES_GIVEN_CATEGORIES, SPAN("c24")),
	    METRICS_CATEGORIES);
	assert_int_equal(
	    metrics_number(m, NAMES_GIVEN_CATEGORIES, span_of(long_name)),
	    METRICS_CATEGORIES);
	metrics_join(m, 0);
	metrics_add(METRIC_REMOVED +
			metrics_number(m, NAMES_GIVEN_CATEGORIES, SPAN("c24")),
	    4);
	metrics_add(METRIC_REMOVED +
			metrics_number(m, NAMES_GIVEN_CATEGORIES, SPAN("c3")),
	    5);
	assert_true(
	    has_line("consentd_resources_removed_total{category=\"other\"} 4"));
	assert_true(
	    has_line("consentd_resources_removed_total{category=\"c3\"} 5"));
	assert_false(
	    has_line("consentd_resources_removed_total{category=\"c24\"} 0"));
}

/* Vendors have names of their own, in a set that is bounded as well. */
static void
vendors_are_counted_by_name(void **state)
{
	char name[16];
	unsigned i;

	(void)state;
	for (i = 0; i < 2 * METRICS_VENDORS; i++) {
		(void)snprintf(name, sizeof name, "v%u", i);
		metrics_name(m, NAMES_GIVEN_VENDORS, span_of(name));
	}
	assert_int_equal(metrics_number(m, NAMES_GIVEN_CATEGORIES, SPAN("v1")),
	    METRICS_CATEGORIES);
	assert_int_equal(
	    metrics_number(m, NAMES_GIVEN_VENDORS, SPAN("v63")), 63);
	assert_int_equal(metrics_number(m, NAMES_GIVEN_VENDORS, SPAN("v64")),
	    METRICS_VENDORS);
	metrics_join(m, 0);
	metrics_add(METRIC_VENDOR_REMOVED + 63, 4);
	metrics_add(METRIC_VENDOR_REMOVED + METRICS_VENDORS, 5);
	metrics_add(METRIC_VENDOR_COOKIES + 1, 6);
	assert_true(has_line(
	    "consentd_vendor_resources_removed_total{vendor=\"v63\"} 4"));
	assert_true(has_line(
	    "consentd_vendor_resources_removed_total{vendor=\"other\"} 5"));
	assert_true(has_line(
	    "consentd_vendor_cookies_withheld_total{vendor=\"v1\"} 6"));
	assert_true(has_line(
	    "consentd_vendor_resources_reported_total{vendor=\"v63\"} 0"));
	assert_false(has_line(
	    "consentd_vendor_resources_removed_total{vendor=\"v64\"} 0"));
}

static void
words_are_quoted(void **state)
{
	(void)state;
	assert_true(has_line("consentd_build_info{version=\"1?\\\"\\\\\"} 1"));
	assert_true(has_line(
	    "consentd_policy_info{version=\"a \\\"b\\\"\",hash=\"00\"} 1"));
}

static void
labels_of_two_kinds_go_together(void **state)
{
	(void)state;
	metrics_join(m, 3);
	metrics_add(METRIC_REQUESTS + NAMES_POST * NAMES_STATUSES + 4, 9);
	metrics_add(METRIC_MALFORMED + FAULT_FOLD, 2);
	metrics_set(METRIC_STARTED_AT, 1500);
	assert_true(has_line(
	    "consentd_requests_total{method=\"POST\",status=\"4xx\"} 9"));
	assert_true(
	    has_line("consentd_requests_malformed_total{reason=\"fold\"} 2"));
	assert_true(has_line("consentd_start_timestamp_seconds 1.500"));
}

static void
a_text_without_room_is_an_error(void **state)
{
	static const struct metrics_facts facts = {"1", "1", "0", 1, NULL};
	struct buf small;

	(void)state;
	buf_init(&small, 1000);
	assert_int_equal(metrics_text(m, &facts, &small), CONSENT_ELIMIT);
	buf_fini(&small);
}

/* Every set ends in what stands for all others. */
static void
unknown_values_are_others(void **state)
{
	static const enum names_set open[] = {NAMES_OF_METHODS,
	    NAMES_OF_FAILURES, NAMES_OF_REFUSALS, NAMES_OF_CUTS};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof open / sizeof open[0]; i++) {
		const struct names *names = names_of(open[i]);

		assert_string_equal(names->values[names->n - 1], "other");
		assert_int_equal(
		    names_find(open[i], SPAN("unheard of")), names->n - 1);
		for (k = 0; k < names->n; k++)
			assert_int_equal(
			    names_find(open[i], span_of(names->values[k])), k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(slots_add_up, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		who_has_not_joined_counts_nowhere, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		sums_outlive_a_process_and_states_do_not, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		times_fall_into_their_buckets, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		categories_keep_their_names, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		categories_without_room_are_others, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		vendors_are_counted_by_name, setup, teardown),
	    cmocka_unit_test_setup_teardown(words_are_quoted, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		labels_of_two_kinds_go_together, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_text_without_room_is_an_error, setup, teardown),
	    cmocka_unit_test(unknown_values_are_others),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
