#include "proxy/account.h"

#include "../audit/fixture.h"

#include "audit/ledger.h"

#include <stdio.h>

static struct account *a;
static struct ledger *ledger;

static int
setup(void **state)
{
	(void)fixture_setup(state);
	a = account_map();
	assert_non_null(a);
	assert_int_equal(
	    ledger_open("log", &fixture_options, &ledger), CONSENT_OK);
	return 0;
}

static int
teardown(void **state)
{
	ledger_close(ledger);
	account_unmap(a);
	return fixture_teardown(state);
}

static struct wire_sum
sum_of(enum wire_sum_kind kind, const char *text, uint64_t count)
{
	struct wire_sum sum = {.magic = WIRE_SUM,
	    .version = WIRE_VERSION,
	    .kind = kind,
	    .count = count};

	(void)snprintf(sum.text, sizeof sum.text, "%s", text);
	if (kind != WIRE_SCREENED && kind != WIRE_CUT)
		(void)snprintf(sum.category, sizeof sum.category, "analytics");
	return sum;
}

static void
add(enum wire_sum_kind kind, const char *text, uint64_t count)
{
	struct wire_sum sum = sum_of(kind, text, count);

	account_add(a, &sum, 1761998400000);
}

static void
expect_in_log(const char *text)
{
	struct buf log;

	fixture_read("log/entries/000000000000.jsonl", &log);
	if (span_search(buf_span(&log), span_of(text)) == log.n)
		fail_msg("%s is not in %.*s", text, SPAN_ARG(buf_span(&log)));
	buf_fini(&log);
}

/* Logs all, and whether the log then holds this text. */
static void
expect_logged(const char *text)
{
	assert_int_equal(account_append(a, ledger, 1762002000000), CONSENT_OK);
	assert_int_equal(ledger_commit(ledger), CONSENT_OK);
	account_close(a);
	expect_in_log(text);
}

static void
sums_become_one_entry(void **state)
{
	(void)state;
	assert_int_equal(account_since(a), 0);
	add(WIRE_SCREENED, "", 3);
	add(WIRE_SCREENED, "", 1);
	add(WIRE_REMOVED, "host stats.example", 2);
	add(WIRE_REMOVED, "cookie _ga*", 1);
	add(WIRE_REMOVED, "host stats.example", 5);
	add(WIRE_CONFIRMED, "", 4);
	assert_int_equal(account_since(a), 1761998400000);
	expect_logged("\"since\":\"2025-11-01T12:00:00.000Z\","
		      "\"until\":\"2025-11-01T13:00:00.000Z\",\"screened\":4,"
		      "\"removed\":[{\"rule\":\"host stats.example\","
		      "\"category\":\"analytics\",\"state\":\"undecided\","
		      "\"count\":7},{\"rule\":\"cookie _ga*\","
		      "\"category\":\"analytics\",\"state\":\"undecided\","
		      "\"count\":1}],\"confirmed\":4,\"unconfirmed\":0}");
	assert_int_equal(account_since(a), 0);
}

static void
r36_incidents_are_told_by_what_happened(void **state)
{
	(void)state;
	add(WIRE_LEAKED, "host stats.example", 2);
	add(WIRE_CUT, "limit", 1);
	add(WIRE_LEAKED, "host stats.example", 1);
	expect_logged("\"what\":\"a browser told that it loaded what is "
		      "withheld: host stats.example (analytics)\","
		      "\"since\":\"2025-11-01T12:00:00.000Z\",\"count\":3}");
	add(WIRE_CUT, "limit", 1);
	expect_logged("\"what\":\"a page was cut: limit\"");
	add(WIRE_UNJUDGED, "x", 1);
	expect_logged("\"what\":\"what could not be judged passed: x");
	add(WIRE_REDIRECTED, "host a.example", 1);
	expect_logged("\"what\":\"a visitor was redirected to what is "
		      "withheld: host a.example (analytics)\"");
}

static void
it_is_due_in_time_whatever_the_clock_does(void **state)
{
	const int64_t since = 1761998400000, hour = 3600000;

	(void)state;
	assert_int_equal(account_wait(a, hour, since), -1);
	add(WIRE_SCREENED, "", 1);
	add(WIRE_CUT, "limit", 1);
	assert_int_equal(account_wait(a, hour, since), hour);
	assert_int_equal(account_wait(a, hour, since + hour - 1), 1);
	assert_int_equal(account_wait(a, hour, since + hour), 0);
	assert_int_equal(account_wait(a, hour, since + 3 * hour), 0);
	assert_int_equal(account_wait(a, hour, since - 1), 0);
	assert_int_equal(account_append(a, ledger, since - hour), CONSENT_OK);
	assert_int_equal(ledger_commit(ledger), CONSENT_OK);
	account_close(a);
	expect_in_log("\"since\":\"2025-11-01T11:00:00.000Z\","
		      "\"until\":\"2025-11-01T11:00:00.000Z\",\"screened\":1,");
	expect_in_log("limit\",\"since\":\"2025-11-01T11:00:00.000Z\"");
	assert_int_equal(account_wait(a, hour, since), -1);
}

static void
what_finds_no_row_is_counted_all_the_same(void **state)
{
	char text[32];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		(void)snprintf(text, sizeof text, "host h%d.example", i);
		add(WIRE_REMOVED, text, 1);
		add(WIRE_REDIRECTED, text, 1);
	}
	expect_logged("{\"rule\":\"other rules\",\"category\":\"analytics\","
		      "\"state\":\"undecided\",\"count\":872}");
	add(WIRE_CUT, "limit", 1);
	expect_logged("\"what\":\"others\"");
}

/* The longest texts there can be still fit into one entry. */
static void
a_full_account_fits(void **state)
{
	struct wire_sum sum = sum_of(WIRE_REMOVED, "", 1);
	int i;

	(void)state;
	memset(sum.text, '"', sizeof sum.text - 1);
	memset(sum.category, 'c', sizeof sum.category - 1);
	for (i = 0; i < 1000; i++) {
		(void)snprintf(sum.category, sizeof sum.category, "c%05d", i);
		memset(sum.category + 6, 'c', sizeof sum.category - 7);
		sum.count = UINT32_MAX;
		account_add(a, &sum, 1761998400000);
	}
	expect_logged("\"type\":\"enforcement\"");
}

static void
who_comes_next_goes_on_where_it_ended(void **state)
{
	uint64_t next = ledger_next(ledger);

	(void)state;
	add(WIRE_SCREENED, "", 1);
	assert_int_equal(account_append(a, ledger, 2), CONSENT_OK);
	account_resume(a, next); /* the entry never came to be */
	assert_int_not_equal(account_since(a), 0);
	assert_int_equal(account_append(a, ledger, 2), CONSENT_OK);
	account_resume(a, ledger_next(ledger)); /* it is there */
	assert_int_equal(account_since(a), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sums_become_one_entry),
	    TEST(r36_incidents_are_told_by_what_happened),
	    TEST(it_is_due_in_time_whatever_the_clock_does),
	    TEST(what_finds_no_row_is_counted_all_the_same),
	    TEST(a_full_account_fits),
	    TEST(who_comes_next_goes_on_where_it_ended),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
