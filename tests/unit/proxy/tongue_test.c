#include "proxy/tongue.h"

#include "choosing.h"
#include "proxy/tongue_name.h"

/* Posts a form from the site itself: the status, or that of the refusal. */
static unsigned
speak(const char *fields, const char *form)
{
	char head[2048];

	(void)snprintf(head, sizeof head, FORM "%s", fields);
	assert_int_equal(
	    stage_ask(&s, "POST /.consent/language", head, form), CALL_READY);
	assert_int_equal(s.answer.rc, CONSENT_OK);
	assert_true(stage_has(&s, "Cache-Control: no-store"));
	/* it is no choice: nobody is asked to record it */
	assert_int_equal(ballot_pending(s.home.ballot), 0);
	return s.answer.head.status;
}

static void
expect_spoken(const char *fields, const char *form, const char *location)
{
	char line[2048];

	assert_int_equal(speak(fields, form), 303);
	(void)snprintf(line, sizeof line, "Location: %s", location);
	assert_true(stage_has(&s, line));
}

static void
r14_a_language_is_kept_in_a_cookie_of_its_own(void **state)
{
	(void)state;
	expect_spoken(
	    SAME "Referer: https://site.example/a?b\r\n", "lang=tr", "/a?b");
	assert_true(
	    stage_has(&s, "Set-Cookie: __Host-consent-language=tr; Path=/; "
			  "Secure; HttpOnly; SameSite=Lax"));
	/* what is set is a tag of ours, whatever was asked for */
	expect_spoken(SAME, "lang=zh-CN&return=/x", "/x");
	assert_true(
	    stage_has(&s, "Set-Cookie: __Host-consent-language=zh; Path=/; "
			  "Secure; HttpOnly; SameSite=Lax"));
	/* nothing of a choice */
	assert_null(stage_value(&s, "Clear-Site-Data").p);
	assert_null(stage_value(&s, "Consent-Entry").p);
}

static void
the_way_back_stays_on_the_site(void **state)
{
	(void)state;
	expect_spoken(SAME, "lang=tr&return=/.consent/cookies?return=%2Fp",
	    "/.consent/cookies?return=/p");
	expect_spoken(SAME, "lang=tr", "/.consent/");
	expect_spoken(SAME, "lang=tr&return=//evil.example", "/.consent/");
	expect_spoken(SAME "Referer: https://evil.example/x\r\n",
	    "lang=tr&return=https://evil.example", "/.consent/");
	expect_spoken(SAME, "lang=tr&return=/.consent/language", "/.consent/");
	expect_spoken(SAME "Referer: https://site.example/x\r\n",
	    "lang=tr&return=/.consent/choice", "/x");
}

static void
r43_only_the_site_itself_changes_it(void **state)
{
	static const char *const others[] = {"Sec-Fetch-Site: cross-site\r\n",
	    "Sec-Fetch-Site: same-site\r\n", "Origin: https://evil.example\r\n",
	    "Origin: null\r\n"};
	static const char *const methods[] = {"GET", "HEAD", "PUT"};
	char line[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof others / sizeof others[0]; i++) {
		assert_int_equal(speak(others[i], "lang=tr"), 403);
		assert_null(stage_value(&s, "Set-Cookie").p);
	}
	for (i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		(void)snprintf(line, sizeof line,
		    "%s /.consent/language?lang=tr", methods[i]);
		assert_int_equal(stage_ask(&s, line, SAME, ""), CALL_READY);
		assert_int_equal(s.answer.head.status, 405);
		assert_true(stage_has(&s, "Allow: POST"));
		assert_null(stage_value(&s, "Set-Cookie").p);
	}
}

static void
what_is_no_language_of_ours_is_refused(void **state)
{
	static const char *const forms[] = {"", "lang=", "lang=xx", "lang=*",
	    "language=tr", "lang=tr%0d%0aSet-Cookie:%20a=b", "lang=%3Cb%3E"};
	char large[CALL_BODY + 16];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		assert_int_equal(speak(SAME, forms[i]), 400);
		assert_null(stage_value(&s, "Set-Cookie").p);
		assert_false(stage_says(&s, "<b>"));
	}
	memset(large, 'a', sizeof large - 1);
	memcpy(large, "lang=tr&a=", 10);
	large[sizeof large - 1] = '\0';
	assert_int_equal(speak(SAME, large), 413);
	assert_int_equal(
	    stage_ask(&s, "POST /.consent/language", SAME, "lang=tr"),
	    CALL_READY);
	assert_int_equal(s.answer.head.status, 415);
	assert_null(stage_value(&s, "Set-Cookie").p);
}

/* The tag of the notice that a visitor with these lines gets, and why. */
static void
expect_tongue(const char *fields, const char *tag, bool chosen)
{
	(void)stage_admit(&s, "GET /page", fields);
	assert_string_equal(notice_facts(s.f.visit.notice)->lang, tag);
	assert_int_equal(s.f.visit.has_tongue, chosen);
}

static void
r14_what_was_chosen_goes_before_the_browsers_language(void **state)
{
	(void)state;
	expect_tongue("Cookie: a=b; __Host-consent-language=tr\r\n"
		      "Accept-Language: de\r\n",
	    "tr", true);
	expect_tongue("Cookie: a=b\r\nAccept-Language: de\r\n"
		      "Cookie: __Host-consent-language=ar\r\n",
	    "ar", true);
	/* only the very tags are ours, under the name of this scheme */
	expect_tongue("Cookie: __Host-consent-language=tr-TR; "
		      "__Host-consent-language=TR; __Host-consent-language=; "
		      "consent-language=fr; __host-consent-language=fr\r\n"
		      "Accept-Language: de\r\n",
	    "de", false);
	expect_tongue("Cookie: __Host-consent-language=xx; "
		      "__Host-consent-language=fa\r\n",
	    "fa", true);
	/* our own pages follow it, unless another is asked for */
	assert_int_equal(stage_ask(&s, "GET /.consent/cookies",
			     "Cookie: __Host-consent-language=tr\r\n", ""),
	    CALL_READY);
	assert_true(stage_has(&s, "Content-Language: tr"));
	assert_int_equal(stage_ask(&s, "GET /.consent/?lang=de",
			     "Cookie: __Host-consent-language=tr\r\n", ""),
	    CALL_READY);
	assert_true(stage_has(&s, "Content-Language: de"));
}

static void
its_names_are_ours(void **state)
{
	(void)state;
	assert_string_equal(tongue_cookie(SPAN("https://a.example")),
	    "__Host-consent-language");
	assert_string_equal(
	    tongue_cookie(SPAN("https")), "__Host-consent-language");
	assert_string_equal(
	    tongue_cookie(SPAN("http://a.example")), "consent-language");
	assert_true(tongue_owns(SPAN("__Host-consent-language")));
	assert_true(tongue_owns(SPAN("consent-language")));
	assert_false(tongue_owns(SPAN("consent-language2")));
	assert_false(tongue_owns(SPAN("language")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r14_a_language_is_kept_in_a_cookie_of_its_own),
	    TEST(the_way_back_stays_on_the_site),
	    TEST(r43_only_the_site_itself_changes_it),
	    TEST(what_is_no_language_of_ours_is_refused),
	    TEST(r14_what_was_chosen_goes_before_the_browsers_language),
	    TEST(its_names_are_ours),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
