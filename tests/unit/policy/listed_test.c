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

#define HEAD                                                                   \
	"version = \"1\"; categories = ( { id = \"essential\"; required = "    \
	"true; }, { id = \"analytics\"; }, { id = \"ads\"; } );\n"

static struct findings findings;

static struct policy *
load(const char *text)
{
	const struct loader_options options = {NULL};
	struct settings *s = NULL;
	struct policy *p = NULL;

	if (settings_parse("p", span_of(text), &findings, &s) != CONSENT_OK ||
	    policy_load(settings_root(s), &options, &findings, &p) !=
		CONSENT_OK)
		assert_null(p);
	settings_free(s);
	return p;
}

static int
setup(void **state)
{
	(void)state;
	findings_init(&findings);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	findings_fini(&findings);
	return 0;
}

/* "category:line" of the rule that decides. */
static const char *
answer(const struct policy *p, const char *host, const char *path)
{
	static char text[64];
	struct url url = {
	    .kind = URL_NETWORK, .host = span_of(host), .path = span_of(path)};
	const struct policy_rule *rule = policy_find_url(p, &url, false);

	if (rule == NULL)
		return "none";
	(void)snprintf(text, sizeof text, "%s:%u%s",
	    policy_facts(p)->categories[rule->category].id, rule->line,
	    rule->is_listed ? " listed" : "");
	return text;
}

static void
each_host_is_a_rule_with_its_line(void **state)
{
	struct policy *p = load(HEAD "resources = (\n"
				     "{ category = \"analytics\"; hosts = [\n"
				     "\"a.example\",\n"
				     "\"b.example/x*//*\",\n"
				     "\"B\xC3\x9C.example\" ]; },\n"
				     "{ category = \"essential\";\n"
				     " hosts = \"a.example/ok\"; } );");

	(void)state;
	assert_non_null(p);
	assert_string_equal(
	    answer(p, "x.a.example", "/"), "analytics:4 listed");
	assert_string_equal(
	    answer(p, "a.example", "/ok"), "essential:8 listed");
	assert_string_equal(
	    answer(p, "b.example", "/xy//z"), "analytics:5 listed");
	assert_string_equal(answer(p, "b.example", "/y"), "none");
	assert_string_equal(
	    answer(p, "xn--b-eha.example", "/y"), "analytics:6 listed");
	policy_free(p);
}

/* Wherever they stand, and where a longer host of a list would win. */
static void
a_list_yields_to_all_other_rules(void **state)
{
	struct policy *p = load(
	    HEAD "vendors = ( { name = \"hotjar\"; category = \"ads\"; } );\n"
		 "resources = (\n"
		 "{ category = \"analytics\"; hosts = [ \"a.example\",\n"
		 "  \"w.a.example\", \"static.hotjar.com\", \"a.example\",\n"
		 "  \"b.example/x\", \"www.b.example\" ]; },\n"
		 "{ host = \"a.example\"; category = \"ads\"; },\n"
		 "{ host = \"b.example\"; path = \"/x\"; category = \"ads\"; "
		 "} );");

	(void)state;
	assert_non_null(p);
	assert_int_equal(findings.errors + findings.n, 0);
	assert_string_equal(answer(p, "a.example", "/"), "ads:7");
	assert_string_equal(answer(p, "w.a.example", "/"), "ads:7");
	assert_string_equal(answer(p, "b.example", "/x"), "ads:8");
	assert_string_equal(
	    answer(p, "www.b.example", "/"), "analytics:6 listed");
	assert_memory_equal(answer(p, "static.hotjar.com", "/"), "ads:", 4);
	policy_free(p);
}

static void
a_list_asks_nobody_again(void **state)
{
	struct policy *before = load(HEAD "resources = { category = "
					  "\"analytics\"; hosts = "
					  "[ \"a.example\" ]; };");
	struct policy *after = load(HEAD "resources = { category = "
					 "\"analytics\"; hosts = "
					 "[ \"b.example\", \"c.example\" ]; "
					 "};");

	(void)state;
	assert_non_null(before);
	assert_non_null(after);
	assert_string_equal(policy_facts(before)->categories[1].rev,
	    policy_facts(after)->categories[1].rev);
	assert_string_not_equal(
	    policy_facts(before)->hash, policy_facts(after)->hash);
	policy_free(before);
	policy_free(after);
}

static void
what_is_wrong_in_a_list_has_its_line(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
	    {"hosts = [ \"a.example\" ];", "names no category"},
	    {"hosts = [ \"*.a.example\" ]; category = \"ads\";",
		"a host stands for all below it"},
	    {"hosts = [ \"a..b\" ]; category = \"ads\";", "is not a host"},
	    {"hosts = [ 4 ]; category = \"ads\";", "string in quotes"},
	    {"hosts = [ \"a.example\" ]; category = \"ads\"; path = \"/\";",
		"path"},
	    {"hosts = [ \"a.example/x#y\" ]; category = \"ads\";", "\"#\""},
	};
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		findings_fini(&findings);
		findings_init(&findings);
		(void)snprintf(text, sizeof text,
		    HEAD "resources = ( { %s } );", cases[i].text);
		assert_null(load(text));
		assert_true(findings.errors > 0);
		assert_non_null(strstr(findings.items[0].text, cases[i].said));
		assert_int_equal(findings.items[0].place.line, 2);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(each_host_is_a_rule_with_its_line),
	    TEST(a_list_yields_to_all_other_rules),
	    TEST(a_list_asks_nobody_again),
	    TEST(what_is_wrong_in_a_list_has_its_line),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
