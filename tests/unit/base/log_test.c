#include "base/log.h"

#include "base/clock.h"
#include "base/log_room.h"

#include <libconsent/span.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define STAMP "2026-11-01T10:00:00.007Z"

/* The pipe that stands for stderr, and what was read from it. */
struct capture {
	int kept, out;
	char text[16384];
};

static struct capture c;

static int64_t
stopped_clock(void)
{
	return 1793527200007;
}

static int
setup(void **state)
{
	int ends[2];

	(void)state;
	if (pipe2(ends, O_CLOEXEC) != 0 ||
	    fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		return -1;
	c.kept = dup(STDERR_FILENO);
	c.out = ends[0];
	if (c.kept < 0 || dup2(ends[1], STDERR_FILENO) < 0)
		return -1;
	clock_replace(stopped_clock);
	log_set_level(LOG_LEVEL_INFO);
	log_set_role("worker");
	return close(ends[1]);
}

static int
teardown(void **state)
{
	(void)state;
	clock_replace(NULL);
	(void)close(c.out);
	if (dup2(c.kept, STDERR_FILENO) < 0)
		return -1;
	return close(c.kept);
}

/* All that was written since the last call. */
static const char *
written(void)
{
	ssize_t n = read(c.out, c.text, sizeof c.text - 1);

	c.text[n < 0 ? 0 : n] = '\0';
	return c.text;
}

static void
a_call_is_a_line(void **state)
{
	(void)state;
	log_info("event.name", "key=%s n=%d", "value", 7);
	assert_string_equal(
	    written(), STAMP " info worker event.name key=value n=7\n");
	log_warn("event.bare", "%s", "");
	assert_string_equal(written(), STAMP " warn worker event.bare\n");
	log_set_role("notary");
	log_error("one", "a=1");
	log_error("two", "b=2");
	assert_string_equal(written(),
	    STAMP " error notary one a=1\n" STAMP " error notary two b=2\n");
}

static void
a_level_shuts_out_what_is_above_it(void **state)
{
	static const char *const levels[] = {"error", "warn", "info", "debug"};
	char want[256];
	int level, shown;

	(void)state;
	for (level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++) {
		size_t n = 0;

		log_set_level((enum log_level)level);
		log_error("e", "x=1");
		log_warn("e", "x=1");
		log_info("e", "x=1");
		log_debug("e", "x=1");
		for (shown = 0; shown <= level; shown++)
			n += (size_t)snprintf(want + n, sizeof want - n,
			    STAMP " %s worker e x=1\n", levels[shown]);
		assert_string_equal(written(), want);
	}
}

static void
no_input_forges_a_line(void **state)
{
	(void)state;
	log_info("event", "path=%s",
	    "/a\r\n2026 error parent forged\t\x1b[2J\x7f\xc3\xa9~ ");
	assert_string_equal(written(),
	    STAMP " info worker event path=/a\\x0d\\x0a2026 error parent forged"
		  "\\x09\\x1b[2J\\x7f\\xc3\\xa9~ \n");
}

static void
a_long_line_is_cut_and_marked(void **state)
{
	char long_text[8192];
	struct span line;
	int shift;

	(void)state;
	memset(long_text, 'a', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	log_info("event", "%s", long_text);
	line = span_of(written());
	assert_true(span_ends(line, SPAN("aaa...\n")));
	assert_int_equal(span_find(line, '\n'), line.n - 1);
	assert_true(line.n > 2000 && line.n <= 2048);
	/* the same where each byte becomes four, wherever the limit falls */
	memset(long_text, '\n', 1024);
	for (shift = 0; shift < 4; shift++) {
		log_info("event", "%.*s%.1024s", shift, "aaa", long_text);
		line = span_of(written());
		assert_true(span_ends(line, SPAN("\\x0a...\n")));
		assert_int_equal(span_find(line, '\n'), line.n - 1);
		assert_true(line.n <= 2048);
	}
}

static void
a_line_that_just_fits_is_whole(void **state)
{
	char text[2048];
	struct span line;

	(void)state;
	memset(text, 'a', sizeof text);
	text[1990] = '\0';
	log_info("event", "%s", text);
	line = span_of(written());
	assert_true(span_ends(line, SPAN("aaa\n")));
	assert_int_equal(line.n, strlen(STAMP " info worker event \n") + 1990);
}

/* Counts how often it was said that a line waits. */
static void
on_line(void *ctx)
{
	++*(int *)ctx;
}

static void
lines_wait_for_each_other(void **state)
{
	struct log_room *room = log_room_map(1);
	int said = 0;

	(void)state;
	assert_non_null(room);
	log_gather(room, on_line, &said);
	log_info("a", "%s", "");
	log_info("b", "n=%d", 1);
	assert_int_equal(said, 1);
	assert_string_equal(written(), "");
	log_flush();
	assert_string_equal(
	    written(), STAMP " info worker a\n" STAMP " info worker b n=1\n");
	log_flush();
	assert_string_equal(written(), "");
	log_info("c", "%s", "");
	assert_int_equal(said, 2);
	log_warn("d", "%s", ""); /* and with it what came before */
	assert_string_equal(
	    written(), STAMP " info worker c\n" STAMP " warn worker d\n");
	log_gather(NULL, NULL, NULL);
	log_info("e", "%s", "");
	assert_string_equal(written(), STAMP " info worker e\n");
	log_room_unmap(room, 1);
}

/* Each write is of whole lines, and no more than a pipe takes as one. */
static void
a_full_room_is_written(void **state)
{
	struct log_room *room = log_room_map(1);
	size_t n = 0, each = strlen(STAMP " info worker event n=0000\n");
	int said = 0, i;

	(void)state;
	assert_non_null(room);
	log_gather(room, on_line, &said);
	for (i = 0; i < 1000; i++) {
		struct span now;

		log_info("event", "n=%04d", i);
		now = span_of(written());
		assert_true(now.n <= 4096);
		assert_int_equal(now.n % each, 0);
		assert_true(now.n == 0 || now.p[now.n - 1] == '\n');
		n += now.n;
	}
	log_gather(NULL, NULL, NULL);
	log_room_empty(room);
	n += span_of(written()).n;
	assert_int_equal(n, 1000 * each);
	log_room_unmap(room, 1);
}

static void
the_lines_of_who_was_killed_are_kept(void **state)
{
	struct log_room *room = log_room_map(1);
	int said = 0, status;
	pid_t pid;

	(void)state;
	assert_non_null(room);
	pid = fork();
	if (pid == 0) {
		log_gather(room, on_line, &said);
		log_info("last", "%s", "");
		abort();
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_string_equal(written(), "");
	log_room_empty(room);
	assert_string_equal(written(), STAMP " info worker last\n");
	/* whoever broke into it may have left any count */
	atomic_store(&room->n, sizeof room->text + 1);
	log_room_empty(room);
	assert_string_equal(written(), "");
	log_room_unmap(room, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_call_is_a_line),
	    TEST(a_level_shuts_out_what_is_above_it),
	    TEST(no_input_forges_a_line),
	    TEST(a_long_line_is_cut_and_marked),
	    TEST(a_line_that_just_fits_is_whole),
	    TEST(lines_wait_for_each_other),
	    TEST(a_full_room_is_written),
	    TEST(the_lines_of_who_was_killed_are_kept),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
