#include "place.h"

static void
grants_are_named(void **state)
{
	struct policy *policy = place_load(place_policy);
	category_set granted = 0;

	(void)state;
	assert_int_equal(
	    visitor_grant(policy, SPAN("none"), &granted), CONSENT_OK);
	assert_int_equal(granted, 0);
	assert_int_equal(
	    visitor_grant(policy, SPAN("media"), &granted), CONSENT_OK);
	assert_int_equal(granted, 4);
	assert_int_equal(
	    visitor_grant(policy, SPAN("all"), &granted), CONSENT_OK);
	assert_int_equal(granted, 7);
	assert_int_equal(
	    visitor_grant(policy, SPAN("nothing"), &granted), CONSENT_EINVAL);
	policy_free(policy);
}

static void
the_gate_is_that_of_the_visitor(void **state)
{
	struct policy *policy = place_load(place_policy);
	struct visitor_place place = {policy, place_sites, 2, 0};
	struct visitor_options options = {.place = &place, .granted = 2};
	struct visitor v;

	(void)state;
	assert_int_equal(visitor_open(&v, &options), CONSENT_OK);
	assert_int_equal(v.gate.granted, 3);
	assert_int_equal(v.gate.decided, 6);
	assert_true(span_equal(v.url.host, SPAN("site.example")));
	visitor_close(&v);
	options.undecided = true;
	options.at = "/account/1?x";
	assert_int_equal(visitor_open(&v, &options), CONSENT_OK);
	assert_int_equal(v.gate.granted, 1);
	assert_int_equal(v.gate.decided, 0);
	assert_true(v.gate.sensitive);
	visitor_close(&v);
	options.at = "http://www.site.example:8080/p";
	options.gpc = true;
	assert_int_equal(visitor_open(&v, &options), CONSENT_OK);
	assert_int_equal(v.url.port, 8080);
	assert_int_equal(v.gate.signaled, 6);
	visitor_close(&v);
	policy_free(policy);
}

/* A yes that was given under the signal stands; without a site there is one. */
static void
a_place_may_be_unknown(void **state)
{
	struct policy *policy = place_load(place_policy);
	struct visitor_place place = {policy, NULL, 0, 0};
	struct visitor_options options = {
	    .place = &place, .granted = 2, .gpc = true};
	struct visitor v;

	(void)state;
	assert_int_equal(visitor_open(&v, &options), CONSENT_OK);
	assert_int_equal(v.gate.granted, 3);
	assert_true(span_equal(v.url.host, SPAN("site.example")));
	visitor_close(&v);
	options.at = "mailto:a@b";
	assert_int_equal(visitor_open(&v, &options), CONSENT_EINVAL);
	options.at = "https://";
	assert_int_equal(visitor_open(&v, &options), CONSENT_EINVAL);
	policy_free(policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(grants_are_named),
	    cmocka_unit_test(the_gate_is_that_of_the_visitor),
	    cmocka_unit_test(a_place_may_be_unknown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
