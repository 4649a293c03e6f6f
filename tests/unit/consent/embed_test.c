#include <libconsent/embed.h>

#include <libconsent/notice.h>

#include <string.h>

#include "fixture.h"

static const char policy_text[] =
    "version = \"1\"; unknown_cookie = \"media\";\n"
    "third_parties = \"unlisted\";\n"
    "categories = ( { id = \"essential\"; required = true; },\n"
    " { id = \"media\"; action = \"placeholder\"; },\n"
    " { id = \"ads\"; },\n"
    " { id = \"maps\"; mode = \"report\"; action = \"placeholder\"; } );\n"
    "sensitive = ( { path = \"/account*\"; } );\n"
    "vendors = ( { name = \"hotjar\"; category = \"media\";\n"
    " action = \"placeholder\"; purpose = \"Shows films\";\n"
    " provider = \"Films & <Co>\"; } );\n"
    "resources = ( { host = \"video.example\"; category = \"media\"; },\n"
    " { host = \"library.example\"; category = \"media\"; },\n"
    " { host = \"ads.example\"; category = \"ads\"; },\n"
    " { host = \"maps.example\"; category = \"maps\"; },\n"
    " { host = \"tubes.example\"; path = \"/embed/*\";\n"
    "   category = \"media\"; },\n"
    " { host = \"cdn.example\"; category = \"essential\"; },\n"
    " { path = \"/film*\"; category = \"media\"; } );\n";

static struct policy *policy;
static struct notice_set *set;
static struct gate gate;
static struct url site;
static struct buf text, page;

static void
open_gate(struct span path, category_set granted)
{
	struct record record = {.action = RECORD_CHOOSE};
	struct gate_options options = {.policy = policy,
	    .record = &record,
	    .sites = &site,
	    .n_sites = 1,
	    .path = path};

	record_decide(&record, policy, granted);
	gate_open(&gate, &options);
}

static int
setup(void **state)
{
	struct notice_options options = {.site = "https://www.library.example"};
	struct findings findings;

	(void)state;
	policy = fixture_policy(policy_text);
	site = fixture_url("https://www.library.example/");
	findings_init(&findings);
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &set), CONSENT_OK);
	findings_fini(&findings);
	buf_init(&text, URL_SCRATCH);
	buf_init(&page, NOTICE_PAGE_MAX);
	open_gate(SPAN("/"), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buf_fini(&page);
	buf_fini(&text);
	notice_set_free(set);
	policy_free(policy);
	fixture_end();
	return 0;
}

/* The host of the rule that lets a URL be shown once, or NULL. */
static const char *
rule_of(const char *input)
{
	const struct policy_rule *rule;
	struct url url;

	if (url_parse(span_of(input), NULL, &text, &url) != CONSENT_OK)
		return NULL;
	rule = embed_rule(&gate, &url);
	return rule == NULL ? NULL : rule->host;
}

static void
what_the_policy_puts_into_a_box_may_be_shown(void **state)
{
	(void)state;
	assert_string_equal(
	    rule_of("https://video.example/a"), "video.example");
	assert_string_equal(
	    rule_of("http://www.video.example:8080/a?b"), "video.example");
	assert_string_equal(
	    rule_of("https://script.hotjar.com/"), "hotjar.com");
	assert_string_equal(
	    rule_of("https://tubes.example/embed/1"), "tubes.example");
	/* whoever agreed since the page was made: it shows the same */
	open_gate(SPAN("/"), ~(category_set)0);
	assert_string_equal(
	    rule_of("https://video.example/a"), "video.example");
}

static void
nothing_else_is_ever_framed(void **state)
{
	static const char *const urls[] = {
	    "https://elsewhere.example/",  /* unlisted: no rule */
	    "https://ads.example/",	   /* its action is another */
	    "https://maps.example/",	   /* only reported: it passes */
	    "https://cdn.example/",	   /* needs no consent */
	    "https://tubes.example/watch", /* not that path */
	    "https://tubes.example/embed/../watch",
	    "https://www.library.example/film",	  /* the site's own: */
	    "https://www.library.example:8443/x", /* framed it would be us */
	    "wss://video.example/", "ftp://video.example/",
	    "data:text/html,video.example", "javascript:alert(1)",
	    "about:blank", "blob:https://video.example/x", "/film", "",
	    "//video.example/", "https://video.example.evil.example/",
	    "https://evil.example/video.example",
	    "https://video.example@evil.example/",
	    /* what a policy of the browser would read as more than one host */
	    "https://*.video.example/", "https://a;b.video.example/",
	    "https://a,b.video.example/", "https://'a'.video.example/"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof urls / sizeof urls[0]; i++)
		if (rule_of(urls[i]) != NULL)
			fail_msg("may be shown: %s", urls[i]);
}

static void
r33_nothing_is_shown_on_sensitive_paths(void **state)
{
	(void)state;
	open_gate(SPAN("/account/bills"), ~(category_set)0);
	assert_null(rule_of("https://video.example/a"));
}

static void
sides_are_numbers(void **state)
{
	(void)state;
	assert_int_equal(embed_side(SPAN("560")), 560);
	assert_int_equal(embed_side(SPAN("4096")), 4096);
	assert_int_equal(embed_side(SPAN("4097")), 0);
	assert_int_equal(embed_side(SPAN("100%")), 0);
	assert_int_equal(embed_side(SPAN("-1")), 0);
	assert_int_equal(embed_side(SPAN("")), 0);
}

/* An embed at a URL that may be shown. */
static struct embed
embed_at(const char *url)
{
	struct embed e = {.url = span_of(url)};
	struct url parsed;

	assert_int_equal(url_parse(e.url, NULL, &text, &parsed), CONSENT_OK);
	e.rule = embed_rule(&gate, &parsed);
	assert_non_null(e.rule);
	return e;
}

static bool
says(const char *needle)
{
	return span_search(buf_span(&page), span_of(needle)) < page.n;
}

static void
a_link_says_what_is_shown(void **state)
{
	struct embed e = embed_at("https://video.example/a%20b?c=1&d='\"<>+");

	(void)state;
	e.width = 560;
	e.height = 315;
	assert_int_equal(embed_write_query(&e, &page), CONSENT_OK);
	assert_true(span_equal(buf_span(&page),
	    SPAN("url=https%3A%2F%2Fvideo.example%2Fa%2520b%3Fc%3D1%26d%3D%27"
		 "%22%3C%3E%2B&amp;width=560&amp;height=315")));
}

static void
a_page_asks_and_names_who_is_asked(void **state)
{
	struct embed e =
	    embed_at("https://script.hotjar.com/a?b='&c=\"<script>");
	const struct notice *n = notice_in(set, SPAN("en"));

	(void)state;
	e.width = 560;
	assert_int_equal(
	    embed_ask(n, &e, SPAN("/from?x=\"<"), &page), CONSENT_OK);
	assert_true(
	    says("<html class=\"consent-root\" lang=\"en\" dir=\"ltr\">"));
	assert_true(says("This content comes from <bdi>Hotjar</bdi>"));
	assert_true(says("Films &amp; &lt;Co&gt;"));
	assert_true(says("<form method=\"post\" action=\"/.consent/embed\">"));
	assert_true(
	    says("name=\"url\" value=\"https://script.hotjar.com/a?b="));
	assert_true(says("name=\"width\" value=\"560\""));
	assert_true(says("name=\"return\" value=\"/from?x=&quot;&lt;\""));
	assert_true(says(notice_facts(n)->hash));
	assert_true(says(">Show this once</button>"));
	/* the same is asked in another language */
	assert_true(says("action=\"/.consent/language\""));
	assert_true(says("name=\"return\" value=\"/.consent/embed?url="
			 "https%3A%2F%2Fscript.hotjar.com%2Fa%3Fb%3D"));
	assert_true(says("&amp;width=560&amp;return=%2Ffrom%3Fx%3D%22%3C\"/>"));
	/* it is asked about, not shown; nothing breaks out */
	assert_false(says("<iframe"));
	assert_false(says("<script"));
	assert_false(says(" style="));
}

static void
a_page_shows_that_frame_alone(void **state)
{
	struct embed e = embed_at("https://video.example/a?b='&c=\"<script>");
	const struct notice *n = notice_in(set, SPAN("ar"));
	struct span rest;
	size_t at;

	(void)state;
	e.width = 4096;
	e.height = 1; /* could not be seen */
	assert_int_equal(
	    embed_show(n, &e, SPAN("//evil.example"), &page), CONSENT_OK);
	assert_true(says(" lang=\"ar\" dir=\"rtl\">"));
	assert_true(says("<iframe class=\"consent-frame\" "
			 "title=\"video.example\" "
			 "src=\"https://video.example/a?b="));
	assert_true(says("width=\"4096\" height=\"360\" sandbox=\""));
	assert_true(says("referrerpolicy=\"strict-origin\""));
	assert_false(says("allow-top-navigation"));
	assert_false(says("<script"));
	assert_false(says("evil.example"));
	assert_false(says("<form"));
	at = span_search(buf_span(&page), SPAN("<iframe"));
	rest = span_sub(buf_span(&page), at + 1, page.n);
	assert_int_equal(span_search(rest, SPAN("<iframe")), rest.n);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_the_policy_puts_into_a_box_may_be_shown),
	    TEST(nothing_else_is_ever_framed),
	    TEST(r33_nothing_is_shown_on_sensitive_paths),
	    TEST(sides_are_numbers),
	    TEST(a_link_says_what_is_shown),
	    TEST(a_page_asks_and_names_who_is_asked),
	    TEST(a_page_shows_that_frame_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
