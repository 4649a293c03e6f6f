#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
characters_are_read(void **state)
{
	static const struct {
		struct span text;
		uint32_t want;
		size_t n; /* 0: it is none */
	} cases[] = {
	    {{"a", 1}, 'a', 1},
	    {{"\0", 1}, 0, 1},
	    {{"\x7f", 1}, 0x7f, 1},
	    {{"\xc2\x80", 2}, 0x80, 2},
	    {{"\xc5\x9f!", 3}, 0x15f, 2},
	    {{"\xe0\xa0\x80", 3}, 0x800, 3},
	    {{"\xe4\xb8\xad", 3}, 0x4e2d, 3},
	    {{"\xef\xbf\xbf", 3}, 0xffff, 3},
	    {{"\xf0\x9f\x8d\xaa", 4}, 0x1f36a, 4},
	    {{"\xf4\x8f\xbf\xbf", 4}, 0x10ffff, 4},
	    {{"", 0}, 0, 0},
	    {{"\x80", 1}, 0, 0},	     /* a byte that follows */
	    {{"\xc1\xbf", 2}, 0, 0},	     /* overlong */
	    {{"\xe0\x9f\xbf", 3}, 0, 0},     /* overlong */
	    {{"\xf0\x8f\xbf\xbf", 4}, 0, 0}, /* overlong */
	    {{"\xed\xa0\x80", 3}, 0, 0},     /* a surrogate */
	    {{"\xf4\x90\x80\x80", 4}, 0, 0}, /* past the last */
	    {{"\xf5\x80\x80\x80", 4}, 0, 0}, /* past the last */
	    {{"\xe4\xb8", 2}, 0, 0},	     /* cut off */
	    {{"\xe4\xb8z", 3}, 0, 0},	     /* cut off */
	    {{"\xfe"
	      "abc",
		 4},
		0, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint32_t c = 0;

		assert_int_equal(utf8_first(cases[i].text, &c), cases[i].n);
		assert_int_equal(c, cases[i].want);
	}
}

static void
the_first_broken_byte_is_found(void **state)
{
	(void)state;
	assert_int_equal(utf8_valid(SPAN("")), 0);
	assert_int_equal(utf8_valid(SPAN("a\xc5\x9f")), 3);
	assert_int_equal(utf8_valid(SPAN("a\xc5\x9f\xff"
					 "b")),
	    3);
	assert_int_equal(utf8_valid(SPAN("a\xc5")), 1);
	assert_true(utf8_is_all(SPAN("a\xc5\x9f")));
	assert_true(utf8_is_all(SPAN("")));
	assert_false(utf8_is_all(SPAN("a\xc5")));
}

static void
what_a_terminal_acts_on_is_tamed(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {{"a\tb", "a\tb"}, {"\x1b[2J\r\n\x7f", "?[2J???"},
	    {"\xc2\x9b"
	     "2J",
		"??2J"},
	    {"\xc5\x9f\xe2\x82\xac\xf0\x9f\x98\x80",
		"\xc5\x9f\xe2\x82\xac\xf0\x9f\x98\x80"},
	    {"a\xe2\x80\xae"
	     "b\xe2\x81\xa6",
		"a???b???"},
	    {"\xff\xc5x\xe2\x82", "??x??"}, {"", ""}};
	char text[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		(void)snprintf(text, sizeof text, "%s", cases[i].from);
		utf8_tame(text, strlen(text));
		assert_string_equal(text, cases[i].to);
	}
}

static void
text_is_of_one_line_and_harmless(void **state)
{
	(void)state;
	assert_true(utf8_is_text(SPAN("")));
	assert_true(utf8_is_text(SPAN("a \xc5\x9f \xe2\x80\x8f\xd7\x90")));
	assert_false(utf8_is_text(SPAN("a\tb")));
	assert_false(utf8_is_text(SPAN("a\xc2\x9b")));
	assert_false(utf8_is_text(SPAN("a\xe2\x80\xa8")));
	assert_false(utf8_is_text(SPAN("a\xe2\x80\xae")));
	assert_false(utf8_is_text(SPAN("a\xff")));
}

static void
columns_are_those_of_a_terminal(void **state)
{
	(void)state;
	assert_int_equal(utf8_columns(SPAN(""), 4), 0);
	assert_int_equal(utf8_columns(SPAN("a\tb"), 4), 6);
	assert_int_equal(utf8_columns(SPAN("\xc5\x9f\xc3\xa9"), 4), 2);
	/* e and an acute accent of its own; a word in Chinese; a face */
	assert_int_equal(utf8_columns(SPAN("e\xcc\x81"), 4), 1);
	assert_int_equal(utf8_columns(SPAN("\xe6\xbc\xa2\xe5\xad\x97"), 4), 4);
	assert_int_equal(utf8_columns(SPAN("\xf0\x9f\x98\x80"), 4), 2);
	assert_int_equal(utf8_columns(SPAN("\xff\xc5"), 4), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(characters_are_read),
	    cmocka_unit_test(the_first_broken_byte_is_found),
	    cmocka_unit_test(what_a_terminal_acts_on_is_tamed),
	    cmocka_unit_test(text_is_of_one_line_and_harmless),
	    cmocka_unit_test(columns_are_those_of_a_terminal),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
