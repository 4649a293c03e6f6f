#include "http/trace.h"

#include "http/head.h"
#include "http/head_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN_ID "00f067aa0ba902b7"
#define GOOD "00-" TRACE "-" SPAN_ID "-01"
#define ZEROS "0000000000000000"

static void
parents_are_told_from_others(void **state)
{
	static const char *const good[] = {GOOD, "00-" TRACE "-" SPAN_ID "-00",
	    "00-" TRACE "-" SPAN_ID "-ff", "01-" TRACE "-" SPAN_ID "-01",
	    "cc-" TRACE "-" SPAN_ID "-01-what-the-future-will-be-like"};
	static const char *const bad[] = {"", "00", GOOD "-", GOOD "-more",
	    "ff-" TRACE "-" SPAN_ID "-01", "0G-" TRACE "-" SPAN_ID "-01",
	    "00-" ZEROS ZEROS "-" SPAN_ID "-01", "00-" TRACE "-" ZEROS "-01",
	    "00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN_ID "-01",
	    "00_" TRACE "-" SPAN_ID "-01", "00-" TRACE "_" SPAN_ID "-01",
	    "00-" TRACE "-" SPAN_ID "_01", "00-" TRACE "-" SPAN_ID "-0",
	    "00-" TRACE "-" SPAN_ID "-0x", "01-" TRACE "-" SPAN_ID "-01.more"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!trace_is_parent(span_of(good[i])))
			fail_msg("refused: %s", good[i]);
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (trace_is_parent(span_of(bad[i])))
			fail_msg("taken: %s", bad[i]);
}

/* What is left of these fields: "p", "s", both or "". NULL: no such field. */
static const char *
left_of(const char *parent, const char *second, const char *state)
{
	static char left[8];
	struct head h;
	char id[TRACE_ID];

	head_init(&h, NULL);
	assert_int_equal(head_open(&h), CONSENT_OK);
	if (parent != NULL)
		assert_int_equal(
		    head_add(&h, SPAN("Traceparent"), span_of(parent)),
		    CONSENT_OK);
	if (second != NULL)
		assert_int_equal(
		    head_add(&h, SPAN("traceparent"), span_of(second)),
		    CONSENT_OK);
	if (state != NULL)
		assert_int_equal(
		    head_add(&h, SPAN("tracestate"), span_of(state)),
		    CONSENT_OK);
	trace_screen(&h, id);
	(void)snprintf(left, sizeof left, "%s%s",
	    head_value(&h, SPAN("traceparent")).p == NULL ? "" : "p",
	    head_value(&h, SPAN("tracestate")).p == NULL ? "" : "s");
	assert_string_equal(id, left[0] == 'p' ? TRACE : "");
	head_fini(&h);
	return left;
}

static void
good_fields_stay(void **state)
{
	(void)state;
	assert_string_equal(left_of(GOOD, NULL, NULL), "p");
	assert_string_equal(left_of(GOOD, NULL, "rojo=00f067aa0ba902b7"), "ps");
	assert_string_equal(
	    left_of(GOOD, NULL, "a=1 2,,\tb=3 , t1@sys=4"), "ps");
	assert_string_equal(left_of(GOOD, NULL, ""), "ps");
}

static void
a_bad_parent_takes_all_with_it(void **state)
{
	(void)state;
	assert_string_equal(left_of("00-x", NULL, "a=1"), "");
	assert_string_equal(left_of(GOOD, GOOD, "a=1"), "");
	assert_string_equal(left_of(NULL, NULL, "a=1"), "");
}

static void
a_bad_state_goes_alone(void **state)
{
	static const char *const bad[] = {"a", "=1", "a=", "A=1", "1=1",
	    "a=1,a=2", "a=1=2", "a@1=2", "@a=2", "a@b@c=1", "a b=1",
	    "a=\xc3\xa4"};
	char many[5 * TRACE_MEMBERS + 8], key[300];
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (strcmp(left_of(GOOD, NULL, bad[i]), "p") != 0)
			fail_msg("taken: %s", bad[i]);
	/* aa=1,ba=1,... */
	for (i = 0; i < TRACE_MEMBERS; i++)
		n += (size_t)snprintf(many + n, sizeof many - n, "%c%c=1,",
		    'a' + (int)(i % 26), 'a' + (int)(i / 26));
	assert_string_equal(left_of(GOOD, NULL, many), "ps");
	(void)snprintf(many + n, sizeof many - n, "z=1");
	assert_string_equal(left_of(GOOD, NULL, many), "p");
	memset(key, 'a', sizeof key);
	(void)snprintf(key + 256, sizeof key - 256, "=1");
	assert_string_equal(left_of(GOOD, NULL, key), "ps");
	(void)snprintf(key + 256, sizeof key - 256, "a=1");
	assert_string_equal(left_of(GOOD, NULL, key), "p");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parents_are_told_from_others),
	    cmocka_unit_test(good_fields_stay),
	    cmocka_unit_test(a_bad_parent_takes_all_with_it),
	    cmocka_unit_test(a_bad_state_goes_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
