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
	};
	static const char *const bad[] = {"", "text", "/html", "text/",
	    "text/html/x", "te xt/html", "text/ html", "text /html", "*/*", ",",
	    "text", "text; charset=utf-8"};
	struct mime mime;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(mime_parse(span_of(cases[i].value), &mime), 0);
		assert_true(
		    span_equal(mime.essence, span_of(cases[i].essence)));
		assert_true(
		    span_equal(mime.charset, span_of(cases[i].charset)));
		assert_int_equal(
		    mime_form(span_of(cases[i].value), NULL), MIME_HTML);
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(
		    mime_parse(span_of(bad[i]), &mime), CONSENT_EINVAL);
		assert_int_equal(
		    mime_form(span_of(bad[i]), NULL), MIME_UNKNOWN);
	}
}

static void
forms_are_those_of_browsers(void **state)
{
	static const struct {
		const char *value;
		enum mime_form form;
	} cases[] = {
	    {"text/html5", MIME_OTHER},
	    {"text/plain", MIME_OTHER},
	    {"application/UNKNOWN; x=y", MIME_UNKNOWN},
	    {"unknown/unknown", MIME_UNKNOWN},
	    {"application/xhtml+xml", MIME_XML},
	    {"Image/SVG+XML; charset=utf-8", MIME_XML},
	    {"text/xml", MIME_XML},
	    {"application/xml", MIME_XML},
	    {"application/rss+xml", MIME_XML},
	    {"+xml", MIME_UNKNOWN},
	    {"application/xml-dtd", MIME_OTHER},
	    {"multipart/x-mixed-replace; boundary=a", MIME_PARTS},
	    {"application/signed-exchange;v=b3", MIME_PACKED},
	    {"application/webbundle", MIME_PACKED},
	    /* what only some browsers read */
	    {"text/html x", MIME_HTML},
	    {"text/html (a page)", MIME_HTML},
	    {"text/html(a page); charset=utf-8", MIME_HTML},
	    {"text/html\tx, bad", MIME_HTML},
	    {"text/plain, text/html x", MIME_HTML},
	    {"image/svg+xml oops", MIME_XML},
	    {"text/html, text/plain x", MIME_HTML},
	    {"application/xml, text/html x", MIME_DOUBTFUL},
	    {"text/html, application/xml x", MIME_DOUBTFUL},
	    {"text/plain x", MIME_UNKNOWN},
	};
	struct mime mime;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (mime_form(span_of(cases[i].value), NULL) != cases[i].form)
			fail_msg("another form: %s", cases[i].value);
	assert_int_equal(
	    mime_form(SPAN("text/html(x); charset=utf-16"), &mime), MIME_HTML);
	assert_true(span_equal(mime.charset, SPAN("utf-16")));
	assert_int_equal(mime_form(SPAN(""), &mime), MIME_UNKNOWN);
	assert_int_equal(mime.charset.n, 0);
}

static void
pages_are_sniffed(void **state)
{
	static const char *const html[] = {"\r\n <!doctype html>",
	    "<html lang=en>", "<script >x", "<!--x", "<p>", "<pre>", "<img >",
	    "\xEF\xBB\xBF\n<title>", "<?php", "<!x"};
	static const char *const xml[] = {
	    "<?xml version=\"1.0\"?>", " \n<?xml ?><html>", "<?xml-stylesheet"};
	static const char *const other[] = {"", "<html", "text <html>", "<svg>",
	    "\x89PNG", "{}", "<pretty>", "%PDF-1.7 <html>"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof html / sizeof html[0]; i++)
		assert_int_equal(mime_sniff(span_of(html[i])), MIME_HTML);
	for (i = 0; i < sizeof xml / sizeof xml[0]; i++)
		assert_int_equal(mime_sniff(span_of(xml[i])), MIME_XML);
	for (i = 0; i < sizeof other / sizeof other[0]; i++)
		assert_int_equal(mime_sniff(span_of(other[i])), MIME_OTHER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(types_are_parsed),
	    cmocka_unit_test(forms_are_those_of_browsers),
	    cmocka_unit_test(pages_are_sniffed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
