#include "playing.h"

/* Exchanges over real connections: see script.h for what is played. */

#define PLAYED(name)                                                           \
	static void test_##name(void **state)                                  \
	{                                                                      \
		(void)state;                                                   \
		if (!play_script(&(name)))                                     \
			fail_msg("the client has got: %.*s\nthe origin: %.*s", \
			    (int)play.client.n, play.client.text,              \
			    (int)play.origin.n, play.origin.text);             \
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
