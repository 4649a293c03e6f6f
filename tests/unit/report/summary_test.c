#include "report/summary.h"

#include <libconsent/record.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD(seq, when, type)                                                  \
	"{\"seq\":" seq ",\"id\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"time\":\"" when  \
	"\",\"type\":\"" type "\",\"node\":\"n\",\"version\":\"1\""

/* Reads a line and adds it. */
static void
add(struct summary *s, const char *line)
{
	struct entry entry;
	const char *why = "";

	if (entry_read(span_of(line), &entry, &why) != CONSENT_OK)
		fail_msg("%s: %s", why, line);
	assert_int_equal(summary_add(s, &entry, span_of(line)), CONSENT_OK);
}

static void
expect_period(enum summary_period period, int64_t when, const char *wanted)
{
	char name[16];

	summary_period_name(period, when, name);
	assert_string_equal(name, wanted);
}

static void
periods_are_named_by_their_first_day(void **state)
{
	/* 2026-11-01 was a Sunday */
	const int64_t sunday = INT64_C(1793491200000), day = 86400000;

	(void)state;
	expect_period(SUMMARY_DAY, sunday, "2026-11-01");
	expect_period(SUMMARY_DAY, sunday - 1, "2026-10-31");
	expect_period(SUMMARY_WEEK, sunday + day - 1, "2026-10-26");
	expect_period(SUMMARY_WEEK, sunday + day, "2026-11-02");
	expect_period(SUMMARY_WEEK, sunday + 7 * day, "2026-11-02");
	expect_period(SUMMARY_MONTH, sunday, "2026-11");
	expect_period(SUMMARY_MONTH, sunday - 1, "2026-10");
}

static void
choices_are_counted_in_each_way(void **state)
{
	struct summary s;

	(void)state;
	assert_int_equal(summary_init(&s, SUMMARY_MONTH), CONSENT_OK);
	add(&s, HEAD("7", "2026-11-01T10:00:00.000Z",
		    "choice") ",\"sub\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"act\":"
			      "\"choose\",\"granted\""
			      ":[\"analytics\"],\"denied\":[\"marketing\"],"
			      "\"policy\":\"" HASH "\",\"notice\":\"" HASH
			      "\",\"lang\":\"tr\",\"signal\":\"gpc\","
			      "\"via\":\"api\",\"kid\":\"k\"}");
	add(&s, "{\"seq\":8,\"erased\":\"" HASH "\",\"by\":9}");
	summary_sort(&s);
	assert_int_equal(s.entries, 2);
	assert_int_equal(s.first, 7);
	assert_int_equal(s.last, 8);
	assert_int_equal(s.types[LAYOUT_ERASED], 1);
	assert_int_equal(s.acts[RECORD_CHOOSE], 1);
	assert_string_equal(s.periods.rows[0].text, "2026-11");
	assert_string_equal(s.languages.rows[0].text, "tr");
	assert_string_equal(s.signals.rows[0].text, "gpc");
	assert_string_equal(s.ways.rows[0].text, "api");
	assert_string_equal(s.policies.rows[0].text, HASH);
	assert_int_equal(s.policies.rows[0].counts[RECORD_CHOOSE], 1);
	assert_string_equal(s.categories.rows[1].text, "marketing");
	assert_int_equal(s.categories.rows[1].counts[0], 0);
	assert_int_equal(s.categories.rows[1].counts[1], 1);
	/* of a visitor nothing is kept */
	assert_int_equal(s.n_events, 0);
	summary_fini(&s);
}

static void
sums_of_one_rule_add_up(void **state)
{
	static const char line[] = HEAD("1", "2026-11-01T10:00:00.000Z",
	    "enforcement") ",\"since\":\"2026-11-01T09:00:00.000Z\",\"until\":"
			   "\""
			   "2026-11-01T10:00:00.000Z\",\"screened\":5,"
			   "\"removed\":["
			   "{\"rule\":\"inline "
			   "\\\"x\\\"\",\"category\":\"analytics\","
			   "\"state\":\"denied\",\"count\":2}],\"confirmed\":1,"
			   "\"unconfirmed\":3}";
	struct summary s;

	(void)state;
	assert_int_equal(summary_init(&s, SUMMARY_DAY), CONSENT_OK);
	add(&s, line);
	add(&s, line);
	summary_sort(&s);
	assert_int_equal(s.screened, 10);
	assert_int_equal(s.unconfirmed, 6);
	assert_int_equal(s.rules.n, 1);
	assert_string_equal(s.rules.rows[0].text, "inline \"x\"\nanalytics");
	assert_int_equal(s.rules.rows[0].counts[SUMMARY_DENIED], 4);
	assert_string_equal(s.withheld.rows[0].text, "analytics");
	summary_fini(&s);
}

static void
events_are_kept_and_put_in_order(void **state)
{
	struct summary s;

	(void)state;
	assert_int_equal(summary_init(&s, SUMMARY_DAY), CONSENT_OK);
	add(&s, HEAD("1", "2026-11-02T10:00:00.000Z",
		    "incident") ",\"what\":\"leak\",\"since\":\"2026-11-02T09:"
				"00:00.000Z\","
				"\"count\":4}");
	add(&s, HEAD("0", "2026-11-01T10:00:00.000Z",
		    "policy") ",\"hash\":\"" HASH "\"}");
	assert_int_equal(s.n_events, 2);
	assert_int_equal(s.events[0].type, LAYOUT_INCIDENT);
	summary_sort_events(&s);
	assert_int_equal(s.events[0].type, LAYOUT_POLICY);
	assert_true(span_ends(s.events[1].line, SPAN("\"count\":4}")));
	assert_true(s.first_time < s.last_time);
	assert_int_equal(s.incidents.rows[0].counts[0], 4);
	assert_int_equal(s.incidents.rows[0].counts[1], 1);
	summary_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest cases[] = {
	    cmocka_unit_test(periods_are_named_by_their_first_day),
	    cmocka_unit_test(choices_are_counted_in_each_way),
	    cmocka_unit_test(sums_of_one_rule_add_up),
	    cmocka_unit_test(events_are_kept_and_put_in_order),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(cases, NULL, NULL);
}
