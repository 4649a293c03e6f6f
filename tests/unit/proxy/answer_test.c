#include "proxy/answer.h"

#include "base/clock.h"
#include "http/head_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct answer a;
static struct buf text;

static int64_t
stopped_clock(void)
{
	return 1793527200007;
}

static int
setup(void **state)
{
	(void)state;
	clock_replace(stopped_clock);
	answer_init(&a);
	buf_init(&text, 65536);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	answer_fini(&a);
	buf_fini(&text);
	clock_replace(NULL);
	return 0;
}

/* The answer's head, with a NUL. */
static const char *
head_text(void)
{
	assert_int_equal(a.rc, CONSENT_OK);
	buf_clear(&text);
	assert_int_equal(head_write(&a.head, &text), CONSENT_OK);
	assert_int_equal(buf_append_byte(&text, '\0'), CONSENT_OK);
	return text.p;
}

#define USUAL                                                                  \
	"Date: Sun, 01 Nov 2026 10:00:00 GMT\r\n"                              \
	"Cache-Control: no-store\r\n"                                          \
	"X-Content-Type-Options: nosniff\r\n"

static void
nobody_keeps_an_answer(void **state)
{
	(void)state;
	answer_start(&a, 200);
	assert_string_equal(head_text(), "HTTP/1.1 200 OK\r\n" USUAL "\r\n");
	assert_int_equal(a.body.n, 0);
}

static void
a_new_start_forgets_all(void **state)
{
	(void)state;
	answer_start(&a, 200);
	answer_field(&a, SPAN("Set-Cookie"), SPAN("secret=1"));
	answer_text(&a, SPAN("secret"));
	answer_field(&a, SPAN("bad name"), SPAN(""));
	assert_int_equal(a.rc, CONSENT_EINVAL);
	answer_start(&a, 404);
	assert_string_equal(
	    head_text(), "HTTP/1.1 404 Not Found\r\n" USUAL "\r\n");
	assert_int_equal(a.body.n, 0);
}

static void
caching_is_replaced_not_added(void **state)
{
	(void)state;
	answer_start(&a, 200);
	answer_cache(&a, SPAN("public, max-age=60"));
	assert_non_null(
	    strstr(head_text(), "\r\nCache-Control: public, max-age=60\r\n"));
	assert_null(strstr(head_text(), "no-store"));
}

static void
the_first_failure_latches(void **state)
{
	static char filler[8192];
	size_t i;

	(void)state;
	memset(filler, 'x', sizeof filler);
	answer_start(&a, 200);
	for (i = 0; i < 64; i++)
		answer_field(
		    &a, SPAN("X"), (struct span){filler, sizeof filler});
	assert_int_equal(a.rc, CONSENT_ELIMIT);
	answer_field(&a, SPAN("X"), SPAN("\n"));
	assert_int_equal(a.rc, CONSENT_ELIMIT);
	answer_text(&a, SPAN("fine"));
	answer_cache(&a, SPAN("private"));
	assert_int_equal(a.rc, CONSENT_ELIMIT);
}

static void
no_value_begins_another_line(void **state)
{
	(void)state;
	answer_start(&a, 303);
	answer_field(&a, SPAN("Location"), SPAN("/a\r\nSet-Cookie: x=1"));
	assert_int_equal(a.rc, CONSENT_EINVAL);
	assert_int_equal(head_find(&a.head, SPAN("Location"), 0), HEAD_NONE);
}

static void
a_body_has_a_ceiling(void **state)
{
	static char filler[65536];
	size_t i;

	(void)state;
	answer_start(&a, 200);
	for (i = 0; i < ANSWER_BYTES / sizeof filler; i++)
		answer_text(&a, (struct span){filler, sizeof filler});
	assert_int_equal(a.rc, CONSENT_OK);
	answer_text(&a, SPAN("x"));
	assert_int_equal(a.rc, CONSENT_ELIMIT);
	assert_int_equal(a.body.n, ANSWER_BYTES);
}

static void
an_error_is_a_page_without_foreign_parts(void **state)
{
	(void)state;
	answer_error(&a, 502, SPAN("It <b>did</b> \"not\" & will not."));
	assert_non_null(strstr(head_text(), "HTTP/1.1 502 Bad Gateway\r\n"));
	assert_non_null(
	    strstr(head_text(), "Content-Type: text/html; charset=utf-8\r\n"));
	assert_non_null(strstr(head_text(), "Cache-Control: no-store\r\n"));
	assert_int_equal(buf_append_byte(&a.body, '\0'), CONSENT_OK);
	assert_non_null(
	    strstr(a.body.p, "<title>502 Bad Gateway</title>\n<h1>Bad Gateway"
			     "</h1>\n<p>It &lt;b&gt;did&lt;/b&gt; "
			     "&quot;not&quot; &amp; will not.</p>"));
	assert_null(strstr(a.body.p, "src="));
	assert_null(strstr(a.body.p, "href="));
	assert_null(strstr(a.body.p, "<script"));
}

static void
a_status_without_a_name_is_written_too(void **state)
{
	(void)state;
	answer_error(&a, 599, SPAN(""));
	assert_non_null(strstr(head_text(), "HTTP/1.1 599 \r\n"));
	assert_true(span_search(buf_span(&a.body),
			SPAN("<title>599 </title>")) < a.body.n);
}

static void
an_error_for_programs_is_json(void **state)
{
	(void)state;
	answer_text(&a, SPAN("left over"));
	answer_error_json(&a, 403, SPAN("Say \"no\"\\\n<b>."));
	assert_non_null(strstr(head_text(), "HTTP/1.1 403 Forbidden\r\n"));
	assert_non_null(
	    strstr(head_text(), "Content-Type: application/json\r\n"));
	assert_true(span_equal(buf_span(&a.body),
	    SPAN("{\"error\":\"Say \\\"no\\\"\\\\\\n<b>.\"}")));
	/* only as many bytes as the reason has */
	answer_error_json(&a, 403, span_sub(SPAN("Not this"), 0, 3));
	assert_true(span_equal(buf_span(&a.body), SPAN("{\"error\":\"Not\"}")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nobody_keeps_an_answer),
	    TEST(a_new_start_forgets_all),
	    TEST(caching_is_replaced_not_added),
	    TEST(the_first_failure_latches),
	    TEST(no_value_begins_another_line),
	    TEST(a_body_has_a_ceiling),
	    TEST(an_error_is_a_page_without_foreign_parts),
	    TEST(a_status_without_a_name_is_written_too),
	    TEST(an_error_for_programs_is_json),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
