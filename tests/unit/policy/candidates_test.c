#include "policy/candidates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libconsent/buf.h>
#include <libconsent/loader.h>
#include <libconsent/settings.h>
#include <libconsent/url.h>

#include <stdio.h>
#include <string.h>

static const char text[] =
    "version = \"1\"; categories = ( { id = \"essential\"; required = true; },"
    " { id = \"analytics\"; } );\n"
    "vendors = ( \"matomo\", \"demo-pulse\" );\n"
    "cookies = ( { name = \"_pk*\"; category = \"analytics\"; },\n"
    "  { name = \"_pk_uid\"; category = \"analytics\"; },\n"
    "  { name = \"*uid\"; category = \"analytics\"; },\n"
    "  { name = \"*k_u*\"; category = \"analytics\"; } );\n"
    "resources = (\n"
    "  { host = \"a.example\"; category = \"analytics\"; },\n"
    "  { host = \"b.a.example\"; path = \"/x*\"; category = \"essential\"; },\n"
    "  { host = \"b.a.example\"; path = \"/x/y\"; category = \"analytics\"; "
    "},\n"
    "  { host = \"b.a.example\"; path = \"/x*?q*\"; category = \"analytics\";"
    " },\n"
    "  { host = \"b.a.example\"; path = \"/x/*\"; method = \"POST\";"
    " category = \"analytics\"; },\n"
    "  { path = \"/x*\"; category = \"analytics\"; },\n"
    "  { path = \"/*y\"; category = \"analytics\"; },\n"
    "  { path = \"/x/y\"; method = [ \"GET\", \"POST\" ]; category ="
    " \"analytics\"; },\n"
    "  { inline = \"track(1\"; category = \"essential\"; },\n"
    "  { inline = \"track(\"; category = \"analytics\"; },\n"
    "  { inline = \"_paq.push(\"; category = \"analytics\"; },\n"
    "  { inline = \"rack(\"; category = \"analytics\"; } );\n";

static struct policy *policy;

static int
load(void **state)
{
	struct settings *settings = NULL;
	struct findings findings;

	(void)state;
	findings_init(&findings);
	assert_int_equal(
	    settings_parse("p", span_of(text), &findings, &settings), 0);
	assert_int_equal(
	    policy_load(settings_root(settings), &(struct loader_options){NULL},
		&findings, &policy),
	    CONSENT_OK);
	settings_free(settings);
	findings_fini(&findings);
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	policy_free(policy);
	return 0;
}

/* The first of them is the rule that decides; then they are freed. */
static void
assert_first(struct candidates *c, const struct policy_rule *rule)
{
	if (rule == NULL)
		assert_int_equal(c->n, 0);
	else
		assert_ptr_equal(c->items[0].rule, rule);
	candidates_free(c);
}

static void
try_url(const char *spelled, unsigned method, bool is_site)
{
	struct policy_request request = {.is_site = is_site, .method = method};
	struct candidates c;
	struct buf scratch;
	struct url url;

	buf_init(&scratch, URL_SCRATCH);
	assert_int_equal(
	    url_parse(span_of(spelled), NULL, &scratch, &url), CONSENT_OK);
	request.url = &url;
	assert_int_equal(candidates_request(policy, &request, &c), CONSENT_OK);
	assert_first(&c, policy_find_request(policy, &request));
	buf_fini(&scratch);
}

/* Whatever is asked, both ways to find the rule agree. */
static void
the_first_is_the_one_that_decides(void **state)
{
	static const char *const hosts[] = {"a.example", "b.a.example",
	    "c.b.a.example.", "ba.example", "matomo.cloud", "x.matomo.cloud"};
	static const char *const paths[] = {"/", "/x", "/x/y", "/%78/y",
	    "/x?q=1", "/x/y?q", "/x/z?p", "/z/y", "/d/matomo.php?x", "/x/%2a"};
	static const char *const names[] = {"_pk", "_pk_uid", "uid", "_pk_id.1",
	    "k_u", "xuid", "x_pk_uid", "", "_pulse", "_pk_uidx"};
	static const char *const scripts[] = {"", "track(1)", "track(2)",
	    "rack(", "_paq.push(track(1))", "_paq.push(2)", "window._paq"};
	struct candidates c;
	char url[256];
	size_t i, k, m;

	(void)state;
	for (i = 0; i < sizeof hosts / sizeof *hosts; i++)
		for (k = 0; k < sizeof paths / sizeof *paths; k++)
			for (m = 0; m < 8; m++) {
				(void)snprintf(url, sizeof url, "https://%s%s",
				    hosts[i], paths[k]);
				try_url(url, m / 2 == 3 ? 0 : 1u << m / 2,
				    m % 2 == 1);
			}
	for (i = 0; i < sizeof names / sizeof *names; i++) {
		assert_int_equal(
		    candidates_cookie(policy, span_of(names[i]), &c),
		    CONSENT_OK);
		assert_first(&c, policy_find_cookie(policy, span_of(names[i])));
	}
	for (i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		assert_int_equal(
		    candidates_inline(policy, span_of(scripts[i]), &c),
		    CONSENT_OK);
		assert_first(
		    &c, policy_find_inline(policy, span_of(scripts[i])));
	}
}

/* Why each of them lost: lines in the order of precedence. */
static void
assert_reasons(struct candidates *c, const char *const *reasons)
{
	struct buf why;
	size_t i;

	buf_init(&why, 4096);
	for (i = 0; i < c->n; i++) {
		assert_non_null(reasons[i]);
		buf_clear(&why);
		assert_int_equal(candidates_why(c, i, &why), CONSENT_OK);
		if (!span_equal(buf_span(&why), span_of(reasons[i])))
			fail_msg("%zu: %.*s, not %s", i,
			    SPAN_ARG(buf_span(&why)), reasons[i]);
	}
	assert_null(reasons[i]);
	buf_fini(&why);
	candidates_free(c);
}

static void
cookies_lose_by_their_names(void **state)
{
	static const char *const reasons[] = {"decides",
	    "a vendor's; the policy's own for the same goes before it",
	    "a glob; the other one is equal", "a glob; the other one is equal",
	    "a glob; the other one is equal", NULL};
	static const char *const globs[] = {
	    "decides", "less specific: 3 literal bytes against 6", NULL};
	struct candidates c;

	(void)state;
	assert_int_equal(
	    candidates_cookie(policy, SPAN("_pk_uid"), &c), CONSENT_OK);
	assert_reasons(&c, reasons);
	assert_int_equal(
	    candidates_cookie(policy, SPAN("_pk_id.1"), &c), CONSENT_OK);
	assert_reasons(&c, globs);
}

static void
assert_url(const char *spelled, unsigned method, bool is_site,
    const char *const *reasons)
{
	struct policy_request request = {.is_site = is_site, .method = method};
	struct candidates c;
	struct buf scratch;
	struct url url;

	buf_init(&scratch, URL_SCRATCH);
	assert_int_equal(
	    url_parse(span_of(spelled), NULL, &scratch, &url), CONSENT_OK);
	request.url = &url;
	assert_int_equal(candidates_request(policy, &request, &c), CONSENT_OK);
	assert_reasons(&c, reasons);
	buf_fini(&scratch);
}

static void
urls_lose_by_host_and_path(void **state)
{
	static const char *const paths[] = {"decides",
	    "a glob; the other one is equal",
	    "less specific: a.example is above b.a.example", NULL};
	static const char *const queries[] = {"decides",
	    "less specific: 2 literal bytes against 4",
	    "less specific: a.example is above b.a.example", NULL};
	static const char *const site[] = {"decides",
	    "names no host; the other one names this",
	    "a glob; the other one is equal", "a glob; the other one is equal",
	    "a glob; the other one is equal",
	    "less specific: a.example is above b.a.example", NULL};

	(void)state;
	assert_url("https://b.a.example/x/y", POLICY_GET, false, paths);
	assert_url("https://b.a.example/x?q", POLICY_GET, false, queries);
	assert_url("https://b.a.example/x/y", POLICY_GET, true, site);
	assert_url("mailto:a@b.a.example", POLICY_GET, true,
	    (const char *const[]){NULL});
}

static void
scripts_lose_by_their_texts(void **state)
{
	static const char *const reasons[] = {"decides",
	    "a vendor's; the policy's own for the same goes before it",
	    "less specific: 6 literal bytes against 10",
	    "less specific: 5 literal bytes against 10",
	    "essential; it yields to what needs consent", NULL};
	struct candidates c;

	(void)state;
	assert_int_equal(
	    candidates_inline(policy, SPAN("_paq.push(track(1))"), &c),
	    CONSENT_OK);
	assert_reasons(&c, reasons);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_is_the_one_that_decides),
	    cmocka_unit_test(cookies_lose_by_their_names),
	    cmocka_unit_test(urls_lose_by_host_and_path),
	    cmocka_unit_test(scripts_lose_by_their_texts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
