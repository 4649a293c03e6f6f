#include "proxy/child.h"

#include "base/clock.h"
#include "base/log.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static int64_t now = 1000000;

static int64_t
read_now(void)
{
	return now;
}

static struct child
running(struct pulse *pulse)
{
	return (struct child){
	    .role = "test", .pid = 1, .started = now, .pulse = pulse};
}

/* The delay after the death of a child that lived for so many ms. */
static int64_t
die(struct child *c, int64_t lived)
{
	c->pid = 1;
	c->started = now;
	now += lived;
	child_ended(c, SIGKILL);
	assert_int_equal(c->pid, 0);
	return c->restart_at - now;
}

static void
young_deaths_take_longer_each_time(void **state)
{
	static const int64_t delays[] = {0, 125, 250, 500, 1000, 2000, 4000,
	    8000, 16000, 30000, 30000, 30000};
	struct child c = running(NULL);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof delays / sizeof delays[0]; i++)
		assert_int_equal(die(&c, CHILD_STEADY - 1), delays[i]);
}

static void
a_long_life_makes_up_for_them(void **state)
{
	struct child c = running(NULL);

	(void)state;
	assert_int_equal(die(&c, 0), 0);
	assert_int_equal(die(&c, 0), CHILD_DELAY);
	assert_int_equal(die(&c, CHILD_STEADY), 0);
	assert_int_equal(die(&c, 0), CHILD_DELAY);
}

static void
it_is_due_when_the_delay_is_over(void **state)
{
	struct child c = running(NULL);

	(void)state;
	(void)die(&c, 0);
	assert_true(child_is_due(&c, now));
	(void)die(&c, 0);
	assert_false(child_is_due(&c, now + CHILD_DELAY - 1));
	assert_true(child_is_due(&c, now + CHILD_DELAY));
	c.pid = 1;
	assert_false(child_is_due(&c, now + CHILD_DELAY));
}

static void
who_was_asked_to_end_is_replaced_at_once(void **state)
{
	struct child c = running(NULL);

	(void)state;
	(void)die(&c, 0);
	(void)die(&c, 0);
	c.replaced = true;
	assert_int_equal(die(&c, 0), 0);
}

static void
a_pulse_tells_who_is_well(void **state)
{
	struct pulse *pulse = pulse_map(1);
	struct child c = running(pulse);

	(void)state;
	assert_non_null(pulse);
	assert_false(child_is_well(&c, now, 100)); /* not begun */
	pulse_beat(pulse);
	assert_true(child_is_well(&c, now + 100, 100));
	assert_false(child_is_well(&c, now + 101, 100));
	assert_true(child_is_well(&c, now - 5, 100)); /* no clock runs back */
	c.pid = 0;
	assert_false(child_is_well(&c, now, 100));
	pulse_reset(pulse);
	assert_int_equal(pulse_silence(pulse, now), -1);
	pulse_unmap(pulse, 1);
}

/* A process that does nothing until it is killed. */
static struct child
idle(struct pulse *pulse)
{
	struct child c = running(pulse);

	c.pid = fork();
	assert_true(c.pid >= 0);
	if (c.pid == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0)
		(void)pause(); /* a test that fails leaves none behind */
	if (c.pid == 0)
		_exit(1);
	return c;
}

static void
who_hangs_is_killed_at_the_second_look(void **state)
{
	struct pulse *pulse = pulse_map(1);
	struct child c = idle(pulse);
	int status;

	(void)state;
	child_check(&c, now + 1000000, 100); /* not begun: it may take long */
	assert_int_equal(c.silent_at, 0);
	pulse_beat(pulse);
	now += 101;
	child_check(&c, now, 100);
	pulse_beat(pulse); /* the machine had stood still */
	child_check(&c, now + 50, 100);
	assert_int_equal(c.silent_at, 0);
	now += 101;
	child_check(&c, now, 100);
	child_check(&c, now + 999, 100);
	assert_int_equal(waitpid(c.pid, &status, WNOHANG), 0);
	child_check(&c, now + 1000, 100);
	assert_int_equal(waitpid(c.pid, &status, 0), c.pid);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	pulse_unmap(pulse, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(young_deaths_take_longer_each_time),
	    cmocka_unit_test(a_long_life_makes_up_for_them),
	    cmocka_unit_test(it_is_due_when_the_delay_is_over),
	    cmocka_unit_test(who_was_asked_to_end_is_replaced_at_once),
	    cmocka_unit_test(a_pulse_tells_who_is_well),
	    cmocka_unit_test(who_hangs_is_killed_at_the_second_look),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	clock_replace(read_now);
	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
