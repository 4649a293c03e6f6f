#include "proxy/debug.h"

#include "fixture.h"
#include "proxy/home.h"

#include <stdio.h>

static struct fixture f;

static int
setup(void **state)
{
	(void)state;
	fixture_open(&f, "/");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_close(&f);
	return 0;
}

/* The field that tells these counts. */
static void
expect(const struct debug_facts *facts, const char *value)
{
	struct head *h =
	    fixture_read(&f, CODEC_READS_RESPONSES, "HTTP/1.1 200 OK\r\n\r\n");
	struct span got;

	assert_int_equal(debug_add(h, facts), CONSENT_OK);
	got = head_value(h, SPAN("Consent-Debug"));
	if (!span_equal(got, span_of(value)))
		fail_msg("%.*s", SPAN_ARG(got));
	fixture_unread(&f);
}

static void
rules_are_told_with_category_and_state(void **state)
{
	struct page_counts heads = {.n = 0}, page = {.n = 0};
	struct debug_facts facts = {.gate = &f.visit.gate, .heads = &heads};
	struct buf scratch;

	(void)state;
	expect(&facts, "none");
	buf_init(&scratch, URL_SCRATCH);
	page_counts_add(&heads, gate_cookie(&f.visit.gate, SPAN("_ga")), NULL);
	page_counts_add(
	    &heads, gate_cookie(&f.visit.gate, SPAN("other")), NULL);
	page_counts_add(&page,
	    gate_url(&f.visit.gate, SPAN("https://tracker.example/x"), NULL,
		&scratch),
	    NULL);
	facts.page = &page;
	facts.partial = true;
	expect(&facts,
	    "\"cookie _ga*\";category=analytics;state=undecided;count=1;"
	    "from=head, \"cookie unnamed\";category=analytics;state=undecided;"
	    "count=1;from=head, \"host tracker.example\";category=analytics;"
	    "state=undecided;count=1;from=page, partial");
	buf_fini(&scratch);
}

static void
what_finds_no_room_is_told(void **state)
{
	static struct policy_rule rules[PAGE_COUNTS];
	static char name[120];
	struct page_counts heads = {.n = 0}, page = {.n = 0};
	struct debug_facts facts = {
	    .gate = &f.visit.gate, .heads = &heads, .page = &page};
	struct head *h;
	struct span got;
	size_t i;

	(void)state;
	memset(name, '"', sizeof name - 1); /* each needs an escape */
	for (i = 0; i < PAGE_COUNTS; i++) {
		struct gate_verdict v = {
		    .answer = GATE_WITHHOLD, .rule = &rules[i], .category = 1};

		rules[i] = (struct policy_rule){
		    .kind = POLICY_INLINE, .name = name, .vendor = -1};
		page_counts_add(&page, v, NULL);
	}
	h = fixture_read(&f, CODEC_READS_RESPONSES, "HTTP/1.1 200 OK\r\n\r\n");
	assert_int_equal(debug_add(h, &facts), CONSENT_OK);
	got = head_value(h, SPAN("Consent-Debug"));
	assert_true(got.n <= DEBUG_VALUE + 8);
	assert_true(got.n > DEBUG_VALUE / 2);
	assert_true(span_ends(got, SPAN(";from=page, more")));
	fixture_unread(&f);
}

static void
only_the_trusted_may_ask(void **state)
{
	struct home_client visitor = {.is_trusted = true};
	static const struct {
		const char *field;
		bool wanted;
	} cases[] = {
	    {"Consent-Debug: 1\r\n", true},
	    {"Consent-Debug: 0\r\n", false},
	    {"Consent-Debug: true\r\n", false},
	    {"", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[128];
		struct head *h;

		(void)snprintf(text, sizeof text,
		    "GET / HTTP/1.1\r\nHost: site.example\r\n%s\r\n",
		    cases[i].field);
		h = fixture_read(&f, CODEC_READS_REQUESTS, text);
		visitor.is_trusted = true;
		assert_int_equal(debug_is_wanted(h, &visitor), cases[i].wanted);
		visitor.is_trusted = false;
		assert_false(debug_is_wanted(h, &visitor));
		fixture_unread(&f);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(rules_are_told_with_category_and_state),
	    TEST(what_finds_no_room_is_told),
	    TEST(only_the_trusted_may_ask),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
