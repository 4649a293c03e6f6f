#include "base/spelling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/ascii.h"

static void
every_byte_counts(void **state)
{
	char text[3];
	int at, c;

	(void)state;
	for (at = 0; at < 3; at++)
		for (c = 0; c < 256; c++) {
			text[0] = text[1] = text[2] = '7';
			text[at] = (char)c;
			assert_int_equal(spelling_is_all((struct span){text, 3},
					     ASCII_DIGIT),
			    c >= '0' && c <= '9');
		}
}

static void
any_class_of_the_mask_does(void **state)
{
	(void)state;
	assert_true(spelling_is_all(SPAN("aZ9"), ASCII_ALNUM));
	assert_false(spelling_is_all(SPAN("aZ9"), ASCII_ALPHA));
	assert_true(spelling_is_all(SPAN("x-!~"), ASCII_TCHAR));
	assert_false(spelling_is_all(SPAN("x y"), ASCII_TCHAR));
	assert_false(spelling_is_all(SPAN("a\0b"), ASCII_ALNUM));
	assert_false(spelling_is_all(SPAN("a"), 0));
}

static void
nothing_is_not_all(void **state)
{
	const struct span none = {NULL, 0};

	(void)state;
	assert_false(spelling_is_all(none, ASCII_DIGIT));
	assert_false(spelling_is_all(SPAN(""), ASCII_DIGIT));
}

static void
both_ends_are_trimmed(void **state)
{
	(void)state;
	assert_true(span_equal(
	    spelling_trim(SPAN("\n\f a b\r\t"), ASCII_SPACE), SPAN("a b")));
	assert_true(span_equal(
	    spelling_trim(SPAN("\va\0"), ASCII_SPACE), SPAN("\va\0")));
	assert_int_equal(spelling_trim(SPAN(" \n"), ASCII_SPACE).n, 0);
	assert_int_equal(spelling_trim(SPAN(""), ASCII_SPACE).n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_byte_counts),
	    cmocka_unit_test(any_class_of_the_mask_does),
	    cmocka_unit_test(nothing_is_not_all),
	    cmocka_unit_test(both_ends_are_trimmed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
