#include "consent/consent_mode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <libconsent/findings.h>
#include <libconsent/loader.h>
#include <libconsent/settings.h>

#include "consent/script.h"

static const char text[] =
    "version = \"1\";\n"
    "categories = ( { id = \"essential\"; required = true; },\n"
    "  { id = \"analytics\"; }, { id = \"ads\"; } );\n"
    "cookies = ( { name = \"_ga\"; category = \"analytics\"; } );\n"
    "sensitive = ( { path = \"/private*\"; } );\n";

static struct policy *policy;
static struct consent_mode *mode;

static int
setup(void **state)
{
	static const char *const ids[CONSENT_MODE_TYPES] = {
	    [CONSENT_MODE_AD_STORAGE] = "ads",
	    [CONSENT_MODE_AD_USER_DATA] = "",
	    [CONSENT_MODE_AD_PERSONALIZATION] = "",
	    [CONSENT_MODE_ANALYTICS_STORAGE] = "analytics"};
	struct loader_options options = {NULL};
	struct settings *settings = NULL;
	struct findings findings;

	(void)state;
	findings_init(&findings);
	assert_int_equal(
	    settings_parse("policy.conf", span_of(text), &findings, &settings),
	    CONSENT_OK);
	assert_int_equal(
	    policy_load(settings_root(settings), &options, &findings, &policy),
	    CONSENT_OK);
	settings_free(settings);
	findings_fini(&findings);
	assert_int_equal(consent_mode_new(ids, &mode), CONSENT_OK);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	consent_mode_free(mode);
	policy_free(policy);
	return 0;
}

/* What goes into a page on a path for a visitor who granted these. */
static void
write_for(category_set granted, const char *path, enum guard_form form,
    struct buf *out)
{
	struct record record = {.action = RECORD_CHOOSE};
	struct gate_options options = {
	    .policy = policy, .record = &record, .path = span_of(path)};
	struct gate gate;

	record_decide(&record, policy, granted);
	gate_open(&gate, &options);
	buf_clear(out);
	assert_int_equal(
	    consent_mode_write(mode, &gate, form, out), CONSENT_OK);
}

static void
it_names_what_was_granted_and_is_the_same_else(void **state)
{
	static const struct {
		category_set granted;
		const char *path, *start;
	} rows[] = {
	    {0, "/", "<script data-consent-mode=\"\">"},
	    {2, "/", "<script data-consent-mode=\"analytics\">"},
	    {6, "/", "<script data-consent-mode=\"analytics ads\">"},
	    {6, "/private", "<script data-consent-mode=\"\">"},
	};
	char hash[CSP_HASH];
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 8192);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span script, start = span_of(rows[i].start);

		write_for(rows[i].granted, rows[i].path, GUARD_HTML, &out);
		script = buf_span(&out);
		assert_true(span_starts(script, start));
		assert_true(span_ends(script,
		    SPAN(
			"({ad_storage:\"ads\",ad_user_data:0,"
			"ad_personalization:0,analytics_storage:\"analytics\"})"
			"</script>")));
		script = span_sub(script, start.n,
		    script.n - start.n - (sizeof "</script>" - 1));
		assert_int_equal(script_hash(script, hash), CONSENT_OK);
		assert_string_equal(consent_mode_hash(mode), hash);
	}
	write_for(0, "/", GUARD_XML, &out);
	assert_true(span_ends(buf_span(&out), SPAN("})]]></script>")));
	buf_fini(&out);
}

static void
what_needs_no_consent_grants_nothing(void **state)
{
	(void)state;
	assert_true(consent_mode_may_grant(policy, "ads"));
	assert_false(consent_mode_may_grant(policy, "essential"));
	assert_false(consent_mode_may_grant(policy, "marketing"));
}

static void
without_one_nothing_is_written(void **state)
{
	struct gate gate;
	struct buf out;

	(void)state;
	memset(&gate, 0, sizeof gate);
	buf_init(&out, 64);
	assert_int_equal(
	    consent_mode_write(NULL, &gate, GUARD_HTML, &out), CONSENT_OK);
	assert_int_equal(out.n, 0);
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_names_what_was_granted_and_is_the_same_else),
	    cmocka_unit_test(what_needs_no_consent_grants_nothing),
	    cmocka_unit_test(without_one_nothing_is_written),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
