#include "web/refresh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
values_are_read_as_browsers_do(void **state)
{
	/* NULL: browsers ignore it */
	static const char *const cases[][2] = {
	    {"5", ""},
	    {"  5  ", ""},
	    {"0;url=https://a.example/", "https://a.example/"},
	    {"0; URL = 'https://a.example/x y' z", "https://a.example/x y"},
	    {"0 ;url=\"/b", "/b"},
	    {"0,/c", "/c"},
	    {"0 /d", "/d"},
	    {"1.5.5;/e", "/e"},
	    {".5;/f", "/f"},
	    {"\v0\v;url=/h", "/h"},
	    {"0\xE3\x80\x80;/i", "/i"},
	    {"\v;url=/x", NULL},
	    {"0;url/g", "url/g"},
	    {"0;url", "url"},
	    {"0;  ", ""},
	    {"0;url=", ""},
	    {"", NULL},
	    {";url=/x", NULL},
	    {"x;url=/x", NULL},
	    {"5x;url=/x", NULL},
	    {"-1;url=/x", NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct span url = SPAN("?");
		struct span rest = span_of(cases[i][0]);
		bool leaves = refresh_next(&rest, &url);

		assert_int_equal(leaves, cases[i][1] != NULL);
		if (leaves && !span_equal(url, span_of(cases[i][1])))
			fail_msg("%s: %.*s", cases[i][0], SPAN_ARG(url));
		if (refresh_next(&rest, &url))
			fail_msg("%s: %.*s too", cases[i][0], SPAN_ARG(url));
	}
}

/* The last quote ends it for Chromium, the first for the standard. */
static void
quotes_have_each_reading(void **state)
{
	static const char *const cases[][3] = {
	    {"0;url='a'b'", "a'b", "a"},
	    {"0;url='a'b'c'd", "a'b'c", "a"},
	    {"0;url=\"a'\"'b\" c", "a'\"'b", "a'"},
	    {"0; 'a\"b'c'", "a\"b'c", "a\"b"},
	    {"0;url=''b'", "'b", NULL},
	    {"0;url=''b", "'b", NULL},
	    {"0;url=''", "'", NULL},
	    {"0;url='", "", NULL},
	    {"0;url=a'b'c", "a'b'c", NULL},
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct span rest = span_of(cases[i][0]), url;

		for (n = 1; n < 3 && cases[i][n] != NULL; n++) {
			assert_true(refresh_next(&rest, &url));
			if (!span_equal(url, span_of(cases[i][n])))
				fail_msg(
				    "%s: %.*s", cases[i][0], SPAN_ARG(url));
		}
		assert_false(refresh_next(&rest, &url));
		assert_false(refresh_next(&rest, &url));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_read_as_browsers_do),
	    cmocka_unit_test(quotes_have_each_reading),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
