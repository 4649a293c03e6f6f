#include "web/accept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int
weight(const char *accept)
{
	return accept_weight(span_of(accept), SPAN("application/json"));
}

static bool
prefers(const char *accept)
{
	return accept_prefers(span_of(accept), SPAN("application/json"));
}

static void
a_type_has_the_weight_it_is_given(void **state)
{
	(void)state;
	assert_int_equal(weight("application/json"), 1000);
	assert_int_equal(weight("Application/JSON ; Q=0.5"), 500);
	assert_int_equal(weight("text/html, application/json;v=1;q=0.25"), 250);
	assert_int_equal(weight("application/json;q=0"), 0);
	assert_int_equal(weight("application/json;q=0.000"), 0);
	assert_int_equal(weight("application/json;q=1.000"), 1000);
	/* malformed weights are none */
	assert_int_equal(weight("application/json;q=2"), 1000);
	assert_int_equal(weight("application/json;q=1.5"), 1000);
	assert_int_equal(weight("application/json;q=0.x"), 1000);
	assert_int_equal(weight("application/json;q"), 1000);
}

static void
what_is_not_named_has_none(void **state)
{
	(void)state;
	assert_int_equal(weight(""), -1);
	assert_int_equal(weight("*/*"), -1);
	assert_int_equal(weight("application/*"), -1);
	assert_int_equal(weight("application/json5"), -1);
	assert_int_equal(weight("text/html;a=application/json"), -1);
	assert_int_equal(weight(",,;,"), -1);
}

static void
pages_come_first_where_they_weigh_more(void **state)
{
	(void)state;
	assert_true(prefers("application/json"));
	assert_true(prefers("application/json, text/plain, */*"));
	assert_true(prefers("text/html;q=0.9, application/json"));
	assert_true(prefers("application/json;q=0.1"));
	assert_false(prefers("text/html, application/json;q=0.9"));
	assert_false(prefers("application/json;q=0"));
	assert_false(prefers("text/html, */*"));
	assert_false(prefers(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_type_has_the_weight_it_is_given),
	    cmocka_unit_test(what_is_not_named_has_none),
	    cmocka_unit_test(pages_come_first_where_they_weigh_more),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
