#include <libconsent/record.h>

#include "fixture.h"

static void
names_lead_back(void **state)
{
	enum record_action action;
	int i;

	(void)state;
	for (i = RECORD_ACCEPT; i <= RECORD_EMBED; i++) {
		const char *name = record_action_name((enum record_action)i);

		assert_int_equal(
		    record_action_of(span_of(name), &action), CONSENT_OK);
		assert_int_equal(action, i);
		assert_int_equal(record_decides(action), i != RECORD_EMBED);
	}
	assert_int_equal(
	    record_action_of(SPAN("Accept"), &action), CONSENT_EINVAL);
	assert_int_equal(record_action_of(SPAN(""), &action), CONSENT_EINVAL);
	assert_string_equal(record_via_name(RECORD_VIA_API), "api");
}

static void
r10_consent_is_per_category(void **state)
{
	struct policy *policy = fixture_usual();
	struct record r = {.n_categories = 0};

	(void)state;
	record_decide(&r, policy, ANALYTICS | 1u);
	/* what is required is not asked, so it is not decided */
	assert_int_equal(r.n_categories, 2);
	assert_string_equal(r.categories[0].id, "analytics");
	assert_true(r.categories[0].granted);
	assert_false(r.categories[1].granted);
	assert_string_equal(r.policy, policy_facts(policy)->hash);
	assert_true(record_grants(&r));
	assert_int_equal(record_granted(&r, policy), ANALYTICS);
	assert_int_equal(record_decided(&r, policy), ANALYTICS | MARKETING);
	record_decide(&r, policy, 0);
	assert_false(record_grants(&r));
	policy_free(policy);
}

static void
r13_changed_facts_undo_that_category_alone(void **state)
{
	struct policy *before = fixture_usual();
	struct policy *after =
	    fixture_policy(FIXTURE_POLICY("listed", "enforce", "hotjar"));
	struct record r = {.n_categories = 0};

	(void)state;
	record_decide(&r, before, ANALYTICS | MARKETING);
	assert_int_equal(record_granted(&r, after), ANALYTICS);
	assert_int_equal(record_decided(&r, after), ANALYTICS);
	policy_free(before);
	policy_free(after);
}

static void
unknown_and_required_categories_count_for_nothing(void **state)
{
	struct policy *policy = fixture_usual();
	struct record r = {.n_categories = 2,
	    .categories = {
		{"essential", "00000000", true}, {"gone", "00000000", true}}};

	(void)state;
	assert_int_equal(record_granted(&r, policy), 0);
	assert_int_equal(record_decided(&r, policy), 0);
	policy_free(policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_lead_back),
	    cmocka_unit_test(r10_consent_is_per_category),
	    cmocka_unit_test(r13_changed_facts_undo_that_category_alone),
	    cmocka_unit_test(unknown_and_required_categories_count_for_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
