#include "trial/question.h"

#include "place.h"

static struct policy *policy;
static struct visitor visitor;

static int
open_visitor(void **state)
{
	struct visitor_place place;

	(void)state;
	policy = place_load(place_policy);
	place = (struct visitor_place){policy, place_sites, 2, 0};
	return visitor_open(
	    &visitor, &(struct visitor_options){.place = &place});
}

static int
close_visitor(void **state)
{
	(void)state;
	visitor_close(&visitor);
	policy_free(policy);
	return 0;
}

struct row {
	struct question question;
	enum gate_answer answer;
	size_t n; /* candidates */
};

static void
things_are_asked_as_the_daemon_asks(void **state)
{
	static const struct row rows[] = {
	    {{QUESTION_COOKIE, {"_x1", 3}, NULL}, GATE_WITHHOLD, 1},
	    {{QUESTION_COOKIE, {"y", 1}, NULL}, GATE_WITHHOLD, 0},
	    {{QUESTION_URL, {"/collect", 8}, NULL}, GATE_PASS, 0},
	    {{QUESTION_URL, {"/collect", 8}, "POST"}, GATE_WITHHOLD, 1},
	    {{QUESTION_URL, {"//tracker.example/ok", 20}, NULL}, GATE_REPORT,
		2},
	    {{QUESTION_URL, {"//else.example/", 15}, NULL}, GATE_PASS, 0},
	    {{QUESTION_URL, {"data:text/javascript,track(1)", 29}, NULL},
		GATE_WITHHOLD, 0},
	    {{QUESTION_INLINE, {"track(1)", 8}, NULL}, GATE_WITHHOLD, 1},
	    {{QUESTION_INLINE, {"'tr' + 'ack('", 13}, NULL}, GATE_WITHHOLD, 1},
	    {{QUESTION_INLINE, {"'tr' + 'eat('", 13}, NULL}, GATE_PASS, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct question *q = &rows[i].question;
		struct gate_verdict verdict;
		struct candidates c;

		assert_int_equal(
		    question_ask(&visitor, q, &verdict), CONSENT_OK);
		assert_int_equal(verdict.answer, rows[i].answer);
		assert_int_equal(
		    question_candidates(&visitor, q, &c), CONSENT_OK);
		assert_int_equal(c.n, rows[i].n);
		if (c.n > 0)
			assert_ptr_equal(c.items[0].rule, verdict.rule);
		candidates_free(&c);
	}
}

static void
assert_sensitive(const char *url, bool wanted)
{
	struct question q = {QUESTION_URL, span_of(url), NULL};
	bool found;

	assert_int_equal(
	    question_is_sensitive(&visitor, &q, &found), CONSENT_OK);
	assert_int_equal(found, wanted);
}

static void
sensitive_is_the_site_alone(void **state)
{
	(void)state;
	assert_sensitive("/account/1", true);
	assert_sensitive("http://www.site.example:8080/account", true);
	assert_sensitive("http://site.example/account", true);
	assert_sensitive("http://site.example:81/account", false);
	assert_sensitive("https://else.example/account", false);
	assert_sensitive("/x", false);
}

static void
what_no_browser_loads_is_refused(void **state)
{
	struct question q = {QUESTION_URL, SPAN("https://"), NULL};
	struct gate_verdict verdict;
	struct candidates c;

	(void)state;
	assert_int_equal(question_ask(&visitor, &q, &verdict), CONSENT_EINVAL);
	assert_int_equal(question_candidates(&visitor, &q, &c), CONSENT_EINVAL);
	candidates_free(&c);
	q.kind = QUESTION_PAGE;
	assert_int_equal(question_ask(&visitor, &q, &verdict), CONSENT_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(things_are_asked_as_the_daemon_asks),
	    cmocka_unit_test(sensitive_is_the_site_alone),
	    cmocka_unit_test(what_no_browser_loads_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_visitor, close_visitor);
}
