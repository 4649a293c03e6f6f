#include "base/utf8.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(characters_are_read),
	    cmocka_unit_test(the_first_broken_byte_is_found),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
