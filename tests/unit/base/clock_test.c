#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

/* One moment in both spellings. */
static const struct {
	int64_t when;
	const char *text;
	const char *http;
} moments[] = {
    {0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"},
    {784111777000, "1994-11-06T08:49:37.000Z", "Sun, 06 Nov 1994 08:49:37 GMT"},
    {951782399999, "2000-02-28T23:59:59.999Z", "Mon, 28 Feb 2000 23:59:59 GMT"},
    {951782400000, "2000-02-29T00:00:00.000Z", "Tue, 29 Feb 2000 00:00:00 GMT"},
    {1793527200007, "2026-11-01T10:00:00.007Z",
	"Sun, 01 Nov 2026 10:00:00 GMT"},
    {4107542400000, "2100-03-01T00:00:00.000Z",
	"Mon, 01 Mar 2100 00:00:00 GMT"},
    {253402300799999, "9999-12-31T23:59:59.999Z",
	"Fri, 31 Dec 9999 23:59:59 GMT"},
    {-1, "1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 GMT"},
};

static void
a_moment_is_written_in_both_spellings(void **state)
{
	char text[CLOCK_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof moments / sizeof moments[0]; i++) {
		clock_format(moments[i].when, text);
		assert_string_equal(text, moments[i].text);
		clock_format_http(moments[i].when, text);
		assert_string_equal(text, moments[i].http);
	}
}

static void
what_was_written_is_read_back(void **state)
{
	int64_t when;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof moments / sizeof moments[0]; i++) {
		when = 42;
		assert_int_equal(
		    clock_parse(span_of(moments[i].text), &when), CONSENT_OK);
		assert_true(when == moments[i].when);
	}
}

static void
milliseconds_may_be_left_out(void **state)
{
	int64_t when = 42;

	(void)state;
	assert_int_equal(
	    clock_parse(SPAN("2026-11-01T10:00:00Z"), &when), CONSENT_OK);
	assert_true(when == 1793527200000);
}

static void
what_is_no_moment_is_refused(void **state)
{
	static const char *const bad[] = {"", "2026", "2026-11-01",
	    "2026-02-31T00:00:00Z", "2026-02-29T00:00:00Z",
	    "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
	    "2026-13-01T00:00:00Z", "2026-00-10T00:00:00Z",
	    "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
	    "2026-01-01T24:00:00Z", "2026-01-01T23:60:00Z",
	    "2026-01-01T23:59:60Z", "2026/01/01T00:00:00Z",
	    "2026-01-01 00:00:00Z", "2026-01-01t00:00:00z",
	    "2026-01-01T00.00.00Z", "2026-01-01T00:00:00+",
	    "2026-01-01T00:00:00,000Z", "2026-01-01T00:00:00.00Z",
	    "2026-01-01T00:00:00.0000Z", "2026-01-01T00:00:00.000+",
	    "2026-01-01T00:00:00.-01Z", "+026-01-01T00:00:00Z",
	    "2026- 1-01T00:00:00Z", "2026-01-01T00:00:00Z ",
	    " 2026-01-01T00:00:00Z", "2026-01-01T00:00:00+00:00",
	    "Sun, 01 Nov 2026 10:00:00 GMT"};
	int64_t when = 42;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (clock_parse(span_of(bad[i]), &when) != CONSENT_EINVAL)
			fail_msg("was read: %s", bad[i]);
	}
	/* a NUL inside is no digit */
	assert_int_equal(
	    clock_parse(SPAN("2026-01-0\0T00:00:00Z"), &when), CONSENT_EINVAL);
	assert_true(when == 42);
}

static void
a_month_begins_at_midnight_of_its_first(void **state)
{
	static const struct {
		const char *when, *start;
	} cases[] = {
	    {"2026-11-24T04:41:29.123Z", "2026-11-01T00:00:00.000Z"},
	    {"2026-11-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z"},
	    {"2026-10-31T23:59:59.999Z", "2026-10-01T00:00:00.000Z"},
	    {"2024-02-29T12:00:00.000Z", "2024-02-01T00:00:00.000Z"},
	    {"1969-12-31T23:59:59.999Z", "1969-12-01T00:00:00.000Z"},
	};
	char text[CLOCK_TEXT];
	int64_t when;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(
		    clock_parse(span_of(cases[i].when), &when), CONSENT_OK);
		clock_format(clock_month_start(when), text);
		assert_string_equal(text, cases[i].start);
	}
}

static int64_t
stopped_clock(void)
{
	return 1793527200007;
}

static void
both_clocks_can_be_replaced(void **state)
{
	int64_t before = clock_monotonic(), wall = (int64_t)time(NULL);

	(void)state;
	clock_replace(stopped_clock);
	assert_true(clock_now() == 1793527200007);
	assert_true(clock_monotonic() == 1793527200007);
	clock_replace(NULL);
	assert_true(clock_monotonic() >= before);
	assert_true(clock_monotonic() != 1793527200007);
	/* milliseconds of the wall's seconds */
	assert_true(clock_now() / 1000 >= wall - 1);
	assert_true(clock_now() / 1000 <= (int64_t)time(NULL) + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_moment_is_written_in_both_spellings),
	    cmocka_unit_test(what_was_written_is_read_back),
	    cmocka_unit_test(milliseconds_may_be_left_out),
	    cmocka_unit_test(what_is_no_moment_is_refused),
	    cmocka_unit_test(a_month_begins_at_midnight_of_its_first),
	    cmocka_unit_test(both_clocks_can_be_replaced),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
