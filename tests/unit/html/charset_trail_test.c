#include "html/charset_trail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
labels_tell_how_bytes_pair(void **state)
{
	(void)state;
	assert_int_equal(
	    charset_pairs_of(SPAN(" Shift_JIS\t")), CHARSET_PAIRS_SHIFT_JIS);
	assert_int_equal(
	    charset_pairs_of(SPAN("\n\fShift_JIS\r")), CHARSET_PAIRS_SHIFT_JIS);
	assert_int_equal(
	    charset_pairs_of(SPAN("GB2312")), CHARSET_PAIRS_CHINESE);
	assert_int_equal(
	    charset_pairs_of(SPAN("gb18030")), CHARSET_PAIRS_CHINESE);
	assert_int_equal(charset_pairs_of(SPAN("big5")), CHARSET_PAIRS_CHINESE);
	assert_int_equal(charset_pairs_of(SPAN("utf-8")), CHARSET_PAIRS_NONE);
	assert_int_equal(charset_pairs_of(SPAN("euc-kr")), CHARSET_PAIRS_NONE);
	assert_int_equal(charset_pairs_of(SPAN("")), CHARSET_PAIRS_NONE);
}

static void
second_bytes_are_masked_and_no_others(void **state)
{
	static const struct {
		enum charset_pairs pairs;
		const char *in, *out;
	} rows[] = {
	    {CHARSET_PAIRS_NONE, "\x95\\", "\x95\\"},
	    {CHARSET_PAIRS_SHIFT_JIS, "\"\x95\\\"", "\"\x95\xDC\""},
	    /* a katakana of one byte, a pair beyond ASCII */
	    {CHARSET_PAIRS_SHIFT_JIS, "\xB1\\", "\xB1\\"},
	    {CHARSET_PAIRS_CHINESE, "\xB1\\", "\xB1\xDC"},
	    {CHARSET_PAIRS_SHIFT_JIS, "\x95\xE3\\", "\x95\xE3\\"},
	    {CHARSET_PAIRS_CHINESE, "\x81\x81\\}", "\x81\x81\\}"},
	    {CHARSET_PAIRS_CHINESE, "\xBF}}", "\xBF\xFD}"},
	    /* what cannot be second stays itself */
	    {CHARSET_PAIRS_SHIFT_JIS, "\x95\"\\", "\x95\"\\"},
	    {CHARSET_PAIRS_CHINESE, "\x95<\x7F", "\x95<\x7F"},
	    /* four bytes of gb18030 */
	    {CHARSET_PAIRS_CHINESE, "\x81\x30\x81\x30\\", "\x81\x30\x81\x30\\"},
	};
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 64);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_clear(&out);
		assert_int_equal(charset_trail_mask(
				     rows[i].pairs, span_of(rows[i].in), &out),
		    CONSENT_OK);
		if (!span_equal(buf_span(&out), span_of(rows[i].out)))
			fail_msg("row %zu is otherwise", i);
	}
	buf_fini(&out);
}

static void
only_what_css_heeds_may_hide(void **state)
{
	(void)state;
	assert_true(charset_trail_may_hide(SPAN("a\x95\\")));
	assert_true(charset_trail_may_hide(SPAN("\xBF}")));
	assert_false(charset_trail_may_hide(SPAN("\\\x95 \\a{}@")));
	assert_false(charset_trail_may_hide(SPAN("\x95"
						 "a")));
	assert_false(charset_trail_may_hide(SPAN("")));
}

static void
ends_inside_of_pairs_are_found_however_cut(void **state)
{
	static const struct {
		enum charset_pairs pairs;
		const char *text;
		bool ends;
	} rows[] = {
	    {CHARSET_PAIRS_SHIFT_JIS, "a\x83]]>b", true},
	    {CHARSET_PAIRS_CHINESE, "\xBF]]>", true},
	    {CHARSET_PAIRS_SHIFT_JIS, "a\x83]]]>b", false},
	    {CHARSET_PAIRS_SHIFT_JIS, "\xB1]]>", false},
	    {CHARSET_PAIRS_SHIFT_JIS, "\x83\x81]]>", false},
	    {CHARSET_PAIRS_CHINESE, "\xBF]x]>", false},
	    {CHARSET_PAIRS_CHINESE, "x]]>", false},
	    {CHARSET_PAIRS_NONE, "\xBF]]>", false},
	};
	size_t i, cut;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (cut = 0; cut <= strlen(rows[i].text); cut++) {
			struct charset_trail t = {.pairs = rows[i].pairs};
			struct span text = span_of(rows[i].text);
			bool first =
			    charset_trail_ends(&t, span_sub(text, 0, cut));

			assert_int_equal(
			    first || charset_trail_ends(
					 &t, span_sub(text, cut, text.n)),
			    rows[i].ends);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(labels_tell_how_bytes_pair),
	    cmocka_unit_test(second_bytes_are_masked_and_no_others),
	    cmocka_unit_test(only_what_css_heeds_may_hide),
	    cmocka_unit_test(ends_inside_of_pairs_are_found_however_cut),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
