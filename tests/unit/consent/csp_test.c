#include <libconsent/csp.h>

#include <stdlib.h>
#include <string.h>

#include "fixture.h"

/* A policy where third parties are held back unless a rule allows them. */
static const char wall[] =
    "version = \"1\"; third_parties = \"unlisted\"; "
    "categories = ( { id = \"essential\"; required = true; }, "
    "{ id = \"analytics\"; }, { id = \"marketing\"; } ); "
    "unknown_cookie = \"marketing\"; "
    "resources = ( "
    "{ host = \"fonts.example\"; category = \"essential\"; }, "
    "{ host = \"cdn.example\"; path = \"/lib/*\"; category = \"essential\"; "
    "}, "
    "{ host = \"10.0.0.7\"; category = \"essential\"; }, "
    "{ host = \"stats.example\"; category = \"analytics\"; }, "
    "{ host = \"ads.example\"; category = \"marketing\"; } );";

static const char local_fetch[] =
    "default-src 'self' data: blob: mediastream: filesystem: "
    "'unsafe-inline' 'unsafe-eval'";

static struct url site, sheet, form;

static struct gate
open_gate(const struct policy *policy, category_set granted)
{
	struct record record = {.action = RECORD_CHOOSE};
	struct gate_options options = {.policy = policy,
	    .record = &record,
	    .sites = &site,
	    .n_sites = 1,
	    .path = SPAN("/")};
	struct gate g;

	record_decide(&record, policy, granted);
	gate_open(&g, &options);
	return g;
}

static struct csp *
new_csp(const struct policy *policy)
{
	struct csp_options options = {.policy = policy,
	    .sites = &site,
	    .n_sites = 1,
	    .report_path = SPAN("/.consent/report"),
	    .report_name = SPAN("consent")};
	struct csp *csp = NULL;

	assert_int_equal(csp_new(&options, &csp), CONSENT_OK);
	return csp;
}

/* What is written for a visitor; the caller frees it. */
static char *
written(const struct policy *policy, category_set granted)
{
	struct csp *csp = new_csp(policy);
	struct gate gate = open_gate(policy, granted);
	struct buf out;

	buf_init(&out, CSP_BYTES);
	assert_int_equal(csp_write(csp, &gate, &out), CONSENT_OK);
	csp_free(csp);
	return buf_take(&out);
}

static int
setup(void **state)
{
	(void)state;
	site = fixture_url("https://www.library.example/");
	sheet = fixture_url("https://www.library.example/.consent/notice.css");
	form = fixture_url("https://www.library.example/.consent/choice");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_end();
	return 0;
}

static bool
has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

/* ---- the wall --------------------------------------------------------- */

static void
names_what_passes_and_no_more(void **state)
{
	struct policy *policy = fixture_policy(wall);
	char *text = written(policy, 0);

	(void)state;
	assert_int_equal(strncmp(text, local_fetch, strlen(local_fetch)), 0);
	assert_true(has(text, " library.example:* *.library.example:*"));
	assert_true(has(text, " fonts.example:* *.fonts.example:*"));
	assert_true(has(text, " cdn.example:*/lib/ *.cdn.example:*/lib/"));
	assert_true(has(text, " 10.0.0.7:*"));
	assert_false(has(text, "*.10.0.0.7"));
	assert_false(has(text, "stats.example"));
	assert_false(has(text, "ads.example"));
	assert_true(has(text, "; connect-src 'self' data: blob: "));
	assert_true(
	    has(text, " wss://fonts.example:* wss://*.fonts.example:*"));
	assert_false(has(text, " ws://"));
	assert_true(
	    has(text, "; report-uri /.consent/report; report-to consent"));
	free(text);
	policy_free(policy);
}

static void
names_what_was_granted(void **state)
{
	struct policy *policy = fixture_policy(wall);
	char *text = written(policy, 2);

	(void)state;
	assert_true(has(text, " stats.example:* *.stats.example:*"));
	assert_false(has(text, "ads.example"));
	free(text);
	policy_free(policy);
}

/* A host beside the site that is withheld takes the wild card away. */
static void
names_exact_hosts_where_one_beside_is_withheld(void **state)
{
	char text[2048];
	struct policy *policy;
	char *out;

	(void)state;
	(void)snprintf(text, sizeof text,
	    "%.*s, { host = "
	    "\"count.library.example\"; category = \"analytics\"; } );",
	    (int)(strlen(wall) - 3), wall);
	policy = fixture_policy(text);
	out = written(policy, 0);
	assert_true(has(out, " www.library.example:*"));
	assert_false(has(out, " *.library.example:*"));
	assert_false(has(out, "count.library"));
	free(out);
	out = written(policy, 2);
	assert_true(has(out, " *.library.example:*"));
	free(out);
	policy_free(policy);
}

static void
says_how_far_it_goes(void **state)
{
	static const struct {
		const char *keys;
		enum csp_force force;
	} cases[] = {
	    {"third_parties = \"unlisted\";", CSP_ENFORCE},
	    {"third_parties = \"unlisted\"; csp = \"report\";", CSP_REPORT},
	    {"third_parties = \"unlisted\"; csp = \"off\";", CSP_NONE},
	    {"", CSP_NONE},
	    {"csp = \"report\";", CSP_REPORT},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[2048];
		struct policy *policy;
		struct gate gate;
		struct csp *csp;

		(void)snprintf(text, sizeof text, "%s%s", cases[i].keys,
		    strstr(wall, "categories"));
		memmove(text + 13, text, strlen(text) + 1);
		memcpy(text, "version=\"1\"; ", 13);
		policy = fixture_policy(text);
		csp = new_csp(policy);
		gate = open_gate(policy, 0);
		assert_int_equal(csp_for(csp, &gate), cases[i].force);
		/* who may load what nobody named is told nothing */
		gate = open_gate(policy, 4);
		assert_int_equal(csp_for(csp, &gate), CSP_NONE);
		csp_free(csp);
		policy_free(policy);
	}
}

static void
only_tells_where_unknown_things_only_count(void **state)
{
	struct policy *policy = fixture_policy(
	    "version = \"1\"; third_parties = \"unlisted\"; categories = ( "
	    "{ id = \"essential\"; required = true; }, "
	    "{ id = \"analytics\"; mode = \"report\"; } );");
	struct csp *csp = new_csp(policy);
	struct gate gate = open_gate(policy, 0);

	(void)state;
	assert_int_equal(csp_for(csp, &gate), CSP_REPORT);
	csp_free(csp);
	policy_free(policy);
}

/* A mode of its own wins over the category's. */
static void
names_hosts_by_their_own_modes(void **state)
{
	struct policy *policy = fixture_policy(
	    "version = \"1\"; third_parties = \"unlisted\"; categories = ( "
	    "{ id = \"essential\"; required = true; }, "
	    "{ id = \"analytics\"; }, "
	    "{ id = \"marketing\"; mode = \"report\"; } ); resources = ( "
	    "{ host = \"a.example\"; category = \"analytics\"; }, "
	    "{ host = \"r.example\"; category = \"analytics\"; "
	    "mode = \"report\"; }, "
	    "{ host = \"m.example\"; category = \"marketing\"; }, "
	    "{ host = \"e.example\"; category = \"marketing\"; "
	    "mode = \"enforce\"; } );");
	char *nobody = written(policy, 0), *some = written(policy, 4);

	(void)state;
	assert_null(strstr(nobody, "a.example"));
	assert_non_null(strstr(nobody, "r.example"));
	assert_non_null(strstr(nobody, "m.example"));
	assert_null(strstr(nobody, "e.example"));
	assert_non_null(strstr(some, "e.example"));
	free(nobody);
	free(some);
	policy_free(policy);
}

static void
paths_are_as_narrow_as_can_be_said(void **state)
{
	static const char *const cases[][2] = {
	    {"/a.js", " c.example:*/a.js "},
	    {"/a/*", " c.example:*/a/ "},
	    {"/a/b*", " c.example:*/a/ "},
	    {"*/x", " c.example:* "},
	    {"/x?id=*", " c.example:*/x "},
	    {"/x;y,z", " c.example:*/x%3By%2Cz "},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[1024];
		struct policy *policy;
		char *out;

		(void)snprintf(text, sizeof text,
		    "version = \"1\"; third_parties = \"unlisted\"; "
		    "categories = ( { id = \"e\"; required = true; }, "
		    "{ id = \"a\"; } ); resources = ( { host = \"c.example\"; "
		    "path = \"%s\"; category = \"e\"; } );",
		    cases[i][0]);
		policy = fixture_policy(text);
		out = written(policy, 0);
		if (!has(out, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], out);
		free(out);
		policy_free(policy);
	}
}

static void
too_many_hosts_are_refused(void **state)
{
	struct csp_options options = {.sites = &site, .n_sites = 1};
	struct csp *csp = NULL;
	struct policy *policy;
	struct buf text;
	int i;

	(void)state;
	buf_init(&text, 1 << 20);
	assert_int_equal(buf_printf(&text,
			     "version = \"1\"; third_parties = \"unlisted\"; "
			     "categories = ( { id = \"e\"; required = true; }, "
			     "{ id = \"a\"; } ); resources = ( "
			     "{ host = \"x.example\"; category = \"e\"; }"),
	    CONSENT_OK);
	for (i = 0; i < 400; i++)
		assert_int_equal(
		    buf_printf(&text,
			", { host = \"h%d.example\"; category = \"e\"; }", i),
		    CONSENT_OK);
	assert_int_equal(buf_printf(&text, " );"), CONSENT_OK);
	assert_int_equal(buf_append_byte(&text, '\0'), CONSENT_OK);
	policy = fixture_policy(text.p);
	options.policy = policy;
	assert_int_equal(csp_new(&options, &csp), CONSENT_ELIMIT);
	assert_null(csp);
	policy_free(policy);
	buf_fini(&text);
}

/* ---- the site's own --------------------------------------------------- */

static bool
withholds(void *ctx, struct span url)
{
	(void)ctx;
	return span_search(url, SPAN("stats.example")) < url.n;
}

static void
edit_is(const char *before, const char *after)
{
	struct csp_edit edit = {.sheet = &sheet,
	    .form = &form,
	    .scripts = {[CSP_SCRIPT_GUARD] = SPAN("'sha256-AAAA'")},
	    .withholds = withholds};
	struct buf out;
	bool changed;

	buf_init(&out, CSP_SITE_BYTES);
	assert_int_equal(
	    csp_edit(span_of(before), &edit, &out, &changed), CONSENT_OK);
	if (!span_equal(buf_span(&out), span_of(after)))
		fail_msg("\n%s\nbecame\n%.*s\nnot\n%s", before,
		    SPAN_ARG(buf_span(&out)), after);
	assert_int_equal(changed, strcmp(before, after) != 0);
	buf_fini(&out);
}

#define CSS "https://www.library.example/.consent/notice.css"
#define FORM "https://www.library.example/.consent/choice"

static void
what_allows_us_stays_byte_for_byte(void **state)
{
	static const char *const same[] = {
	    "", ";;", "img-src 'none'",
	    "  default-src  * 'unsafe-inline' ;  img-src x",
	    "style-src 'self'; script-src 'unsafe-inline' 'self'",
	    "style-src https:; form-action https://*.library.example",
	    "style-src www.library.example/.consent/; "
	    "upgrade-insecure-requests",
	    "script-src 'nonce-x' 'sha256-AAAA'",
	    "frame-ancestors 'none', object-src 'none'", "STYLE-SRC 'SELF'",
	    "style-src 'self'; style-src 'none'", /* the first counts */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof same / sizeof same[0]; i++)
		edit_is(same[i], same[i]);
}

static void
what_forbids_us_names_us(void **state)
{
	(void)state;
	edit_is("style-src 'none'; img-src x", "style-src " CSS "; img-src x");
	edit_is("style-src a.example", "style-src a.example " CSS);
	edit_is("style-src 'none'; style-src-elem 'nonce-a'",
	    "style-src 'none'; style-src-elem 'nonce-a' " CSS);
	edit_is("form-action 'none'", "form-action " FORM);
	edit_is("form-action", "form-action " FORM);
	edit_is("script-src 'nonce-x' 'strict-dynamic' 'unsafe-inline'",
	    "script-src 'nonce-x' 'strict-dynamic' 'unsafe-inline' "
	    "'sha256-AAAA'");
	edit_is("script-src 'self'; script-src-elem a.example",
	    "script-src 'self'; script-src-elem a.example 'sha256-AAAA'");
	edit_is("img-src x; script-src 'self', script-src 'none'",
	    "img-src x; script-src 'self' 'sha256-AAAA', "
	    "script-src 'sha256-AAAA'");
}

/* default-src stays as it is: others fall back to it. */
static void
what_is_only_default_gets_a_copy(void **state)
{
	(void)state;
	edit_is("default-src 'none'",
	    "default-src 'none'; script-src 'sha256-AAAA'; style-src " CSS);
	edit_is("default-src 'self'",
	    "default-src 'self'; script-src 'self' 'sha256-AAAA'");
	edit_is("default-src a.example 'unsafe-inline'",
	    "default-src a.example 'unsafe-inline'; "
	    "style-src a.example 'unsafe-inline' " CSS);
}

static void
reports_go_to_nobody_withheld(void **state)
{
	(void)state;
	edit_is("img-src x; report-uri https://stats.example/r; font-src y",
	    "img-src x;; font-src y");
	edit_is("report-uri https://stats.example/a; img-src x; "
		"Report-URI https://stats.example/b",
	    "; img-src x;");
	edit_is("report-uri /own https://stats.example/r /other",
	    "report-uri /own /other");
	edit_is("report-uri /own; report-uri https://stats.example/r",
	    "report-uri /own; report-uri https://stats.example/r");
	edit_is("report-to stats", "report-to stats");
	/* behind more directives than there are names for */
	edit_is("a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;p;q;r;s;t;u;v;w;x;y;z;"
		"a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;p;q;r;s;t;u;v;w;x;y;z;"
		"a;b;c;d;e;f;g;h;i;j;k;l;m;report-uri https://stats.example/r",
	    "a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;p;q;r;s;t;u;v;w;x;y;z;"
	    "a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;p;q;r;s;t;u;v;w;x;y;z;"
	    "a;b;c;d;e;f;g;h;i;j;k;l;m;");
}

static void
allows_each_script_apart(void **state)
{
	struct csp_edit edit = {
	    .scripts = {[CSP_SCRIPT_GUARD] = SPAN("'sha256-AAAA'"),
		[CSP_SCRIPT_STUBS] = SPAN("'sha256-BBBB'"),
		[CSP_SCRIPT_MODE] = SPAN("'sha256-CCCC'"),
		[CSP_SCRIPT_SITE] = SPAN("'sha256-DDDD'")}};
	const char *wanted =
	    "default-src 'self'; script-src 'self' 'sha256-AAAA' "
	    "'sha256-BBBB' 'sha256-CCCC' 'sha256-DDDD'";
	struct buf out;
	bool changed;

	(void)state;
	buf_init(&out, CSP_SITE_BYTES);
	assert_int_equal(
	    csp_edit(SPAN("default-src 'self'"), &edit, &out, &changed),
	    CONSENT_OK);
	assert_true(changed);
	assert_true(span_equal(buf_span(&out), span_of(wanted)));
	buf_clear(&out);
	assert_int_equal(
	    csp_edit(span_of(wanted), &edit, &out, &changed), CONSENT_OK);
	assert_false(changed);
	buf_fini(&out);
}

static void
never_allows_all_inline_scripts(void **state)
{
	(void)state;
	/* a hash would take 'unsafe-inline' its effect: none is needed */
	edit_is("script-src 'unsafe-inline'", "script-src 'unsafe-inline'");
	edit_is("script-src 'unsafe-inline' 'sha256-BBBB'",
	    "script-src 'unsafe-inline' 'sha256-BBBB' 'sha256-AAAA'");
}

static void
a_ceiling_is_kept(void **state)
{
	struct csp_edit edit = {.scripts = {SPAN("'sha256-AAAA'")}};
	struct buf out;
	bool changed;

	(void)state;
	buf_init(&out, 20);
	assert_int_equal(csp_edit(SPAN("script-src 'none'; img-src x"), &edit,
			     &out, &changed),
	    CONSENT_ELIMIT);
	assert_int_equal(out.n, 0);
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_what_passes_and_no_more),
	    cmocka_unit_test(names_what_was_granted),
	    cmocka_unit_test(names_exact_hosts_where_one_beside_is_withheld),
	    cmocka_unit_test(says_how_far_it_goes),
	    cmocka_unit_test(only_tells_where_unknown_things_only_count),
	    cmocka_unit_test(names_hosts_by_their_own_modes),
	    cmocka_unit_test(paths_are_as_narrow_as_can_be_said),
	    cmocka_unit_test(too_many_hosts_are_refused),
	    cmocka_unit_test(what_allows_us_stays_byte_for_byte),
	    cmocka_unit_test(what_forbids_us_names_us),
	    cmocka_unit_test(what_is_only_default_gets_a_copy),
	    cmocka_unit_test(reports_go_to_nobody_withheld),
	    cmocka_unit_test(allows_each_script_apart),
	    cmocka_unit_test(never_allows_all_inline_scripts),
	    cmocka_unit_test(a_ceiling_is_kept),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
