#include "web/mime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
types_are_parsed(void **state)
{
	static const struct {
		const char *value, *essence, *charset;
	} cases[] = {
	    {"text/html", "text/html", ""},
	    {" Text/HTML ; charset=utf-8", "Text/HTML", "utf-8"},
	    {"text/html;charset=\"utf-8\"; x=y", "text/html", "utf-8"},
	    {"text/html; a=\"x;charset=z\"; CHARSET=iso-8859-9 ", "text/html",
		"iso-8859-9"},
	    {"text/html; charset=; charset=a", "text/html", "a"},
	    {"text/html; charset=a; charset=b", "text/html", "a"},
	    {"text/html;", "text/html", ""},
	    {"text/html;charset", "text/html", ""},
	    {"text/html;charset=\"open", "text/html", "open"},
	    {"text/html; charset=\"\"", "text/html", ""},
	    {"text/html;charset=a, text/html", "text/html", "a"},
	    {"text/plain;charset=a,text/html, bad", "text/html", ""},
	    {"text/plain;x=\",\",text/html", "text/html", ""},
	    {"application/xhtml+xml", "application/xhtml+xml", ""},
	};
	static const char *const bad[] = {"", "text", "/html", "text/",
	    "text/html/x", "te xt/html", "text/ html", "text /html", "*/*", ",",
	    "text/html x"};
	struct mime mime;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(mime_parse(span_of(cases[i].value), &mime), 0);
		assert_true(
		    span_equal(mime.essence, span_of(cases[i].essence)));
		assert_true(
		    span_equal(mime.charset, span_of(cases[i].charset)));
		assert_true(mime_is_html(&mime));
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(
		    mime_parse(span_of(bad[i]), &mime), CONSENT_EINVAL);
		assert_true(mime_is_unknown(span_of(bad[i])));
	}
	assert_int_equal(mime_parse(SPAN("text/html5"), &mime), 0);
	assert_false(mime_is_html(&mime));
	assert_true(mime_is_unknown(SPAN("*/*")));
	assert_true(mime_is_unknown(SPAN("application/UNKNOWN; x=y")));
	assert_false(mime_is_unknown(SPAN("text/plain")));
}

static void
pages_are_sniffed(void **state)
{
	(void)state;
	assert_true(mime_sniffs_html(SPAN("\r\n <!doctype html>")));
	assert_true(mime_sniffs_html(SPAN("<html lang=en>")));
	assert_true(mime_sniffs_html(SPAN("<script >x")));
	assert_true(mime_sniffs_html(SPAN("<!--x")));
	assert_true(mime_sniffs_html(SPAN("<p>")));
	assert_false(mime_sniffs_html(SPAN("<html")));
	assert_false(mime_sniffs_html(SPAN("<pre>")));
	assert_false(mime_sniffs_html(SPAN("text <html>")));
	assert_false(mime_sniffs_html(SPAN("<?xml version=\"1.0\"?>")));
	assert_false(mime_sniffs_html(SPAN("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(types_are_parsed),
	    cmocka_unit_test(pages_are_sniffed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
