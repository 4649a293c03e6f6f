#include <libconsent/findings.h>
#include <libconsent/loader.h>
#include <libconsent/policy.h>
#include <libconsent/settings.h>

#include "policy/lint_categories.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

/* One vendor of each fault, in a folder of vendors. */
static const struct {
	const char *name, *text;
} vendors[] = {
    {"inline-only.conf",
	"name = \"I\"; provider = \"P\"; category = \"analytics\";\n"
	"purpose = \"x\"; inline = \"tracker(\"; hosts = ();"},
    {"twice.conf", "name = \"T\"; provider = \"P\"; category = \"analytics\";\n"
		   "purpose = \"x\"; cookies = (\"_t\", \"_u\", \"_t\");\n"
		   "hosts = [\"t.example\", \"t.example\"];"},
    {"like-twice.conf",
	"name = \"L\"; provider = \"P\"; category = \"analytics\";\n"
	"purpose = \"x\"; cookies = \"_t\"; hosts = \"t.example\";"},
    {"other.conf", "name = \"O\"; provider = \"P\"; category = \"marketing\";\n"
		   "purpose = \"x\"; cookies = (\"_t\", \"_o\");"},
    {"nowhere.conf", "name = \"N\"; provider = \"P\"; purpose = \"x\";"},
    {"counts.conf",
	"name = \"C\"; provider = \"P\"; category = \"analytics\";\n"
	"purpose = \"x\"; hosts = \"c.example\"; cookies = (\"_cn*\");"},
};

enum {
	VENDORS = sizeof vendors / sizeof vendors[0]
};

static const char *
path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static int
folder_make(void **state)
{
	size_t i;

	(void)state;
	(void)snprintf(folder, sizeof folder, "/tmp/lint_test.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	for (i = 0; i < VENDORS; i++) {
		FILE *f = fopen(path_of(vendors[i].name), "we");

		if (f == NULL || fputs(vendors[i].text, f) < 0 ||
		    fclose(f) != 0)
			return -1;
	}
	return 0;
}

static int
folder_remove(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < VENDORS; i++)
		(void)unlink(path_of(vendors[i].name));
	return rmdir(folder);
}

/*
 * Loads text behind a head of five lines with three categories. used: what is
 * used elsewhere; NULL: the categories are not looked at.
 */
static struct findings
load(const char *text, const char *const *used)
{
	static char whole[16384];
	const struct loader_options options = {.vendors = folder};
	struct settings *settings = NULL;
	struct policy *policy = NULL;
	struct findings f;

	(void)snprintf(whole, sizeof whole,
	    "version = \"1\"; third_parties = \"unlisted\";\n"
	    "categories = (\n"
	    "  { id = \"essential\"; required = true; },\n"
	    "  { id = \"analytics\"; },\n"
	    "  { id = \"marketing\"; } );\n%s",
	    text);
	findings_init(&f);
	assert_int_equal(
	    settings_parse("p", span_of(whole), &f, &settings), CONSENT_OK);
	assert_int_equal(
	    policy_load(settings_root(settings), &options, &f, &policy),
	    CONSENT_OK);
	if (used != NULL)
		lint_categories(policy, used, &f);
	policy_free(policy);
	settings_free(settings);
	return f;
}

/* "LINE ID MARKED" of each, but for the unused category. */
static const char *
shown(const struct findings *f)
{
	static char text[4096];
	size_t i, n = 0;

	text[0] = '\0';
	for (i = 0; i < f->n; i++) {
		const struct finding *it = &f->items[i];
		const struct place *place = &it->place;

		if (it->kind == FINDING_UNUSED_CATEGORY)
			continue;
		assert_int_equal(it->level, FINDING_WARNING);
		n += (size_t)snprintf(text + n, sizeof text - n, "%u %s %.*s\n",
		    place->line, finding_kind_id(it->kind),
		    place->column == 0 ? 0 : (int)place->length,
		    place->column == 0 ? ""
				       : place->text.p + place->column - 1);
	}
	return text;
}

#define ESSENTIAL                                                              \
	"category = \"essential\"; ground = \"requested\"; purpose = \"p\";"
#define ANALYTICS "category = \"analytics\";"

static void
warns(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	    /* never */
	    {"resources = ( { host = \"x.example\"; path = "
	     "\"/a/../b*\"; " ANALYTICS " } );",
		"6 never-matches \"/a/../b*\"\n"},
	    {"resources = ( { path = \"/%2E/b\"; " ANALYTICS " } );",
		"6 never-matches \"/%2E/b\"\n"},
	    {"resources = ( { inline = \"a </Script>\"; " ANALYTICS " } );",
		"6 never-matches \"a </Script>\"\n"},
	    {"sensitive = \"/a/./b\";", "6 never-matches \"/a/./b\"\n"},
	    {"resources = ( { path = \"/a/..b/.c*?../x\"; " ANALYTICS " } );",
		""},
	    /* shadowed */
	    {"cookies = ( { name = \"a*b*\"; " ANALYTICS " },\n"
	     " { name = \"ab**\"; " ANALYTICS " } );",
		"7 shadowed-rule \"ab**\"\n"},
	    {"cookies = ( { name = \"ab**\"; " ANALYTICS " },\n"
	     " { name = \"a*b*\"; " ANALYTICS " } );",
		""},
	    {"resources = ( { host = \"x.example\"; path = \"/x**\"; " ANALYTICS
	     " },\n"
	     " { host = \"x.example\"; path = \"/x*\"; " ANALYTICS " },\n"
	     " { host = \"y.example\"; path = \"/x*\"; " ANALYTICS " },\n"
	     " { path = \"/x*\"; " ANALYTICS " } );",
		"7 shadowed-rule \"/x*\"\n"},
	    /* one with methods wins over one without */
	    {"resources = ( { path = \"/x**\"; " ANALYTICS " },\n"
	     " { path = \"/x*\"; method = \"POST\"; " ANALYTICS " } );",
		""},
	    {"resources = ( { path = \"/x**\"; method = [\"GET\", "
	     "\"POST\"]; " ANALYTICS " },\n"
	     " { path = \"/x*\"; method = \"POST\"; " ANALYTICS " },\n"
	     " { path = \"/x***\"; method = \"PUT\"; " ANALYTICS " } );",
		"7 shadowed-rule \"/x*\"\n"},
	    {"resources = ( { inline = \"loader(\"; " ANALYTICS " },\n"
	     " { inline = \"my.loader(\"; " ESSENTIAL " } );",
		"7 shadowed-rule \"my.loader(\"\n"},
	    {"resources = ( { inline = \"my.loader(\"; " ANALYTICS " },\n"
	     " { inline = \"loader(\"; " ESSENTIAL " } );",
		""},
	    {"sensitive = ( \"/a/b*\", { path = \"/a*\"; }, \"/c\" );",
		"6 shadowed-rule \"/a/b*\"\n"},
	    {"sensitive = ( \"/a*\", \"/a**\" );",
		"6 shadowed-rule \"/a**\"\n"},
	    /* swallowed */
	    {"cookies = ( { name = \"sess*\"; " ESSENTIAL " },\n"
	     " { name = \"*essions*\"; " ANALYTICS " } );",
		"7 swallows-essential \"*essions*\"\n"},
	    {"cookies = ( { name = \"sess*\"; " ESSENTIAL " },\n"
	     " { name = \"sess_ab_*\"; " ANALYTICS " },\n"
	     " { name = \"*x\"; " ANALYTICS " },\n"
	     " { name = \"_sessions*\"; " ANALYTICS " } );",
		""},
	    {"cookies = ( { name = \"*SESS*\"; " ANALYTICS " } );",
		"6 swallows-essential \"*SESS*\"\n"},
	    {"cookies = ( { name = \"*SESS*\"; " ANALYTICS " },\n"
	     " { name = \"PHPSESSID\"; " ESSENTIAL " },\n"
	     " { name = \"ASPSESSIONID\"; " ESSENTIAL " } ,\n"
	     " { name = \"JSESSIONID\"; " ESSENTIAL " } );",
		""},
	    /* cookies that stand twice */
	    {"vendors = \"twice\";", "2 duplicate-cookie \"_t\"\n"
				     "3 shadowed-rule \"t.example\"\n"},
	    {"vendors = ( \"counts\", \"other\" ); cookies = ( { name = "
	     "\"_cn*\"; " ANALYTICS " } );",
		"6 duplicate-cookie \"_cn*\"\n"},
	    {"vendors = ( \"counts\" ); cookies = ( { name = \"_cn*\"; purpose "
	     "= \"own\"; " ANALYTICS " } );",
		""},
	    {"vendors = ( \"counts\" ); cookies = ( { name = \"_cn*\"; "
	     "category = \"marketing\"; } );",
		""},
	    {"vendors = ( \"other\" ); cookies = ( { name = \"_t\"; " ANALYTICS
	     " } );",
		""},
	    {"vendors = ( \"counts\", \"other\" ); cookies = ( { name = "
	     "\"_o\"; " ANALYTICS " } );",
		""},
	    /* vendors with nothing */
	    {"vendors = \"inline-only\";", "6 empty-vendor \"inline-only\"\n"},
	};
	struct findings f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		f = load(cases[i].text, NULL);
		findings_sort(&f);
		if (strcmp(shown(&f), cases[i].want) != 0)
			fail_msg("case %zu:\n%s\ngives:\n%s", i, cases[i].text,
			    shown(&f));
		findings_fini(&f);
	}
}

static void
warns_of_vendors_that_share(void **state)
{
	struct findings f =
	    load("vendors = ( \"twice\", \"like-twice\", \"other\" );", NULL);

	(void)state;
	/* as found, since each stands in another file */
	assert_string_equal(shown(&f), "3 shadowed-rule \"t.example\"\n"
				       "2 duplicate-cookie \"_t\"\n"
				       "6 empty-vendor \"like-twice\"\n"
				       "2 duplicate-cookie \"_t\"\n");
	assert_non_null(strstr(f.items[1].text, "names it twice"));
	assert_non_null(strstr(f.items[3].text, "into another category"));
	findings_fini(&f);
}

static void
warns_of_unused_categories(void **state)
{
	static const char *const none[] = {NULL};
	static const char *const used[] = {"marketing", NULL};
	static const char text[] =
	    "cookies = ( { name = \"x\"; " ANALYTICS " } );";
	struct findings f = load(text, none);

	(void)state;
	assert_int_equal(f.n, 1);
	assert_int_equal(f.items[0].kind, FINDING_UNUSED_CATEGORY);
	assert_int_equal(f.items[0].place.line, 5);
	assert_int_equal(f.items[0].place.column, 10);
	assert_int_equal(f.items[0].place.length, 11);
	findings_fini(&f);
	/* something else than a rule may use it */
	f = load(text, used);
	assert_int_equal(f.n, 0);
	findings_fini(&f);
	f = load("unknown_cookie = \"marketing\"; cookies = ( { name = "
		 "\"x\"; " ANALYTICS " } );",
	    none);
	assert_int_equal(f.n, 0);
	findings_fini(&f);
}

/* A vendor that is refused is none: there may be any number of them. */
static void
refuses_many_vendors(void **state)
{
	const struct loader_options options = {.vendors = folder};
	struct settings *settings = NULL;
	struct policy *policy = NULL;
	struct findings f;
	char text[8192];
	size_t n, i;

	(void)state;
	n = (size_t)snprintf(text, sizeof text,
	    "version = \"1\"; categories = ( { id = \"essential\"; required = "
	    "true; }, { id = \"analytics\"; } ); vendors = (");
	for (i = 0; i < 2 * LOADER_VENDORS; i++)
		n += (size_t)snprintf(text + n, sizeof text - n,
		    "%s\"nowhere\"", i == 0 ? "" : ",");
	(void)snprintf(text + n, sizeof text - n, ");");
	findings_init(&f);
	assert_int_equal(
	    settings_parse("p", span_of(text), &f, &settings), CONSENT_OK);
	assert_int_equal(
	    policy_load(settings_root(settings), &options, &f, &policy),
	    CONSENT_EINVAL);
	assert_true(f.errors >= 2 * LOADER_VENDORS);
	settings_free(settings);
	findings_fini(&f);
}

/* The files that come with the program give no reason to any warning. */
static void
is_quiet_on_what_we_ship(void **state)
{
	static const char *const files[] = {
	    "conf/policy.conf", "conf/policy-demo.conf"};
	const struct loader_options options = {.vendors = "conf/vendors"};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct settings *settings = NULL;
		struct policy *policy = NULL;
		struct findings f;

		findings_init(&f);
		assert_int_equal(
		    settings_load(files[i], &f, &settings), CONSENT_OK);
		assert_int_equal(
		    policy_load(settings_root(settings), &options, &f, &policy),
		    CONSENT_OK);
		if (f.n > 0)
			fail_msg("%s: %s", files[i], f.items[0].text);
		policy_free(policy);
		settings_free(settings);
		findings_fini(&f);
	}
}

/* What is compared with each other is bounded: alike or not, in no time. */
static void
stays_quick(void **state)
{
	enum {
		MANY = 9000
	};
	struct settings *settings = NULL;
	struct policy *policy = NULL;
	struct findings f;
	char *text = malloc(1 << 20);
	size_t n, i;
	clock_t start;

	(void)state;
	assert_non_null(text);
	n = (size_t)snprintf(text, 1 << 20,
	    "version = \"1\"; third_parties = \"unlisted\";\n"
	    "categories = ( { id = \"essential\"; required = true; },\n"
	    "  { id = \"analytics\"; } );\ncookies = (\n");
	for (i = 0; i < MANY; i++)
		n += (size_t)snprintf(text + n, (1 << 20) - n,
		    "{ name = \"*c%zu*\"; purpose = \"p\"; ground = "
		    "\"requested\"; category = \"%s\"; }%s\n",
		    i, i % 2 == 0 ? "essential" : "analytics",
		    i + 1 < MANY ? "," : ");");
	findings_init(&f);
	assert_int_equal(
	    settings_parse("p", (struct span){text, n}, &f, &settings),
	    CONSENT_OK);
	start = clock();
	assert_int_equal(
	    policy_load(settings_root(settings),
		&(struct loader_options){.vendors = NULL}, &f, &policy),
	    CONSENT_OK);
	/* the square takes far longer, with sanitizers or without */
	assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 8);
	policy_free(policy);
	settings_free(settings);
	findings_fini(&f);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(warns),
	    cmocka_unit_test(warns_of_vendors_that_share),
	    cmocka_unit_test(warns_of_unused_categories),
	    cmocka_unit_test(refuses_many_vendors),
	    cmocka_unit_test(is_quiet_on_what_we_ship),
	    cmocka_unit_test(stays_quick),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
