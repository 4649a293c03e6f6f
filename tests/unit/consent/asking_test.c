#include <libconsent/gate.h>
#include <libconsent/notice.h>

#include <stdlib.h>
#include <string.h>

#include "settings/findings.h"

#include "fixture.h"

/* When a visitor is asked again: the rules that several files keep. */

#define USUAL FIXTURE_POLICY("listed", "enforce", "meta-pixel")
/* one more recipient for marketing alone */
#define MATERIAL FIXTURE_POLICY("listed", "enforce", "hotjar")

/* The gate of who chose under one policy, and comes back under another. */
static struct gate
gate_after(const struct record *record, const struct policy *now)
{
	struct gate_options options = {
	    .policy = now, .record = record, .path = SPAN("/")};
	struct gate gate;

	gate_open(&gate, &options);
	return gate;
}

static struct record
choice(enum record_action action, const struct policy *policy,
    category_set granted)
{
	struct record r = {.action = action};

	record_decide(&r, policy, granted);
	return r;
}

/* A text of the usual policy with one word for another; free it. */
static struct policy *
reworded(const char *from, const char *to)
{
	static char text[8192];
	const char *at = strstr(USUAL, from);

	assert_non_null(at);
	assert_true(snprintf(text, sizeof text, "%.*s%s%s", (int)(at - USUAL),
			USUAL, to, at + strlen(from)) < (int)sizeof text);
	return fixture_policy(text);
}

/* Neither another version nor better words make anybody answer again. */
static void
r11_a_refusal_outlives_other_words(void **state)
{
	static const char *const words[][2] = {{"2026-11-01", "2026-12-24"},
	    {"Keeps you signed in", "Remembers who you are"},
	    {"Tells visitors apart", "Tells one visitor from another"}};
	struct policy *before = fixture_policy(USUAL);
	struct record no = choice(RECORD_REJECT, before, 0);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof words / sizeof words[0]; i++) {
		struct policy *now = reworded(words[i][0], words[i][1]);
		struct gate gate = gate_after(&no, now);

		assert_string_not_equal(
		    policy_facts(before)->hash, policy_facts(now)->hash);
		assert_false(gate_asks(&gate));
		policy_free(now);
	}
	policy_free(before);
}

/* A no is asked about again where the facts changed: of that alone. */
static void
r13_only_what_changed_is_asked_again(void **state)
{
	struct policy *before = fixture_policy(USUAL);
	struct policy *now = fixture_policy(MATERIAL);
	struct record no = choice(RECORD_REJECT, before, 0);
	struct record yes =
	    choice(RECORD_ACCEPT, before, ANALYTICS | MARKETING);
	struct gate gate = gate_after(&no, now);

	(void)state;
	assert_true(gate_asks(&gate));
	assert_int_equal(gate.decided, ANALYTICS);
	gate = gate_after(&yes, now);
	assert_true(gate_asks(&gate));
	assert_int_equal(gate.agreed, ANALYTICS | 1u);
	policy_free(before);
	policy_free(now);
}

/* And the page of choices says which. */
static void
r13_what_changed_is_named(void **state)
{
	static const struct notice_options options = {
	    .site = "https://www.library.example"};
	struct policy *before = fixture_policy(USUAL);
	struct policy *now = fixture_policy(MATERIAL);
	struct record yes =
	    choice(RECORD_ACCEPT, before, ANALYTICS | MARKETING);
	struct gate gate = gate_after(&yes, now);
	struct notice_visitor visitor = {.gate = &gate, .record = &yes};
	struct notice_set *set = NULL;
	struct findings findings;
	struct span changes, all;
	struct buf page;
	size_t at;

	(void)state;
	findings_init(&findings);
	buf_init(&page, NOTICE_PAGE_MAX);
	assert_int_equal(
	    notice_set_new(now, &options, &findings, &set), CONSENT_OK);
	assert_int_equal(
	    notice_preferences(notice_at(set, 0), &visitor, &page), CONSENT_OK);
	all = buf_span(&page);
	at = span_search(all, SPAN("<ul class=\"consent-changes\">"));
	assert_true(at < all.n);
	changes = span_sub(all, at, all.n);
	changes = span_sub(changes, 0, span_search(changes, SPAN("</ul>")));
	assert_true(
	    span_search(changes, SPAN("<li>Marketing</li>")) < changes.n);
	assert_true(span_search(changes, SPAN("Analytics")) == changes.n);
	/* who has answered all there is sees no such list */
	gate = gate_after(&yes, before);
	buf_clear(&page);
	assert_int_equal(
	    notice_preferences(notice_at(set, 0), &visitor, &page), CONSENT_OK);
	all = buf_span(&page);
	assert_true(span_search(all, SPAN("consent-changes")) == all.n);
	notice_set_free(set);
	findings_fini(&findings);
	buf_fini(&page);
	policy_free(before);
	policy_free(now);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(r11_a_refusal_outlives_other_words),
	    cmocka_unit_test(r13_only_what_changed_is_asked_again),
	    cmocka_unit_test(r13_what_changed_is_named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
