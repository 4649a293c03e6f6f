#include "proxy/choice.h"

#include "choosing.h"

#define CLEARS                                                                 \
	"Clear-Site-Data: \"cache\", \"prefetchCache\", \"prerenderCache\""

/* ---- when it was recorded ---------------------------------------------- */

static void
the_answer_to_an_accept(void **state)
{
	struct record back;
	struct span line;
	size_t at;

	(void)state;
	assert_int_equal(chosen("Cookie: _ga=1\r\n",
			     "action=accept&return=%2Fa%3Fb%3D1", CONSENT_OK),
	    303);
	assert_true(stage_has(&s, "Location: /a?b=1"));
	assert_true(stage_has(&s, "Consent-Entry: 41"));
	assert_int_equal(s.answer.body.n, 0);
	/* the token and nothing else */
	assert_int_equal(count_set_cookies(""), 1);
	line = stage_value(&s, "Set-Cookie");
	assert_true(span_starts(line, SPAN("__Host-consent=")));
	line = span_sub(line, 15, line.n);
	at = span_find(line, ';');
	assert_int_equal(
	    token_read(s.ring, &s.f.setup.token, span_sub(line, 0, at), &back),
	    CONSENT_OK);
	assert_int_equal(back.action, RECORD_ACCEPT);
	assert_true(record_grants(&back));
	assert_null(stage_value(&s, "Clear-Site-Data").p);
}

static void
r45_the_token_has_the_attributes_of_its_name(void **state)
{
	struct span line;

	(void)state;
	assert_int_equal(chosen("", "action=accept", CONSENT_OK), 303);
	line = stage_value(&s, "Set-Cookie");
	line = span_sub(line, span_find(line, ';'), line.n);
	assert_true(span_starts(line, SPAN("; Path=/; Max-Age=1598")));
	assert_true(span_ends(line, SPAN("; Secure; HttpOnly; SameSite=Lax")));
	assert_int_equal(span_search(line, SPAN("Domain")), line.n);
}

static void
r18_a_reject_deletes_what_it_no_longer_covers(void **state)
{
	(void)state;
	assert_int_equal(chosen("Cookie: session=1; _ga=2; _gat=3; odd=4\r\n",
			     "action=reject", CONSENT_OK),
	    303);
	assert_true(count_set_cookies("_ga=; Path=/; Max-Age=0; ") >= 2);
	assert_true(count_set_cookies("_gat=; Path=/; Max-Age=0; ") >= 2);
	assert_true(count_set_cookies("odd=; Path=/; Max-Age=0; ") >= 2);
	assert_int_equal(count_set_cookies("session="), 0);
	assert_int_equal(count_set_cookies("__Host-consent="), 1);
	assert_false(deletes_token());
	assert_null(stage_value(&s, "Clear-Site-Data").p);
}

static void
r18_expiries_follow_the_page_that_is_gone_back_to(void **state)
{
	(void)state;
	assert_int_equal(chosen("Cookie: _ga=2\r\n",
			     "action=reject&return=/a/b?c=/d", CONSENT_OK),
	    303);
	assert_true(count_set_cookies("_ga=; Path=/a; Max-Age=0; ") >= 1);
	assert_true(count_set_cookies("_ga=; Path=/a/b; Max-Age=0; ") >= 1);
	assert_int_equal(count_set_cookies("_ga=; Path=/a/b?c="), 0);
}

static void
r18_a_withdrawal_empties_the_cache_too(void **state)
{
	(void)state;
	assert_int_equal(
	    chosen(cookie_of(ANALYTICS), "action=withdraw", CONSENT_OK), 303);
	assert_true(stage_has(&s, CLEARS));
	assert_int_equal(s.asked.action, RECORD_WITHDRAW);
	assert_false(record_grants(&s.asked));
	/* the same visitor, so that what was granted is ended */
	assert_string_equal(s.asked.sub, STAGE_SUB);
}

/* By whatever button something that was granted is taken back. */
static void
r18_what_takes_back_empties_the_cache(void **state)
{
	static const struct {
		category_set before;
		const char *form;
		bool clears;
	} cases[] = {
	    {ANALYTICS, "action=reject", true},
	    {ANALYTICS, "action=choose", true},
	    {ANALYTICS, "action=choose&category=analytics", false},
	    {ANALYTICS, "action=accept", false},
	    {0, "action=reject", false},
	    {0, "action=withdraw", true},
	};
	static const int statuses[] = {CONSENT_OK, CONSENT_EIO};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (j = 0; j < 2; j++) {
			(void)chosen(cookie_of(cases[i].before), cases[i].form,
			    statuses[j]);
			assert_int_equal(
			    stage_has(&s, CLEARS), cases[i].clears);
		}
}

static void
storage_is_emptied_where_it_is_configured(void **state)
{
	(void)state;
	s.f.setup.clear_storage = true;
	(void)chosen("", "action=withdraw", CONSENT_OK);
	assert_true(stage_has(&s, CLEARS ", \"storage\""));
	(void)chosen("", "action=reject", CONSENT_OK);
	assert_null(stage_value(&s, "Clear-Site-Data").p);
}

static void
programs_get_json(void **state)
{
	(void)state;
	assert_int_equal(chosen(JSON, "action=accept", CONSENT_OK), 200);
	assert_true(stage_has(&s, "Content-Type: application/json"));
	assert_true(stage_has(&s, "Consent-Entry: 41"));
	assert_null(stage_value(&s, "Location").p);
	assert_true(stage_says(&s,
	    "{\"decided\":true,\"granted\":[\"essential\",\"analytics\"],"
	    "\"denied\":[],\"policy\":\"2026-11-01\","));
	assert_int_equal(count_set_cookies("__Host-consent="), 1);
}

/* ---- when it cannot be recorded --------------------------------------- */

static void
a_reject_holds_without_a_log(void **state)
{
	static const char *const forms[] = {
	    "action=reject", "action=withdraw", "action=choose"};
	const char *cookie = cookie_of(ANALYTICS);
	static char fields[5000];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		(void)snprintf(
		    fields, sizeof fields, "%sCookie: _ga=1\r\n", cookie);
		assert_int_equal(chosen(fields, forms[i], CONSENT_EIO), 503);
		assert_true(stage_has(&s, "Retry-After: 30"));
		assert_true(deletes_token());
		assert_true(count_set_cookies("_ga=; ") >= 2);
		assert_null(stage_value(&s, "Consent-Entry").p);
		assert_true(stage_says(&s, "Your choice holds"));
	}
	assert_int_equal(chosen("", "action=reject", CONSENT_EIO), 503);
	assert_true(deletes_token());
}

static void
an_accept_without_a_log_changes_nothing(void **state)
{
	static const char *const forms[] = {
	    "action=accept", "action=choose&category=analytics"};
	/* who did not answer, who refused, who agreed before */
	const char *cookies[3];
	static char kept[2][4096];
	size_t i, j;

	(void)state;
	(void)snprintf(kept[0], sizeof kept[0], "%s", cookie_of(0));
	(void)snprintf(kept[1], sizeof kept[1], "%s", cookie_of(ANALYTICS));
	cookies[0] = "";
	cookies[1] = kept[0];
	cookies[2] = kept[1];
	for (i = 0; i < sizeof forms / sizeof forms[0]; i++)
		for (j = 0; j < 3; j++) {
			assert_int_equal(
			    chosen(cookies[j], forms[i], CONSENT_EIO), 503);
			assert_true(stage_has(&s, "Retry-After: 30"));
			assert_int_equal(count_set_cookies(""), 0);
			assert_true(stage_says(&s, "nothing was changed"));
		}
	assert_int_equal(chosen(JSON, forms[0], CONSENT_EBUSY), 503);
	assert_true(stage_says(&s, "{\"error\":\"Your choice could not be "));
}

static void
what_does_not_reach_the_notary_is_unrecorded(void **state)
{
	struct ballot_request full = {.done = NULL};
	size_t i;

	(void)state;
	record_decide(&full.record, s.f.policy, 0);
	for (i = 0; i < BALLOT_PENDING; i++)
		assert_int_equal(ballot_cast(s.home.ballot, &full), CONSENT_OK);
	assert_int_equal(post("", "action=accept"), CALL_READY);
	assert_int_equal(s.answer.head.status, 503);
	assert_int_equal(count_set_cookies(""), 0);
	assert_int_equal(post("", "action=reject"), CALL_READY);
	assert_int_equal(s.answer.head.status, 503);
	assert_true(deletes_token());
}

static void
too_many_choices_are_told_to_wait(void **state)
{
	(void)state;
	assert_int_equal(chosen("", "action=reject", CONSENT_ELIMIT), 429);
	assert_true(stage_has(&s, "Retry-After: 60"));
	assert_int_equal(count_set_cookies(""), 0);
}

/* Who cannot read a protocol is told in their own words, and how to go on. */
static void
people_are_told_in_their_language(void **state)
{
	(void)state;
	assert_int_equal(
	    chosen("Accept: text/html\r\n",
		"action=reject&lang=tr&return=/a%22%3Cb", CONSENT_ELIMIT),
	    429);
	assert_true(stage_has(&s, "Content-Type: text/html; charset=utf-8"));
	assert_true(stage_has(&s, "Content-Language: tr"));
	assert_true(stage_has(&s, "Retry-After: 60"));
	assert_true(stage_has(&s, "X-Frame-Options: DENY"));
	assert_true(stage_says(&s, " lang=\"tr\""));
	assert_true(stage_says(&s, "bir dakika"));
	/* back to where it came from, whatever that looks like */
	assert_true(stage_says(&s, "href=\"/a&quot;&lt;b\""));
	assert_false(stage_says(&s, "/a\"<b"));
	assert_true(stage_says(&s, "href=\"/.consent/?lang=tr\""));
	assert_int_equal(refused("Accept-Language: de\r\n", "action=x"), 400);
	assert_true(stage_has(&s, "Content-Language: de"));
	assert_true(stage_says(&s, "nicht gelesen"));
}

/* And programs in theirs, with the same status. */
static void
programs_are_told_in_json(void **state)
{
	(void)state;
	assert_int_equal(chosen(JSON, "action=reject", CONSENT_ELIMIT), 429);
	assert_true(stage_has(&s, "Content-Type: application/json"));
	assert_true(stage_has(&s, "Retry-After: 60"));
	assert_true(stage_says(&s, "{\"error\":\"Too many choices"));
	assert_int_equal(refused(JSON, "action=reject&category=x"), 400);
	assert_true(stage_says(&s, "names no category"));
	/* a browser that takes anything means a page */
	assert_int_equal(
	    refused("Accept: text/html, application/json;q=0.5, */*\r\n",
		"action=x"),
	    400);
	assert_true(stage_has(&s, "Content-Type: text/html; charset=utf-8"));
}

static void
what_the_notary_refuses_changes_nothing(void **state)
{
	static const int refusals[] = {
	    CONSENT_EINVAL, CONSENT_ENOENT, CONSENT_EDENIED};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		assert_int_equal(chosen("", "action=accept", refusals[i]), 409);
		assert_int_equal(count_set_cookies(""), 0);
	}
}

static void
r18_expiries_never_cost_the_choice(void **state)
{
	char name[491], fields[2048], form[1024];

	(void)state;
	/* long names and long folders: more bytes than an answer can hold */
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	(void)snprintf(fields, sizeof fields, "Cookie: %s1=1; %s2=2; %s3=3\r\n",
	    name, name, name);
	(void)snprintf(
	    form, sizeof form, "action=withdraw&return=/%s/a/b/c/d", name);
	assert_int_equal(chosen(fields, form, CONSENT_OK), 303);
	assert_int_equal(count_set_cookies("__Host-consent="), 1);
	assert_true(count_set_cookies(name) >= 6);
	assert_true(stage_has(&s, CLEARS));
}

static void
a_visitor_who_left_is_logged_all_the_same(void **state)
{
	struct wire_request request;

	(void)state;
	assert_int_equal(post("", "action=reject"), CALL_WAIT);
	stage_end(&s);
	assert_int_equal(ballot_pending(s.home.ballot), 1);
	assert_int_equal(recv(s.theirs, &request, sizeof request, MSG_DONTWAIT),
	    sizeof request);
	assert_int_equal(request.record.action, RECORD_REJECT);
	assert_int_equal(request.address[0], 7);
	assert_int_equal(s.done, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_answer_to_an_accept),
	    TEST(r45_the_token_has_the_attributes_of_its_name),
	    TEST(r18_a_reject_deletes_what_it_no_longer_covers),
	    TEST(r18_expiries_follow_the_page_that_is_gone_back_to),
	    TEST(r18_a_withdrawal_empties_the_cache_too),
	    TEST(r18_what_takes_back_empties_the_cache),
	    TEST(storage_is_emptied_where_it_is_configured),
	    TEST(programs_get_json),
	    TEST(a_reject_holds_without_a_log),
	    TEST(an_accept_without_a_log_changes_nothing),
	    TEST(what_does_not_reach_the_notary_is_unrecorded),
	    TEST(too_many_choices_are_told_to_wait),
	    TEST(people_are_told_in_their_language),
	    TEST(programs_are_told_in_json),
	    TEST(what_the_notary_refuses_changes_nothing),
	    TEST(r18_expiries_never_cost_the_choice),
	    TEST(a_visitor_who_left_is_logged_all_the_same),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
