#include <libconsent/again.h>
#include <libconsent/findings.h>
#include <libconsent/gate.h>
#include <libconsent/notice.h>

#include <stdlib.h>
#include <string.h>

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

/* The notice itself says which, before all else that it says. */
static void
r13_the_notice_names_what_it_asks_again(void **state)
{
	static const struct notice_options options = {
	    .site = "https://www.library.example"};
	struct policy *before = fixture_policy(USUAL);
	struct policy *now = fixture_policy(MATERIAL);
	struct record yes =
	    choice(RECORD_ACCEPT, before, ANALYTICS | MARKETING);
	struct gate gate = gate_after(&yes, now);
	struct notice_set *set = NULL;
	struct findings findings;
	const struct notice *n;
	struct span banner, changes, all;
	struct buf page;
	size_t at;

	(void)state;
	findings_init(&findings);
	buf_init(&page, NOTICE_PAGE_MAX);
	assert_int_equal(
	    notice_set_new(now, &options, &findings, &set), CONSENT_OK);
	n = notice_at(set, 0);
	banner = notice_facts(n)->banner;
	assert_true(gate.again);
	assert_int_equal(again_write(n, &gate, banner, &page), CONSENT_OK);
	all = buf_span(&page);
	at = span_search(all, SPAN("</h2><p class=\"consent-note\">"));
	assert_true(at < all.n);
	changes = span_sub(all, at, all.n);
	changes = span_sub(changes, 0, span_search(changes, SPAN("</ul>")));
	assert_true(
	    span_search(changes, SPAN("<li>Marketing</li>")) < changes.n);
	assert_true(span_search(changes, SPAN("Analytics")) == changes.n);
	/* all else is as it was */
	at += SPAN("</h2>").n;
	assert_true(span_equal(span_sub(all, 0, at), span_sub(banner, 0, at)));
	assert_true(span_ends(all, span_sub(banner, at, banner.n)));
	/* who is asked for the first time, or not at all, is told nothing */
	gate = gate_after(NULL, now);
	assert_int_equal(again_write(n, &gate, banner, &page), CONSENT_ENOENT);
	yes = choice(RECORD_ACCEPT, now, ANALYTICS | MARKETING);
	gate = gate_after(&yes, now);
	assert_int_equal(again_write(n, &gate, banner, &page), CONSENT_ENOENT);
	buf_fini(&page);
	notice_set_free(set);
	findings_fini(&findings);
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
	    cmocka_unit_test(r13_the_notice_names_what_it_asks_again),
	    cmocka_unit_test(r13_what_changed_is_named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
