#include "report/tally.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
add(struct tally *t, const char *text, unsigned column, uint64_t count)
{
	assert_int_equal(
	    tally_add(t, span_of(text), column, count), CONSENT_OK);
}

static void
rows_are_counted_by_their_text(void **state)
{
	struct tally t;

	(void)state;
	assert_int_equal(tally_init(&t), CONSENT_OK);
	add(&t, "tr", 0, 2);
	add(&t, "en", 1, 1);
	add(&t, "tr", 4, 3);
	add(&t, "", 0, 1);
	/* the same cheap hash as "tr", and another text */
	add(&t, "txr", 0, 9);
	assert_int_equal(t.n, 4);
	tally_sort(&t);
	assert_string_equal(t.rows[0].text, "");
	assert_string_equal(t.rows[2].text, "tr");
	assert_int_equal(t.rows[2].counts[0], 2);
	assert_int_equal(t.rows[2].counts[4], 3);
	assert_int_equal(tally_sum(&t.rows[2]), 5);
	tally_rank(&t);
	assert_string_equal(t.rows[0].text, "txr");
	assert_string_equal(t.rows[2].text, "");
	tally_fini(&t);
}

static void
long_texts_have_rows_too(void **state)
{
	char one[300], other[300];
	struct tally t;

	(void)state;
	memset(one, 'x', sizeof one);
	memset(other, 'x', sizeof other);
	one[299] = other[299] = '\0';
	other[150] = 'y';
	assert_int_equal(tally_init(&t), CONSENT_OK);
	add(&t, one, 0, 1);
	add(&t, other, 0, 1);
	add(&t, one, 0, 1);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.rows[0].counts[0], 2);
	tally_fini(&t);
}

static void
a_hostile_log_makes_no_endless_table(void **state)
{
	struct tally t;
	char text[16];
	int i;

	(void)state;
	assert_int_equal(tally_init(&t), CONSENT_OK);
	for (i = 0; i < TALLY_ROWS + 100; i++) {
		assert_true(snprintf(text, sizeof text, "x%d", i) > 0);
		add(&t, text, 0, 1);
	}
	assert_int_equal(t.n, TALLY_ROWS + 1);
	assert_string_equal(t.rows[TALLY_ROWS].text, TALLY_REST);
	assert_int_equal(t.rows[TALLY_ROWS].counts[0], 100);
	/* what had a row goes on with it */
	add(&t, "x7", 0, 1);
	assert_int_equal(t.rows[7].counts[0], 2);
	tally_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest cases[] = {
	    cmocka_unit_test(rows_are_counted_by_their_text),
	    cmocka_unit_test(long_texts_have_rows_too),
	    cmocka_unit_test(a_hostile_log_makes_no_endless_table),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(cases, NULL, NULL);
}
