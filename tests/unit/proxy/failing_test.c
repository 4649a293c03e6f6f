#include "../failing.h"

#include "playing.h"

/* Exchanges, when memory ends at any point: what is played is in script.h. */

#define PLAYED(name)                                                           \
	static bool play_##name(void)                                          \
	{                                                                      \
		return play_script(&(name));                                   \
	}                                                                      \
	static void test_##name(void **state)                                  \
	{                                                                      \
		(void)state;                                                   \
		failing_run(#name, play_##name);                               \
	}
SCRIPTS(PLAYED)

static int
open_stage(void **state)
{
	(void)state;
	play_open();
	return 0;
}

static int
close_stage(void **state)
{
	(void)state;
	play_close();
	return 0;
}

#define TEST(name) cmocka_unit_test(test_##name),

int
main(void)
{
	const struct CMUnitTest tests[] = {SCRIPTS(TEST)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_stage, close_stage);
}
