#include "proxy/erasure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define SUBJECT "AliceAliceAliceAliceAQ"

static struct erasure *e;
static char text[ERASURE_ANSWER];

static int
setup(void **state)
{
	(void)state;
	e = erasure_new();
	return e == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	erasure_free(e);
	return 0;
}

/* What the notary reads. */
static struct erasure_order
read_order(void)
{
	struct erasure_order order;

	assert_int_equal(
	    recv(erasure_notary_end(e), &order, sizeof order, MSG_DONTWAIT),
	    (ssize_t)sizeof order);
	return order;
}

static void
report(uint64_t number, int status, uint64_t entries)
{
	const struct erasure_report packet = {.magic = ERASURE_REPORT,
	    .version = ERASURE_VERSION,
	    .number = number,
	    .status = status,
	    .entries = entries,
	    .by = 77};

	assert_int_equal(
	    send(erasure_notary_end(e), &packet, sizeof packet, MSG_DONTWAIT),
	    (ssize_t)sizeof packet);
}

static void
an_order_comes_to_the_notary(void **state)
{
	struct erasure_order order;

	(void)state;
	assert_int_equal(erasure_ask(e, SPAN(SUBJECT " for this")), CONSENT_OK);
	assert_true(erasure_waits(e));
	assert_int_equal(erasure_ask(e, SPAN(SUBJECT)), CONSENT_EBUSY);
	order = read_order();
	assert_string_equal(order.subject, SUBJECT);
	assert_string_equal(order.why, "for this");
	assert_false(erasure_hear(e, text));
	report(order.number, CONSENT_OK, 3);
	assert_true(erasure_hear(e, text));
	assert_string_equal(text, "{\"entries\":3,\"seq\":77}");
	assert_false(erasure_waits(e));
	assert_false(erasure_hear(e, text));
}

static void
a_reason_is_not_needed(void **state)
{
	struct erasure_order order;

	(void)state;
	assert_int_equal(erasure_ask(e, SPAN(SUBJECT)), CONSENT_OK);
	order = read_order();
	assert_true(order.why[0] != '\0');
	report(order.number, CONSENT_OK, 0);
	assert_true(erasure_hear(e, text));
	assert_string_equal(text, "{\"entries\":0,\"seq\":null}");
}

static void
what_is_no_order_is_refused(void **state)
{
	static char line[23 + ERASURE_WHY + 1];

	(void)state;
	assert_int_equal(erasure_ask(e, SPAN("")), CONSENT_EINVAL);
	assert_int_equal(erasure_ask(e, SPAN("short")), CONSENT_EINVAL);
	assert_int_equal(erasure_ask(e, SPAN(SUBJECT "A")), CONSENT_EINVAL);
	memset(line, 'x', sizeof line - 1);
	memcpy(line, SUBJECT " ", 23);
	assert_int_equal(erasure_ask(e, span_of(line)), CONSENT_EINVAL);
	line[23] = '\0';
	assert_int_equal(
	    erasure_ask(e, (struct span){line, 30}), CONSENT_EINVAL);
	assert_false(erasure_waits(e));
}

static void
failures_are_told(void **state)
{
	static const int codes[] = {
	    CONSENT_EINVAL, CONSENT_EBUSY, CONSENT_EIO, CONSENT_ENOMEM};
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_int_equal(erasure_ask(e, SPAN(SUBJECT)), CONSENT_OK);
		report(read_order().number, codes[i], 5);
		assert_true(erasure_hear(e, text));
		assert_true(strncmp(text, "{\"error\":\"", 10) == 0);
	}
}

/* A notary may be broken or taken over. */
static void
strange_reports_are_passed_over(void **state)
{
	uint64_t number;

	(void)state;
	report(1, CONSENT_OK, 9); /* before there is an order */
	assert_false(erasure_hear(e, text));
	assert_int_equal(erasure_ask(e, SPAN(SUBJECT)), CONSENT_OK);
	number = read_order().number;
	assert_int_equal(send(erasure_notary_end(e), "x", 1, 0), 1);
	report(number + 1, CONSENT_OK, 9);
	assert_false(erasure_hear(e, text));
	report(number, CONSENT_OK, 1);
	assert_true(erasure_hear(e, text));
	assert_string_equal(text, "{\"entries\":1,\"seq\":77}");
}

static void
a_notary_that_ends_is_told_of(void **state)
{
	uint64_t number;

	(void)state;
	erasure_lose(e); /* nobody waits */
	assert_false(erasure_hear(e, text));
	assert_int_equal(erasure_ask(e, SPAN(SUBJECT)), CONSENT_OK);
	erasure_lose(e);
	assert_true(erasure_hear(e, text));
	assert_non_null(strstr(text, "nothing was erased"));
	/* the next notary does not find it */
	assert_int_equal(
	    recv(erasure_notary_end(e), text, 1, MSG_DONTWAIT), -1);
	assert_int_equal(erasure_ask(e, SPAN(SUBJECT)), CONSENT_OK);
	number = read_order().number;
	erasure_lose(e);
	assert_true(erasure_hear(e, text));
	assert_non_null(strstr(text, "what was begun is completed"));
	/* one that said it before it ended was heard */
	assert_int_equal(erasure_ask(e, SPAN(SUBJECT)), CONSENT_OK);
	report(number, CONSENT_OK, 9); /* too late */
	report(read_order().number, CONSENT_OK, 2);
	erasure_lose(e);
	assert_true(erasure_hear(e, text));
	assert_string_equal(text, "{\"entries\":2,\"seq\":77}");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_order_comes_to_the_notary),
	    TEST(a_reason_is_not_needed),
	    TEST(what_is_no_order_is_refused),
	    TEST(failures_are_told),
	    TEST(strange_reports_are_passed_over),
	    TEST(a_notary_that_ends_is_told_of),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
