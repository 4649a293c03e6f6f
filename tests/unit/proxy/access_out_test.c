#include "proxy/access_out.h"

#include "base/log_room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct log_room *room;
static int ends[2];
static unsigned told;

static void
on_line(void *ctx)
{
	(void)ctx;
	told++;
}

static void
join(const struct access_plan *plan)
{
	const struct access_user user = {
	    .plan = plan, .fd = ends[1], .room = room, .on_line = on_line};

	access_join(&user);
}

static int
setup(void **state)
{
	(void)state;
	told = 0;
	room = log_room_map(1);
	return room == NULL || pipe(ends) != 0;
}

static int
teardown(void **state)
{
	(void)state;
	access_join(NULL);
	log_room_unmap(room, 1);
	(void)close(ends[1]);
	return close(ends[0]);
}

/* What was written since the last time; all of it must be text. */
static void
expect_written(const char *text)
{
	char got[2 * LOG_ROOM_BYTES];
	size_t n = strlen(text);

	assert_int_equal(read(ends[0], got, sizeof got), n);
	assert_memory_equal(got, text, n);
}

static void
lines_wait_for_each_other(void **state)
{
	const struct access_plan plan = {.to = ACCESS_FILE};

	(void)state;
	join(&plan);
	access_add(SPAN("one\n"));
	access_add(SPAN("two\n"));
	assert_int_equal(told, 1);
	access_flush();
	expect_written("one\ntwo\n");
	access_add(SPAN("three\n"));
	assert_int_equal(told, 2);
	access_flush();
	expect_written("three\n");
}

static void
a_full_room_is_written(void **state)
{
	const struct access_plan plan = {.to = ACCESS_FILE};
	char line[ACCESS_LINE];
	size_t i;

	(void)state;
	memset(line, 'x', sizeof line);
	line[sizeof line - 1] = '\n';
	join(&plan);
	for (i = 0; i <= LOG_ROOM_BYTES / sizeof line; i++)
		access_add((struct span){line, sizeof line});
	assert_int_equal(log_room_lines(room).n, sizeof line);
	access_flush();
	assert_int_equal(log_room_lines(room).n, 0);
}

static void
what_a_killed_worker_left_is_written(void **state)
{
	const struct access_plan plan = {.to = ACCESS_FILE};

	(void)state;
	join(&plan);
	access_add(SPAN("last\n"));
	access_rescue(&plan, ends[1], room); /* by the parent */
	expect_written("last\n");
	assert_int_equal(log_room_lines(room).n, 0);
}

static void
one_of_so_many_is_due(void **state)
{
	const struct access_plan plan = {.to = ACCESS_FILE, .sample = 3};
	unsigned n = 0, i;

	(void)state;
	join(&plan);
	for (i = 0; i < 9; i++)
		n += access_is_due();
	assert_int_equal(n, 3);
	access_join(NULL);
	assert_true(access_is_due());
	assert_int_equal(access_joined()->to, ACCESS_LOG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(lines_wait_for_each_other),
	    TEST(a_full_room_is_written),
	    TEST(what_a_killed_worker_left_is_written),
	    TEST(one_of_so_many_is_due),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
