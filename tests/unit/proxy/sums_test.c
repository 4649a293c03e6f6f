#include "proxy/sums.h"

#include "fixture.h"
#include "proxy/ballot.h"

#include <event2/event.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* A worker's sums, and the notary's end of its channel. */
static struct {
	struct fixture f;
	struct event_base *base;
	struct ballot *ballot;
	struct sums *sums;
	int ends[2];
} s;

static int
setup(void **state)
{
	const struct ballot_options options = {0};

	(void)state;
	fixture_open(&s.f, "/");
	s.base = event_base_new();
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s.ends), 0);
	assert_int_equal(
	    ballot_new(s.base, s.ends[0], &options, &s.ballot), CONSENT_OK);
	assert_int_equal(sums_new(&s.sums), CONSENT_OK);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sums_free(s.sums);
	ballot_free(s.ballot);
	event_base_free(s.base);
	(void)close(s.ends[0]);
	(void)close(s.ends[1]);
	fixture_close(&s.f);
	return 0;
}

/* The next sum that the notary hears; false: none. */
static bool
hear(struct wire_sum *sum)
{
	char packet[4096];
	ssize_t n = recv(s.ends[1], packet, sizeof packet, MSG_DONTWAIT);

	if (n < 0)
		return false;
	assert_int_equal(wire_check_sum(packet, (size_t)n, sum), CONSENT_OK);
	return true;
}

static void
what_was_removed_is_told_by_rule_and_state(void **state)
{
	struct page_counts counts = {.n = 0};
	struct wire_sum sum;
	struct record refusal = {.action = RECORD_REJECT};

	(void)state;
	page_counts_add(
	    &counts, gate_cookie(&s.f.visit.gate, SPAN("_ga")), NULL);
	page_counts_add(
	    &counts, gate_cookie(&s.f.visit.gate, SPAN("_gat")), NULL);
	sums_removed(s.sums, &s.f.visit.gate, &counts);
	sums_removed(s.sums, &s.f.visit.gate, &counts);
	record_decide(&refusal, s.f.policy, 0);
	fixture_gate(&s.f, "/", &refusal);
	sums_removed(s.sums, &s.f.visit.gate, &counts);
	fixture_grant(&s.f, "/account");
	sums_removed(s.sums, &s.f.visit.gate, &counts);
	sums_screened(s.sums);
	sums_screened(s.sums);
	sums_tell(s.sums, s.ballot);

	assert_true(hear(&sum));
	assert_int_equal(sum.kind, WIRE_REMOVED);
	assert_int_equal(sum.state, PAGE_UNDECIDED);
	assert_int_equal(sum.count, 4);
	assert_string_equal(sum.text, "cookie _ga*");
	assert_string_equal(sum.category, "analytics");
	assert_true(hear(&sum));
	assert_int_equal(sum.state, PAGE_DENIED);
	assert_true(hear(&sum));
	assert_int_equal(sum.state, PAGE_GRANTED);
	assert_true(hear(&sum));
	assert_int_equal(sum.kind, WIRE_SCREENED);
	assert_int_equal(sum.count, 2);
	assert_false(hear(&sum));
	sums_tell(s.sums, s.ballot); /* it has begun anew */
	assert_false(hear(&sum));
}

static void
what_is_only_counted_is_not_told(void **state)
{
	struct page_counts counts = {.n = 0};
	struct gate_verdict report = {.answer = GATE_REPORT, .category = 1};
	struct wire_sum sum;

	(void)state;
	page_counts_add(&counts, report, NULL);
	sums_removed(s.sums, &s.f.visit.gate, &counts);
	sums_expiries(s.sums, 0, 0);
	sums_unjudged(s.sums, 0);
	sums_tell(s.sums, s.ballot);
	assert_false(hear(&sum));
	sums_screened(NULL);
	sums_removed(NULL, &s.f.visit.gate, &counts);
	sums_tell(NULL, s.ballot);
}

/* Withholds by so many rules, one time each. */
static void
remove_by(size_t n)
{
	static struct policy_rule rules[200];
	static char names[200][32];
	size_t i;

	for (i = 0; i < n; i++) {
		struct page_counts counts = {.n = 0};
		struct gate_verdict v = {
		    .answer = GATE_WITHHOLD, .rule = &rules[i], .category = 1};

		(void)snprintf(names[i], sizeof names[i], "name%zu", i);
		rules[i] = (struct policy_rule){
		    .kind = POLICY_COOKIE, .name = names[i], .vendor = -1};
		page_counts_add(&counts, v, NULL);
		sums_removed(s.sums, &s.f.visit.gate, &counts);
	}
}

static void
a_full_table_goes_on_to_count(void **state)
{
	struct wire_sum sum;
	uint64_t all = 0, other = 0;

	(void)state;
	remove_by(200);
	sums_tell(s.sums, s.ballot);
	while (hear(&sum)) {
		all += sum.count;
		if (strcmp(sum.text, "other rules") == 0)
			other += sum.count;
	}
	assert_int_equal(all, 200);
	assert_int_equal(other, 200 - SUMS_ROWS / 2);
}

static void
incidents_of_a_full_table_share_a_row(void **state)
{
	struct record refusal = {.action = RECORD_REJECT};
	struct page_counts counts = {.n = 0};
	struct wire_sum sum;
	size_t rows = 0;

	(void)state;
	remove_by(SUMS_ROWS / 2);
	page_counts_add(
	    &counts, gate_cookie(&s.f.visit.gate, SPAN("_ga")), NULL);
	sums_leaked(s.sums, &s.f.visit.gate, &counts, WIRE_LEAKED);
	record_decide(&refusal, s.f.policy, 0);
	fixture_gate(&s.f, "/", &refusal);
	sums_leaked(s.sums, &s.f.visit.gate, &counts, WIRE_LEAKED);
	sums_tell(s.sums, s.ballot);
	while (hear(&sum)) {
		if (sum.kind != WIRE_LEAKED)
			continue;
		assert_string_equal(sum.text, "other rules");
		assert_string_equal(sum.category, "");
		assert_int_equal(sum.count, 2);
		rows++;
	}
	assert_int_equal(rows, 1);
}

static void
a_full_channel_loses_nothing(void **state)
{
	struct wire_sum sum;
	uint64_t all = 0;
	int i;

	(void)state;
	for (i = 0; i < 5000; i++) {
		sums_cut(s.sums, i % 2 == 0 ? "limit" : "coding");
		sums_tell(s.sums, s.ballot);
	}
	while (hear(&sum))
		all += sum.count;
	assert_true(all < 5000);
	sums_tell(s.sums, s.ballot);
	while (hear(&sum))
		all += sum.count;
	assert_int_equal(all, 5000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_was_removed_is_told_by_rule_and_state),
	    TEST(what_is_only_counted_is_not_told),
	    TEST(a_full_table_goes_on_to_count),
	    TEST(incidents_of_a_full_table_share_a_row),
	    TEST(a_full_channel_loses_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
