#include "base/ascii.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char tchars[] = "!#$%&'*+-.^_`|~0123456789"
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz";

/* The classes of byte c, worked out without the table. */
static unsigned
classes_of(int c)
{
	unsigned classes = 0;

	if (c >= 'A' && c <= 'Z')
		classes |= ASCII_UPPER;
	if (c >= 'a' && c <= 'z')
		classes |= ASCII_LOWER;
	if (c >= '0' && c <= '9')
		classes |= ASCII_DIGIT | ASCII_HEX;
	if ((c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'))
		classes |= ASCII_HEX;
	if (c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ')
		classes |= ASCII_SPACE;
	if (c != 0 && c < 0x80 && strchr(tchars, c) != NULL)
		classes |= ASCII_TCHAR;
	if (c < 0x20 || c == 0x7f)
		classes |= ASCII_CONTROL;
	return classes;
}

static void
every_byte_has_its_classes(void **state)
{
	int c;

	(void)state;
	for (c = 0; c < 256; c++)
		assert_int_equal(ascii_table[c], classes_of(c));
}

static void
a_mask_asks_for_any_of_its_classes(void **state)
{
	(void)state;
	assert_true(ascii_is('g', ASCII_ALNUM));
	assert_true(ascii_is('7', ASCII_ALNUM));
	assert_false(ascii_is('_', ASCII_ALNUM));
	assert_false(ascii_is('7', ASCII_ALPHA));
	assert_true(ascii_is('\t', ASCII_SPACE | ASCII_DIGIT));
	assert_false(ascii_is('\v', ASCII_SPACE));
	/* a byte over 0x7F, whatever the sign of char */
	assert_false(ascii_is((char)0xe9, 0xff));
}

static void
lower_case_touches_letters_only(void **state)
{
	int c;

	(void)state;
	for (c = 0; c < 256; c++) {
		char want = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);

		assert_int_equal(ascii_lower((char)c), want);
	}
}

static void
hex_digits_have_values(void **state)
{
	static const char digits[] = "0123456789abcdef";
	int c;

	(void)state;
	for (c = 0; c < 256; c++) {
		const char *at = c == 0 ? NULL : strchr(digits, c | 0x20);
		int want = -1;

		if ((classes_of(c) & ASCII_HEX) != 0)
			want = (int)(at - digits);
		assert_int_equal(ascii_hex_value((char)c), want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_byte_has_its_classes),
	    cmocka_unit_test(a_mask_asks_for_any_of_its_classes),
	    cmocka_unit_test(lower_case_touches_letters_only),
	    cmocka_unit_test(hex_digits_have_values),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
