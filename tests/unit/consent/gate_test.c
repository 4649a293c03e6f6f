#include <libconsent/gate.h>

#include <stdio.h>
#include <string.h>

#include "fixture.h"

static struct policy *policy;
static struct url site, base;
static struct buf scratch;

static int
setup(void **state)
{
	(void)state;
	policy = fixture_usual();
	site = fixture_url("https://www.library.example/");
	base = fixture_url("https://www.library.example/a/b.html");
	buf_init(&scratch, URL_SCRATCH);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_end();
	policy_free(policy);
	buf_fini(&scratch);
	return 0;
}

/* A gate for a path, with a record of these grants unless it is NULL. */
static struct gate
open_gate(const struct record *record, const char *path, bool gpc)
{
	struct gate_options options = {.policy = policy,
	    .record = record,
	    .sites = &site,
	    .n_sites = 1,
	    .path = span_of(path),
	    .gpc = gpc};
	struct gate g;

	gate_open(&g, &options);
	return g;
}

static struct record
granting(category_set granted)
{
	struct record r = {.action = RECORD_CHOOSE};

	record_decide(&r, policy, granted);
	return r;
}

static enum gate_answer
url_answer(const struct gate *g, const char *text)
{
	return gate_url(g, span_of(text), &base, &scratch).answer;
}

static void
r01_no_token_withholds_analytics(void **state)
{
	struct gate g = open_gate(NULL, "/", false);

	(void)state;
	assert_int_equal(g.granted, 1);
	assert_int_equal(g.decided, 0);
	assert_true(gate_asks(&g));
	assert_int_equal(gate_cookie(&g, SPAN("session")).answer, GATE_PASS);
	assert_int_equal(gate_cookie(&g, SPAN("_an")).answer, GATE_WITHHOLD);
	assert_int_equal(gate_cookie(&g, SPAN("_an_1")).answer, GATE_WITHHOLD);
	/* a name that no rule knows is held back under unknown_cookie */
	assert_int_equal(gate_cookie(&g, SPAN("other")).answer, GATE_WITHHOLD);
	assert_null(gate_cookie(&g, SPAN("other")).rule);
	assert_int_equal(gate_cookie(&g, SPAN("other")).category, 2);
	assert_int_equal(
	    url_answer(&g, "https://stats.example/x.js"), GATE_WITHHOLD);
	assert_int_equal(
	    gate_inline(&g, SPAN("x; myTracker('k')")).answer, GATE_WITHHOLD);
	assert_int_equal(gate_inline(&g, SPAN("go()")).answer, GATE_PASS);
}

static void
granted_things_pass(void **state)
{
	struct record r = granting(ANALYTICS);
	struct gate g = open_gate(&r, "/", false);

	(void)state;
	assert_false(gate_asks(&g));
	assert_int_equal(gate_cookie(&g, SPAN("_an")).answer, GATE_PASS);
	assert_int_equal(gate_cookie(&g, SPAN("other")).answer, GATE_WITHHOLD);
	assert_int_equal(url_answer(&g, "//a.stats.example:8443/x"), GATE_PASS);
	assert_int_equal(url_answer(&g, "https://ads.example/"), GATE_WITHHOLD);
}

static void
r02_reject_is_an_answer(void **state)
{
	struct record r = granting(0);
	struct gate g = open_gate(&r, "/", false);

	(void)state;
	assert_false(gate_asks(&g));
	assert_int_equal(g.granted, 1);
}

static struct {
	unsigned n;
	char host[64];
} told;

static void
on_unnamed(void *ctx, const struct url *url)
{
	assert_ptr_equal(ctx, &told);
	told.n++;
	(void)snprintf(
	    told.host, sizeof told.host, "%.*s", SPAN_ARG(url->host));
}

static void
third_parties_without_a_rule_are_told(void **state)
{
	struct gate g = open_gate(NULL, "/", false);

	(void)state;
	g.on_unnamed = on_unnamed;
	g.ctx = &told;
	assert_int_equal(
	    url_answer(&g, "https://New.example:8443/x?y"), GATE_PASS);
	assert_int_equal(told.n, 1);
	assert_string_equal(told.host, "new.example");
	/* a rule, the site, its domain, no host */
	(void)url_answer(&g, "https://a.stats.example/x");
	(void)url_answer(&g, "/own");
	(void)url_answer(&g, "https://img.library.example/x");
	(void)url_answer(&g, "mailto:new.example");
	(void)url_answer(&g, "data:text/javascript,go()");
	assert_int_equal(told.n, 1);
}

static void
urls_are_resolved_as_browsers_do(void **state)
{
	struct gate g = open_gate(NULL, "/", false);

	(void)state;
	assert_int_equal(url_answer(&g, "../collect?x"), GATE_WITHHOLD);
	assert_int_equal(url_answer(&g, "/x/../collect/a"), GATE_WITHHOLD);
	assert_int_equal(url_answer(&g, "collect"), GATE_PASS);
	assert_int_equal(
	    url_answer(&g, " HTTPS:\\\\STATS.example/x"), GATE_WITHHOLD);
	assert_int_equal(
	    url_answer(&g, "wss://www.library.example/collect"), GATE_WITHHOLD);
	assert_int_equal(url_answer(&g, "http://www.library.example/collect"),
	    GATE_WITHHOLD);
	/* another host's path is not the site's, another port neither */
	assert_int_equal(
	    url_answer(&g, "https://other.example/collect"), GATE_PASS);
	assert_int_equal(
	    url_answer(&g, "https://www.library.example:8443/collect"),
	    GATE_PASS);
	assert_int_equal(url_answer(&g, "https://social.example/x"), GATE_PASS);
	assert_int_equal(
	    url_answer(&g, "https://social.example/tr?id=1"), GATE_WITHHOLD);
	assert_int_equal(url_answer(&g, "https://["), GATE_PASS);
	assert_int_equal(url_answer(&g, "mailto:a@stats.example"), GATE_PASS);
}

static void
urls_that_bring_their_text_are_read(void **state)
{
	struct gate g = open_gate(NULL, "/", false);

	(void)state;
	assert_int_equal(
	    url_answer(&g, "data:text/javascript,myTracker%28'k'%29"),
	    GATE_WITHHOLD);
	assert_int_equal(
	    url_answer(&g, "data:text/javascript;base64,bXlUcmFja2VyKCdrJyk="),
	    GATE_WITHHOLD);
	assert_int_equal(
	    url_answer(&g, "javascript:myTracker('k')"), GATE_WITHHOLD);
	assert_int_equal(
	    url_answer(&g, "data:image/gif;base64,R0lG"), GATE_PASS);
	assert_int_equal(url_answer(&g, "data:,x"), GATE_PASS);
	assert_int_equal(url_answer(&g, "data:nothing"), GATE_PASS);
	assert_int_equal(url_answer(&g, "about:blank"), GATE_PASS);
}

static void
url_too_long_to_read_is_withheld(void **state)
{
	struct record r = granting(ANALYTICS | MARKETING);
	struct gate g = open_gate(&r, "/", false);
	static char text[URL_INPUT + 2];

	(void)state;
	memset(text, 'a', sizeof text - 1);
	assert_int_equal(url_answer(&g, text), GATE_WITHHOLD);
}

static void
unlisted_third_parties_need_consent(void **state)
{
	struct gate g;

	(void)state;
	policy_free(policy);
	policy =
	    fixture_policy(FIXTURE_POLICY("unlisted", "enforce", "meta-pixel"));
	g = open_gate(NULL, "/", false);
	assert_int_equal(
	    url_answer(&g, "https://nobody.example/x.js"), GATE_WITHHOLD);
	assert_int_equal(url_answer(&g, "https://cdn.example/x.js"), GATE_PASS);
	assert_int_equal(url_answer(&g, "/x.js"), GATE_PASS);
	assert_int_equal(
	    url_answer(&g, "https://img.library.example/x.png"), GATE_PASS);
	assert_int_equal(url_answer(&g, "data:image/png,x"), GATE_PASS);
}

/* Nobody can say whose host it is. */
static void
r01_hosts_of_letters_that_cannot_be_told_are_withheld(void **state)
{
	struct gate g = open_gate(NULL, "/", false);
	struct gate_verdict v;

	(void)state;
	assert_int_equal(
	    url_answer(&g, "//\xE5\xE2.example/x.js"), GATE_WITHHOLD);
	assert_int_equal(
	    url_answer(&g, "https://\xE2\x98\x83.example/"), GATE_WITHHOLD);
	assert_int_equal(url_answer(&g, "/\xE5/\x95\\.js"), GATE_PASS);
	assert_int_equal(url_answer(&g, "//a b.example/"), GATE_PASS);
	v = gate_url(&g, SPAN("//\xE5/"), &base, &scratch);
	assert_int_equal(v.subject, GATE_LETTERS);
	g.granted = ANALYTICS | 1u;
	assert_int_equal(url_answer(&g, "//\xE5/"), GATE_WITHHOLD);
	g.granted = MARKETING | 1u;
	assert_int_equal(url_answer(&g, "//\xE5/"), GATE_WITHHOLD);
	g.granted = MARKETING | ANALYTICS | 1u;
	assert_int_equal(url_answer(&g, "//\xE5/"), GATE_PASS);
}

static void
report_mode_changes_nothing(void **state)
{
	struct gate g;

	(void)state;
	policy_free(policy);
	policy =
	    fixture_policy(FIXTURE_POLICY("listed", "report", "meta-pixel"));
	g = open_gate(NULL, "/", false);
	assert_int_equal(gate_cookie(&g, SPAN("_an")).answer, GATE_REPORT);
	assert_int_equal(url_answer(&g, "https://stats.example/"), GATE_REPORT);
	assert_int_equal(url_answer(&g, "https://ads.example/"), GATE_WITHHOLD);
	assert_int_equal(url_answer(&g, "//\xE5/"), GATE_WITHHOLD);
	g.granted |= MARKETING;
	assert_int_equal(url_answer(&g, "//\xE5/"), GATE_REPORT);
}

/* A policy in which some things have a mode of their own. */
static void
with_modes(const char *analytics)
{
	static char text[2048];

	(void)snprintf(text, sizeof text,
	    "version = \"1\"; unknown_cookie = \"marketing\"; categories = ( "
	    "{ id = \"essential\"; required = true; }, "
	    "{ id = \"analytics\"; mode = \"%s\"; }, "
	    "{ id = \"marketing\"; } ); "
	    "vendors = ( { name = \"hotjar\"; mode = \"report\"; } ); "
	    "cookies = ( { name = \"a\"; category = \"analytics\"; }, "
	    "{ name = \"r\"; category = \"analytics\"; mode = \"report\"; }, "
	    "{ name = \"e\"; category = \"analytics\"; mode = \"enforce\"; } "
	    "); resources = ( { host = \"static.hotjar.com\"; category = "
	    "\"marketing\"; mode = \"enforce\"; } );",
	    analytics);
	policy_free(policy);
	policy = fixture_policy(text);
}

static enum gate_answer
cookie_answer(const struct gate *g, const char *name)
{
	return gate_cookie(g, span_of(name)).answer;
}

static void
the_nearest_mode_wins(void **state)
{
	struct gate g;

	(void)state;
	with_modes("enforce");
	g = open_gate(NULL, "/", false);
	assert_int_equal(cookie_answer(&g, "a"), GATE_WITHHOLD);
	assert_int_equal(cookie_answer(&g, "r"), GATE_REPORT);
	assert_int_equal(cookie_answer(&g, "e"), GATE_WITHHOLD);
	assert_int_equal(cookie_answer(&g, "_hjid"), GATE_REPORT);
	assert_int_equal(url_answer(&g, "https://hotjar.com/"), GATE_REPORT);
	assert_int_equal(
	    url_answer(&g, "https://static.hotjar.com/"), GATE_WITHHOLD);
	assert_false(gate_varies(&g, gate_cookie(&g, SPAN("r"))));
	assert_true(gate_varies(&g, gate_cookie(&g, SPAN("a"))));
	with_modes("report");
	g = open_gate(NULL, "/", false);
	assert_int_equal(cookie_answer(&g, "a"), GATE_REPORT);
	assert_int_equal(cookie_answer(&g, "e"), GATE_WITHHOLD);
	assert_false(gate_varies(&g, gate_cookie(&g, SPAN("a"))));
	assert_true(gate_varies(&g, gate_cookie(&g, SPAN("e"))));
	g.granted |= ANALYTICS;
	assert_int_equal(cookie_answer(&g, "e"), GATE_PASS);
	/* whose host it is nobody knows: it may be one that is enforced */
	g.granted = MARKETING | 1u;
	assert_int_equal(url_answer(&g, "//\xE5/"), GATE_WITHHOLD);
}

/* For a while: the rules' own modes stay, what is required stays. */
static void
a_category_is_toggled(void **state)
{
	struct gate_options options = {.path = SPAN("/")};
	struct gate g;

	(void)state;
	with_modes("enforce");
	options.policy = policy;
	options.reporting = ANALYTICS | 1u;
	gate_open(&g, &options);
	assert_int_equal(cookie_answer(&g, "a"), GATE_REPORT);
	assert_int_equal(cookie_answer(&g, "e"), GATE_WITHHOLD);
	assert_int_equal(g.reported, ANALYTICS);
	/* no cache may keep it for when the toggle is over */
	assert_true(gate_varies(&g, gate_cookie(&g, SPAN("a"))));
	with_modes("report");
	options.policy = policy;
	options.reporting = 0;
	options.enforcing = ANALYTICS;
	gate_open(&g, &options);
	assert_int_equal(cookie_answer(&g, "a"), GATE_WITHHOLD);
	assert_int_equal(cookie_answer(&g, "r"), GATE_REPORT);
	assert_true(gate_varies(&g, gate_cookie(&g, SPAN("a"))));
}

static void
r27_signal_is_exactly_one(void **state)
{
	(void)state;
	assert_true(gate_is_gpc(SPAN("1")));
	assert_false(gate_is_gpc(SPAN("")));
	assert_false(gate_is_gpc(SPAN("0")));
	assert_false(gate_is_gpc(SPAN("11")));
	assert_false(gate_is_gpc(SPAN("true")));
}

static void
r30_signal_denies_until_asked(void **state)
{
	struct record r = granting(ANALYTICS | MARKETING);
	struct gate g = open_gate(NULL, "/", true);

	(void)state;
	assert_int_equal(g.granted, 1);
	assert_int_equal(g.signaled, ANALYTICS | MARKETING);
	/* a yes from before the signal yields, and is asked again */
	g = open_gate(&r, "/", true);
	assert_int_equal(g.granted, 1);
	assert_true(gate_asks(&g));
	/* without the signal it still stands */
	g = open_gate(&r, "/", false);
	assert_int_equal(g.granted, 1 | ANALYTICS | MARKETING);
	/* a yes that was given with the signal on stands */
	r.gpc = true;
	g = open_gate(&r, "/", true);
	assert_int_equal(g.granted, 1 | ANALYTICS | MARKETING);
	assert_false(gate_asks(&g));
	/* what was denied stays answered */
	r = granting(MARKETING);
	g = open_gate(&r, "/", true);
	assert_int_equal(g.decided, ANALYTICS);
}

static void
r33_sensitive_paths_have_essential_things_only(void **state)
{
	struct record r = granting(ANALYTICS | MARKETING);
	struct gate g = open_gate(&r, "/account/orders", false);

	(void)state;
	assert_true(g.sensitive);
	assert_int_equal(g.granted, 1);
	assert_int_equal(g.decided, ANALYTICS | MARKETING);
	assert_false(gate_asks(&g));
	assert_int_equal(gate_cookie(&g, SPAN("_an")).answer, GATE_WITHHOLD);
	assert_int_equal(gate_cookie(&g, SPAN("session")).answer, GATE_PASS);
}

static void
granted_ids_are_listed_for_the_origin(void **state)
{
	struct record r = granting(ANALYTICS);
	struct gate g = open_gate(&r, "/", false);
	struct buf out;

	(void)state;
	buf_init(&out, 64);
	assert_int_equal(gate_write_granted(&g, &out), CONSENT_OK);
	assert_true(span_equal(buf_span(&out), SPAN("essential, analytics")));
	buf_clear(&out);
	g = open_gate(NULL, "/", false);
	assert_int_equal(gate_write_granted(&g, &out), CONSENT_OK);
	assert_true(span_equal(buf_span(&out), SPAN("essential")));
	buf_fini(&out);
	buf_init(&out, 8);
	assert_int_equal(gate_write_granted(&g, &out), CONSENT_ELIMIT);
	assert_int_equal(out.n, 0);
	buf_fini(&out);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r01_no_token_withholds_analytics),
	    TEST(granted_things_pass),
	    TEST(r02_reject_is_an_answer),
	    TEST(third_parties_without_a_rule_are_told),
	    TEST(urls_are_resolved_as_browsers_do),
	    TEST(urls_that_bring_their_text_are_read),
	    TEST(url_too_long_to_read_is_withheld),
	    TEST(unlisted_third_parties_need_consent),
	    TEST(r01_hosts_of_letters_that_cannot_be_told_are_withheld),
	    TEST(report_mode_changes_nothing),
	    TEST(the_nearest_mode_wins),
	    TEST(a_category_is_toggled),
	    TEST(r27_signal_is_exactly_one),
	    TEST(r30_signal_denies_until_asked),
	    TEST(r33_sensitive_paths_have_essential_things_only),
	    TEST(granted_ids_are_listed_for_the_origin),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
