#include "proxy/endpoint.h"

#include "stage.h"

static struct stage s;

static int
setup(void **state)
{
	(void)state;
	stage_open(&s);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stage_close(&s);
	return 0;
}

/* Asks and gets an answer at once: its status. */
static unsigned
ask(const char *line, const char *fields)
{
	assert_int_equal(stage_ask(&s, line, fields, ""), CALL_READY);
	assert_int_equal(s.answer.rc, CONSENT_OK);
	return s.answer.head.status;
}

static void
every_route_answers(void **state)
{
	static const struct {
		const char *line, *type;
	} routes[] = {
	    {"GET /.consent/", "text/html; charset=utf-8"},
	    {"GET /.consent/?lang=tr", "text/html; charset=utf-8"},
	    {"GET /.consent/state", "application/json"},
	    {"GET /.consent/cookies", "text/html; charset=utf-8"},
	    {"GET /.consent/notice.css", "text/css; charset=utf-8"},
	    {"GET /.consent/jwks.json", "application/jwk-set+json"},
	    {"GET /.well-known/gpc.json", "application/json"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof routes / sizeof routes[0]; i++) {
		assert_int_equal(ask(routes[i].line, ""), 200);
		assert_true(span_equal(
		    stage_value(&s, "Content-Type"), span_of(routes[i].type)));
		assert_true(s.answer.body.n > 0);
		assert_true(stage_has(&s, "X-Content-Type-Options: nosniff"));
		assert_true(stage_value(&s, "Date").n > 0);
		/* a GET never changes anything */
		assert_null(stage_value(&s, "Set-Cookie").p);
	}
}

static void
what_is_not_there_is_not_found(void **state)
{
	static const char *const lines[] = {"GET /.consent//",
	    "GET /.consent/State", "GET /.consent/state/",
	    "GET /.consent/notice.css/x", "GET /.consent/choices",
	    "POST /.consent/nothing", "GET /.consent/%73tate"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof lines[0]; i++)
		assert_int_equal(ask(lines[i], ""), 404);
	/* said in the visitor's language, as all else */
	assert_int_equal(
	    ask("GET /.consent/nothing", "Accept-Language: fr\r\n"), 404);
	assert_true(stage_has(&s, "Content-Language: fr"));
	assert_true(stage_says(&s, "Il n’y a rien à cette adresse"));
	assert_true(stage_has(&s, "X-Frame-Options: DENY"));
	assert_int_equal(
	    ask("GET /.consent/x?lang=de", "Accept-Language: fr\r\n"), 404);
	assert_true(stage_has(&s, "Content-Language: de"));
	assert_int_equal(
	    ask("GET /.consent/x", "Accept: application/json\r\n"), 404);
	assert_true(stage_says(&s, "{\"error\":"));
}

static void
other_methods_are_refused(void **state)
{
	static const char *const paths[] = {"/.consent/", "/.consent/state",
	    "/.consent/cookies", "/.consent/notice.css", "/.consent/jwks.json",
	    "/.well-known/gpc.json"};
	static const char *const methods[] = {
	    "POST", "PUT", "DELETE", "OPTIONS", "get"};
	char line[128];
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof paths / sizeof paths[0]; i++)
		for (j = 0; j < sizeof methods / sizeof methods[0]; j++) {
			(void)snprintf(
			    line, sizeof line, "%s %s", methods[j], paths[i]);
			assert_int_equal(ask(line, ""), 405);
			assert_true(stage_has(&s, "Allow: GET, HEAD"));
			assert_true(stage_has(&s, "Content-Language: en"));
		}
}

static void
r43_a_get_never_makes_a_choice(void **state)
{
	static const char *const methods[] = {"GET", "HEAD", "PUT", "OPTIONS"};
	char line[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		(void)snprintf(line, sizeof line,
		    "%s /.consent/choice?action=accept", methods[i]);
		assert_int_equal(ask(line, ""), 405);
		assert_true(stage_has(&s, "Allow: POST"));
		assert_null(stage_value(&s, "Set-Cookie").p);
		assert_int_equal(ballot_pending(s.home.ballot), 0);
	}
}

/* No browser posts ahead; what claims to do so is refused all the same. */
static void
r32_nothing_is_changed_ahead(void **state)
{
	static const char *const lines[] = {"POST /.consent/choice",
	    "POST /.consent/report", "POST /.consent/language"};
	static const char *const purposes[] = {"Sec-Purpose: prefetch\r\n",
	    "Sec-Purpose: prefetch;prerender\r\n", "Purpose: prefetch\r\n",
	    "X-Moz: prefetch\r\n"};
	char fields[256];
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof lines[0]; i++)
		for (j = 0; j < sizeof purposes / sizeof purposes[0]; j++) {
			(void)snprintf(fields, sizeof fields,
			    "Sec-Fetch-Site: same-origin\r\nContent-Type: "
			    "application/x-www-form-urlencoded\r\n%s",
			    purposes[j]);
			assert_int_equal(
			    stage_ask(&s, lines[i], fields, "action=accept"),
			    CALL_READY);
			assert_int_equal(s.answer.head.status, 403);
			assert_null(stage_value(&s, "Set-Cookie").p);
			assert_true(stage_has(&s, "Cache-Control: no-store"));
			assert_int_equal(ballot_pending(s.home.ballot), 0);
		}
}

static void
head_is_answered_like_get(void **state)
{
	struct buf got;

	(void)state;
	buf_init(&got, 65536);
	assert_int_equal(ask("GET /.consent/cookies", ""), 200);
	assert_int_equal(buf_append(&got, buf_span(&s.answer.body)), 0);
	assert_int_equal(ask("HEAD /.consent/cookies", ""), 200);
	assert_true(s.f.visit.is_head);
	/* the body is what its length is told by; the exchange leaves it out */
	assert_true(span_equal(buf_span(&s.answer.body), buf_span(&got)));
	buf_fini(&got);
}

static void
our_pages_stand_alone(void **state)
{
	static const char *const lines[] = {
	    "GET /.consent/", "GET /.consent/cookies"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct span csp;

		assert_int_equal(ask(lines[i], ""), 200);
		assert_true(stage_has(&s, "X-Frame-Options: DENY"));
		assert_true(stage_has(&s, "Cache-Control: no-store"));
		assert_true(stage_has(&s, "Referrer-Policy: same-origin"));
		assert_true(stage_has(&s, "Content-Language: en"));
		csp = stage_value(&s, "Content-Security-Policy");
		assert_true(span_starts(csp, SPAN("default-src 'none'; ")));
		assert_true(
		    span_search(csp, SPAN("frame-ancestors 'none'")) < csp.n);
		assert_true(
		    span_search(csp, SPAN("form-action 'self'")) < csp.n);
		assert_true(span_search(csp, SPAN("unsafe")) == csp.n);
		assert_true(span_search(csp, SPAN("script")) == csp.n);
		assert_false(stage_says(&s, "<script"));
	}
}

/* Nor may what is none of our pages stand in a frame. */
static void
refusals_stand_alone_too(void **state)
{
	static const char *const lines[] = {"GET /.consent/choice",
	    "GET /.consent/nothing", "POST /.consent/",
	    "POST /.consent/choice"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct span csp;

		assert_true(ask(lines[i], "") >= 400);
		assert_true(stage_has(&s, "X-Frame-Options: DENY"));
		assert_true(stage_has(&s, "Cache-Control: no-store"));
		csp = stage_value(&s, "Content-Security-Policy");
		assert_true(
		    span_search(csp, SPAN("frame-ancestors 'none'")) < csp.n);
	}
}

static void
the_bare_prefix_leads_to_its_page(void **state)
{
	(void)state;
	assert_int_equal(ask("GET /.consent", ""), 308);
	assert_true(stage_has(&s, "Location: /.consent/"));
	assert_true(stage_has(&s, "Cache-Control: no-store"));
}

static void
the_style_is_kept_by_its_hash(void **state)
{
	const struct notice_facts *facts;
	char line[256];

	(void)state;
	assert_int_equal(ask("GET /.consent/notice.css", ""), 200);
	assert_true(stage_has(&s, "Cache-Control: no-store"));
	facts = notice_facts(s.f.visit.notice);
	assert_true(span_equal(buf_span(&s.answer.body), facts->css));
	(void)snprintf(line, sizeof line, "GET %s", facts->css_url);
	assert_int_equal(ask(line, ""), 200);
	assert_true(stage_has(
	    &s, "Cache-Control: public, max-age=31536000, immutable"));
	assert_true(span_equal(buf_span(&s.answer.body), facts->css));
}

static void
keys_may_be_kept_for_an_hour(void **state)
{
	(void)state;
	assert_int_equal(ask("GET /.consent/jwks.json", ""), 200);
	assert_true(stage_has(&s, "Cache-Control: public, max-age=3600"));
	assert_true(
	    span_equal(buf_span(&s.answer.body), SPAN("{\"keys\":[]}")));
}

static void
r29_the_gpc_resource_says_since_when(void **state)
{
	(void)state;
	assert_int_equal(ask("GET /.well-known/gpc.json", ""), 200);
	assert_true(span_equal(buf_span(&s.answer.body),
	    SPAN("{\"gpc\":true,\"lastUpdate\":\"2026-11-01\"}\n")));
}

static void
the_state_is_of_the_visitor_who_asks(void **state)
{
	struct buf cookie;

	(void)state;
	assert_int_equal(ask("GET /.consent/state", ""), 200);
	assert_true(stage_has(&s, "Cache-Control: no-store"));
	assert_true(stage_says(&s, "\"decided\":false"));
	buf_init(&cookie, 4096);
	stage_cookie(&s, 2, &cookie);
	assert_int_equal(buf_append_byte(&cookie, '\0'), CONSENT_OK);
	assert_int_equal(ask("GET /.consent/state", cookie.p), 200);
	assert_true(stage_says(&s, "\"decided\":true"));
	assert_true(
	    stage_says(&s, "\"granted\":[\"essential\",\"analytics\"]"));
	buf_fini(&cookie);
}

static void
r14_the_language_is_asked_for_or_preferred(void **state)
{
	(void)state;
	assert_int_equal(
	    ask("GET /.consent/", "Accept-Language: de;q=0.5, fr\r\n"), 200);
	assert_true(stage_has(&s, "Content-Language: fr"));
	assert_int_equal(
	    ask("GET /.consent/?x=1&lang=tr", "Accept-Language: fr\r\n"), 200);
	assert_true(stage_has(&s, "Content-Language: tr"));
	assert_int_equal(
	    ask("GET /.consent/cookies?lang=xx", "Accept-Language: fr\r\n"),
	    200);
	assert_true(stage_has(&s, "Content-Language: fr"));
}

/* Another language is the same page, and leads back to the same. */
static void
r14_the_way_back_outlives_another_language(void **state)
{
	(void)state;
	assert_int_equal(
	    ask("GET /.consent/", "Referer: https://site.example/p?a=1&b\r\n"),
	    200);
	assert_true(stage_says(&s,
	    "name=\"return\" value=\"/.consent/?return=%2Fp%3Fa%3D1%26b\""));
	assert_int_equal(ask("GET /.consent/?lang=tr&return=%2Fp%3Fa%3D1%26b",
			     "Referer: https://site.example/.consent/\r\n"),
	    200);
	assert_true(stage_has(&s, "Content-Language: tr"));
	assert_true(stage_says(&s, "name=\"return\" value=\"/p?a=1&amp;b\""));
	assert_true(stage_says(&s,
	    "name=\"return\" value=\"/.consent/?return=%2Fp%3Fa%3D1%26b\""));
	/* and so does the table that is one step further */
	assert_true(stage_says(&s,
	    "href=\"/.consent/cookies?lang=tr&amp;return=%2Fp%3Fa%3D1%26b\""));
	assert_int_equal(
	    ask("GET /.consent/cookies?return=%2Fp%3Fa%3D1%26b", ""), 200);
	assert_true(stage_says(&s, "<a href=\"/p?a=1&amp;b\">"));
	assert_int_equal(ask("GET /.consent/cookies",
			     "Referer: https://site.example/p?a=1\r\n"),
	    200);
	assert_true(stage_says(&s, "<a href=\"/p?a=1\">"));
	assert_int_equal(ask("GET /.consent/cookies?return=//evil.example",
			     "Referer: https://evil.example/p\r\n"),
	    200);
	assert_false(stage_says(&s, "evil.example"));
	/* but never off the site, nor into its markup */
	assert_int_equal(
	    ask("GET /.consent/?lang=tr&return=%2F%2Fevil.example", ""), 200);
	assert_false(stage_says(&s, "evil.example"));
	assert_int_equal(
	    ask("GET /.consent/?return=%2F%22%3E%3Cscript%3E", ""), 200);
	assert_false(stage_says(&s, "<script"));
}

static void
preferences_lead_back_to_where_one_came_from(void **state)
{
	(void)state;
	assert_int_equal(
	    ask("GET /.consent/", "Referer: https://site.example/page?a=1\r\n"),
	    200);
	assert_true(stage_says(&s, "/page?a=1"));
	assert_int_equal(
	    ask("GET /.consent/", "Referer: https://evil.example/page\r\n"),
	    200);
	assert_false(stage_says(&s, "/page"));
}

static void
a_saved_choice_is_said_once(void **state)
{
	struct buf page;

	(void)state;
	buf_init(&page, 1 << 20);
	assert_int_equal(ask("GET /.consent/", ""), 200);
	assert_int_equal(buf_append(&page, buf_span(&s.answer.body)), 0);
	assert_int_equal(ask("GET /.consent/?saved", ""), 200);
	assert_false(span_equal(buf_span(&s.answer.body), buf_span(&page)));
	assert_false(stage_says(&s, "/receipt"));
	assert_int_equal(ask("GET /.consent/?saved=17", ""), 200);
	assert_true(stage_says(&s, "href=\"/.consent/receipt?seq=17\""));
	assert_int_equal(ask("GET /.consent/?saved=%22%3E1", ""), 200);
	assert_false(stage_says(&s, "/receipt"));
	assert_int_equal(ask("GET /.consent/?saves", ""), 200);
	assert_true(span_equal(buf_span(&s.answer.body), buf_span(&page)));
	buf_fini(&page);
}

static void
the_cookie_table_comes_as_json_too(void **state)
{
	(void)state;
	assert_int_equal(
	    ask("GET /.consent/cookies", "Accept: application/json\r\n"), 200);
	assert_true(stage_has(&s, "Content-Type: application/json"));
	assert_int_equal(s.answer.body.p[0], '{');
	assert_true(stage_says(&s, "\"session\""));
	assert_true(stage_has(&s, "Vary: Accept, Accept-Language, Cookie"));
	/* a browser names pages first, or would rather have them */
	assert_int_equal(
	    ask("GET /.consent/cookies",
		"Accept: text/html, application/json;q=0.9, */*;q=0.8\r\n"),
	    200);
	assert_true(stage_has(&s, "Content-Type: text/html; charset=utf-8"));
	assert_true(stage_has(&s, "Vary: Accept, Accept-Language, Cookie"));
	assert_int_equal(
	    ask("GET /.consent/cookies", "Accept: application/json;q=0\r\n"),
	    200);
	assert_true(stage_has(&s, "Content-Type: text/html; charset=utf-8"));
}

static void
r43_a_form_is_at_most_four_kilobytes(void **state)
{
	static char body[CALL_BODY + 2];
	const char *fields =
	    "Content-Type: application/x-www-form-urlencoded\r\n";

	(void)state;
	memset(body, 'x', CALL_BODY + 1);
	memcpy(body, "action=reject&x=", 16);
	assert_int_equal(
	    stage_ask(&s, "POST /.consent/choice", fields, body), CALL_READY);
	assert_int_equal(s.answer.head.status, 413);
	assert_int_equal(ballot_pending(s.home.ballot), 0);
	body[CALL_BODY] = '\0';
	assert_int_equal(
	    stage_ask(&s, "POST /.consent/choice", fields, body), CALL_WAIT);
	assert_int_equal(ballot_pending(s.home.ballot), 1);
}

static void
r43_a_form_stays_too_large_however_it_ends(void **state)
{
	static char body[CALL_BODY + 2];

	(void)state;
	memset(body, 'x', CALL_BODY + 1);
	assert_int_equal(
	    stage_ask(&s, "POST /.consent/choice", "", ""), CALL_READY);
	assert_int_equal(s.answer.head.status, 415);
	endpoint_body(s.endpoint, span_of(body));
	endpoint_body(s.endpoint, SPAN("action=reject"));
	assert_int_equal(endpoint_start(s.endpoint), CALL_READY);
	assert_int_equal(s.answer.head.status, 413);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_route_answers),
	    TEST(what_is_not_there_is_not_found),
	    TEST(other_methods_are_refused),
	    TEST(r43_a_get_never_makes_a_choice),
	    TEST(r32_nothing_is_changed_ahead),
	    TEST(head_is_answered_like_get),
	    TEST(our_pages_stand_alone),
	    TEST(refusals_stand_alone_too),
	    TEST(the_bare_prefix_leads_to_its_page),
	    TEST(the_style_is_kept_by_its_hash),
	    TEST(keys_may_be_kept_for_an_hour),
	    TEST(r29_the_gpc_resource_says_since_when),
	    TEST(the_state_is_of_the_visitor_who_asks),
	    TEST(r14_the_language_is_asked_for_or_preferred),
	    TEST(r14_the_way_back_outlives_another_language),
	    TEST(preferences_lead_back_to_where_one_came_from),
	    TEST(a_saved_choice_is_said_once),
	    TEST(the_cookie_table_comes_as_json_too),
	    TEST(r43_a_form_is_at_most_four_kilobytes),
	    TEST(r43_a_form_stays_too_large_however_it_ends),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
