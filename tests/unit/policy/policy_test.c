#include <libconsent/loader.h>
#include <libconsent/policy.h>
#include <libconsent/settings.h>
#include <libconsent/url.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What every policy here begins with. */
#define HEAD                                                                   \
	"version = \"1\"; categories = ( { id = \"essential\"; required = "    \
	"true; }, { id = \"analytics\"; }, { id = \"ads\"; mode = "            \
	"\"report\"; } );\n"

static const char rules_text[] = HEAD
    "cookies = ( { name = \"session\"; category = \"essential\";"
    "  ground = \"requested\"; purpose = \"Sign in\"; },\n"
    "  { name = \"_pk_*\"; category = \"analytics\"; },\n"
    "  { name = \"_pk_id*\"; category = \"ads\"; },\n"
    "  { name = \"_pk_id.1\"; category = \"analytics\"; },\n"
    "  { name = \"*_track\"; category = \"ads\"; },\n"
    "  { name = \"a*b\"; category = \"ads\"; } );\n"
    "resources = ( { host = \"stats.example\"; category = \"analytics\"; },\n"
    "  { host = \"ok.stats.example\"; category = \"essential\"; },\n"
    "  { host = \"Social.Example\"; path = \"/tr*\"; category = \"ads\"; },\n"
    "  { host = \"social.example\"; path = \"/trust\";"
    "    category = \"essential\"; },\n"
    "  { path = \"/collect*\"; category = \"analytics\"; },\n"
    "  { path = \"/p?*id=*\"; category = \"analytics\"; },\n"
    "  { host = \"site.example\"; path = \"/collect/ok*\";"
    "    category = \"essential\"; },\n"
    "  { host = \"b\xC3\xBC"
    "cher.example\"; category = \"ads\"; },\n"
    "  { inline = \"track(\"; category = \"analytics\"; },\n"
    "  { inline = \"my_track(\"; category = \"ads\"; },\n"
    "  { inline = \"known_good_track(\"; category = \"essential\"; } );\n"
    "sensitive = ( { path = \"/account*\"; }, \"/s?*q=*\" );\n";

static struct policy *
load(const char *text)
{
	const struct loader_options options = {NULL};
	struct settings *s = NULL;
	struct policy *p = NULL;
	struct findings f;

	findings_init(&f);
	if (settings_parse("p", span_of(text), &f, &s) != CONSENT_OK ||
	    policy_load(settings_root(s), &options, &f, &p) != CONSENT_OK)
		findings_print(&f, stderr);
	settings_free(s);
	findings_fini(&f);
	assert_non_null(p);
	return p;
}

/* The line of the rule for it, or 0. */
static unsigned
line_of(const struct policy_rule *rule)
{
	return rule == NULL ? 0 : rule->line;
}

static void
cookies_find_the_most_specific(void **state)
{
	static const struct {
		const char *name;
		unsigned line;
	} cases[] = {
	    {"session", 2},
	    {"Session", 0},
	    {"session2", 0},
	    {"", 0},
	    {"_pk_", 3},
	    {"_pk_ses.1", 3},
	    {"_pk_id.2", 4},
	    {"_pk_id.1", 5},
	    {"x_track", 6},
	    {"_pk_track", 6},
	    {"ab", 7},
	    {"a_b", 7},
	    {"a", 0},
	};
	struct policy *p = load(rules_text);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(
		    line_of(policy_find_cookie(p, span_of(cases[i].name))),
		    cases[i].line);
	policy_free(p);
}

static void
urls_find_the_longest_host_first(void **state)
{
	static const struct {
		const char *url;
		bool is_site;
		unsigned line;
	} cases[] = {
	    {"https://stats.example/", false, 8},
	    {"http://a.b.stats.example:99/x?y", false, 8},
	    {"https://stats.example./", false, 8},
	    {"https://notstats.example/", false, 0},
	    {"https://example/", false, 0},
	    {"wss://stats.example/", false, 8},
	    {"https://ok.stats.example/x", false, 9},
	    {"https://x.ok.stats.example/x", false, 9},
	    {"https://social.example/tr?id=1", false, 10},
	    {"https://social.example/%74%72", false, 10},
	    {"https://social.example/x/../tr", false, 10},
	    {"https://social.example/trust", false, 11},
	    {"https://social.example/trust2", false, 10},
	    {"https://social.example/", false, 0},
	    {"https://site.example/collect/1", true, 12},
	    {"https://site.example/collect/1", false, 0},
	    {"https://site.example/p", true, 0},
	    {"https://site.example/p?x=1&id=2", true, 13},
	    {"https://site.example/p%3Fx=1&id=2", true, 0},
	    {"https://site.example/collect/ok", true, 14},
	    {"https://www.site.example/collect/ok", true, 12},
	    {"https://b\xC3\xBC"
	     "cher.example/",
		false, 15},
	    {"data:text/html,stats.example", false, 0},
	};
	struct policy *p = load(rules_text);
	struct buf scratch;
	struct url url;
	size_t i;

	(void)state;
	buf_init(&scratch, URL_SCRATCH);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(
		    url_parse(span_of(cases[i].url), NULL, &scratch, &url), 0);
		assert_int_equal(
		    line_of(policy_find_url(p, &url, cases[i].is_site)),
		    cases[i].line);
	}
	buf_fini(&scratch);
	policy_free(p);
}

static void
requests_find_rules_of_their_method(void **state)
{
	static const struct {
		const char *url;
		unsigned method, line;
	} cases[] = {
	    {"https://site.example/api", POLICY_POST, 2},
	    {"https://site.example/api", POLICY_PUT, 2},
	    {"https://site.example/api", POLICY_GET, 4},
	    {"https://site.example/api", POLICY_METHOD_OTHER, 4},
	    {"https://site.example/api/x", POLICY_POST, 3},
	    {"https://site.example/api?v=2", POLICY_POST, 5},
	    {"https://site.example/api?v=2", POLICY_GET, 4},
	    {"https://site.example/apis", POLICY_POST, 3},
	    {"https://site.example/other", POLICY_POST, 0},
	};
	struct policy *p = load(HEAD
	    "resources = ( { path = \"/api\"; method = [ \"POST\", \"PUT\" ]; "
	    "category = \"analytics\"; },\n"
	    "{ path = \"/api*\"; method = \"POST\"; category = \"ads\"; },\n"
	    "{ path = \"/api\"; category = \"essential\"; },\n"
	    "{ path = \"/api?v=2\"; method = \"POST\"; category = \"ads\"; } "
	    ");");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct url url;
		struct policy_request request = {&url, true, cases[i].method};
		struct buf scratch;

		buf_init(&scratch, URL_SCRATCH);
		assert_int_equal(
		    url_parse(span_of(cases[i].url), NULL, &scratch, &url),
		    CONSENT_OK);
		assert_int_equal(
		    line_of(policy_find_request(p, &request)), cases[i].line);
		buf_fini(&scratch);
	}
	assert_non_null(
	    strstr(policy_facts(p)->text.p, "\"methods\":[\"POST\",\"PUT\"]"));
	policy_free(p);
}

static void
methods_are_told_by_name(void **state)
{
	(void)state;
	assert_int_equal(policy_method_of(SPAN("GET")), POLICY_GET);
	assert_int_equal(policy_method_of(SPAN("OPTIONS")), POLICY_OPTIONS);
	assert_int_equal(policy_method_of(SPAN("get")), POLICY_METHOD_OTHER);
	assert_int_equal(policy_method_of(SPAN("")), POLICY_METHOD_OTHER);
}

static void
inline_text_is_found_anywhere(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} cases[] = {
	    {"", 0},
	    {"trac", 0},
	    {"track(1)", 16},
	    {"x=1;track (1);ttrack(2)", 16},
	    {"my_track(", 17},
	    {"track(); my_track()", 17},
	    {"my_track track(", 16},
	    {"known_good_track(1)", 16},
	    {"known_good_trac k", 0},
	    {"Track(", 0},
	};
	struct policy *p = load(rules_text);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(
		    line_of(policy_find_inline(p, span_of(cases[i].text))),
		    cases[i].line);
	policy_free(p);
}

static void
sensitive_paths_are_found(void **state)
{
	struct policy *p = load(rules_text);

	(void)state;
	assert_true(policy_is_sensitive(p, SPAN("/account")));
	assert_true(policy_is_sensitive(p, SPAN("/account/x?y")));
	assert_true(policy_is_sensitive(p, SPAN("/%61ccount")));
	assert_true(policy_is_sensitive(p, SPAN("/s?x&q=1")));
	assert_true(policy_is_sensitive(p, SPAN("//account/x")));
	assert_true(policy_is_sensitive(p, SPAN("///%61ccount//x?y")));
	assert_false(policy_is_sensitive(p, SPAN("//x//account")));
	assert_false(policy_is_sensitive(p, SPAN("/s")));
	assert_false(policy_is_sensitive(p, SPAN("/x/account")));
	assert_false(policy_is_sensitive(p, SPAN("")));
	policy_free(p);
}

enum {
	FAR = 60000 /* bytes of a path before what matters */
};

/* Rules look at ends and queries of paths that nobody's buffer holds. */
static void
no_length_hides_what_a_rule_names(void **state)
{
	struct policy *p = load(HEAD
	    "resources = ( { path = \"*/collect\"; category = \"ads\"; },\n"
	    "{ path = \"/p*?*id=*\"; category = \"ads\"; } );\n"
	    "sensitive = ( { path = \"*/account\"; } );\n");
	static char path[FAR + 16], query[FAR + 16];
	struct url url = {.kind = URL_NETWORK,
	    .scheme = SPAN("https"),
	    .host = SPAN("site.example"),
	    .port = 443,
	    .path = {path, FAR + 8},
	    .query = {query, FAR + 3}};

	(void)state;
	memset(path, 'x', sizeof path);
	memset(query, '<', sizeof query); /* three bytes in the spelling */
	memcpy(path, "/p%61", 5);
	memcpy(path + FAR, "/c%6Flle", 8);
	assert_null(policy_find_url(p, &url, true));
	memcpy(path + FAR, "/coll%65ct", 10);
	url.path.n = FAR + 10;
	assert_int_equal(line_of(policy_find_url(p, &url, true)), 2);
	url.path.n = FAR;
	url.has_query = true;
	assert_null(policy_find_url(p, &url, true));
	memcpy(query + FAR, "id=", 3);
	assert_int_equal(line_of(policy_find_url(p, &url, true)), 3);
	memcpy(path + FAR, "/acc%6Funt", 10);
	assert_true(policy_is_sensitive(p, (struct span){path, FAR + 10}));
	memcpy(path + FAR, "//account", 9);
	assert_true(policy_is_sensitive(p, (struct span){path, FAR + 9}));
	memcpy(path + FAR, "/acc//unt", 9);
	assert_false(policy_is_sensitive(p, (struct span){path, FAR + 9}));
	policy_free(p);
}

static void
facts_have_defaults(void **state)
{
	struct policy *p = load(rules_text);
	const struct policy_facts *f = policy_facts(p);

	(void)state;
	assert_string_equal(f->version, "1");
	assert_int_equal(f->n_categories, 3);
	assert_int_equal(policy_category(p, SPAN("ads")), 2);
	assert_int_equal(policy_category(p, SPAN("ad")), -1);
	assert_int_equal(f->unknown_cookie, 1);
	assert_int_equal(f->required, 1);
	assert_int_equal(f->reported, 4);
	assert_int_equal(f->third_parties, POLICY_THIRD_LISTED);
	assert_int_equal(f->gpc, POLICY_SIGNAL_REJECT);
	assert_int_equal(f->dnt, POLICY_SIGNAL_IGNORE);
	assert_int_equal(f->n_rules, 17);
	assert_int_equal(strlen(f->hash), 64);
	assert_int_equal(strlen(f->categories[1].rev), 8);
	assert_string_equal(f->rules[0].purpose, "Sign in");
	assert_string_equal(f->rules[0].file, "p");
	assert_string_equal(f->rules[8].host, "social.example");
	assert_string_equal(f->rules[13].host, "xn--bcher-kva.example");
	assert_true(span_starts(f->text, SPAN("{\"categories\":[{")));
	policy_free(p);
}

/* The revision of a category under HEAD and more. */
static const char *
revision(unsigned category, const char *more)
{
	static char rev[4][POLICY_REV];
	static unsigned turn;
	char text[4096];
	struct policy *p;

	(void)snprintf(text, sizeof text, HEAD "%s", more);
	p = load(text);
	turn = (turn + 1) % 4;
	memcpy(
	    rev[turn], policy_facts(p)->categories[category].rev, POLICY_REV);
	policy_free(p);
	return rev[turn];
}

#define MATOMO "vendors = ( \"matomo\" );"
#define A "{ name = \"a\"; category = \"analytics\"; lifetime = \"1 day\"; }"
#define B "{ name = \"b\"; category = \"analytics\"; purpose = \"p\"; }"
#define H "resources = ( { host = \"h.example\"; category = \"analytics\"; } );"

static void
revisions_change_with_material_facts_only(void **state)
{
	static const char base[] = MATOMO "cookies = ( " A ", " B " );" H;
	static const char *const same[] = {
	    /* order, wording, spelling of a lifetime, other categories */
	    H "cookies = ( " B ", " A " );" MATOMO,
	    MATOMO H "cookies = ( " A ", { name = \"b\"; category = "
		     "\"analytics\"; purpose = \"other words\"; } );",
	    MATOMO H "cookies = ( { name = \"a\"; category = \"analytics\"; "
		     "lifetime = \"24 hours\"; }, " B " );",
	    MATOMO H "cookies = ( " A ", " B ", { name = \"c\"; category = "
		     "\"ads\"; } );",
	    MATOMO "cookies = ( " A ", " B " ); resources = ( { host = "
		   "\"h.example\"; path = \"/x\"; category = \"analytics\"; "
		   "}, { path = \"/y\"; category = \"analytics\"; } );",
	    "vendors = ( { name = \"matomo\"; purpose = \"Counts\"; } );"
	    "cookies = ( " A ", " B " );" H,
	};
	static const char *const other[] = {
	    /* a cookie more, a longer life, a vendor, a host, a purpose */
	    MATOMO H "cookies = ( " A ", " B ", { name = \"c\"; category = "
		     "\"analytics\"; } );",
	    MATOMO H "cookies = ( { name = \"a\"; category = \"analytics\"; "
		     "lifetime = \"2 days\"; }, " B " );",
	    "vendors = ( \"matomo\", \"hotjar\" ); cookies = ( " A ", " B
	    " );" H,
	    MATOMO "cookies = ( " A ", " B " ); resources = ( { host = "
		   "\"i.example\"; category = \"analytics\"; } );",
	    "vendors = ( { name = \"matomo\"; provider = \"Else\"; } );"
	    "cookies = ( " A ", " B " );" H,
	    "vendors = ( { name = \"matomo\"; purpose = ( \"Counts\", "
	    "\"Sells\" ); } ); cookies = ( " A ", " B " );" H,
	    "vendors = ( { name = \"matomo\"; category = \"ads\"; } );"
	    "cookies = ( " A ", " B " );" H,
	    "unknown_cookie = \"ads\";" MATOMO "cookies = ( " A ", " B " );" H,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof same / sizeof same[0]; i++)
		assert_string_equal(revision(1, same[i]), revision(1, base));
	for (i = 0; i < sizeof other / sizeof other[0]; i++)
		assert_string_not_equal(
		    revision(1, other[i]), revision(1, base));
}

static void
own_rules_win_over_vendors(void **state)
{
	struct policy *p = load(
	    HEAD "vendors = ( \"google-analytics\", \"google-tag-manager\" );"
		 "\ncookies = ( { name = \"_ga\"; category = \"ads\"; } );");
	const struct policy_facts *f = policy_facts(p);
	const struct policy_rule *rule;
	struct buf scratch;
	struct url url;
	size_t i, n = 0;

	(void)state;
	rule = policy_find_cookie(p, SPAN("_ga"));
	assert_int_equal(rule->vendor, -1);
	assert_int_equal(rule->category, 2);
	for (i = 0; i < f->n_rules; i++)
		n += f->rules[i].kind == POLICY_COOKIE &&
		     strcmp(f->rules[i].name, "_ga") == 0;
	assert_int_equal(n, 1);
	rule = policy_find_cookie(p, SPAN("_ga_ABC"));
	assert_string_equal(f->vendors[rule->vendor].id, "google-analytics");
	assert_string_equal(rule->lifetime, "2 years");
	assert_string_equal(rule->file, "vendors/google-analytics.conf");
	buf_init(&scratch, URL_SCRATCH);
	assert_int_equal(
	    url_parse(SPAN("https://www.googletagmanager.com/gtag/js?id=G-1"),
		NULL, &scratch, &url),
	    0);
	rule = policy_find_url(p, &url, false);
	assert_string_equal(f->vendors[rule->vendor].id, "google-analytics");
	assert_int_equal(
	    url_parse(SPAN("https://www.googletagmanager.com/gtm.js?id=G-1"),
		NULL, &scratch, &url),
	    0);
	rule = policy_find_url(p, &url, false);
	assert_string_equal(f->vendors[rule->vendor].id, "google-tag-manager");
	rule = policy_find_inline(p, SPAN("gtag('js', new Date());"));
	assert_int_equal(rule->category, 1);
	assert_true(f->vendors[0].n_stubs > 0);
	assert_true(f->guard);
	buf_fini(&scratch);
	policy_free(p);
}

/* A rule's own action, then its vendor's, then its category's. */
static void
the_nearest_action_counts(void **state)
{
	static const char text[] =
	    "version = \"1\"; categories = ( { id = \"essential\"; required ="
	    " true; }, { id = \"analytics\"; }, { id = \"marketing\";"
	    " action = \"placeholder\"; } );\n"
	    "vendors = ( \"hotjar\", { name = \"matomo\";"
	    " action = \"neutralise\"; }, \"meta-pixel\" );\n"
	    "resources = ( { host = \"a\"; category = \"marketing\"; },"
	    " { host = \"b\"; category = \"marketing\";"
	    " action = \"remove\"; },"
	    " { inline = \"cccc\"; category = \"analytics\";"
	    " action = \"neutralise\"; } );";
	struct policy *p = load(text);
	const struct policy_facts *f = policy_facts(p);
	size_t i;

	(void)state;
	assert_int_equal(f->categories[1].action, POLICY_REMOVE);
	assert_int_equal(f->categories[2].action, POLICY_PLACEHOLDER);
	assert_int_equal(f->rules[0].action, POLICY_PLACEHOLDER);
	assert_int_equal(f->rules[1].action, POLICY_REMOVE);
	assert_int_equal(f->rules[2].action, POLICY_NEUTRALISE);
	for (i = 3; i < f->n_rules; i++)
		assert_int_equal(f->rules[i].action,
		    f->rules[i].vendor == 0   ? POLICY_REMOVE
		    : f->rules[i].vendor == 1 ? POLICY_NEUTRALISE
					      : POLICY_PLACEHOLDER);
	assert_non_null(strstr(f->text.p, "\"action\":\"placeholder\""));
	assert_null(strstr(f->text.p, "\"remove\""));
	policy_free(p);
}

static void
limits_of_inline_text_are_facts(void **state)
{
	struct policy *p = load(HEAD "third_parties = \"unlisted\";");

	(void)state;
	assert_int_equal(policy_facts(p)->inline_limit, POLICY_INLINE_LIMIT);
	assert_int_equal(policy_facts(p)->past_limit, POLICY_PAST_CUT);
	assert_null(strstr(policy_facts(p)->text.p, "limit"));
	policy_free(p);
	p = load(HEAD "third_parties = \"unlisted\"; inline_limit = \"64K\";"
		      "past_limit = \"pass\";");
	assert_int_equal(policy_facts(p)->inline_limit, 64 << 10);
	assert_int_equal(policy_facts(p)->past_limit, POLICY_PAST_PASS);
	assert_non_null(strstr(policy_facts(p)->text.p,
	    "\"inline_limit\":65536,\"past_limit\":\"pass\""));
	policy_free(p);
}

static void
an_essential_text_is_found_beside_another(void **state)
{
	struct policy *p = load(rules_text);
	struct span both = SPAN("known_good_track(1); track(2)");
	const struct policy_rule *rule;

	(void)state;
	assert_int_equal(policy_find_inline(p, both)->category, 1);
	rule = policy_find_inline_essential(p, both);
	assert_string_equal(rule->name, "known_good_track(");
	assert_null(policy_find_inline_essential(p, SPAN("track(2)")));
	policy_free(p);
	p = load(HEAD "third_parties = \"unlisted\";");
	assert_null(policy_find_inline_essential(p, both));
	policy_free(p);
}

static void
many_rules_load(void **state)
{
	static char text[LOADER_RULES / 4 * 64];
	struct policy *p;
	size_t n, i;

	(void)state;
	n = (size_t)snprintf(text, sizeof text, HEAD "resources = (\n");
	for (i = 0; i < LOADER_RULES / 4; i++)
		n += (size_t)snprintf(text + n, sizeof text - n,
		    "%s{host=\"h%zu.example\";category=\"analytics\";}",
		    i == 0 ? "" : ",\n", i);
	(void)snprintf(text + n, sizeof text - n, ");");
	p = load(text);
	assert_int_equal(policy_facts(p)->n_rules, LOADER_RULES / 4);
	for (i = 0; i < 100; i++) {
		struct url url = {.kind = URL_NETWORK, .path = SPAN("/")};
		char host[32];

		(void)snprintf(host, sizeof host, "x.h%zu.example", i * 7);
		url.host = span_of(host);
		assert_int_equal(
		    line_of(policy_find_url(p, &url, false)), 3 + i * 7);
	}
	policy_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cookies_find_the_most_specific),
	    cmocka_unit_test(urls_find_the_longest_host_first),
	    cmocka_unit_test(requests_find_rules_of_their_method),
	    cmocka_unit_test(methods_are_told_by_name),
	    cmocka_unit_test(inline_text_is_found_anywhere),
	    cmocka_unit_test(sensitive_paths_are_found),
	    cmocka_unit_test(no_length_hides_what_a_rule_names),
	    cmocka_unit_test(facts_have_defaults),
	    cmocka_unit_test(revisions_change_with_material_facts_only),
	    cmocka_unit_test(own_rules_win_over_vendors),
	    cmocka_unit_test(the_nearest_action_counts),
	    cmocka_unit_test(limits_of_inline_text_are_facts),
	    cmocka_unit_test(an_essential_text_is_found_beside_another),
	    cmocka_unit_test(many_rules_load),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
