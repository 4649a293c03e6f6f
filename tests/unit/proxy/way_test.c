#include "proxy/way.h"

#include "choosing.h"

/* Where a form with this return and Referer leads to. */
static void
expect_back(const char *wanted, const char *referer, const char *back)
{
	char fields[4096] = "", text[WAY_BACK];
	struct call call;
	struct span path;

	if (referer != NULL)
		(void)snprintf(
		    fields, sizeof fields, "Referer: %s\r\n", referer);
	(void)stage_admit(&s, "GET /.consent/", fields);
	call = stage_call(&s);
	path = way_back(&call, span_of(wanted), text);
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
	expect_back("/.consent/embed?url=x", NULL, "/.consent/embed?url=x");
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
	static char path[WAY_BACK + 1];

	(void)state;
	memset(path, 'a', WAY_BACK);
	path[0] = '/';
	expect_back(path, NULL, "");
	path[WAY_BACK - 1] = '\0';
	expect_back(path, NULL, path);
}

static void
nowhere_to_go_back_leads_to_the_preferences(void **state)
{
	(void)state;
	assert_int_equal(chosen("", "action=reject", CONSENT_OK), 303);
	assert_true(stage_has(&s, "Location: /.consent/?saved=41"));
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
	char wanted[16], text[WAY_BACK];
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
		path = way_back(&call, (struct span){wanted, n}, text);
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
