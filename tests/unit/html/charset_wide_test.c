#include "html/charset_wide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* The text in pieces of step bytes is that, in either byte order. */
static void
expect(struct span big, const char *text, size_t step)
{
	int order;

	for (order = 0; order < 2; order++) {
		struct charset_wide w = charset_wide_of(
		    order == 0 ? CHARSET_UTF16BE : CHARSET_UTF16LE);
		char swapped[64];
		struct span rest = {swapped, big.n};
		struct buf out;
		size_t i;

		assert_true(big.n <= sizeof swapped);
		memcpy(swapped, big.p, big.n);
		for (i = 0; order == 1 && i + 1 < big.n; i += 2) {
			swapped[i] = big.p[i + 1];
			swapped[i + 1] = big.p[i];
		}
		buf_init(&out, 1024);
		for (; rest.n > 0; rest = span_sub(rest, step, rest.n))
			assert_int_equal(charset_wide_write(
					     &w, span_sub(rest, 0, step), &out),
			    CONSENT_OK);
		assert_int_equal(charset_wide_end(&w, &out), CONSENT_OK);
		if (!span_equal(buf_span(&out), span_of(text)))
			fail_msg("%.*s not %s", SPAN_ARG(buf_span(&out)), text);
		buf_fini(&out);
	}
}

static void
utf16_becomes_utf8(void **state)
{
	size_t step;

	(void)state;
	for (step = 1; step < 9; step++) {
		expect(SPAN("\xFE\xFF\0<\0p\0>"), "\xEF\xBB\xBF<p>", step);
		expect(SPAN("\0\xE9\x20\xAC\xFF\x1C"),
		    "\xC3\xA9\xE2\x82\xAC\xEF\xBC\x9C", step);
		expect(SPAN("\xD8\x3D\xDE\x00\0x"), "\xF0\x9F\x98\x80x", step);
		expect(SPAN("\xDB\xFF\xDF\xFF"), "\xF4\x8F\xBF\xBF", step);
		/* halves */
		expect(SPAN("\xD8\x3D\0<"), "\xEF\xBF\xBD<", step);
		expect(SPAN("\xD8\x3D\xD8\x3D\xDE\x00"),
		    "\xEF\xBF\xBD\xF0\x9F\x98\x80", step);
		expect(SPAN("\xDE\x00\0<"), "\xEF\xBF\xBD<", step);
		expect(SPAN("\0<\xD8\x3D"), "<\xEF\xBF\xBD", step);
		expect(SPAN(""), "", step);
	}
	expect(SPAN("\0<\0"), "<\xEF\xBF\xBD", 1);
}

static void
ceilings_are_told(void **state)
{
	struct charset_wide w = charset_wide_of(CHARSET_UTF16BE);
	struct buf out;

	(void)state;
	buf_init(&out, 2);
	assert_int_equal(
	    charset_wide_write(&w, SPAN("\0a\0b\0c"), &out), CONSENT_ELIMIT);
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(utf16_becomes_utf8),
	    cmocka_unit_test(ceilings_are_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
