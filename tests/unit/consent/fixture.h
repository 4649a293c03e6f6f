#ifndef CONSENT_UNIT_CONSENT_FIXTURE_H
#define CONSENT_UNIT_CONSENT_FIXTURE_H

/*
 * What the tests of consent/ share: a policy out of text, and the site that it
 * is for. A failure ends the test. Each test is a program of one file, so the
 * functions stand here.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libconsent/loader.h>
#include <libconsent/policy.h>
#include <libconsent/settings.h>
#include <libconsent/url.h>

/* The categories of the usual policy; essential is bit 0. */
enum {
	ANALYTICS = 1u << 1,
	MARKETING = 1u << 2,
	FIXTURE_URLS = 8 /* most in one test */
};

/* Rules of every kind; report mode and signals are filled in by tests. */
#define FIXTURE_POLICY(third_parties, analytics_mode, vendor)                  \
	"version = \"2026-11-01\"; unknown_cookie = \"marketing\";\n"          \
	"third_parties = \"" third_parties "\";\n"                             \
	"signals : { gpc = \"reject\"; dnt = \"ignore\"; };\n"                 \
	"categories = ( { id = \"essential\"; required = true; },\n"           \
	" { id = \"analytics\"; mode = \"" analytics_mode "\"; },\n"           \
	" { id = \"marketing\"; } );\n"                                        \
	"vendors = ( { name = \"" vendor "\"; category = \"marketing\";\n"     \
	" purpose = \"Shows <b>ads</b>\"; } );\n"                              \
	"sensitive = ( { path = \"/account*\"; } );\n"                         \
	"cookies = ( { name = \"session\"; category = \"essential\";\n"        \
	" ground = \"requested\"; purpose = \"Keeps you signed in\";\n"        \
	" lifetime = \"session\"; },\n"                                        \
	" { name = \"_an\"; category = \"analytics\";\n"                       \
	"   purpose = \"Tells visitors apart\"; lifetime = \"1 year\"; },\n"   \
	" { name = \"_an_*\"; category = \"analytics\"; },\n"                  \
	" { name = \"__Host-an\"; category = \"analytics\"; } );\n"            \
	"resources = ( { host = \"stats.example\"; category = \"analytics\"; " \
	"},\n"                                                                 \
	" { host = \"ads.example\"; category = \"marketing\"; },\n"            \
	" { host = \"social.example\"; path = \"/tr*\"; category = "           \
	"\"marketing\"; },\n"                                                  \
	" { path = \"/collect*\"; category = \"analytics\"; },\n"              \
	" { inline = \"myTracker(\"; category = \"analytics\"; },\n"           \
	" { host = \"cdn.example\"; category = \"essential\"; } );\n"

/* The policy of a group's text, as policy.conf has it; free it. */
static struct policy *
fixture_policy(const char *text)
{
	struct loader_options options = {.vendors = NULL};
	struct settings *settings = NULL;
	struct policy *policy = NULL;
	struct findings findings;
	int rc;

	findings_init(&findings);
	rc = settings_parse("fixture", span_of(text), &findings, &settings);
	if (rc == CONSENT_OK)
		rc = policy_load(
		    settings_root(settings), &options, &findings, &policy);
	if (rc != CONSENT_OK)
		findings_print(&findings, stderr);
	assert_int_equal(rc, CONSENT_OK);
	findings_fini(&findings);
	settings_free(settings);
	return policy;
}

/* The policy that most tests use; free it. */
static inline struct policy *
fixture_usual(void)
{
	return fixture_policy(
	    FIXTURE_POLICY("listed", "enforce", "meta-pixel"));
}

/* What the URLs of a test borrow from. */
static struct buf fixture_kept[FIXTURE_URLS];
static size_t fixture_n_kept;

/* A URL, good until fixture_end. */
static inline struct url
fixture_url(const char *text)
{
	struct buf *kept = &fixture_kept[fixture_n_kept];
	struct url url;
	int rc;

	assert_true(fixture_n_kept++ < FIXTURE_URLS);
	buf_init(kept, URL_SCRATCH);
	rc = url_parse(span_of(text), NULL, kept, &url);
	assert_int_equal(rc, CONSENT_OK);
	return url;
}

/* Frees what the URLs borrowed from. */
static inline void
fixture_end(void)
{
	while (fixture_n_kept > 0)
		buf_fini(&fixture_kept[--fixture_n_kept]);
}

#endif
