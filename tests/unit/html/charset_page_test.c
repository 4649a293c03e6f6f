#include "html/charset_page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct buf wide;

static int
setup(void **state)
{
	(void)state;
	buf_init(&wide, 64);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buf_fini(&wide);
	return 0;
}

static void
expect(
    const char *type, struct span body, enum mime_form form, const char *text)
{
	struct charset_page page;

	assert_int_equal(
	    charset_page_read(span_of(type), body, &wide, &page), CONSENT_OK);
	assert_int_equal(page.form, form);
	if (!span_equal(page.text, span_of(text)))
		fail_msg("%.*s is not %s", SPAN_ARG(page.text), text);
}

static void
a_page_is_read_as_what_it_is(void **state)
{
	(void)state;
	expect("text/html", SPAN("<p>a"), MIME_HTML, "<p>a");
	expect("image/svg+xml", SPAN("<svg/>"), MIME_XML, "<svg/>");
	expect("", SPAN("<!doctype html>"), MIME_HTML, "<!doctype html>");
	assert_int_equal(wide.n, 0);
	expect(
	    "text/html; charset=utf-16le", SPAN("<\0p\0>\0"), MIME_HTML, "<p>");
	/* the mark stays; what the page before left is no part of it */
	expect("text/html", SPAN("\xfe\xff\0<\0b\0>"), MIME_HTML,
	    "\xEF\xBB\xBF<b>");
}

static void
what_is_no_page_is_refused(void **state)
{
	struct charset_page page;

	(void)state;
	assert_int_equal(
	    charset_page_read(SPAN("image/png"), SPAN("<p>"), &wide, &page),
	    CONSENT_ENOENT);
	assert_int_equal(charset_page_read(SPAN("text/html; charset=utf-7"),
			     SPAN("<p>"), &wide, &page),
	    CONSENT_ECODING);
	buf_fini(&wide);
	buf_init(&wide, 2);
	assert_int_equal(charset_page_read(SPAN("text/html; charset=utf-16le"),
			     SPAN("<\0p\0>\0"), &wide, &page),
	    CONSENT_ELIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_page_is_read_as_what_it_is, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		what_is_no_page_is_refused, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
