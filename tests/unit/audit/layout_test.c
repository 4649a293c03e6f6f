#include "audit/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HASH_A                                                                 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
names_are_fixed(void **state)
{
	char name[LAYOUT_SEGMENT], text[LAYOUT_TEXT];
	uint64_t first = 1;

	(void)state;
	layout_segment_name(UINT64_C(123456), name);
	assert_string_equal(name, "000000123456.jsonl");
	assert_int_equal(
	    layout_segment_first(span_of(name), &first), CONSENT_OK);
	assert_int_equal(first, 123456);
	assert_int_equal(
	    layout_segment_first(SPAN("00000012345.jsonl"), &first),
	    CONSENT_EINVAL);
	assert_int_equal(
	    layout_segment_first(SPAN("0000001234567.json"), &first),
	    CONSENT_EINVAL);
	layout_text_name(HASH_A, text);
	assert_string_equal(text, HASH_A ".json");
}

static void
types_have_names(void **state)
{
	enum layout_type type = LAYOUT_CHOICE;
	int i;

	(void)state;
	for (i = LAYOUT_CHOICE; i <= LAYOUT_ERASED; i++) {
		assert_int_equal(
		    layout_type_of(
			span_of(layout_type_name((enum layout_type)i)), &type),
		    CONSENT_OK);
		assert_int_equal(type, i);
	}
	assert_int_equal(layout_type_of(SPAN("Choice"), &type), CONSENT_EINVAL);
	assert_string_equal(layout_folder(LAYOUT_POLICY), "policies");
	assert_string_equal(layout_folder(LAYOUT_NOTICE), "notices");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_fixed),
	    cmocka_unit_test(types_have_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
