#include "loaded.h"

/* What is for a site, one a line from line 4 on; the last three are not. */
static const char of_a_site[] =
    "site = \"https://a.example\";\n"
    "upgrade = \"/live/*\";\n"
    "memo_bytes = \"1M\";\n"
    "forward_token = true;\n"
    "consent_mode : { ad_storage = \"analytics\"; };\n"
    "limits : {\n"
    "  upstream_connections = 8;\n"
    "  queue = 8;\n"
    "  tunnels = 8; choices = 8; };\n"
    "timeouts : {\n"
    "  upstream_connect = 8;\n"
    "  upstream = 8;\n"
    "  upstream_idle = 8;\n"
    "  resolve = 8;\n"
    "  queue = 8;\n"
    "  tunnel = 8; idle = 8; };\n"
    "cdn_variant = \"Consent-Variant\";\n";

static void
without_a_site_its_settings_have_no_effect(void **state)
{
	static const char *const keys[] = {"4: warning: upgrade",
	    "5: warning: memo_bytes", "6: warning: forward_token",
	    "7: warning: consent_mode",
	    "9: warning: limits.upstream_connections",
	    "10: warning: limits.queue", "11: warning: limits.tunnels",
	    "13: warning: timeouts.upstream_connect",
	    "14: warning: timeouts.upstream",
	    "15: warning: timeouts.upstream_idle",
	    "16: warning: timeouts.resolve", "17: warning: timeouts.queue",
	    "18: warning: timeouts.tunnel"};
	char text[SAID_BYTES], want[SAID_BYTES];
	size_t i, n = 0;
	struct loaded l;

	(void)state;
	(void)snprintf(text, sizeof text,
	    "listen = \"127.0.0.1:8080\";\nupstream = \"none\";\n%s",
	    of_a_site);
	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		n += (size_t)snprintf(want + n, sizeof want - n,
		    "%s has no effect while upstream is \"none\"\n", keys[i]);
	load(&l, text, policy);
	assert_string_equal(l.said, want);
	assert_int_equal(l.rc, CONSENT_OK);
	config_free(l.config);
}

static void
with_a_site_they_have(void **state)
{
	char text[SAID_BYTES];
	struct loaded l;

	(void)state;
	(void)snprintf(text, sizeof text,
	    "listen = \"127.0.0.1:8080\";\n"
	    "upstream = \"http://127.0.0.1:9000\";\n%s",
	    of_a_site);
	load(&l, text, policy);
	assert_string_equal(l.said, "");
	config_free(l.config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_a_site_its_settings_have_no_effect),
	    cmocka_unit_test(with_a_site_they_have),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
