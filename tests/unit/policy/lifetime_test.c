#include "policy/lifetime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
units_are_read_in_words_and_letters(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} rows[] = {{"0s", 0}, {"90 sec", 90}, {"30 minutes", 1800},
	    {"1 hour", 3600}, {"24 HOURS", 86400}, {"185d", 185 * 86400},
	    {"2 weeks", 1209600}, {"13 months", INT64_C(13) * 2592000},
	    {"1y", 31536000},
	    {"1000000000 years", INT64_C(1000000000) * 31536000}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_true(
		    lifetime_seconds(span_of(rows[i].text)) == rows[i].seconds);
}

/* Whoever says it in another language needs to know of what it was so many. */
static void
numbers_keep_their_unit(void **state)
{
	static const struct {
		const char *text;
		uint64_t n;
		enum lifetime_unit unit;
	} rows[] = {{"90 sec", 90, LIFETIME_SECONDS},
	    {"1m", 1, LIFETIME_MINUTES}, {"24 hours", 24, LIFETIME_HOURS},
	    {"185d", 185, LIFETIME_DAYS}, {"2 w", 2, LIFETIME_WEEKS},
	    {"13 months", 13, LIFETIME_MONTHS}, {"1 year", 1, LIFETIME_YEARS}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum lifetime_unit unit;
		uint64_t n;

		assert_true(lifetime_read(span_of(rows[i].text), &n, &unit));
		assert_int_equal(n, rows[i].n);
		assert_int_equal(unit, rows[i].unit);
	}
}

static void
all_else_is_no_lifetime(void **state)
{
	static const char *const rows[] = {"", "session", "1", "year",
	    "-1 days", "1.5 hours", "1 fortnight", "1000000001 s",
	    "1 day or two"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_true(lifetime_seconds(span_of(rows[i])) == -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(units_are_read_in_words_and_letters),
	    cmocka_unit_test(numbers_keep_their_unit),
	    cmocka_unit_test(all_else_is_no_lifetime),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
