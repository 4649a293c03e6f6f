#include "proxy/showing.h"

#include "choosing.h"

#define VIDEO "https%3A%2F%2Fvideo.example%2Fv%3Fid%3D1%26t%3D2"
#define HTML "Content-Type: text/html; charset=utf-8"
#define POLICY                                                                 \
	"Content-Security-Policy: default-src 'none'; style-src 'self'; "      \
	"img-src 'self'; form-action 'self'; base-uri 'none'; "                \
	"frame-ancestors 'none'"

/* Asks for the page that asks: the status. */
static unsigned
asked(const char *query, const char *fields)
{
	char line[8192];

	(void)snprintf(line, sizeof line, "GET /.consent/embed?%s", query);
	assert_int_equal(stage_ask(&s, line, fields, ""), CALL_READY);
	assert_int_equal(s.answer.rc, CONSENT_OK);
	assert_int_equal(ballot_pending(s.home.ballot), 0);
	assert_null(stage_value(&s, "Set-Cookie").p);
	assert_true(stage_has(&s, "Cache-Control: no-store"));
	return s.answer.head.status;
}

static enum call_result
show(const char *fields, const char *form)
{
	char head[8192];

	(void)snprintf(head, sizeof head, FORM SAME "%s", fields);
	return stage_ask(&s, "POST /.consent/embed", head, form);
}

/* Posts a form that is refused: the status. */
static unsigned
not_shown(const char *fields, const char *form)
{
	assert_int_equal(show(fields, form), CALL_READY);
	assert_int_equal(s.answer.rc, CONSENT_OK);
	assert_int_equal(ballot_pending(s.home.ballot), 0);
	assert_null(stage_value(&s, "Set-Cookie").p);
	assert_false(stage_says(&s, "<iframe"));
	return s.answer.head.status;
}

/* Posts a form and answers for the notary: the status. */
static unsigned
shown(const char *fields, const char *form, int status)
{
	assert_int_equal(show(fields, form), CALL_WAIT);
	assert_false(stage_says(&s, "<iframe")); /* not before its record */
	stage_reply(&s, status);
	assert_int_equal(s.answer.rc, CONSENT_OK);
	assert_null(stage_value(&s, "Set-Cookie").p);
	assert_null(stage_value(&s, "Clear-Site-Data").p);
	assert_true(stage_has(&s, "Cache-Control: no-store"));
	return s.answer.head.status;
}

static void
a_get_asks_and_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(
	    asked("lang=de&url=" VIDEO "&width=560&return=/x", SAME), 200);
	assert_true(stage_has(&s, HTML));
	assert_true(stage_has(&s, "Content-Language: de"));
	assert_true(stage_has(&s, POLICY));
	assert_true(stage_has(&s, "X-Frame-Options: DENY"));
	assert_true(stage_says(&s, "action=\"/.consent/embed\""));
	assert_true(
	    stage_says(&s, "value=\"https://video.example/v?id=1&amp;t=2\""));
	assert_true(stage_says(&s, "name=\"return\" value=\"/x\""));
	assert_false(stage_says(&s, "<iframe"));
	/* back to the page that it was asked on, where nothing else is said */
	assert_int_equal(asked("url=" VIDEO,
			     SAME "Referer: https://site.example/page?a=1\r\n"),
	    200);
	assert_true(stage_says(&s, "name=\"return\" value=\"/page?a=1\""));
}

static void
only_pages_of_the_site_ask(void **state)
{
	static const char *const fields[] = {"Sec-Fetch-Site: cross-site\r\n",
	    "Sec-Fetch-Site: same-site\r\n", "Sec-Fetch-Site: none\r\n",
	    "Origin: https://evil.example\r\n"};
	char head[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		assert_int_equal(asked("url=" VIDEO, fields[i]), 403);
		assert_false(stage_says(&s, "video.example"));
		(void)snprintf(head, sizeof head, FORM "%s", fields[i]);
		assert_int_equal(
		    stage_ask(&s, "POST /.consent/embed", head, "url=" VIDEO),
		    CALL_READY);
		assert_int_equal(s.answer.head.status, 403);
	}
}

static void
other_urls_are_refused(void **state)
{
	static const char *const forms[] = {"",
	    "url=", "url=https%3A%2F%2Fevil.example%2F",
	    "url=https%3A%2F%2Ftracker.example%2F", /* its action is another */
	    "url=%2F%2Fvideo.example%2F", "url=%2Fx", "url=javascript%3A1",
	    "url=https%3A%2F%2Fvideo.example%40evil.example%2F",
	    "url=https%3A%2F%2Fsite.example%2F",
	    "url=" VIDEO "&url=https%3A%2F%2Fevil.example%2F",
	    "url=https%3A%2F%2Fevil.example%2F&url=" VIDEO,
	    "url=" VIDEO "&url=" VIDEO};
	char long_url[3072] = "url=" VIDEO;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		assert_int_equal(asked(forms[i], SAME), 400);
		assert_false(stage_says(&s, "evil.example"));
		assert_int_equal(not_shown("", forms[i]), 400);
		assert_true(stage_has(&s, HTML));
		assert_int_equal(not_shown(JSON, forms[i]), 400);
		assert_true(stage_says(&s, "{\"error\":\"The field url "));
	}
	memset(long_url + strlen(long_url), 'a', 2100);
	assert_int_equal(not_shown("", long_url), 400);
}

static void
it_is_shown_once_it_is_recorded(void **state)
{
	const struct notice_facts *facts;
	char form[512];

	(void)state;
	facts = notice_facts(notice_in(s.notices, SPAN("tr")));
	(void)snprintf(form, sizeof form,
	    "notice=%s&lang=tr&via=notice&url=%s&width=560&height=315&return=/"
	    "x",
	    facts->hash, VIDEO);
	assert_int_equal(shown("Sec-GPC: 1\r\n", form, CONSENT_OK), 200);
	assert_true(stage_has(&s, HTML));
	assert_true(stage_has(&s, "Content-Language: tr"));
	assert_true(stage_has(&s, "Consent-Entry: 41"));
	assert_true(stage_has(&s, POLICY "; frame-src https://video.example"));
	assert_true(stage_has(&s, "X-Frame-Options: DENY"));
	assert_true(stage_says(&s,
	    "src=\"https://video.example/v?id=1&amp;t=2\" width=\"560\" "
	    "height=\"315\""));
	assert_true(stage_says(&s, "href=\"/x\""));
	assert_int_equal(s.asked.action, RECORD_EMBED);
	assert_string_equal(s.asked.embed, "video.example");
	assert_int_equal(s.asked.n_categories, 0);
	assert_string_equal(s.asked.notice, facts->hash);
	assert_string_equal(s.asked.policy, policy_facts(s.f.policy)->hash);
	assert_string_equal(s.asked.lang, "tr");
	assert_string_equal(s.asked.site, "https://site.example");
	assert_int_equal(s.asked.via, RECORD_VIA_NOTICE);
	assert_true(s.asked.gpc);
	assert_string_equal(s.asked.sub, ""); /* no handle is made of it */
}

static void
the_policy_names_the_port(void **state)
{
	(void)state;
	assert_int_equal(
	    shown("", "url=https%3A%2F%2Fa.video.example%3A8443", CONSENT_OK),
	    200);
	assert_true(
	    stage_has(&s, POLICY "; frame-src https://a.video.example:8443"));
	assert_string_equal(s.asked.embed, "video.example");
	assert_int_equal(s.asked.via, RECORD_VIA_API);
}

static void
a_visitor_with_a_handle_keeps_it(void **state)
{
	(void)state;
	assert_int_equal(
	    shown(cookie_of(ANALYTICS), "url=" VIDEO, CONSENT_OK), 200);
	assert_string_equal(s.asked.sub, STAGE_SUB);
}

static void
what_is_not_recorded_is_not_shown(void **state)
{
	static const struct {
		int status;
		unsigned told;
	} cases[] = {{CONSENT_EIO, 503}, {CONSENT_EBUSY, 503},
	    {CONSENT_ELIMIT, 429}, {CONSENT_EINVAL, 409},
	    {CONSENT_ENOENT, 409}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(
		    shown("", "url=" VIDEO, cases[i].status), cases[i].told);
		assert_false(stage_says(&s, "<iframe"));
		assert_true(stage_has(&s, POLICY));
	}
}

static void
a_stale_notice_asks_again(void **state)
{
	char form[256];

	(void)state;
	(void)snprintf(form, sizeof form, "url=%s&notice=%064d", VIDEO, 0);
	assert_int_equal(not_shown("", form), 409);
}

static void
r32_what_is_fetched_ahead_shows_nothing(void **state)
{
	(void)state;
	assert_int_equal(
	    not_shown("Sec-Purpose: prefetch\r\n", "url=" VIDEO), 403);
}

static void
other_methods_and_forms_are_refused(void **state)
{
	char body[CALL_BODY + 2];

	(void)state;
	memset(body, 'a', sizeof body - 1);
	body[sizeof body - 1] = '\0';
	assert_int_equal(not_shown("", body), 413);
	assert_int_equal(
	    stage_ask(&s, "PUT /.consent/embed", SAME, ""), CALL_READY);
	assert_int_equal(s.answer.head.status, 405);
	assert_true(stage_has(&s, "Allow: GET, HEAD, POST"));
	assert_int_equal(stage_ask(&s, "POST /.consent/embed",
			     SAME "Content-Type: text/plain\r\n", "url=" VIDEO),
	    CALL_READY);
	assert_int_equal(s.answer.head.status, 415);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_get_asks_and_changes_nothing),
	    TEST(only_pages_of_the_site_ask),
	    TEST(other_urls_are_refused),
	    TEST(it_is_shown_once_it_is_recorded),
	    TEST(the_policy_names_the_port),
	    TEST(a_visitor_with_a_handle_keeps_it),
	    TEST(what_is_not_recorded_is_not_shown),
	    TEST(a_stale_notice_asks_again),
	    TEST(r32_what_is_fetched_ahead_shows_nothing),
	    TEST(other_methods_and_forms_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
