#include <libconsent/span.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
cut_walks_all_pieces(void **state)
{
	struct span rest = SPAN("a,,b");

	(void)state;
	assert_true(span_equal(span_cut(&rest, ','), SPAN("a")));
	assert_true(span_equal(span_cut(&rest, ','), SPAN("")));
	assert_true(span_equal(span_cut(&rest, ','), SPAN("b")));
	assert_null(rest.p);
}

static void
numbers_are_digits_only(void **state)
{
	static const char *const bad[] = {
	    "", "+1", "-1", " 1", "1 ", "0x1", "1_0", "123456789012345678901"};
	uint64_t value = 7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(
		    span_to_u64(span_of(bad[i]), 10, UINT64_MAX, &value),
		    CONSENT_EINVAL);
	assert_int_equal(value, 7);
	assert_int_equal(
	    span_to_u64(SPAN("18446744073709551616"), 10, UINT64_MAX, &value),
	    CONSENT_ELIMIT);
	assert_int_equal(
	    span_to_u64(SPAN("18446744073709551615"), 10, UINT64_MAX, &value),
	    CONSENT_OK);
	assert_true(value == UINT64_MAX);
	assert_int_equal(span_to_u64(SPAN("fF"), 16, 255, &value), CONSENT_OK);
	assert_true(value == 255);
	assert_int_equal(
	    span_to_u64(SPAN("100"), 16, 255, &value), CONSENT_ELIMIT);
}

static void
trims_and_compares(void **state)
{
	(void)state;
	assert_true(span_equal(span_trim(SPAN(" \t a b\t ")), SPAN("a b")));
	assert_true(span_equal(span_trim(SPAN(" \t ")), SPAN("")));
	assert_true(span_equal_nocase(SPAN("HoSt"), SPAN("hOsT")));
	assert_false(span_equal_nocase(SPAN("[a"), SPAN("{a")));
	assert_true(span_starts(SPAN("abc"), SPAN("ab")));
	assert_true(span_ends(SPAN("abc"), SPAN("bc")));
	assert_false(span_ends(SPAN("c"), SPAN("bc")));
	assert_int_equal(span_search(SPAN("xxneedle"), SPAN("needle")), 2);
	assert_int_equal(span_search(SPAN("need"), SPAN("needle")), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cut_walks_all_pieces),
	    cmocka_unit_test(numbers_are_digits_only),
	    cmocka_unit_test(trims_and_compares),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
