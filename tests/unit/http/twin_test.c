#include "http/twin.h"

#include "http/head_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
knows_twins(void **state)
{
	struct span of = SPAN("Content-Length");

	(void)state;
	assert_true(twin_is(SPAN("Content_Length"), of));
	assert_true(twin_is(SPAN("cONTENT.lENGTH"), of));
	assert_true(twin_is(SPAN("content~length"), of));
	assert_false(twin_is(SPAN("Content-Length"), of));
	assert_false(twin_is(SPAN("content-length"), of));
	assert_false(twin_is(SPAN("ContentxLength"), of));
	assert_false(twin_is(SPAN("Con_ent-Length"), of));
	assert_false(twin_is(SPAN("Content_Lengths"), of));
	assert_false(twin_is(SPAN("Content_Lengt"), of));
	assert_false(twin_is(SPAN(""), of));
}

static void
finds_and_drops_them(void **state)
{
	struct span of = SPAN("X-Real-IP");
	struct head h;

	(void)state;
	head_init(&h, NULL);
	assert_false(twin_in(&h, of));
	assert_int_equal(head_add(&h, of, SPAN("1")), CONSENT_OK);
	assert_false(twin_in(&h, of));
	assert_int_equal(
	    head_add(&h, SPAN("X_Real_IP"), SPAN("2")), CONSENT_OK);
	assert_int_equal(
	    head_add(&h, SPAN("x-real_ip"), SPAN("3")), CONSENT_OK);
	assert_true(twin_in(&h, of));
	twin_drop(&h, of);
	assert_false(twin_in(&h, of));
	assert_int_not_equal(head_find(&h, of, 0), HEAD_NONE);
	assert_int_equal(head_find(&h, SPAN("X_Real_IP"), 0), HEAD_NONE);
	head_fini(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_twins),
	    cmocka_unit_test(finds_and_drops_them),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
