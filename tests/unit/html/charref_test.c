#include "html/charref.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct row {
	struct span raw;
	struct span want;
};

static void
check_rows(enum charref_use use, const struct row *rows, size_t n)
{
	struct buf out;
	size_t i;

	buf_init(&out, 4096);
	for (i = 0; i < n; i++) {
		buf_clear(&out);
		assert_int_equal(charref_decode(rows[i].raw, use, &out), 0);
		if (!span_equal(buf_span(&out), rows[i].want))
			fail_msg("%.*s gives %.*s", SPAN_ARG(rows[i].raw),
			    SPAN_ARG(buf_span(&out)));
	}
	buf_fini(&out);
}

#define CHECK(use, rows) check_rows(use, rows, sizeof(rows) / sizeof(rows)[0])

static void
names_match_as_long_as_they_can(void **state)
{
	const struct row rows[] = {
	    {SPAN("&amp;&lt;&gt;&quot;"), SPAN("&<>\"")},
	    {SPAN("&ampx &notit; &notin;"),
		SPAN("&x \xC2\xACit; \xE2\x88\x89")},
	    {SPAN("&AMP &AMp"), SPAN("& &AMp")},
	    {SPAN("&CounterClockwiseContourIntegral;"), SPAN("\xE2\x88\xB3")},
	    {SPAN("&acE;"), SPAN("\xE2\x88\xBE\xCC\xB3")}, /* two points */
	    {SPAN("&zwnj;&zwj;"), SPAN("\xE2\x80\x8C\xE2\x80\x8D")},
	    {SPAN("&AElig"), SPAN("\xC3\x86")}, /* the first of the list */
	    {SPAN("& &; &x; &hellip &"), SPAN("& &; &x; &hellip &")},
	};

	(void)state;
	CHECK(CHARREF_DATA, rows);
}

static void
numbers_are_repaired(void **state)
{
	const struct row rows[] = {
	    {SPAN("&#65;&#x41;&#X4a;&#65"), SPAN("AAJA")},
	    {SPAN("&#0;&#xD800;&#x110000;"),
		SPAN("\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD")},
	    {SPAN("&#99999999999999999999;"), SPAN("\xEF\xBF\xBD")},
	    {SPAN("&#x80;&#159;&#x81;"), SPAN("\xE2\x82\xAC\xC5\xB8\xC2\x81")},
	    {SPAN("&#13;&#10;"), SPAN("\r\n")},
	    {SPAN("&#x10FFFF;"), SPAN("\xF4\x8F\xBF\xBF")},
	    {SPAN("&#; &#x; &#xg &#a"), SPAN("&#; &#x; &#xg &#a")},
	};

	(void)state;
	CHECK(CHARREF_DATA, rows);
}

static void
attributes_ask_for_the_semicolon(void **state)
{
	const struct row rows[] = {
	    {SPAN("?a=1&copy=2&lang=en"), SPAN("?a=1&copy=2&lang=en")},
	    {SPAN("&copy;=&copy &copyx &copy"),
		SPAN("\xC2\xA9=\xC2\xA9 &copyx \xC2\xA9")},
	    {SPAN("&notit;"), SPAN("&notit;")},
	    {SPAN("&#65=&#x74rack"), SPAN("A=track")},
	};

	(void)state;
	CHECK(CHARREF_ATTRIBUTE, rows);
}

static void
newlines_and_nul_go_by_use(void **state)
{
	const struct row data[] = {
	    {SPAN("a\r\nb\rc\n\0"), SPAN("a\nb\nc\n\0")}};
	const struct row rcdata[] = {
	    {SPAN("\0&lt;\r"), SPAN("\xEF\xBF\xBD<\n")}};
	const struct row rawtext[] = {
	    {SPAN("\0&lt;\r"), SPAN("\xEF\xBF\xBD&lt;\n")}};
	const struct row cdata[] = {{SPAN("\0&lt;\r"), SPAN("\0&lt;\n")}};

	(void)state;
	CHECK(CHARREF_DATA, data);
	CHECK(CHARREF_RCDATA, rcdata);
	CHECK(CHARREF_RAWTEXT, rawtext);
	CHECK(CHARREF_CDATA, cdata);
}

static void
a_full_buffer_is_an_error(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 2);
	assert_int_equal(
	    charref_decode(SPAN("ab&lt;"), CHARREF_DATA, &out), CONSENT_ELIMIT);
	buf_fini(&out);
}

static void
match_leaves_out_alone_on_failure(void **state)
{
	struct charref ref = {7, 8};

	(void)state;
	assert_int_equal(charref_match(SPAN("&zz"), CHARREF_DATA, &ref), 0);
	assert_int_equal(charref_match(SPAN("&"), CHARREF_DATA, &ref), 0);
	assert_int_equal(ref.first, 7);
	assert_int_equal(charref_match(SPAN("&lt;x"), CHARREF_DATA, &ref), 4);
	assert_int_equal(ref.first, '<');
	assert_int_equal(ref.second, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_match_as_long_as_they_can),
	    cmocka_unit_test(numbers_are_repaired),
	    cmocka_unit_test(attributes_ask_for_the_semicolon),
	    cmocka_unit_test(newlines_and_nul_go_by_use),
	    cmocka_unit_test(a_full_buffer_is_an_error),
	    cmocka_unit_test(match_leaves_out_alone_on_failure),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
