#include "trial/words.h"

#include "place.h"

static void
assert_words(const struct policy_rule *rule, const char *wanted)
{
	struct buf out;

	buf_init(&out, 256);
	words_rule(rule, &out);
	assert_true(span_equal(buf_span(&out), span_of(wanted)));
	buf_fini(&out);
}

static void
rules_are_named_as_they_are_written(void **state)
{
	struct policy_rule rule = {
	    .kind = POLICY_RESOURCE, .host = "a.example", .path = "/x*"};

	(void)state;
	assert_words(&rule, "host \"a.example\" path \"/x*\"");
	assert_true(words_is_pattern(&rule, SPAN("a.example/x*")));
	assert_false(words_is_pattern(&rule, SPAN("a.example/x")));
	assert_false(words_is_pattern(&rule, SPAN("a.example")));
	assert_false(words_is_pattern(&rule, SPAN("none")));
	rule.host = NULL;
	rule.methods = POLICY_POST | POLICY_GET;
	assert_words(&rule, "GET,POST path \"/x*\"");
	assert_true(words_is_pattern(&rule, SPAN("/x*")));
	rule = (struct policy_rule){.kind = POLICY_COOKIE, .name = "_x*"};
	assert_words(&rule, "cookie \"_x*\"");
	rule.kind = POLICY_INLINE;
	assert_words(&rule, "inline \"_x*\"");
	rule.kind = POLICY_STORAGE;
	assert_words(&rule, "storage \"_x*\"");
	assert_true(words_is_pattern(NULL, SPAN("none")));
	assert_false(words_is_pattern(NULL, SPAN("_x*")));
}

static void
rules_have_their_place(void **state)
{
	struct policy *policy = place_load(place_policy);
	const struct policy_facts *facts = policy_facts(policy);
	struct buf out;

	(void)state;
	buf_init(&out, 256);
	words_rule_placed(facts, policy_find_cookie(policy, SPAN("_x1")), &out);
	assert_true(
	    span_equal(buf_span(&out), SPAN("policy.conf:8: cookie \"_x*\"")));
	assert_string_equal(words_category(facts, 1), "analytics");
	assert_string_equal(words_category(facts, GATE_UNNAMED), "none");
	/* words that find no room are left out */
	buf_fini(&out);
	buf_init(&out, 4);
	words_rule_placed(facts, policy_find_cookie(policy, SPAN("_x1")), &out);
	assert_int_equal(out.n, 0);
	buf_fini(&out);
	policy_free(policy);
}

static void
answers_have_words(void **state)
{
	(void)state;
	assert_string_equal(words_answer(GATE_PASS), "pass");
	assert_string_equal(words_answer(GATE_WITHHOLD), "withheld");
	assert_string_equal(words_answer(GATE_REPORT), "reported");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rules_are_named_as_they_are_written),
	    cmocka_unit_test(rules_have_their_place),
	    cmocka_unit_test(answers_have_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
