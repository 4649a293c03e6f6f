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
	    "action=", "action=Accept", "action=grant",
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

/* ---- where back to ---------------------------------------------------- */

/* Where a form with this return and Referer leads to. */
static void
expect_back(const char *wanted, const char *referer, const char *back)
{
	char fields[4096] = "", text[CHOICE_RETURN];
	struct call call;
	struct span path;

	if (referer != NULL)
		(void)snprintf(
		    fields, sizeof fields, "Referer: %s\r\n", referer);
	(void)stage_admit(&s, "GET /.consent/", fields);
	call = stage_call(&s);
	path = choice_return(&call, span_of(wanted), text);
	assert_ptr_equal(path.p, text);
	assert_int_equal(path.n, strlen(back));
	assert_string_equal(text, back);
}

static void
a_return_never_leaves_the_site(void **state)
{
	static const char *const bad[] = {"", "a", "//evil.example/",
	    "/\\evil.example/", "\\/evil.example", "/\t/evil.example",
	    "/a\r\nSet-Cookie: x=1", "/a b", "/\x7f", "/\xc3\xa9",
	    "https://evil.example/", "javascript:alert(1)", "?x",
	    "///evil.example", "/\\/evil.example", "/\n/evil.example",
	    "/\v/evil.example", "/x\\..\\..\\evil.example",
	    "https:evil.example", "https:/evil.example",
	    "\thttps://evil.example", " //evil.example", "data:text/html,x",
	    "/\x01", "/a\tb", "%2F%2Fevil.example"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		expect_back(bad[i], NULL, "");
		expect_back(bad[i], "https://site.example/from", "/from");
	}
	expect_back("/", NULL, "/");
	/* what a browser reads as a path, however it looks */
	expect_back("/%5cevil.example", NULL, "/%5cevil.example");
	expect_back("/%2fevil.example", NULL, "/%2fevil.example");
	expect_back("/@evil.example", NULL, "/@evil.example");
	expect_back("/https://evil.example", NULL, "/https://evil.example");
	expect_back("/a//b?c=d&e=%2F~", NULL, "/a//b?c=d&e=%2F~");
	expect_back("/.consent/", "https://site.example/from", "/.consent/");
}

/* Nobody is sent to an address of ours that shows no page to a GET. */
static void
a_return_is_never_to_the_form_itself(void **state)
{
	static const char *const bad[] = {"/.consent/choice",
	    "/.consent/choice?x", "/.consent/choice#x", "/./.consent/choice",
	    "/x/../.consent/choice", "/.consent/%2e/choice", "/.consent/state",
	    "/.consent", "/.well-known/gpc.json"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		expect_back(bad[i], NULL, "");
		expect_back(bad[i], "https://site.example/from", "/from");
	}
	expect_back("/.consent/?lang=tr", NULL, "/.consent/?lang=tr");
	expect_back("/.consent/cookies", NULL, "/.consent/cookies");
	expect_back("/.consentful/choice", NULL, "/.consentful/choice");
}

static void
without_a_return_the_referer_counts(void **state)
{
	expect_back("", "https://site.example/a?b", "/a?b");
	(void)state;
	expect_back("", "HTTPS://SITE.example/a", "/a");
	expect_back("", "https://second.example:8443/c", "");
	expect_back("", "https://site.example", "");
	expect_back("", "https://second.example/c", "");
	expect_back("", "https://site.example.evil.example/a", "");
	expect_back("", "https://site.example:444/a", "");
	expect_back("", "https://site.example//evil.example/", "");
	expect_back("", "https://user@site.example/a", "");
	expect_back("", "http://site.example/a", "");
	/* not to ourselves: there is nothing to go on with */
	expect_back("", "https://site.example/.consent/", "");
	expect_back("", "https://site.example/.consentx", "/.consentx");
}

static void
a_return_has_a_longest_length(void **state)
{
	static char path[CHOICE_RETURN + 1];

	(void)state;
	memset(path, 'a', CHOICE_RETURN);
	path[0] = '/';
	expect_back(path, NULL, "");
	path[CHOICE_RETURN - 1] = '\0';
	expect_back(path, NULL, path);
}

static void
nowhere_to_go_back_leads_to_the_preferences(void **state)
{
	(void)state;
	assert_int_equal(chosen("", "action=reject", CONSENT_OK), 303);
	assert_true(stage_has(&s, "Location: /.consent/?saved"));
	assert_int_equal(chosen("Referer: https://site.example/x\r\n",
			     "action=reject&return=//evil.example", CONSENT_OK),
	    303);
	assert_true(stage_has(&s, "Location: /x"));
}

/*
 * What no list of tricks foresees: a return that is taken leads to the same
 * host, as the parser of URLs sees it, and cannot break out of the field.
 */
static void
any_return_stays_on_the_site(void **state)
{
	static const char bytes[] = "///\\\\:@?#.%5cC2fF09aA \t\r\n\x7f\xe3";
	static const char site[] = "https://site.example/from";
	char wanted[16], text[CHOICE_RETURN];
	uint32_t random = 1;
	struct call call;
	int i;

	(void)state;
	(void)stage_admit(&s, "GET /.consent/", "");
	call = stage_call(&s);
	for (i = 0; i < 20000; i++) {
		size_t n = 1 + (random >> 16) % (sizeof wanted - 1), j;
		struct buf scratch;
		struct span path;
		struct url base, url;

		for (j = 0; j < n; j++) {
			random = random * 1103515245u + 12345u;
			wanted[j] = bytes[(random >> 16) % (sizeof bytes - 1)];
		}
		wanted[0] = i % 4 == 0 ? wanted[0] : '/';
		path = choice_return(&call, (struct span){wanted, n}, text);
		if (path.n == 0)
			continue;
		assert_true(path.p[0] == '/');
		assert_int_equal(span_find(path, '\r'), path.n);
		assert_int_equal(span_find(path, '\n'), path.n);
		buf_init(&scratch, URL_SCRATCH);
		assert_int_equal(
		    url_parse(SPAN(site), NULL, &scratch, &base), CONSENT_OK);
		assert_int_equal(
		    url_parse(path, &base, &scratch, &url), CONSENT_OK);
		assert_true(span_equal(url.scheme, SPAN("https")));
		assert_true(span_equal(url.host, SPAN("site.example")));
		buf_fini(&scratch);
	}
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
	    TEST(a_return_never_leaves_the_site),
	    TEST(any_return_stays_on_the_site),
	    TEST(a_return_is_never_to_the_form_itself),
	    TEST(without_a_return_the_referer_counts),
	    TEST(a_return_has_a_longest_length),
	    TEST(nowhere_to_go_back_leads_to_the_preferences),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
