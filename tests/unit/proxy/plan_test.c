#include "proxy/plan.h"

#include "fixture.h"
#include "http/head.h"
#include "net/lane_ops.h"

#include <stdio.h>

static struct fixture f;

/* The origin's side of an exchange, as far as a plan looks at it. */
static enum body_kind origin_kind;

static struct head *
on_head(struct lane *lane)
{
	(void)lane;
	return codec_head(&f.codec);
}

static enum body_kind
on_kind(const struct lane *lane)
{
	(void)lane;
	return origin_kind;
}

static uint64_t
on_length(const struct lane *lane)
{
	(void)lane;
	return 77;
}

static const struct lane_ops origin_ops = {
    .head = on_head, .body_kind = on_kind, .body_length = on_length};

/* What is planned for a response of these fields. */
static int
planned(unsigned status, const char *fields, struct plan *plan)
{
	struct lane origin = {.ops = &origin_ops};
	char text[1024];
	int rc;

	(void)snprintf(
	    text, sizeof text, "HTTP/1.1 %u X\r\n%s\r\n", status, fields);
	(void)fixture_read(&f, CODEC_READS_RESPONSES, text);
	rc = plan_make(plan, &f.visit, &origin);
	fixture_unread(&f);
	return rc;
}

static bool
is_page(const char *fields)
{
	struct plan plan;

	assert_int_equal(planned(200, fields, &plan), CONSENT_OK);
	assert_int_equal(plan.rewrite, plan.page);
	return plan.page;
}

static void
r04_what_a_browser_shows_as_a_page_is_one(void **state)
{
	static const struct {
		const char *fields;
		bool page;
	} cases[] = {
	    {"Content-Type: text/html\r\n", true},
	    {"Content-Type: Text/HTML ;charset=utf-8\r\n", true},
	    {"Content-Type: application/xhtml+xml\r\n", true},
	    {"Content-Type: text/plain, text/html\r\n", true},
	    {"Content-Type: text/plain\r\n", false},
	    {"Content-Type: text/html, text/plain\r\n", false},
	    {"Content-Type: image/png\r\n", false},
	    {"", true}, /* its bytes will tell */
	    {"Content-Type: nonsense\r\n", true},
	    {"Content-Type: unknown/unknown\r\n", true},
	    {"X-Content-Type-Options: nosniff\r\n", false},
	    /* of several lines the last that is one */
	    {"Content-Type: text/plain\r\nContent-Type: text/html\r\n", true},
	    {"Content-Type: x\r\nContent-Type: text/html\r\n"
	     "X-Content-Type-Options: nosniff\r\n",
		true},
	    {"Content-Type: text/html\r\nContent-Type: text/plain\r\n", false},
	    {"Content-Type: text/plain\r\nContent-Type: x\r\n", false},
	    {"Content-Type: text/css\r\nContent-Type: text/css\r\n", false},
	};
	size_t i;

	(void)state;
	fixture_open(&f, "/");
	f.visit.wants_notice = true;
	origin_kind = BODY_CHUNKED;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (is_page(cases[i].fields) != cases[i].page)
			fail_msg("planned otherwise: %s", cases[i].fields);
	fixture_close(&f);
}

/* A document, or a mere picture: the request tells, so Vary says it. */
static void
r01_xml_is_a_page_where_it_is_shown(void **state)
{
	static const char *const types[] = {"text/xml", "image/svg+xml",
	    "application/rss+xml", "multipart/x-mixed-replace;boundary=x"};
	char fields[128];
	size_t i;

	(void)state;
	fixture_open(&f, "/");
	f.visit.wants_notice = true;
	origin_kind = BODY_CHUNKED;
	for (i = 0; i < sizeof types / sizeof types[0]; i++) {
		struct lane origin = {.ops = &origin_ops};
		struct plan plan;

		(void)snprintf(
		    fields, sizeof fields, "Content-Type: %s\r\n", types[i]);
		f.visit.shows = VISIT_DOCUMENT;
		assert_true(is_page(fields));
		f.visit.shows = VISIT_EMBEDDED;
		assert_true(is_page(fields));
		f.visit.shows = VISIT_PART;
		assert_false(is_page(fields));
		(void)snprintf(fields, sizeof fields,
		    "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n", types[i]);
		(void)fixture_read(&f, CODEC_READS_RESPONSES, fields);
		assert_int_equal(
		    plan_make(&plan, &f.visit, &origin), CONSENT_OK);
		assert_non_null(strstr(
		    fixture_text(&f), "\r\nVary: Sec-Fetch-Dest, Accept\r\n"));
		fixture_unread(&f);
	}
	assert_true(is_page("Content-Type: application/xhtml+xml\r\n"));
	fixture_close(&f);
}

#define HTML "Content-Type: text/html\r\n"
#define DISPOSITION "Content-Disposition: "

static void
downloads_are_no_pages(void **state)
{
	(void)state;
	fixture_open(&f, "/");
	origin_kind = BODY_CHUNKED;
	f.visit.shows = VISIT_DOCUMENT;
	assert_false(is_page(HTML DISPOSITION "attachment\r\n"));
	assert_false(
	    is_page(HTML DISPOSITION " Attachment ; filename=\"a;b\"\r\n"));
	assert_true(is_page(HTML DISPOSITION "inline\r\n"));
	assert_true(is_page(HTML DISPOSITION "filename=attachment\r\n"));
	assert_true(is_page(
	    HTML DISPOSITION "attachment\r\n" DISPOSITION "inline\r\n"));
	f.visit.shows = VISIT_EMBEDDED;
	assert_true(is_page(HTML DISPOSITION "attachment\r\n"));
	fixture_close(&f);
}

/* Nobody has looked inside, so nobody sees it without consent. */
static void
packed_and_doubtful_pages_are_refused(void **state)
{
	static const char *const types[] = {
	    "application/signed-exchange;v=b3", "application/xml, text/html x"};
	char fields[128];
	struct plan plan;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof types / sizeof types[0]; i++) {
		fixture_open(&f, "/");
		origin_kind = BODY_CHUNKED;
		(void)snprintf(
		    fields, sizeof fields, "Content-Type: %s\r\n", types[i]);
		assert_int_equal(planned(200, fields, &plan), CONSENT_ECODING);
		fixture_grant(&f, "/");
		assert_int_equal(planned(200, fields, &plan), CONSENT_OK);
		assert_false(plan.rewrite);
		fixture_close(&f);
	}
}

static void
r42_parts_and_unread_codings_of_pages_are_refused(void **state)
{
	struct plan plan;

	(void)state;
	fixture_open(&f, "/");
	origin_kind = BODY_LENGTH;
	assert_int_equal(
	    planned(206, "Content-Type: text/html\r\n", &plan), CONSENT_EBUSY);
	assert_int_equal(
	    planned(206, "Content-Type: image/png\r\n", &plan), CONSENT_OK);
	assert_int_equal(
	    planned(200, "Content-Type: text/html\r\nContent-Encoding: lzw\r\n",
		&plan),
	    CONSENT_ECODING);
	assert_int_equal(
	    planned(200, "Content-Type: image/png\r\nContent-Encoding: lzw\r\n",
		&plan),
	    CONSENT_OK);
	assert_false(plan.rewrite);
	/* without a type only the bytes tell whether it is a page */
	assert_int_equal(
	    planned(200, "Content-Encoding: lzw\r\n", &plan), CONSENT_OK);
	assert_true(plan.form == MIME_UNKNOWN && plan.unread);
	fixture_close(&f);
}

static void
a_page_coded_twice_says_that_it_is_coded_once(void **state)
{
	struct plan plan;
	struct lane origin = {.ops = &origin_ops};

	(void)state;
	fixture_open(&f, "/");
	origin_kind = BODY_CHUNKED;
	(void)fixture_read(&f, CODEC_READS_RESPONSES,
	    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
	    "Content-Encoding: gzip\r\nContent-Encoding: br\r\n\r\n");
	assert_int_equal(plan_make(&plan, &f.visit, &origin), CONSENT_OK);
	assert_int_equal(plan.codings.n, 2);
	assert_string_equal(fixture_text(&f),
	    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
	    "Content-Encoding: br\r\n\r\n");
	fixture_unread(&f);
	fixture_close(&f);
}

static void
r42_a_length_is_told_only_where_it_still_holds(void **state)
{
	struct plan plan;

	(void)state;
	fixture_open(&f, "/");
	origin_kind = BODY_LENGTH;
	assert_int_equal(
	    planned(200, "Content-Type: text/html\r\n", &plan), CONSENT_OK);
	assert_int_equal(plan.kind, BODY_CHUNKED);
	assert_int_equal(
	    planned(200, "Content-Type: image/png\r\n", &plan), CONSENT_OK);
	assert_int_equal(plan.kind, BODY_LENGTH);
	assert_int_equal(plan.length, 77);
	/* agreed to, and in a frame: nothing goes, nothing comes */
	fixture_grant(&f, "/");
	assert_int_equal(
	    planned(200, "Content-Type: text/html\r\n", &plan), CONSENT_OK);
	assert_true(plan.page);
	assert_false(plan.rewrite);
	assert_int_equal(plan.kind, BODY_LENGTH);
	/* an answer to HEAD tells what GET would */
	origin_kind = BODY_NONE;
	assert_int_equal(planned(200,
			     "Content-Type: image/png\r\n"
			     "Content-Length: 9\r\n",
			     &plan),
	    CONSENT_OK);
	assert_int_equal(plan.kind, BODY_LENGTH);
	assert_int_equal(plan.length, 9);
	assert_int_equal(planned(304, "", &plan), CONSENT_OK);
	assert_false(plan.page);
	assert_int_equal(plan.kind, BODY_NONE);
	fixture_close(&f);
}

static void
the_label_is_that_of_the_type(void **state)
{
	static const struct {
		const char *fields, *charset;
	} cases[] = {
	    {"", ""},
	    {"Content-Type: text/html\r\n", ""},
	    {"Content-Type: text/html; charset=koi8-r\r\n", "koi8-r"},
	    {"Content-Type: text/html;charset=\"UTF-8\"\r\n", "UTF-8"},
	};
	struct plan plan;
	size_t i;

	(void)state;
	fixture_open(&f, "/");
	origin_kind = BODY_CHUNKED;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct lane origin = {.ops = &origin_ops};
		char text[256];

		(void)snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n%s\r\n",
		    cases[i].fields);
		(void)fixture_read(&f, CODEC_READS_RESPONSES, text);
		assert_int_equal(
		    plan_make(&plan, &f.visit, &origin), CONSENT_OK);
		assert_true(
		    span_equal(plan.charset, span_of(cases[i].charset)));
		fixture_unread(&f);
	}
	fixture_close(&f);
}

/* It would make the page of another choice good again. */
static void
r40_no_304_is_about_the_page_of_another(void **state)
{
	struct plan plan;

	(void)state;
	fixture_open(&f, "/");
	origin_kind = BODY_NONE;
	assert_int_equal(planned(304, "", &plan), CONSENT_OK);
	f.visit.holds_other = true;
	assert_int_equal(planned(304, "", &plan), CONSENT_EINVAL);
	assert_int_equal(planned(204, "", &plan), CONSENT_OK);
	fixture_close(&f);
}

static void
a_name_of_a_charset_is_written_as_it_must_be(void **state)
{
	static const char *const rows[][3] = {
	    {"text/html", "gbk", "text/html; charset=gbk"},
	    {"Text/HTML;charset=none", "gbk", "Text/HTML; charset=gbk"},
	    {"text/html", "iso_8859-1:1987",
		"text/html; charset=\"iso_8859-1:1987\""},
	    {"nonsense", "utf-8", "text/html; charset=utf-8"},
	};
	char text[256];
	size_t i;

	(void)state;
	fixture_open(&f, "/");
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct head *h;

		(void)snprintf(text, sizeof text,
		    "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n", rows[i][0]);
		h = fixture_read(&f, CODEC_READS_RESPONSES, text);
		assert_int_equal(
		    plan_tell_charset(h, MIME_HTML, span_of(rows[i][1])),
		    CONSENT_OK);
		assert_true(span_equal_nocase(
		    head_value(h, SPAN("Content-Type")), span_of(rows[i][2])));
		fixture_unread(&f);
	}
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(r04_what_a_browser_shows_as_a_page_is_one),
	    cmocka_unit_test(r01_xml_is_a_page_where_it_is_shown),
	    cmocka_unit_test(downloads_are_no_pages),
	    cmocka_unit_test(packed_and_doubtful_pages_are_refused),
	    cmocka_unit_test(r42_parts_and_unread_codings_of_pages_are_refused),
	    cmocka_unit_test(a_page_coded_twice_says_that_it_is_coded_once),
	    cmocka_unit_test(r42_a_length_is_told_only_where_it_still_holds),
	    cmocka_unit_test(the_label_is_that_of_the_type),
	    cmocka_unit_test(r40_no_304_is_about_the_page_of_another),
	    cmocka_unit_test(a_name_of_a_charset_is_written_as_it_must_be),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
