#include <libconsent/loader.h>
#include <libconsent/policy.h>
#include <libconsent/settings.h>
#include <libconsent/url.h>

#include "base/embedded.h"
#include "demo/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <event2/buffer.h>

static struct policy *policy;

/* The demo's policy, as the daemon reads it; without a single finding. */
static int
load(void **state)
{
	const struct loader_options options = {NULL};
	const struct embedded_file *file;
	struct settings *settings = NULL;
	struct findings findings;

	(void)state;
	findings_init(&findings);
	file = embedded_find(embedded_policies, embedded_policies_count,
	    SPAN("policy-demo.conf"));
	if (file != NULL &&
	    settings_parse("policy-demo.conf", embedded_span(file), &findings,
		&settings) == 0 &&
	    policy_load(settings_root(settings), &options, &findings, &policy) <
		0)
		policy = NULL;
	findings_print(&findings, stderr);
	if (findings.n > 0) {
		policy_free(policy);
		policy = NULL;
	}
	settings_free(settings);
	findings_fini(&findings);
	return policy == NULL ? -1 : 0;
}

static int
unload(void **state)
{
	(void)state;
	policy_free(policy);
	return 0;
}

static void
assert_vendor(const struct policy_rule *rule, const char *vendor)
{
	const struct policy_facts *facts = policy_facts(policy);

	assert_non_null(rule);
	assert_true(rule->vendor >= 0);
	assert_string_equal(facts->vendors[rule->vendor].id, vendor);
}

static void
cookies_belong_to_their_vendors(void **state)
{
	static const struct {
		const char *cookie, *vendor;
	} cases[] = {
	    {"_pulse", "demo-pulse"},
	    {"_pulse_P7F3", "demo-pulse"},
	    {"_th_uid", "demo-tagharbor"},
	    {"_mb_uid", "demo-metrikabay"},
	    {"_mb_id.12", "demo-metrikabay"},
	    {"_mb_ses.12", "demo-metrikabay"},
	    {"_spx", "demo-socialpixel"},
	    {"_hlUser_31907", "demo-heatlens"},
	    {"_hlSession_31907", "demo-heatlens"},
	    {"_rl_id", "demo-replaylight"},
	    {"_rl_sk", "demo-replaylight"},
	    {"_ff_seen", "demo-footfall"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_vendor(
		    policy_find_cookie(policy, span_of(cases[i].cookie)),
		    cases[i].vendor);
}

static void
essential_cookies_have_a_ground(void **state)
{
	static const char *const names[] = {"session", "csrf"};
	const struct policy_rule *rule;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		rule = policy_find_cookie(policy, span_of(names[i]));
		assert_non_null(rule);
		assert_int_equal(rule->ground, POLICY_GROUND_REQUESTED);
		assert_non_null(rule->purpose);
		assert_true(
		    policy_facts(policy)->categories[rule->category].required);
	}
}

static void
only_forms_are_sensitive(void **state)
{
	(void)state;
	assert_true(policy_is_sensitive(policy, SPAN("/en/appointment")));
	assert_true(policy_is_sensitive(policy, SPAN("/ar/appointment?a=1")));
	assert_false(policy_is_sensitive(policy, SPAN("/en/")));
	assert_false(policy_is_sensitive(policy, SPAN("/en/knee-replacement")));
}

static struct span
between(struct span *rest, struct span open, struct span close)
{
	struct span found;
	size_t at = span_search(*rest, open);

	*rest = span_sub(*rest, at + open.n, rest->n);
	found = span_sub(*rest, 0, span_search(*rest, close));
	*rest = span_sub(*rest, found.n, rest->n);
	return found;
}

/* Every inline script of a page is a vendor's, and a rule knows it. */
static void
inline_scripts_are_all_known(void **state)
{
	struct page page = {.lang = "en", .name = SPAN("home")};
	struct evbuffer *out = evbuffer_new();
	struct span html, tag, text;
	size_t count = 0;

	(void)state;
	assert_non_null(out);
	assert_int_equal(page_render(&page, out), 0);
	html.n = evbuffer_get_length(out);
	html.p = (const char *)evbuffer_pullup(out, -1);
	while (span_search(html, SPAN("<script")) < html.n) {
		tag = between(&html, SPAN("<script"), SPAN(">"));
		text = between(&html, SPAN(">"), SPAN("</script>"));
		if (span_search(tag, SPAN("src=")) < tag.n)
			continue;
		assert_non_null(policy_find_inline(policy, text));
		count++;
	}
	assert_int_equal(count, 6);
	evbuffer_free(out);
}

static const struct policy_rule *
find_url(const char *text, bool is_site)
{
	const struct policy_rule *rule;
	struct buf scratch;
	struct url url;

	buf_init(&scratch, URL_SCRATCH);
	assert_int_equal(url_parse(span_of(text), NULL, &scratch, &url), 0);
	rule = policy_find_url(policy, &url, is_site);
	buf_fini(&scratch);
	return rule;
}

static void
addresses_belong_to_their_vendors(void **state)
{
	static const char *const ids[] = {"pulse", "tagharbor", "metrikabay",
	    "socialpixel", "heatlens", "replaylight", "footfall"};
	char text[128], id[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		assert_true(
		    snprintf(text, sizeof text,
			"http://collector.localhost:4711/%s/x?y", ids[i]) > 0);
		assert_true(snprintf(id, sizeof id, "demo-%s", ids[i]) > 0);
		assert_vendor(find_url(text, false), id);
	}
	assert_vendor(
	    find_url("http://localhost:1/ff/p.gif?s", true), "demo-footfall");
	assert_non_null(find_url("http://collector.localhost:4711/", false));
	assert_null(find_url("http://localhost:1/assets/site.js", true));
	assert_null(find_url("http://localhost:1/demo/hits", true));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cookies_belong_to_their_vendors),
	    cmocka_unit_test(essential_cookies_have_a_ground),
	    cmocka_unit_test(only_forms_are_sensitive),
	    cmocka_unit_test(inline_scripts_are_all_known),
	    cmocka_unit_test(addresses_belong_to_their_vendors),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
