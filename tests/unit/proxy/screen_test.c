#include "proxy/screen.h"

#include "proxy/plan.h"

#include "fixture.h"

#include "net/lane_ops.h"

/* What a page is given along (proxy/shield). */
#define FORBIDDEN                                                              \
	"Permissions-Policy: attribution-reporting=(), browsing-topics=(), "   \
	"join-ad-interest-group=(), private-aggregation=(), "                  \
	"run-ad-auction=(), shared-storage=(), "                               \
	"shared-storage-select-url=()\r\n"

static struct fixture f;

static const char *
screened_request(const char *text)
{
	struct head *h = fixture_read(&f, CODEC_READS_REQUESTS, text);

	assert_int_equal(screen_request(h, &f.visit, &f.setup), CONSENT_OK);
	return fixture_text(&f);
}

static const char *
screened_response(const char *text, bool page)
{
	struct plan plan = {.page = page};
	struct head *h = fixture_read(&f, CODEC_READS_RESPONSES, text);

	assert_int_equal(
	    screen_response(h, &f.visit, &plan, &f.setup), CONSENT_OK);
	return fixture_text(&f);
}

static void
r19_cookies_without_consent_stay_behind(void **state)
{
	(void)state;
	fixture_open(&f, "/");
	assert_string_equal(
	    screened_request("GET / HTTP/1.1\r\nHost: site.example\r\n"
			     "Cookie: _ga=1;  session=\"a=b\"; _gat=2;x=3\r\n"
			     "Cookie: session=2\r\nCookie: other=9\r\n\r\n"),
	    "GET / HTTP/1.1\r\nHost: site.example\r\n"
	    "Cookie: session=\"a=b\"\r\nCookie: session=2\r\n"
	    "Consent: essential\r\nAccept-Encoding: identity\r\n\r\n");
	fixture_unread(&f);
	fixture_close(&f);
}

static void
r44_a_client_cannot_say_what_it_consented_to(void **state)
{
	const char *text;

	(void)state;
	fixture_open(&f, "/");
	text = screened_request("GET / HTTP/1.1\r\nHost: site.example\r\n"
				"consent: essential, analytics\r\n"
				"X-Consent: all\r\nConsent-Debug: 1\r\n\r\n");
	assert_string_equal(text,
	    "GET / HTTP/1.1\r\nHost: site.example\r\n"
	    "Consent: essential\r\nAccept-Encoding: identity\r\n\r\n");
	fixture_unread(&f);
	fixture_close(&f);
}

static void
r01_cookies_without_consent_are_not_set(void **state)
{
	(void)state;
	fixture_open(&f, "/");
	assert_string_equal(
	    screened_response("HTTP/1.1 302 Found\r\n"
			      "Set-Cookie: _ga=1; Path=/\r\n"
			      "Set-Cookie: session=2; HttpOnly\r\n"
			      "Set-Cookie: stray=3\r\nLocation: /\r\n"
			      "Set-Cookie: consent=forged\r\n"
			      "Set-Cookie: =_ga=4\r\n\r\n",
		false),
	    "HTTP/1.1 302 Found\r\n"
	    "Set-Cookie: session=2; HttpOnly\r\nLocation: /\r\n"
	    "Cache-Control: private, no-cache\r\n\r\n");
	fixture_unread(&f);
	fixture_close(&f);
}

static void
r40_a_page_loses_what_is_no_longer_true(void **state)
{
	(void)state;
	fixture_open(&f, "/");
	assert_string_equal(
	    screened_response("HTTP/1.1 200 OK\r\nETag: no tag\r\n"
			      "Cache-Control: public, max-age=60, "
			      "no-transform\r\nAccept-Ranges: bytes\r\n"
			      "Repr-Digest: sha-256=:AA==:\r\nX: 1\r\n\r\n",
		true),
	    "HTTP/1.1 200 OK\r\n"
	    "Cache-Control: private, no-cache, no-transform\r\n"
	    "X: 1\r\n" FORBIDDEN "\r\n");
	fixture_unread(&f);
	assert_string_equal(
	    screened_response("HTTP/1.1 200 OK\r\nETag: \"1\"\r\n\r\n", false),
	    "HTTP/1.1 200 OK\r\nETag: \"1\"\r\n\r\n");
	fixture_unread(&f);
	fixture_close(&f);
}

static void
r33_nothing_but_essential_on_sensitive_paths(void **state)
{
	(void)state;
	fixture_open(&f, "/account/results");
	assert_true(f.visit.gate.sensitive);
	assert_string_equal(screened_response("HTTP/1.1 200 OK\r\n"
					      "Set-Cookie: _ga=1\r\n\r\n",
				false),
	    "HTTP/1.1 200 OK\r\nReferrer-Policy: strict-origin\r\n"
	    "Cache-Control: private, no-cache\r\n\r\n");
	fixture_unread(&f);
	fixture_close(&f);
}

/* What another visitor would get otherwise is in nobody's shared cache. */
static void
r41_what_depends_on_consent_is_private(void **state)
{
	static const char style[] = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\n"
				    "Cache-Control: public, max-age=60\r\n"
				    "CDN-Cache-Control: max-age=60\r\n%s\r\n";
	static const char *const varies[] = {"Set-Cookie: _ga=1\r\n",
	    "Link: <https://tracker.example/t.js>; rel=preload\r\n"};
	static const char *const same[] = {"Set-Cookie: session=1\r\n",
	    "Link: </s.css>; rel=preload\r\n",
	    "Link: <https://tracker.example/>; rel=author\r\n"};
	char text[512];
	size_t i;
	int granted;

	(void)state;
	fixture_open(&f, "/");
	for (i = 0; i < 2 * sizeof varies / sizeof varies[0]; i++) {
		const char *out;

		granted = i % 2 != 0;
		if (granted)
			fixture_grant(&f, "/");
		else
			fixture_gate(&f, "/", NULL);
		(void)snprintf(text, sizeof text, style, varies[i / 2]);
		out = screened_response(text, false);
		assert_non_null(
		    strstr(out, "Cache-Control: private, no-cache\r\n"));
		assert_null(strstr(out, "max-age"));
		assert_non_null(strstr(out, "ETag: \"1\"\r\n"));
		assert_int_equal(
		    strstr(out, "tracker") != NULL || strstr(out, "_ga"),
		    granted);
		fixture_unread(&f);
	}
	for (i = 0; i < sizeof same / sizeof same[0]; i++) {
		(void)snprintf(text, sizeof text, style, same[i]);
		assert_string_equal(screened_response(text, false), text);
		fixture_unread(&f);
	}
	fixture_close(&f);
}

/* Other fields that caches look at first (RFC 9213, and older ones). */
static void
r41_targeted_caching_fields_go(void **state)
{
	(void)state;
	fixture_open(&f, "/");
	assert_string_equal(
	    screened_response(
		"HTTP/1.1 200 OK\r\nCDN-Cache-Control: max-age=60\r\n"
		"Some-CDN-Cache-Control: max-age=60\r\n"
		"Surrogate-Control: max-age=60\r\nX-Accel-Expires: 60\r\n"
		"Edge-Control: max-age=60\r\nSurrogate-Key: k\r\n\r\n",
		true),
	    "HTTP/1.1 200 OK\r\nSurrogate-Key: k\r\n" FORBIDDEN
	    "Cache-Control: private, no-cache\r\n\r\n");
	fixture_unread(&f);
	fixture_close(&f);
}

static void
link_hints_to_trackers_go(void **state)
{
	(void)state;
	fixture_open(&f, "/");
	assert_string_equal(
	    screened_response(
		"HTTP/1.1 200 OK\r\n"
		"Link: </a.css>; rel=preload; as=style, "
		"<https://t.tracker.example/x,y>; rel=\"preload\", "
		"<https://tracker.example/>; rel=license\r\n"
		"Link: <//tracker.example>; rel=\"x preconnect\"\r\n"
		"Link: <https://cdn.example/a>; title=\"a,b\"; rel=preload\r\n"
		"\r\n",
		false),
	    "HTTP/1.1 200 OK\r\n"
	    "Link: </a.css>; rel=preload; as=style, "
	    "<https://tracker.example/>; rel=license\r\n"
	    "Link: <https://cdn.example/a>; title=\"a,b\"; rel=preload\r\n"
	    "Cache-Control: private, no-cache\r\n\r\n");
	fixture_unread(&f);
	fixture_close(&f);
}

/* An origin's lane that has nothing but a head. */

static struct head *lone_head;

static struct head *
give_head(struct lane *lane)
{
	(void)lane;
	return lone_head;
}

static enum body_kind
give_kind(const struct lane *lane)
{
	(void)lane;
	return BODY_CHUNKED;
}

static uint64_t
give_length(const struct lane *lane)
{
	(void)lane;
	return 0;
}

static const struct lane_ops lone_ops = {
    .head = give_head, .body_kind = give_kind, .body_length = give_length};

/* Plans a response; its head afterwards is compared with out. */
static void
expect_page(const char *in, bool page, const char *out)
{
	struct lane lane = {.ops = &lone_ops};
	struct plan plan;

	lone_head = fixture_read(&f, CODEC_READS_RESPONSES, in);
	assert_int_equal(plan_make(&plan, &f.visit, &lane), CONSENT_OK);
	assert_int_equal(plan.page, page);
	assert_string_equal(fixture_text(&f), out);
	fixture_unread(&f);
}

static void
the_last_content_type_counts_and_stays_alone(void **state)
{
	static const char html[] = "HTTP/1.1 200 OK\r\n"
				   "Content-Type: text/html\r\n\r\n";
	static const char plain[] = "HTTP/1.1 200 OK\r\n"
				    "Content-Type: text/plain\r\n\r\n";

	(void)state;
	fixture_open(&f, "/");
	expect_page("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
		    "Content-Type: text/html\r\n\r\n",
	    true, html);
	expect_page("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
		    "Content-Type: text/plain\r\n\r\n",
	    false, plain);
	expect_page("HTTP/1.1 200 OK\r\nContent-Type: */*\r\n"
		    "Content-Type: text/html\r\nContent-Type: html\r\n\r\n",
	    true, html);
	fixture_close(&f);
}

static void
r01_interim_responses_are_screened_too(void **state)
{
	struct head *h;

	(void)state;
	fixture_open(&f, "/");
	h = fixture_read(&f, CODEC_READS_RESPONSES,
	    "HTTP/1.1 103 Early Hints\r\nSet-Cookie: _ga=1\r\n"
	    "Link: <https://tracker.example/a>; rel=preload\r\n"
	    "Link: </a.css>; rel=preload\r\n"
	    "Set-Cookie: session=1\r\n\r\n");
	assert_int_equal(screen_interim(h, &f.visit, &f.setup), CONSENT_OK);
	assert_string_equal(fixture_text(&f),
	    "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n"
	    "Set-Cookie: session=1\r\n\r\n");
	fixture_unread(&f);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(r01_cookies_without_consent_are_not_set),
	    cmocka_unit_test(r19_cookies_without_consent_stay_behind),
	    cmocka_unit_test(r33_nothing_but_essential_on_sensitive_paths),
	    cmocka_unit_test(r40_a_page_loses_what_is_no_longer_true),
	    cmocka_unit_test(r41_what_depends_on_consent_is_private),
	    cmocka_unit_test(r41_targeted_caching_fields_go),
	    cmocka_unit_test(r44_a_client_cannot_say_what_it_consented_to),
	    cmocka_unit_test(link_hints_to_trackers_go),
	    cmocka_unit_test(r01_interim_responses_are_screened_too),
	    cmocka_unit_test(the_last_content_type_counts_and_stays_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
