#include "proxy/variant.h"

#include "choosing.h"
#include "http/head.h"
#include "proxy/caching.h"
#include "proxy/mode_map.h"
#include "proxy/variant_name.h"

#include <stdio.h>

#define FIELD "Consent-Variant"
#define FRESH "Cache-Control: max-age=600\r\n"

/* A stage behind a cache that names variants; one language. */
static int
setup_cache(void **state)
{
	(void)setup(state);
	s.f.setup.cdn_variant = FIELD;
	return 0;
}

/* The Cookie line of a visitor who decided, for 0 one without it. */
static const char *
decided(category_set granted)
{
	static char text[4096];
	struct buf cookie;

	buf_init(&cookie, sizeof text - 1);
	stage_cookie(&s, granted, &cookie);
	(void)snprintf(text, sizeof text, "%.*s", SPAN_ARG(buf_span(&cookie)));
	buf_fini(&cookie);
	return text;
}

/* The name of the variant for a request of these fields; a copy. */
static const char *
name_for(const char *fields)
{
	static char copy[2][128];
	static size_t turn;
	char *to = copy[turn++ % 2];
	struct buf name;

	(void)stage_admit(&s, "GET /page", fields);
	buf_init(&name, 100);
	assert_int_equal(variant_write(&s.f.visit.gate, &name), CONSENT_OK);
	(void)snprintf(to, sizeof copy[0], "%.*s", SPAN_ARG(buf_span(&name)));
	buf_fini(&name);
	return to;
}

/* What it is asked again stands in its page: no cache has that. */
static void
r41_who_is_asked_again_has_no_name(void **state)
{
	struct buf name;

	(void)state;
	assert_string_equal(name_for(""), "undecided");
	s.f.visit.gate.again = true;
	buf_init(&name, 100);
	assert_int_equal(variant_write(&s.f.visit.gate, &name), CONSENT_OK);
	assert_int_equal(name.n, 0);
	buf_fini(&name);
}

/* What caches are told of a page for this request, after this response. */
static const char *
told(const char *line, const char *request, const char *response)
{
	static char copy[1024];
	static struct fixture f;
	char text[1024];
	struct head *h;

	(void)stage_admit(&s, line, request);
	f = s.f;
	buf_init(&f.text, 65536);
	(void)snprintf(text, sizeof text, "HTTP/1.1 %s\r\n\r\n", response);
	h = fixture_read(&f, CODEC_READS_RESPONSES, text);
	assert_int_equal(caching_page(h, &s.f.visit, &s.f.setup), CONSENT_OK);
	(void)snprintf(copy, sizeof copy, "%s", fixture_text(&f));
	fixture_unread(&f);
	buf_fini(&f.text);
	return copy;
}

/* Whether a shared cache may keep it. */
static bool
is_shared(const char *text)
{
	bool shared = strstr(text, "s-maxage") != NULL;

	assert_int_equal(strstr(text, "private") == NULL, shared);
	assert_int_equal(strstr(text, "Vary: " FIELD) != NULL, shared);
	return shared;
}

#define OK "200 OK\r\nCache-Control: max-age=600"

static void
r41_a_right_name_lets_caches_keep_the_page(void **state)
{
	char fields[8192];
	category_set granted;
	const char *text;

	(void)state;
	text = told("GET /page", FIELD ": undecided/en\r\n",
	    OK ", no-transform\r\nExpires: 0\r\nPragma: no-cache\r\n"
	       "CDN-Cache-Control: max-age=9\r\nAge: 7");
	assert_true(is_shared(text));
	assert_non_null(strstr(text, "\r\nCache-Control: max-age=0, "
				     "must-revalidate, s-maxage=600, "
				     "no-transform\r\n"));
	assert_non_null(strstr(text, "\r\nVary: " FIELD ", Sec-GPC\r\n"));
	assert_non_null(strstr(text, "\r\nAge: 7\r\n"));
	assert_null(strstr(text, "Expires"));
	assert_null(strstr(text, "Pragma"));
	assert_null(strstr(text, "CDN-"));
	for (granted = 0; granted <= 2; granted += 2) {
		const char *cookie = decided(granted);

		(void)snprintf(fields, sizeof fields, "%s" FIELD ": %s/en\r\n",
		    cookie, name_for(cookie));
		assert_true(is_shared(told("GET /page", fields, OK)));
		assert_true(is_shared(told("HEAD /page", fields, OK)));
		assert_true(is_shared(told("GET /page", fields,
		    "304 X\r\nCache-Control: s-maxage=5, max-age=600")));
	}
}

static void
r41_a_name_that_does_not_fit_makes_it_private(void **state)
{
	const char *all = name_for(decided(ANALYTICS));
	char fields[8192];

	(void)state;
	(void)snprintf(fields, sizeof fields, FIELD ": %s/en\r\n", all);
	assert_false(is_shared(told("GET /page", fields, OK)));
	(void)snprintf(
	    fields, sizeof fields, "%s" FIELD ": %s/en\r\n", decided(0), all);
	assert_false(is_shared(told("GET /page", fields, OK)));
	(void)snprintf(fields, sizeof fields, "%s" FIELD ": undecided/en\r\n",
	    decided(ANALYTICS));
	assert_false(is_shared(told("GET /page", fields, OK)));
}

/* A mode for a while is in no name: caches keep none of its pages, but the
   visitor keeps the name for the time after it. */
static void
r41_a_mode_for_a_while_makes_it_private(void **state)
{
	struct mode_map *map = mode_map_new();
	const struct mode_sets reporting = {.reporting = 2}, none = {0, 0};
	char before[128];

	(void)state;
	assert_non_null(map);
	(void)snprintf(
	    before, sizeof before, "%s", name_for(decided(ANALYTICS)));
	mode_map_join(map, s.f.setup.policy);
	mode_map_write(map, s.f.setup.policy, reporting);
	assert_false(
	    is_shared(told("GET /page", FIELD ": undecided/en\r\n", OK)));
	assert_string_equal(name_for(decided(ANALYTICS)), before);
	mode_map_write(map, s.f.setup.policy, none);
	assert_true(
	    is_shared(told("GET /page", FIELD ": undecided/en\r\n", OK)));
	mode_map_join(NULL, NULL);
	mode_map_free(map);
}

/* Who is not told apart by the name, and what is no one's alone to keep. */
static void
r41_all_that_the_name_does_not_say_makes_it_private(void **state)
{
	static const char *const requests[] = {"", FIELD ":\r\n",
	    FIELD ": undecided\r\n", /* of several languages */
	    FIELD ": undecided/xx\r\n", FIELD ": undecided/en/tr\r\n",
	    FIELD ": Undecided/en\r\n",
	    FIELD ": undecided/en\r\n" FIELD ": undecided/en\r\n",
	    FIELD ": undecided/en\r\nSec-GPC: 1\r\n",
	    FIELD ": undecided/tr\r\nCookie: __Host-consent-language=tr\r\n",
	    FIELD ": undecided/en\r\nAuthorization: Basic eA==\r\n",
	    FIELD ": undecided/en\r\nConsent-Debug: 1\r\n",
	    FIELD ": undecided/en\r\nSec-Fetch-Dest: iframe\r\n",
	    FIELD ": undecided/en\r\nSec-Fetch-Dest: image\r\n"};
	static const char *const responses[] = {"200 OK", "404 No\r\n" FRESH,
	    "200 OK\r\nCache-Control: max-age=0", OK ", private",
	    OK ", private=\"X\"", OK ", no-store", OK ", no-cache=\"X\"",
	    OK ", s-maxage=0", OK "\r\nCache-Control: max-age=x",
	    OK "\r\nVary: Accept, cookie", OK "\r\nVary: *",
	    OK "\r\nSet-Cookie: session=1",
	    OK "\r\nClear-Site-Data: \"cache\""};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof requests / sizeof requests[0]; i++)
		if (is_shared(told("GET /page", requests[i], OK)))
			fail_msg("kept for: %s", requests[i]);
	for (i = 0; i < sizeof responses / sizeof responses[0]; i++)
		if (is_shared(told(
			"GET /page", FIELD ": undecided/en\r\n", responses[i])))
			fail_msg("kept: %s", responses[i]);
	assert_false(
	    is_shared(told("GET /account", FIELD ": undecided/en\r\n", OK)));
	s.f.setup.cdn_variant = NULL;
	assert_false(
	    is_shared(told("GET /page", FIELD ": undecided/en\r\n", OK)));
}

static void
the_name_chooses_the_language(void **state)
{
	(void)state;
	assert_true(is_shared(told("GET /page",
	    "Accept-Language: de\r\n" FIELD ": undecided/tr\r\n", OK)));
	assert_string_equal(notice_facts(s.f.visit.notice)->lang, "tr");
}

static void
a_choice_sets_the_cookie_with_the_name(void **state)
{
	char line[256];
	const char *name = name_for(decided(ANALYTICS));

	(void)state;
	assert_int_equal(post("", "action=accept"), CALL_WAIT);
	stage_reply(&s, CONSENT_OK);
	(void)snprintf(line, sizeof line,
	    "\r\nSet-Cookie: __Host-consent-variant=%s; Path=/; Max-Age=",
	    name);
	buf_clear(&s.head);
	assert_int_equal(head_write(&s.answer.head, &s.head), CONSENT_OK);
	if (span_search(buf_span(&s.head), span_of(line)) == s.head.n)
		fail_msg(
		    "no cookie %s in %.*s", line, SPAN_ARG(buf_span(&s.head)));
}

static void
only_that_cookie_is_ours(void **state)
{
	const struct token_options *token = &s.f.setup.token;

	(void)state;
	assert_true(variant_is_cookie(token, SPAN("__Host-consent-variant")));
	assert_false(variant_is_cookie(token, SPAN("__Host-consent")));
	assert_false(variant_is_cookie(token, SPAN("consent-variant")));
	assert_false(variant_is_cookie(token, SPAN("__Host-consent-variants")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_cache, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r41_who_is_asked_again_has_no_name),
	    TEST(r41_a_right_name_lets_caches_keep_the_page),
	    TEST(r41_a_name_that_does_not_fit_makes_it_private),
	    TEST(r41_a_mode_for_a_while_makes_it_private),
	    TEST(r41_all_that_the_name_does_not_say_makes_it_private),
	    TEST(the_name_chooses_the_language),
	    TEST(a_choice_sets_the_cookie_with_the_name),
	    TEST(only_that_cookie_is_ours),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
