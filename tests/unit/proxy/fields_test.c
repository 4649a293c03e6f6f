#include "proxy/fields.h"
#include "proxy/reporting.h"

#include "fixture.h"

#include <libconsent/page.h>

#include <stdio.h>

static struct fixture f;
static struct page_counts removed, leaked;
static bool varies;

static int
setup(void **state)
{
	(void)state;
	fixture_open(&f, "/");
	memset(&removed, 0, sizeof removed);
	memset(&leaked, 0, sizeof leaked);
	f.visit.removed = &removed;
	f.visit.leaked = &leaked;
	varies = false;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_close(&f);
	return 0;
}

/* What a response's fields, as lines, become. */
static void
expect(const char *in, const char *out)
{
	char text[4096];
	struct head *h;

	(void)snprintf(text, sizeof text, "HTTP/1.1 302 Found\r\n%s\r\n", in);
	h = fixture_read(&f, CODEC_READS_RESPONSES, text);
	assert_int_equal(fields_screen(h, &f.visit, &varies), CONSENT_OK);
	assert_int_equal(reporting_screen(h, &f.visit, &varies), CONSENT_OK);
	(void)snprintf(text, sizeof text, "HTTP/1.1 302 Found\r\n%s\r\n", out);
	assert_string_equal(fixture_text(&f), text);
	fixture_unread(&f);
}

struct sample {
	const char *in, *out; /* out NULL: the same */
};

static void
expect_all(const struct sample *cases, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		expect(cases[i].in,
		    cases[i].out == NULL ? cases[i].in : cases[i].out);
}

#define T "https://a.tracker.example/"
#define EXPECT_ALL(cases) expect_all(cases, sizeof(cases) / sizeof(cases)[0])

static void
r01_refresh_to_a_tracker_goes(void **state)
{
	static const struct sample cases[] = {
	    {"Refresh: 0;url=" T "\r\n", ""},
	    {"refresh: 3, '" T "x'\r\n", ""},
	    {"Refresh: 0;url=/x\r\nRefresh: 0; URL=//tracker.example\r\n",
		"Refresh: 0;url=/x\r\n"},
	    {"Refresh: 0;url='//a'.tracker.example/'\r\n", ""},
	    {"Refresh: 10\r\n", NULL},
	    {"Refresh: x; url=" T "\r\n", NULL}, /* none to a browser */
	    {"Refresh: 0;url=https://other.example/\r\n", NULL},
	};

	(void)state;
	EXPECT_ALL(cases);
	assert_int_equal(removed.withheld, 4);
	assert_true(varies);
}

static void
r01_speculation_rules_of_trackers_go(void **state)
{
	static const struct sample cases[] = {
	    {"Speculation-Rules: \"" T "r.json\"\r\n", ""},
	    {"Speculation-Rules: \"/own.json\", \"" T "r.json\"\r\n",
		"Speculation-Rules: \"/own.json\"\r\n"},
	    {"Speculation-Rules: \"/own.json\"\r\n", NULL},
	    {"Speculation-Rules: /own.json\r\n", ""}, /* unreadable */
	};

	(void)state;
	EXPECT_ALL(cases);
}

static void
r01_what_browsers_do_for_advertisers_goes(void **state)
{
	static const struct sample cases[] = {
	    {"Attribution-Reporting-Register-Source: {}\r\n", ""},
	    {"attribution-reporting-register-trigger: {}\r\nServer: x\r\n",
		"Server: x\r\n"},
	    {"Observe-Browsing-Topics: ?1\r\n", ""},
	    {"Shared-Storage-Write: set\r\nAd-Auction-Signals: x\r\n", ""},
	    {"X-Attribution-Reporting: y\r\n", NULL},
	};
	struct head *h;

	(void)state;
	EXPECT_ALL(cases);
	h = fixture_read(&f, CODEC_READS_REQUESTS,
	    "GET / HTTP/1.1\r\nHost: site.example\r\n"
	    "Attribution-Reporting-Eligible: trigger\r\n"
	    "Sec-Browsing-Topics: ();p=P\r\n\r\n");
	fields_screen_request(h, &f.visit);
	assert_string_equal(
	    fixture_text(&f), "GET / HTTP/1.1\r\nHost: site.example\r\n\r\n");
	fixture_unread(&f);
}

static void
r01_reports_to_trackers_go(void **state)
{
	static const struct sample cases[] = {
	    {"Reporting-Endpoints: a=\"" T "\"\r\n", ""},
	    {"Reporting-Endpoints: own=\"/r\", a=\"" T "\";x=1\r\n",
		"Reporting-Endpoints: own=\"/r\"\r\n"},
	    {"Reporting-Endpoints: own=\"/r\"\r\nX: y\r\n"
	     "Reporting-Endpoints: a=\"" T "\"\r\n",
		"Reporting-Endpoints: own=\"/r\"\r\nX: y\r\n"},
	    {"Reporting-Endpoints:  own=\"/r\" ,b=\"/s\"\r\n",
		"Reporting-Endpoints:  own=\"/r\" ,b=\"/s\"\r\n"},
	    {"Reporting-Endpoints: own=\"/r\", oops\"\r\n", ""},
	    {"Report-To: {\"group\":\"g\",\"max_age\":9,\"endpoints\":"
	     "[{\"url\":\"" T "\"}]}\r\n"
	     "NEL: {\"report_to\":\"g\",\"max_age\":9}\r\n",
		""},
	    {"Report-To: {\"max_age\":9,\"endpoints\":[{\"url\":\"" T "\"},"
	     "{\"url\":\"https://ok.example/r\"}]}\r\n"
	     "NEL: {\"report_to\":\"default\",\"max_age\":9}\r\n",
		"Report-To: {\"max_age\":9,\"endpoints\":[{\"url\":"
		"\"https://ok.example/r\"}]}\r\n"
		"NEL: {\"report_to\":\"default\",\"max_age\":9}\r\n"},
	    {"Report-To: {\"group\":\"g\", \"max_age\":9, \"endpoints\":"
	     "[{\"url\":\"https://ok.example/r\"}]}\r\n",
		NULL},
	    {"Report-To: {\"group\":\r\n", ""},
	    {"NEL: {\"report_to\":\"elsewhere\",\"max_age\":9}\r\n", NULL},
	    {"NEL: not json\r\n", ""},
	};

	(void)state;
	EXPECT_ALL(cases);
}

static void
redirects_to_trackers_stay_and_are_told(void **state)
{
	(void)state;
	expect("Location: " T "go\r\n", "Location: " T "go\r\n");
	expect("Location: /x\r\n", "Location: /x\r\n");
	assert_int_equal(leaked.withheld, 1);
	assert_int_equal(removed.withheld, 0);
}

static void
what_was_granted_stays(void **state)
{
	static const struct sample cases[] = {
	    {"Refresh: 0;url=" T "\r\n", NULL},
	    {"Speculation-Rules: \"" T "r.json\"\r\n", NULL},
	    {"Attribution-Reporting-Register-Source: {}\r\n", NULL},
	    {"Reporting-Endpoints: a=\"" T "\"\r\n", NULL},
	    {"NEL: {\"report_to\":\"g\"}\r\n", NULL},
	};

	(void)state;
	fixture_grant(&f, "/");
	EXPECT_ALL(cases);
	assert_int_equal(removed.withheld, 0);
	assert_true(varies); /* another visitor gets other lines */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r01_refresh_to_a_tracker_goes),
	    TEST(r01_speculation_rules_of_trackers_go),
	    TEST(r01_what_browsers_do_for_advertisers_goes),
	    TEST(r01_reports_to_trackers_go),
	    TEST(redirects_to_trackers_stay_and_are_told),
	    TEST(what_was_granted_stays),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
