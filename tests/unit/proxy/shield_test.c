#include "proxy/shield.h"

#include "proxy/plan.h"

#include "consent/consent_mode.h"
#include "consent/site_script.h"
#include "fixture.h"

#include <libconsent/csp.h>

#include <stdio.h>

static struct fixture f;
static struct plan plan;
static bool varies;

static int
setup(void **state)
{
	(void)state;
	fixture_open(&f, "/");
	plan = (struct plan){.page = false};
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_close(&f);
	return 0;
}

/* What a response's fields become; good until the next call. */
static const char *
shielded(const char *lines)
{
	struct shield s = {&f.visit, &plan, &f.setup, false};
	static char text[65536];
	struct head *h;

	(void)snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n%s\r\n", lines);
	h = fixture_read(&f, CODEC_READS_RESPONSES, text);
	assert_int_equal(shield_response(h, &s), CONSENT_OK);
	(void)snprintf(text, sizeof text, "%s", fixture_text(&f) + 17);
	text[strlen(text) - 2] = '\0'; /* the empty line */
	fixture_unread(&f);
	varies = s.varies;
	return text;
}

#define FORBIDDEN                                                              \
	"Permissions-Policy: attribution-reporting=(), browsing-topics=(), "   \
	"join-ad-interest-group=(), private-aggregation=(), "                  \
	"run-ad-auction=(), shared-storage=(), "                               \
	"shared-storage-select-url=()\r\n"

static void
r34_referrers_are_never_looser_on_sensitive_paths(void **state)
{
	static const char *const cases[][2] = {
	    {"", "strict-origin"},
	    {"no-referrer", "no-referrer"},
	    {"same-origin", "same-origin"},
	    {"Strict-Origin", "Strict-Origin"},
	    {"origin", "strict-origin"},
	    {"unsafe-url", "strict-origin"},
	    {"no-referrer, unsafe-url", "strict-origin"},
	    {"unsafe-url, no-referrer", "unsafe-url, no-referrer"},
	    {"no-referrer, made-up", "no-referrer, made-up"},
	    {"made-up", "strict-origin"},
	};
	char in[128], out[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		(void)snprintf(in, sizeof in, "%s%s%s",
		    cases[i][0][0] == '\0' ? "" : "Referrer-Policy: ",
		    cases[i][0], cases[i][0][0] == '\0' ? "" : "\r\n");
		(void)snprintf(
		    out, sizeof out, "Referrer-Policy: %s\r\n", cases[i][1]);
		fixture_gate(&f, "/account/x", NULL);
		assert_string_equal(shielded(in), out);
		fixture_gate(&f, "/elsewhere", NULL);
		assert_string_equal(shielded(in), in);
	}
}

static void
pages_may_do_nothing_for_advertisers(void **state)
{
	(void)state;
	assert_string_equal(shielded("Server: x\r\n"), "Server: x\r\n");
	plan.page = true;
	assert_string_equal(
	    shielded("Server: x\r\n"), "Server: x\r\n" FORBIDDEN);
	assert_string_equal(
	    shielded("Permissions-Policy: browsing-topics=*, camera=()\r\n"),
	    "Permissions-Policy: browsing-topics=*, camera=()\r\n" FORBIDDEN);
	/* what browsers could not read would take ours along */
	assert_string_equal(
	    shielded("Permissions-Policy: camera 'none'\r\n"), FORBIDDEN);
	fixture_grant(&f, "/");
	assert_string_equal(shielded("Server: x\r\n"), "Server: x\r\n");
	assert_true(varies);
}

static void
client_hints_are_not_delegated_to_trackers(void **state)
{
	static const char *const cases[][2] = {
	    {"ch-ua=(\"https://tracker.example\")", "ch-ua=()"},
	    {"ch-ua=\"https://a.tracker.example\";x", "ch-ua=();x"},
	    {"ch-dpr=(self \"https://*.tracker.example\" \"https://i.example\")"
	     ", camera=(\"https://tracker.example\")",
		"ch-dpr=(self \"https://i.example\"), "
		"camera=(\"https://tracker.example\")"},
	    {"ch-ua=*, ch-dpr=(), ch-x=self", "ch-ua=*, ch-dpr=(), ch-x=self"},
	    {"ch-ua=(self  \"https://i.example\" )",
		"ch-ua=(self  \"https://i.example\" )"},
	};
	char in[256], out[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		(void)snprintf(
		    in, sizeof in, "Permissions-Policy: %s\r\n", cases[i][0]);
		(void)snprintf(
		    out, sizeof out, "Permissions-Policy: %s\r\n", cases[i][1]);
		assert_string_equal(shielded(in), out);
	}
}

static void
the_notice_is_let_into_the_sites_policy(void **state)
{
	const char *site = "Content-Security-Policy: style-src 'none'\r\n";

	(void)state;
	assert_string_equal(shielded(site), site);
	plan.rewrite = true;
	f.visit.wants_notice = true;
	assert_string_equal(shielded(site),
	    "Content-Security-Policy: style-src "
	    "https://site.example/.consent/notice.css\r\n");
	assert_string_equal(
	    shielded("content-security-policy-report-only: form-action x.y\r\n"
		     "Content-Security-Policy: img-src x, form-action x.y\r\n"),
	    "content-security-policy-report-only: form-action x.y "
	    "https://site.example/.consent/\r\n"
	    "Content-Security-Policy: img-src x, form-action x.y "
	    "https://site.example/.consent/\r\n");
}

static void
our_script_is_let_into_the_sites_policy(void **state)
{
	struct site_script *script = NULL;
	char wanted[256];

	(void)state;
	assert_int_equal(site_script_new("/.consent", &script), CONSENT_OK);
	f.visit.script = script;
	plan.rewrite = true;
	(void)snprintf(wanted, sizeof wanted,
	    "Content-Security-Policy: script-src '%s'\r\n",
	    site_script_hash(script));
	assert_string_equal(
	    shielded("Content-Security-Policy: script-src 'none'\r\n"), wanted);
	(void)snprintf(wanted, sizeof wanted,
	    "Content-Security-Policy: script-src 'nonce-a' 'strict-dynamic' "
	    "'%s'\r\n",
	    site_script_hash(script));
	assert_string_equal(shielded("Content-Security-Policy: script-src "
				     "'nonce-a' 'strict-dynamic'\r\n"),
	    wanted);
	/* what is no page of ours needs none of it */
	plan.rewrite = false;
	assert_string_equal(
	    shielded("Content-Security-Policy: script-src 'none'\r\n"),
	    "Content-Security-Policy: script-src 'none'\r\n");
	site_script_free(script);
}

static void
the_consent_mode_is_let_into_the_sites_policy(void **state)
{
	static const char *const ids[CONSENT_MODE_TYPES] = {
	    "", "", "", "analytics"};
	struct consent_mode *mode = NULL;
	char wanted[256];

	(void)state;
	assert_int_equal(consent_mode_new(ids, &mode), CONSENT_OK);
	f.visit.mode = mode;
	plan.rewrite = true;
	(void)snprintf(wanted, sizeof wanted,
	    "Content-Security-Policy: script-src 'self' '%s'\r\n",
	    consent_mode_hash(mode));
	assert_string_equal(
	    shielded("Content-Security-Policy: script-src 'self'\r\n"), wanted);
	consent_mode_free(mode);
}

static void
policies_report_to_no_tracker(void **state)
{
	(void)state;
	assert_string_equal(
	    shielded("Content-Security-Policy: img-src x; report-uri "
		     "https://tracker.example/r /own\r\n"),
	    "Content-Security-Policy: img-src x; report-uri /own\r\n");
	fixture_grant(&f, "/");
	assert_string_equal(shielded("Content-Security-Policy: report-uri "
				     "https://tracker.example/r\r\n"),
	    "Content-Security-Policy: report-uri "
	    "https://tracker.example/r\r\n");
}

/* A policy where nobody is let in who is not named. */
static const char wall[] =
    "version = \"1\"; third_parties = \"unlisted\"; categories = ( "
    "{ id = \"essential\"; required = true; }, { id = \"analytics\"; } ); "
    "sensitive = \"/account*\";";

static void
our_policy_stands_beside_the_sites(void **state)
{
	struct policy *usual = f.policy;
	struct loader_options loader = {NULL};
	struct settings *settings = NULL;
	struct findings findings;
	struct csp_options options = {.sites = f.setup.site_urls,
	    .n_sites = 1,
	    .report_path = SPAN("/.consent/report"),
	    .report_name = SPAN("consent")};
	struct csp *csp = NULL;
	const char *text;

	(void)state;
	findings_init(&findings);
	assert_int_equal(
	    settings_parse("p", span_of(wall), &findings, &settings),
	    CONSENT_OK);
	assert_int_equal(
	    policy_load(settings_root(settings), &loader, &findings, &f.policy),
	    CONSENT_OK);
	options.policy = f.policy;
	assert_int_equal(csp_new(&options, &csp), CONSENT_OK);
	f.setup.csp = csp;
	fixture_gate(&f, "/", NULL);

	assert_string_equal(shielded(""), ""); /* a file */
	plan.page = true;
	text = shielded("Content-Security-Policy: img-src x\r\n");
	assert_int_equal(
	    strncmp(text, "Content-Security-Policy: img-src x\r\n", 36), 0);
	assert_non_null(
	    strstr(text, "\r\nContent-Security-Policy: default-src 'self' "));
	assert_non_null(strstr(
	    text, "\r\nReporting-Endpoints: consent=\"/.consent/report\"\r\n"));
	plan.page = false;
	f.visit.is_context = true; /* a worker has a policy of its own */
	assert_non_null(strstr(shielded(""), "Policy: default-src"));
	fixture_grant(&f, "/");
	assert_string_equal(shielded(""), "");
	assert_true(varies);
	fixture_grant(&f, "/account"); /* there it is as for nobody's consent */
	assert_non_null(strstr(shielded(""), "Policy: default-src"));

	csp_free(csp);
	settings_free(settings);
	findings_fini(&findings);
	policy_free(f.policy);
	f.policy = usual;
}

static void
service_workers_are_asked_for_again(void **state)
{
	(void)state;
	assert_string_equal(shielded(""), "");
	assert_false(varies);
	f.visit.is_service_worker = true;
	(void)shielded("");
	assert_true(varies);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r34_referrers_are_never_looser_on_sensitive_paths),
	    TEST(pages_may_do_nothing_for_advertisers),
	    TEST(client_hints_are_not_delegated_to_trackers),
	    TEST(the_notice_is_let_into_the_sites_policy),
	    TEST(our_script_is_let_into_the_sites_policy),
	    TEST(the_consent_mode_is_let_into_the_sites_policy),
	    TEST(policies_report_to_no_tracker),
	    TEST(our_policy_stands_beside_the_sites),
	    TEST(service_workers_are_asked_for_again),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
