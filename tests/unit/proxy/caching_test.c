#include "proxy/caching.h"

#include "proxy/etag.h"
#include "stage.h"

#include <stdio.h>

static struct stage s;

static int
setup(void **state)
{
	(void)state;
	stage_open(&s);
	(void)stage_admit(&s, "GET /page", "");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stage_close(&s);
	return 0;
}

/* Reads a request of these fields and readies its conditions. */
static const char *
asked(const char *method, const char *fields)
{
	static char copy[4096];
	static struct fixture f;
	char text[4096];
	struct head *h;

	(void)snprintf(text, sizeof text,
	    "%s /page HTTP/1.1\r\nHost: site.example\r\n%s\r\n", method,
	    fields);
	f = s.f;
	buf_init(&f.text, 65536);
	h = fixture_read(&f, CODEC_READS_REQUESTS, text);
	assert_int_equal(
	    caching_request(h, &s.f.visit, &s.f.setup), CONSENT_OK);
	(void)snprintf(copy, sizeof copy, "%s", fixture_text(&f));
	fixture_unread(&f);
	buf_fini(&f.text);
	return copy;
}

/* Reads a response of these fields and puts our validator into it. */
static const char *
told(unsigned status, const char *fields)
{
	static char copy[4096];
	static struct fixture f;
	char text[4096];
	struct head *h;

	(void)snprintf(
	    text, sizeof text, "HTTP/1.1 %u X\r\n%s\r\n", status, fields);
	f = s.f;
	buf_init(&f.text, 65536);
	h = fixture_read(&f, CODEC_READS_RESPONSES, text);
	assert_int_equal(
	    caching_rewritten(h, &s.f.visit, &s.f.setup), CONSENT_OK);
	(void)snprintf(copy, sizeof copy, "%s", fixture_text(&f));
	fixture_unread(&f);
	buf_fini(&f.text);
	return copy;
}

/* The entity tag of such a response, as a client would send it back. */
static const char *
tag_of(const char *fields)
{
	static char tag[1024];
	const char *at = strstr(told(200, fields), "ETag: ");

	assert_non_null(at);
	(void)snprintf(
	    tag, sizeof tag, "%.*s", (int)strcspn(at + 6, "\r"), at + 6);
	return tag;
}

static void
grant(void)
{
	struct buf cookie;

	buf_init(&cookie, 4096);
	stage_cookie(&s, 2, &cookie);
	assert_int_equal(buf_append_byte(&cookie, '\0'), CONSENT_OK);
	(void)stage_admit(&s, "GET /page", cookie.p);
	buf_fini(&cookie);
}

#define PAGE "Accept: text/html\r\n"
#define DATE "Sun, 01 Nov 2026 10:00:00 GMT"

static void
r42_no_part_of_a_page_is_asked_for(void **state)
{
	const char *text;

	(void)state;
	text = asked("GET", PAGE "Range: bytes=0-9\r\nIf-Range: \"a\"\r\n"
				 "If-None-Match: \"b\"\r\n");
	assert_null(strstr(text, "Range"));
	assert_null(strstr(text, "If-None-Match"));
	text = asked("GET", "Range: bytes=0-9\r\n");
	assert_non_null(strstr(text, "Range: bytes=0-9\r\n"));
}

/* A client that takes anything may mean a page; one that says not, does not. */
static void
r40_a_304_is_asked_for_only_with_our_own_tag(void **state)
{
	static const char *const maybe[] = {"", "Accept: */*\r\n",
	    "Accept: image/webp, */*;q=0.8\r\n", "Sec-Fetch-Dest: object\r\n",
	    "Sec-Fetch-Dest: empty\r\nAccept: text/html\r\n"};
	static const char *const never[] = {"Accept: image/png\r\n",
	    "Sec-Fetch-Dest: script\r\nAccept: */*\r\n",
	    "Sec-Fetch-Dest: image\r\n"};
	char fields[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof maybe / sizeof maybe[0]; i++) {
		(void)snprintf(fields, sizeof fields,
		    "%sIf-None-Match: \"b\"\r\nIf-Modified-Since: x\r\n",
		    maybe[i]);
		assert_null(strstr(asked("GET", fields), "If-"));
		assert_false(s.f.visit.holds_page);
		assert_false(s.f.visit.holds_other);
	}
	for (i = 0; i < sizeof never / sizeof never[0]; i++) {
		(void)snprintf(fields, sizeof fields,
		    "%sIf-None-Match: \"b\"\r\n", never[i]);
		assert_non_null(strstr(asked("GET", fields), "If-None"));
		assert_false(s.f.visit.holds_page);
	}
	s.f.visit.path = SPAN("/a/style.css");
	assert_non_null(
	    strstr(asked("GET", "If-None-Match: \"b\"\r\n"), "If-None"));
}

static void
r40_our_tag_goes_back_as_the_origins(void **state)
{
	static const char *const tags[] = {
	    "\"v1\"", "W/\"v1\"", "\"\"", "\"a,b\"", "\"\xC3\xA9\""};
	char fields[2048], wanted[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		(void)snprintf(fields, sizeof fields,
		    "ETag: %s\r\nLast-Modified: " DATE "\r\n", tags[i]);
		(void)snprintf(fields, sizeof fields,
		    PAGE "If-None-Match: \"x,y\", %s\r\n"
			 "If-Modified-Since: " DATE "\r\n",
		    tag_of(fields));
		(void)snprintf(wanted, sizeof wanted,
		    "\r\nIf-None-Match: %s\r\n", tags[i]);
		assert_non_null(strstr(asked("GET", fields), wanted));
		assert_true(s.f.visit.holds_page);
		s.f.visit.is_head = true;
		assert_null(strstr(asked("HEAD", fields), "If-Modified"));
		assert_true(s.f.visit.holds_page);
		s.f.visit.is_head = false;
	}
}

static void
r40_a_date_goes_inside_of_our_tag(void **state)
{
	char fields[2048];
	const char *text;

	(void)state;
	text = told(200, "Last-Modified: " DATE "\r\nETag: v1\r\n");
	assert_null(strstr(text, "Last-Modified"));
	(void)snprintf(fields, sizeof fields, PAGE "If-None-Match: %s\r\n",
	    tag_of("Last-Modified: " DATE "\r\n"));
	text = asked("GET", fields);
	assert_non_null(strstr(text, "\r\nIf-Modified-Since: " DATE "\r\n"));
	assert_null(strstr(text, "If-None-Match"));
	assert_true(s.f.visit.holds_page);
	/* nothing to go by, or too much */
	assert_null(strstr(told(200, "X: 1\r\n"), "ETag"));
	(void)snprintf(fields, sizeof fields, "ETag: \"%0300d\"\r\n", 0);
	assert_null(strstr(told(200, fields), "ETag"));
}

static void
r40_a_tag_is_of_one_variant(void **state)
{
	char undecided[2048];
	char granted[2048];

	(void)state;
	(void)snprintf(undecided, sizeof undecided,
	    PAGE "If-None-Match: %s\r\n", tag_of("ETag: \"v1\"\r\n"));
	assert_non_null(strstr(asked("GET", undecided), "If-None-Match"));
	/* in a frame there is no notice */
	s.f.visit.wants_notice = false;
	assert_null(strstr(asked("GET", undecided), "If-None-Match"));
	grant();
	assert_null(strstr(asked("GET", undecided), "If-None-Match"));
	assert_false(s.f.visit.holds_page);
	assert_true(s.f.visit.holds_other);
	(void)snprintf(granted, sizeof granted, PAGE "If-None-Match: %s\r\n",
	    tag_of("ETag: \"v1\"\r\n"));
	assert_string_not_equal(undecided, granted);
	assert_non_null(strstr(asked("GET", granted), "If-None-Match: \"v1\""));
	assert_true(s.f.visit.holds_page && !s.f.visit.holds_other);
	/* another language is another notice */
	(void)stage_admit(&s, "GET /page", "Accept-Language: tr\r\n");
	assert_null(strstr(asked("GET", undecided), "If-None-Match"));
	(void)stage_admit(&s, "GET /page", "");
	assert_non_null(strstr(asked("GET", undecided), "If-None-Match"));
	assert_null(strstr(asked("GET", granted), "If-None-Match"));
}

/* The name of the variant for a request with these fields. */
static void
variant_of(const char *path, const char *fields, char out[ETAG_VARIANT])
{
	char line[64];

	(void)snprintf(line, sizeof line, "GET %s", path);
	(void)stage_admit(&s, line, fields);
	etag_variant(&s.f.visit, &s.f.setup, out);
}

/* A tag holds no blank (RFC 9110 8.8.3), though there be no notice. */
static void
a_variant_without_a_notice_has_a_valid_name(void **state)
{
	char out[ETAG_VARIANT];

	(void)state;
	variant_of("/", "", out);
	s.f.visit.notice = NULL;
	etag_variant(&s.f.visit, &s.f.setup, out);
	assert_int_equal(strlen(out), ETAG_VARIANT - 1);
	assert_null(strpbrk(out, " \""));
}

/* Each of these is another page under the same URL, or for another reader. */
static void
r40_whoever_gets_another_page_gets_another_tag(void **state)
{
	static const char *const fields[] = {"", "Accept-Language: tr\r\n",
	    "Sec-Fetch-Dest: iframe\r\n", "Sec-Fetch-Dest: image\r\n",
	    "Sec-Fetch-Dest: object\r\n", "Host: second.example:8443\r\n",
	    "Host: second.example\r\n"};
	enum {
		FIELDS = sizeof fields / sizeof fields[0],
		ALL = FIELDS + 5
	};
	char names[ALL][ETAG_VARIANT];
	struct buf cookie;
	size_t i, j;

	(void)state;
	for (i = 0; i < FIELDS; i++)
		variant_of("/page", fields[i], names[i]);
	variant_of("/account", "", names[i++]);
	for (j = 0; j < 2; j++) {
		buf_init(&cookie, 4096);
		stage_cookie(&s, j == 0 ? 0 : 2, &cookie);
		assert_int_equal(buf_append_byte(&cookie, '\0'), CONSENT_OK);
		variant_of("/page", cookie.p, names[i++]);
		buf_fini(&cookie);
	}
	/* what is told to its scripts differs, though the same is held back */
	buf_init(&cookie, 4096);
	stage_cookie(&s, 2, &cookie);
	assert_int_equal(buf_append_byte(&cookie, '\0'), CONSENT_OK);
	variant_of("/account", cookie.p, names[i++]);
	buf_fini(&cookie);
	s.f.setup.edition[0] ^= 1;
	variant_of("/page", "", names[i++]);
	assert_int_equal(i, ALL);
	for (i = 0; i < ALL; i++)
		for (j = 0; j < i; j++)
			if (strcmp(names[i], names[j]) == 0)
				fail_msg("%zu is like %zu: %s", i, j, names[i]);
}

/* The notice names what it asks again: so does the tag. */
static void
r40_a_notice_that_asks_again_has_a_tag_of_its_own(void **state)
{
	char first[ETAG_VARIANT], again[ETAG_VARIANT], other[ETAG_VARIANT];

	(void)state;
	variant_of("/page", "", first);
	s.f.visit.gate.again = true;
	etag_variant(&s.f.visit, &s.f.setup, again);
	s.f.visit.gate.decided = 4;
	etag_variant(&s.f.visit, &s.f.setup, other);
	assert_string_not_equal(first, again);
	assert_string_not_equal(again, other);
}

static void
r40_broken_tags_of_ours_count_for_nothing(void **state)
{
	char variant[ETAG_VARIANT], fields[512];
	static const char *const broken[] = {"W/\"consent.%s.e\"",
	    "W/\"consent.%s.x InYx\"", "W/\"consent.%s.eAB*D\"",
	    "\"consent.%s\"", "consent.%s.eInYxIg", "W/\"consent.%s.eDQo\"",
	    "W/\"consent.%s.eInYxIg"};
	size_t i;

	(void)state;
	etag_variant(&s.f.visit, &s.f.setup, variant);
	for (i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		char tag[128];
		const char *cut = strstr(broken[i], "%s");

		(void)snprintf(tag, sizeof tag, "%.*s%s%s",
		    (int)(cut - broken[i]), broken[i], variant, cut + 2);
		(void)snprintf(
		    fields, sizeof fields, PAGE "If-None-Match: %s\r\n", tag);
		if (strstr(asked("GET", fields), "If-None-Match") != NULL)
			fail_msg("taken: %s", tag);
		assert_false(s.f.visit.holds_page);
	}
	(void)snprintf(fields, sizeof fields,
	    PAGE "If-None-Match: W/\"consent.%s.eInYxIg\"\r\n", variant);
	assert_non_null(strstr(asked("GET", fields), ": \"v1\"\r\n"));
}

/* The page's own language counts no more: the page may be another one. */
static void
r40_a_chosen_language_has_a_tag_of_its_own(void **state)
{
	char hinted[1024];

	(void)state;
	(void)stage_admit(&s, "GET /page", "Accept-Language: tr\r\n");
	(void)snprintf(hinted, sizeof hinted, "%s", tag_of("ETag: \"v1\"\r\n"));
	(void)stage_admit(
	    &s, "GET /page", "Cookie: __Host-consent-language=tr\r\n");
	assert_string_not_equal(tag_of("ETag: \"v1\"\r\n"), hinted);
	(void)stage_admit(&s, "GET /page",
	    "Cookie: __Host-consent-language=xx\r\n"
	    "Accept-Language: tr\r\n");
	assert_string_equal(tag_of("ETag: \"v1\"\r\n"), hinted);
}

static void
a_change_is_made_under_the_origins_tag(void **state)
{
	char fields[2048];
	const char *text;

	(void)state;
	(void)snprintf(fields, sizeof fields, "If-Match: \"x\", %s\r\n",
	    tag_of("ETag: \"v1\"\r\n"));
	grant(); /* whoever changes it has another variant */
	text = asked("PUT", fields);
	assert_non_null(strstr(text, "\r\nIf-Match: \"x\", \"v1\"\r\n"));
	text = asked("PUT", "If-Match: \"x\" , \"y\"\r\nIf-None-Match: *\r\n");
	assert_non_null(strstr(text, "\r\nIf-Match: \"x\" , \"y\"\r\n"));
	assert_non_null(strstr(text, "\r\nIf-None-Match: *\r\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r42_no_part_of_a_page_is_asked_for),
	    TEST(r40_a_304_is_asked_for_only_with_our_own_tag),
	    TEST(r40_our_tag_goes_back_as_the_origins),
	    TEST(r40_a_date_goes_inside_of_our_tag),
	    TEST(r40_a_tag_is_of_one_variant),
	    TEST(a_variant_without_a_notice_has_a_valid_name),
	    TEST(r40_whoever_gets_another_page_gets_another_tag),
	    TEST(r40_a_notice_that_asks_again_has_a_tag_of_its_own),
	    TEST(r40_broken_tags_of_ours_count_for_nothing),
	    TEST(r40_a_chosen_language_has_a_tag_of_its_own),
	    TEST(a_change_is_made_under_the_origins_tag),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
