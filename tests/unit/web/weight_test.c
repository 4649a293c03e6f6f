#include "web/weight.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
thousandths_are_read(void **state)
{
	static const struct {
		const char *text;
		int want;
	} rows[] = {
	    {"0", 0},
	    {"0.", 0},
	    {"0.5", 500},
	    {"0.25", 250},
	    {"0.001", 1},
	    {"1", WEIGHT_ONE},
	    {"1.000", WEIGHT_ONE},
	    {"", -1},
	    {".5", -1},
	    {"01", -1},
	    {"2", -1},
	    {"-1", -1},
	    {"1.001", -1},
	    {"0.0001", -1},
	    {"0,5", -1},
	    {"0.x", -1},
	    {"0.5 ", -1},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (weight_parse(span_of(rows[i].text)) != rows[i].want)
			fail_msg("read otherwise: %s", rows[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(thousandths_are_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
