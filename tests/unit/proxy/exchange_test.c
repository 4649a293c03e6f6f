#include "../failing.h"

#include "playing.h"

/* Exchanges over real connections: see script.h for what is played. */

/* Plays one; a play ends all of it itself, with memory or without. */
static void
play_one(const struct script *script)
{
	bool strict = failing_ends(NULL);
	bool well = play_script(script);

	failing_ended(strict);
	if (!well)
		fail_msg("the client has got: %.*s\nthe origin: %.*s",
		    (int)play.client.n, play.client.text, (int)play.origin.n,
		    play.origin.text);
}

#define PLAYED(name)                                                           \
	static void test_##name(void **state)                                  \
	{                                                                      \
		(void)state;                                                   \
		play_one(&(name));                                             \
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

	return failing_run_between(
	    tests, sizeof tests / sizeof *tests, open_stage, close_stage);
}
