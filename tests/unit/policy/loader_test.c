#include <libconsent/loader.h>
#include <libconsent/policy.h>
#include <libconsent/settings.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD                                                                   \
	"version = \"1\"; categories = ( { id = \"essential\"; required = "    \
	"true; }, { id = \"analytics\"; } );\n"
#define RULE "cookies = ( { name = \"_x\"; category = \"analytics\"; } );\n"

/* The findings for text, a line each, "" when it loads without any. */
static const char *
findings_of(const char *text, const char *vendors)
{
	static char lines[8192];
	const struct loader_options options = {vendors};
	struct settings *s = NULL;
	struct policy *p = NULL;
	struct findings f;
	size_t n = 0, i;
	int rc;

	findings_init(&f);
	rc = settings_parse("p", span_of(text), &f, &s);
	if (rc == CONSENT_OK)
		rc = policy_load(settings_root(s), &options, &f, &p);
	assert_int_equal(rc != CONSENT_OK, f.errors > 0);
	assert_int_equal(rc != CONSENT_OK, p == NULL);
	lines[0] = '\0';
	for (i = 0; i < f.n; i++)
		n += (size_t)snprintf(lines + n, sizeof lines - n, "%s%u: %s\n",
		    f.items[i].level == FINDING_WARNING ? "warning " : "",
		    f.items[i].place.line, f.items[i].text);
	policy_free(p);
	settings_free(s);
	findings_fini(&f);
	return lines;
}

struct wrong {
	const char *text, *want;
};

static void
check(const struct wrong *cases, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		assert_string_equal(
		    findings_of(cases[i].text, NULL), cases[i].want);
}

static void
the_frame_is_checked(void **state)
{
	static const struct wrong cases[] = {
	    {HEAD RULE, ""},
	    {HEAD RULE "third_partys = \"listed\";",
		"3: unknown key `third_partys`, did you mean "
		"`third_parties`?\n"},
	    {HEAD RULE "third_parties = \"unlistd\";",
		"3: third_parties must be \"listed\" or \"unlisted\", did you "
		"mean \"unlisted\"?\n"},
	    {HEAD RULE "signals : { gpc = \"reject\"; dnt = true; };",
		"3: dnt must be \"ignore\" or \"reject\"\n"},
	    {HEAD RULE "guard = 1;", "3: guard must be true or false\n"},
	    {HEAD RULE "unknown_cookie = \"analytcs\";",
		"3: no category has the id \"analytcs\", did you mean "
		"\"analytics\"?\n"},
	    {HEAD RULE "unknown_cookie = \"essential\";",
		"3: unknown cookies cannot be essential: every cookie would "
		"pass\n"},
	    {HEAD "cookies = ( { name = \"s\"; category = \"essential\"; "
		  "ground = \"requested\"; purpose = \"p\"; } );",
		"0: no rule holds anything back: name vendors, cookies or "
		"resources of a category that needs consent\n"},
	    {HEAD "third_parties = \"unlisted\";", ""},
	    {HEAD RULE "inline_limit = \"63K\";\npast_limit = \"past\";",
		"4: past_limit must be \"cut\" or \"pass\", did you mean "
		"\"pass\"?\n"
		"3: inline_limit must be a size from 64K to 64M, as in "
		"\"2M\"\n"},
	    {HEAD RULE "inline_limit = \"65M\";",
		"3: inline_limit must be a size from 64K to 64M, as in "
		"\"2M\"\n"},
	    {HEAD RULE "inline_limit = 65536; past_limit = \"cut\";", ""},
	    {"version = 1;\ncategories = ( { id = \"A\"; },\n"
	     "{ id = \"e\"; required = \"yes\"; },\n{ id = \"e\"; } );",
		"1: version must be a string in quotes, not an integer\n"
		"2: a category's id is a lower-case letter and up to 31 "
		"letters, digits, \"_\", \"-\" or \".\"\n"
		"3: required must be true or false\n"
		"4: the category \"e\" stands here twice\n"},
	    {"version = \"1\"; categories = { id = \"e\"; };",
		"1: one category must be essential: required = true\n"},
	    {"version = \"1\"; categories = { id = \"e\"; required = true; };",
		"1: no category needs consent\n"},
	    {"cookies = ();",
		"0: no version: visitors are shown one, as in version = "
		"\"2026-11-01\"\n"
		"0: no categories: categories = ( { id = \"essential\"; "
		"required = true; }, { id = \"analytics\"; } );\n"},
	    {HEAD RULE "version2 = \"\\xE7\";", "3: unknown key `version2`, "
						"did you mean `version`?\n"},
	};

	(void)state;
	check(cases, sizeof cases / sizeof cases[0]);
}

static void
rules_are_checked(void **state)
{
	static const struct wrong cases[] = {
	    {HEAD RULE "cookies = ();",
		"3: this name has been set in this group before\n"},
	    {HEAD "cookies = ( { name = \"s\"; category = \"essential\"; } );",
		"2: a cookie without consent needs ground = \"transmission\" "
		"or \"requested\"\n"
		"2: a cookie without consent needs a purpose that says why\n"},
	    {HEAD "cookies = ( { name = \"s\"; category = \"essential\";\n"
		  "ground = \"useful\"; purpose = \"p\"; } );",
		"3: ground must be \"transmission\" or \"requested\"\n"
		"2: a cookie without consent needs ground = \"transmission\" "
		"or \"requested\"\n"},
	    {HEAD "cookies = ( { name = \"*\"; category = \"analytics\"; },\n"
		  "{ name = \"a;b\"; category = \"analytics\"; },\n"
		  "{ name = \"\"; category = \"analytics\"; },\n"
		  "{ category = \"analytics\"; },\n"
		  "{ name = \"x\"; },\n\"y\",\n"
		  "{ name = \"z\"; categry = \"analytics\"; },\n"
		  "{ name = \"z\\xE7\"; category = \"analytics\"; } );",
		"2: this would be every cookie: set unknown_cookie instead\n"
		"3: a cookie's name has no \";\", \"=\" or blanks around it\n"
		"4: name must not be empty\n"
		"5: this rule names no cookie: name = \"...\"\n"
		"6: this rule names no category\n"
		"7: a group { name = ...; category = ...; } belongs here, not "
		"a string\n"
		"8: unknown key `categry`, did you mean `category`?\n"
		"8: this rule names no category\n"
		"9: name must be UTF-8 text on one line\n"},
	    {HEAD "cookies = ( { name = \"a\"; category = \"analytics\"; },\n"
		  "{ name = \"a\"; category = \"essential\"; ground = "
		  "\"requested\"; purpose = \"p\"; } );",
		"3: there is a rule for \"a\" already: p:2\n"},
	};

	(void)state;
	check(cases, sizeof cases / sizeof cases[0]);
}

/* A policy with this one resource. */
#define ONE(resource) HEAD RULE "resources = ( { " resource "; } );"
#define C "category = \"analytics\""

static void
resources_are_checked(void **state)
{
	static const struct wrong cases[] = {
	    {ONE("host = \"x.example\"; " C), ""},
	    {ONE("host = \"[::1]\"; " C), ""},
	    {ONE("host = \"x.example\"; path = \"*\"; " C), ""},
	    {ONE("host = \"x.example\"; category = \"essential\""), ""},
	    {ONE(C), "3: this rule needs a host, a path or inline text\n"},
	    {ONE("host = \"x\"; inline = \"track(\"; " C),
		"3: inline text stands alone, without host and path\n"},
	    {ONE("host = \"https://x.example\"; " C),
		"3: write the host alone, without \"https://\"\n"},
	    {ONE("host = \"x.example/tr\"; " C),
		"3: write the host alone and the rest as path = \"/...\"\n"},
	    {ONE("host = \"x.example:80\"; " C),
		"3: a rule holds for every port: write the host alone\n"},
	    {ONE("host = \"*.x.example\"; " C),
		"3: a host stands for all below it too: write it without "
		"\"*.\"\n"},
	    {ONE("host = \"x.*\"; " C), "3: a host has no \"*\"\n"},
	    {ONE("host = \"x y\"; " C), "3: \"x y\" is not a host\n"},
	    {ONE("host = \"x.example.\"; " C), ""},
	    {ONE("host = \"x.example..\"; " C),
		"3: \"x.example..\" is not a host\n"},
	    {ONE("host = \"x..example\"; " C),
		"3: \"x..example\" is not a host\n"},
	    {ONE("path = \"/*\"; " C), "3: this would be the whole site\n"},
	    {ONE("path = \"*\"; " C), "3: this would be the whole site\n"},
	    {ONE("path = \"collect\"; " C),
		"3: a path begins with \"/\" (or \"*\")\n"},
	    {ONE("path = \"/a#b\"; " C),
		"3: a path has no \"#\": it is never sent\n"},
	    {ONE("inline = \"ga(\"; " C),
		"3: inline text of less than 4 bytes is found anywhere\n"},
	    {ONE("inline = \"\"; " C), "3: inline must not be empty\n"},
	    {ONE("host = 1; " C),
		"3: host must be a string in quotes, not an integer\n"},
	    {HEAD RULE "sensitive = ( { paht = \"/x\"; },\n\"x\", 1 );",
		"3: unknown key `paht`, did you mean `path`?\n"
		"3: a sensitive part needs path = \"/...\"\n"
		"4: a path begins with \"/\" (or \"*\")\n"
		"4: this member must be a string in quotes, not an integer\n"},
	    {HEAD RULE "sensitive = \"/x\";", ""},
	    {HEAD "resources = ( { host = \"a\"; category = \"analytics\"; "
		  "action = \"neutralize\"; } );",
		"2: action must be \"remove\", \"placeholder\" or "
		"\"neutralise\", did you mean \"neutralise\"?\n"},
	    {HEAD "cookies = ( { name = \"_x\"; category = \"analytics\"; "
		  "action = \"remove\"; } );",
		"2: unknown key `action`\n"},
	    {"version = \"1\"; categories = ( { id = \"e\"; required = true; "
	     "action = \"remove\"; }, { id = \"a\"; } ); third_parties = "
	     "\"unlisted\";",
		"warning 1: a required category has no action: it is never "
		"withheld\n"},
	    {ONE("path = \"/x\"; method = \"POST\"; " C), ""},
	    {ONE("path = \"/x\"; method = [ \"GET\", \"POST\" ]; " C), ""},
	    {ONE("path = \"/x\"; method = \"post\"; " C),
		"3: method is one of GET, HEAD, POST, PUT, PATCH, DELETE and "
		"OPTIONS, or a list of them\n"},
	    {ONE("path = \"/x\"; method = []; " C),
		"3: an empty list of methods fits no request\n"},
	    {ONE("inline = \"text\"; method = \"POST\"; " C),
		"3: inline text is in no request: no method\n"},
	    {HEAD RULE "resources = ( { path = \"/x\"; " C "; },\n"
		       "{ path = \"/x\"; method = \"POST\"; " C "; },\n"
		       "{ path = \"/x\"; method = [ \"PUT\", \"POST\" ]; " C
		       "; } );",
		"5: there is a rule for \"/x\" already: p:4\n"},
	};

	(void)state;
	check(cases, sizeof cases / sizeof cases[0]);
}

static void
csp_is_checked(void **state)
{
	static const struct wrong cases[] = {
	    {HEAD RULE "csp = \"off\";", ""},
	    {HEAD RULE "csp = \"report\";", ""},
	    {HEAD RULE "third_parties = \"unlisted\"; csp = \"enforce\";", ""},
	    {HEAD RULE "csp = \"enforce\";",
		"3: csp = \"enforce\" blocks each host that no rule allows: it "
		"needs third_parties = \"unlisted\"\n"},
	    {HEAD RULE "csp = \"on\";",
		"3: csp must be \"off\", \"report\" or \"enforce\"\n"},
	};

	(void)state;
	check(cases, sizeof cases / sizeof cases[0]);
}

static void
vendors_are_checked(void **state)
{
	static const struct wrong cases[] = {
	    {HEAD "vendors = \"matomo\";", ""},
	    {HEAD "vendors = [ \"matomo\", \"hotjar\" ];", ""},
	    {HEAD "vendors = ( \"matmo\",\n\"../etc\", \"no-such-vendor\",\n"
		  "{ name = \"hotjar\"; hosts = \"x\"; },\n"
		  "{ category = \"analytics\"; } );",
		"2: no vendor is called \"matmo\", did you mean \"matomo\"?\n"
		"3: no vendor is called \"../etc\"\n"
		"3: no vendor is called \"no-such-vendor\"\n"
		"4: unknown key `hosts`\n"
		"5: this vendor has no name\n"},
	    {HEAD "vendors = ( \"hotjar\", \"hotjar\" );",
		"2: vendor \"hotjar\" is named twice\n"},
	    {HEAD RULE "vendors = ( { name = \"matomo\"; category = "
		       "\"essential\"; } );",
		"3: a vendor without consent needs ground = \"transmission\" "
		"or \"requested\"\n"},
	    {HEAD RULE "vendors = ( { name = \"matomo\"; category = "
		       "\"essential\"; ground = \"requested\"; purpose = "
		       "\"Counts visits on our own server\"; } );",
		""},
	    {HEAD RULE "vendors = ( { name = \"matomo\"; category = "
		       "\"marketing\"; } );",
		"3: no category has the id \"marketing\"\n"},
	};

	(void)state;
	check(cases, sizeof cases / sizeof cases[0]);
	/* its file says marketing, which this policy does not have */
	assert_non_null(
	    strstr(findings_of(HEAD RULE "vendors = \"meta-pixel\";", NULL),
		"no category has the id \"marketing\"\n"));
}

static void
modes_are_checked(void **state)
{
	static const struct wrong cases[] = {
	    {HEAD "cookies = ( { name = \"_x\"; category = \"analytics\"; "
		  "mode = \"report\"; } );\n"
		  "resources = ( { host = \"b.example\"; category = "
		  "\"analytics\"; mode = \"enforce\"; } );\n"
		  "vendors = ( { name = \"matomo\"; mode = \"report\"; } );",
		""},
	    {HEAD "cookies = ( { name = \"_x\"; category = \"analytics\"; "
		  "mode = \"reprt\"; } );",
		"2: mode must be \"enforce\" or \"report\", did you mean "
		"\"report\"?\n"},
	    {HEAD "vendors = ( { name = \"matomo\"; mode = 1; } );",
		"2: mode must be \"enforce\" or \"report\"\n"},
	    {HEAD RULE "resources = ( { host = \"b.example\"; category = "
		       "\"essential\"; mode = \"report\"; } );",
		"warning 3: what is of a required category has no mode: it "
		"always passes\n"},
	};

	(void)state;
	check(cases, sizeof cases / sizeof cases[0]);
}

static void
vendor_files_come_before_built_in_ones(void **state)
{
	char folder[] = "/tmp/loader_test.XXXXXX", path[64];
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/matomo.conf", folder);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs("name = \"Mine\";\ncategory = \"analytics\";\n"
			  "hosts = ( \"a.example/x*\", \"b.example:1\" );\n"
			  "stubs = [ \"a.b$_1\", \"x()\", \"1a\", \"a.\" ];"
			  "colour = 1;\ncookies = ( { nam = \"x\"; } );\n"
			  "storage = [ \"k\", \"*\" ];\n",
			f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(findings_of(HEAD "vendors = \"matomo\";", folder),
	    "4: unknown key `colour`\n"
	    "4: \"x()\" is not the name of a script function, such as "
	    "\"_paq.push\"\n"
	    "4: \"1a\" is not the name of a script function, such as "
	    "\"_paq.push\"\n"
	    "4: \"a.\" is not the name of a script function, such as "
	    "\"_paq.push\"\n"
	    "0: vendor \"matomo\" names no provider\n"
	    "0: vendor \"matomo\" has no purpose\n"
	    "3: a rule holds for every port: write the host alone\n"
	    "5: unknown key `nam`, did you mean `name`?\n"
	    "5: this cookie has no name\n"
	    "6: vendor \"matomo\" has a storage key that is every key\n");
	assert_string_equal(
	    findings_of(HEAD "vendors = \"hotjar\";", folder), "");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void
the_sample_loads(void **state)
{
	struct settings *s = NULL;
	struct policy *p = NULL;
	struct findings f;

	(void)state;
	findings_init(&f);
	assert_int_equal(settings_load("conf/policy.conf", &f, &s), 0);
	assert_int_equal(policy_load(settings_root(s),
			     &(struct loader_options){"conf/vendors"}, &f, &p),
	    0);
	assert_int_equal(f.n, 0);
	assert_int_equal(policy_facts(p)->n_vendors, 7);
	policy_free(p);
	settings_free(s);
	findings_fini(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_frame_is_checked),
	    cmocka_unit_test(rules_are_checked),
	    cmocka_unit_test(resources_are_checked),
	    cmocka_unit_test(csp_is_checked),
	    cmocka_unit_test(vendors_are_checked),
	    cmocka_unit_test(modes_are_checked),
	    cmocka_unit_test(vendor_files_come_before_built_in_ones),
	    cmocka_unit_test(the_sample_loads),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
