#include "proxy/choice.h"

#include "choosing.h"

/* ---- from where ------------------------------------------------------- */

static void
r43_only_the_site_itself_chooses(void **state)
{
	static const struct {
		const char *fields;
		enum call_result result;
	} cases[] = {
	    {"", CALL_WAIT}, /* not a browser */
	    {SAME, CALL_WAIT},
	    {SAME "Origin: null\r\n", CALL_WAIT}, /* under no-referrer */
	    {"Origin: https://site.example\r\n", CALL_WAIT},
	    {"Origin: HTTPS://Site.Example\r\n", CALL_WAIT},
	    {"Host: second.example:8443\r\n"
	     "Origin: https://second.example:8443\r\n",
		CALL_WAIT},
	    {"Origin: https://second.example:8443\r\n", CALL_READY},
	    {"Host: second.example:8443\r\nOrigin: https://site.example\r\n",
		CALL_READY},
	    {"Sec-Fetch-Site: cross-site\r\n", CALL_READY},
	    {"Sec-Fetch-Site: same-site\r\n", CALL_READY},
	    {"Sec-Fetch-Site: none\r\n", CALL_READY},
	    {"Sec-Fetch-Site: Same-Origin\r\n", CALL_READY},
	    {"Sec-Fetch-Site:\r\n", CALL_READY},
	    {SAME SAME, CALL_WAIT},
	    {SAME "Sec-Fetch-Site: cross-site\r\n", CALL_READY},
	    {"Origin: https://site.example\r\nOrigin: null\r\n", CALL_READY},
	    {"Origin: null\r\n", CALL_READY},
	    {"Origin:\r\n", CALL_READY},
	    {"Origin: http://site.example\r\n", CALL_READY},
	    {"Origin: https://site.example:444\r\n", CALL_READY},
	    {"Origin: https://second.example\r\n", CALL_READY},
	    {"Origin: https://site.example.evil.example\r\n", CALL_READY},
	    {"Origin: https://evil.example\r\n", CALL_READY},
	};
	char head[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum call_result result;

		(void)snprintf(head, sizeof head, FORM "%s", cases[i].fields);
		result = stage_ask(
		    &s, "POST /.consent/choice", head, "action=accept");
		if (result != cases[i].result)
			fail_msg("from %s", cases[i].fields);
		if (result == CALL_READY)
			assert_int_equal(s.answer.head.status, 403);
	}
}

static void
forms_have_the_type_of_forms(void **state)
{
	static const char *const types[] = {"", "Content-Type: text/plain\r\n",
	    "Content-Type: application/json\r\n",
	    "Content-Type: multipart/form-data; boundary=x\r\n",
	    "Content-Type: application/x-www-form-urlencodedx\r\n"};
	char head[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof types / sizeof types[0]; i++) {
		(void)snprintf(head, sizeof head, SAME "%s", types[i]);
		assert_int_equal(stage_ask(&s, "POST /.consent/choice", head,
				     "action=accept"),
		    CALL_READY);
		assert_int_equal(s.answer.head.status, 415);
	}
	assert_int_equal(stage_ask(&s, "POST /.consent/choice",
			     SAME "Content-Type: Application/X-WWW-Form-"
				  "Urlencoded; charset=UTF-8\r\n",
			     "action=reject"),
	    CALL_WAIT);
}

/* ---- what it says ----------------------------------------------------- */

static void
forms_that_choose_nothing_are_refused(void **state)
{
	static const char *const forms[] = {"", "category=analytics",
	    "action=", "action=Accept", "action=grant", "action=embed",
	    "action=accept&action=reject", "action=accept&action=accept",
	    "action=choose&category=marketing",
	    "action=choose&category=", "action=choose&category=Analytics"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		assert_int_equal(refused("", forms[i]), 400);
		assert_true(stage_has(&s, "Content-Type: text/html; "
					  "charset=utf-8"));
		assert_int_equal(refused(JSON, forms[i]), 400);
		assert_true(stage_has(&s, "Content-Type: application/json"));
		assert_true(stage_says(&s, "{\"error\":\"The "));
	}
}

static void
a_form_has_an_end(void **state)
{
	char form[512] = "action=reject";
	int i;

	(void)state;
	for (i = 0; i < 64; i++)
		memcpy(form + strlen(form), "&x=1", 5);
	assert_int_equal(refused("", form), 400);
}

static void
an_accept_is_recorded_with_what_was_shown(void **state)
{
	const struct notice_facts *facts;
	char form[256];

	(void)state;
	facts = notice_facts(notice_at(s.notices, 1));
	(void)snprintf(form, sizeof form,
	    "action=accept&notice=%s&lang=en&via=notice", facts->hash);
	assert_int_equal(chosen("Sec-GPC: 1\r\n", form, CONSENT_OK), 303);
	assert_int_equal(s.asked.action, RECORD_ACCEPT);
	assert_int_equal(s.asked.via, RECORD_VIA_NOTICE);
	assert_true(s.asked.gpc);
	assert_int_equal(s.asked.n_categories, 1);
	assert_string_equal(s.asked.categories[0].id, "analytics");
	assert_true(s.asked.categories[0].granted);
	assert_string_equal(s.asked.policy, policy_facts(s.f.policy)->hash);
	assert_string_equal(s.asked.notice, facts->hash);
	assert_string_equal(s.asked.lang, facts->lang);
	assert_string_equal(s.asked.site, "https://site.example");
	assert_int_equal(strlen(s.asked.id), 22);
	assert_int_equal(strlen(s.asked.sub), 22);
}

static void
r25_a_reject_carries_no_handle(void **state)
{
	struct span line;

	(void)state;
	assert_int_equal(
	    chosen(cookie_of(ANALYTICS), "action=reject", CONSENT_OK), 303);
	assert_string_equal(s.asked.sub, "");
	line = stage_value(&s, "Set-Cookie");
	assert_true(span_starts(line, SPAN("__Host-consent=")));
}

static void
a_later_choice_keeps_the_handle(void **state)
{
	(void)state;
	assert_int_equal(chosen(cookie_of(ANALYTICS),
			     "action=choose&category=analytics", CONSENT_OK),
	    303);
	assert_string_equal(s.asked.sub, STAGE_SUB);
}

static void
a_choice_grants_what_was_ticked(void **state)
{
	(void)state;
	assert_int_equal(
	    chosen("", "category=analytics&action=choose", CONSENT_OK), 303);
	assert_true(s.asked.categories[0].granted);
	assert_int_equal(chosen("", "action=choose", CONSENT_OK), 303);
	assert_false(s.asked.categories[0].granted);
	/* what is required is no choice, and a tick is none without choose */
	assert_int_equal(
	    chosen("", "action=choose&category=essential", CONSENT_OK), 303);
	assert_false(record_grants(&s.asked));
	assert_int_equal(
	    chosen("", "action=reject&category=analytics", CONSENT_OK), 303);
	assert_false(record_grants(&s.asked));
}

static void
a_stale_notice_may_refuse_but_not_agree(void **state)
{
	char form[160];

	(void)state;
	(void)snprintf(form, sizeof form, "action=accept&notice=%064d", 0);
	assert_int_equal(refused("", form), 409);
	(void)snprintf(form, sizeof form,
	    "action=choose&category=analytics&notice=%064d", 0);
	assert_int_equal(refused("", form), 409);
	(void)snprintf(form, sizeof form, "action=reject&notice=%064d", 0);
	assert_int_equal(chosen("", form, CONSENT_OK), 303);
	(void)snprintf(form, sizeof form, "action=choose&notice=%064d", 0);
	assert_int_equal(chosen("", form, CONSENT_OK), 303);
}

static void
the_language_is_that_of_the_notice(void **state)
{
	(void)state;
	assert_int_equal(chosen("Accept-Language: fr\r\n",
			     "action=reject&lang=tr", CONSENT_OK),
	    303);
	assert_string_equal(s.asked.lang, "tr");
	assert_int_equal(
	    chosen("Accept-Language: fr\r\n", "action=reject", CONSENT_OK),
	    303);
	assert_string_equal(s.asked.lang, "fr");
	assert_int_equal(s.asked.via, RECORD_VIA_API);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r43_only_the_site_itself_chooses),
	    TEST(forms_have_the_type_of_forms),
	    TEST(forms_that_choose_nothing_are_refused),
	    TEST(a_form_has_an_end),
	    TEST(an_accept_is_recorded_with_what_was_shown),
	    TEST(r25_a_reject_carries_no_handle),
	    TEST(a_later_choice_keeps_the_handle),
	    TEST(a_choice_grants_what_was_ticked),
	    TEST(a_stale_notice_may_refuse_but_not_agree),
	    TEST(the_language_is_that_of_the_notice),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
