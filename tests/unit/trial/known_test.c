#include "trial/known.h"

#include "place.h"

static void
vendors_that_are_built_in_know_their_hosts(void **state)
{
	struct known known;

	(void)state;
	assert_int_equal(known_open(&known), CONSENT_OK);
	assert_string_equal(
	    known_vendor(&known, SPAN("https://x.matomo.cloud/matomo.js")),
	    "matomo");
	assert_null(known_vendor(&known, SPAN("https://site.example/x")));
	assert_null(
	    known_vendor(&known, SPAN("https://matomo.cloud.example/")));
	assert_string_equal(
	    known_vendor(&known, SPAN("http://collector.localhost/pulse/p.js")),
	    "demo-pulse");
	assert_null(known_vendor(&known, SPAN("no URL")));
	known_close(&known);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vendors_that_are_built_in_know_their_hosts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
