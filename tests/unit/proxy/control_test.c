#include "proxy/control.h"

#include "base/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	CLIENTS = CONTROL_CLIENTS + 2
};

static char folder[] = "/tmp/consentd-control-XXXXXX";
static struct sockaddr_un at = {.sun_family = AF_UNIX};
static struct control *c;
static int listener;
static int64_t now = 1000;

static int64_t
read_now(void)
{
	return now;
}

static int
setup(void **state)
{
	(void)state;
	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s/s", folder);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	c = control_new();
	clock_replace(read_now);
	return c == NULL || bind(listener, (void *)&at, sizeof at) != 0 ||
	       listen(listener, CLIENTS) != 0;
}

static int
teardown(void **state)
{
	(void)state;
	clock_replace(NULL);
	control_free(c);
	(void)close(listener);
	return unlink(at.sun_path);
}

/* As the server does it, until nothing is left to do. */
static void
turn(void)
{
	struct pollfd rows[CONTROL_ROWS];
	int rounds;

	for (rounds = 0; rounds < 3 * CLIENTS; rounds++) {
		control_watch(c, listener, rows);
		assert_true(poll(rows, CONTROL_ROWS, 0) >= 0);
		control_serve(c, rows);
	}
}

static int
open_client(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (void *)&at, sizeof at), 0);
	return fd;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(
	    send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
	turn();
}

/* What has come, with a NUL; the end is "". */
static const char *
hear(int fd)
{
	static char text[64];
	ssize_t n = recv(fd, text, sizeof text - 1, 0);

	if (n < 0)
		return errno == EAGAIN ? "(nothing)" : "(broken)";
	text[n] = '\0';
	return text;
}

static void
an_order_is_taken_once_and_answered(void **state)
{
	int fd = open_client();

	(void)state;
	say(fd, "status\n");
	assert_false(control_wants(c, CONTROL_RELOAD));
	assert_true(control_wants(c, CONTROL_STATUS));
	assert_int_equal(control_take(c, CONTROL_RELOAD), 0);
	assert_int_equal(control_take(c, CONTROL_STATUS), 1);
	assert_int_equal(control_take(c, CONTROL_STATUS), 0);
	assert_false(control_wants(c, CONTROL_STATUS));
	control_answer(c, CONTROL_RELOAD, SPAN("no"));
	assert_string_equal(hear(fd), "(nothing)");
	control_answer(c, CONTROL_STATUS, SPAN("yes"));
	assert_string_equal(hear(fd), "yes\n");
	assert_string_equal(hear(fd), "");
	(void)close(fd);
}

/* Of those that say more, one is taken at a time. */
static void
an_order_with_more_is_taken_alone(void **state)
{
	int one = open_client(), two = open_client(), three = open_client();
	struct span rest;

	(void)state;
	assert_false(control_take_one(c, CONTROL_ERASE, &rest));
	say(one, "erase somebody for this\n");
	say(two, "erase\n");
	say(three, "status now\n");
	assert_string_equal(hear(three), "{\"error\":\"no such order\"}\n");
	assert_true(control_take_one(c, CONTROL_ERASE, &rest));
	assert_true(control_wants(c, CONTROL_ERASE));
	assert_true(span_equal(rest, SPAN("somebody for this")) || rest.n == 0);
	control_answer(c, CONTROL_ERASE, SPAN("done"));
	assert_true(control_take_one(c, CONTROL_ERASE, &rest));
	assert_false(control_take_one(c, CONTROL_ERASE, &rest));
	control_answer(c, CONTROL_ERASE, SPAN("done too"));
	assert_true(strncmp(hear(one), "done", 4) == 0);
	assert_true(strncmp(hear(two), "done", 4) == 0);
	(void)close(one);
	(void)close(two);
	(void)close(three);
}

static void
an_order_may_come_in_pieces(void **state)
{
	static const char order[] = "reload\n";
	int fd = open_client();
	size_t i;

	(void)state;
	for (i = 0; i + 1 < sizeof order; i++) {
		const char piece[2] = {order[i], '\0'};

		assert_false(control_wants(c, CONTROL_RELOAD));
		say(fd, piece);
	}
	assert_true(control_wants(c, CONTROL_RELOAD));
	(void)close(fd);
}

static void
what_is_no_order_is_refused(void **state)
{
	static char endless[CONTROL_ORDER + 1];
	static const char *const others[] = {
	    "stop\n", "\n", "reload \n", endless, "status\r\n"};
	size_t i;

	(void)state;
	memset(endless, 'r', CONTROL_ORDER);
	for (i = 0; i < sizeof others / sizeof others[0]; i++) {
		int fd = open_client();

		say(fd, others[i]);
		assert_string_equal(
		    hear(fd), "{\"error\":\"no such order\"}\n");
		assert_string_equal(hear(fd), "");
		(void)close(fd);
	}
	assert_false(control_wants(c, CONTROL_RELOAD));
	assert_false(control_wants(c, CONTROL_STATUS));
}

/* Of too many some wait; who says nothing makes room for them in time. */
static void
silence_has_an_end(void **state)
{
	int fds[CLIENTS], i;

	(void)state;
	for (i = 0; i < CLIENTS; i++)
		fds[i] = open_client();
	turn();
	say(fds[CLIENTS - 1], "status\n");
	assert_false(control_wants(c, CONTROL_STATUS));
	now += CONTROL_MS - 1;
	turn();
	assert_string_equal(hear(fds[0]), "(nothing)");
	now++;
	turn();
	assert_string_equal(hear(fds[0]), "");
	assert_true(control_wants(c, CONTROL_STATUS));
	for (i = 0; i < CLIENTS; i++)
		(void)close(fds[i]);
}

static void
who_waits_for_us_is_not_late(void **state)
{
	int fd = open_client();

	(void)state;
	say(fd, "reload\n");
	assert_int_equal(control_take(c, CONTROL_RELOAD), 1);
	now += 100 * CONTROL_MS;
	turn();
	assert_string_equal(hear(fd), "(nothing)");
	control_answer(c, CONTROL_RELOAD, SPAN("done"));
	assert_string_equal(hear(fd), "done\n");
	(void)close(fd);
}

static void
who_takes_nothing_is_let_go(void **state)
{
	static char much[CONTROL_ANSWER - 1];
	int fd = open_client(), one = 1, i;
	ssize_t n;

	(void)state;
	memset(much, 'a', sizeof much);
	assert_int_equal(
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &one, sizeof one), 0);
	for (i = 0; i < 2; i++) { /* the second one takes it all */
		size_t taken = 0;
		int end = i == 0 ? fd : open_client();
		char room[4096];

		say(end, "status\n");
		assert_int_equal(control_take(c, CONTROL_STATUS), 1);
		control_answer(
		    c, CONTROL_STATUS, (struct span){much, sizeof much});
		if (i == 0) {
			now += CONTROL_MS;
			turn();
		}
		while ((n = recv(end, room, sizeof room, 0)) > 0) {
			taken += (size_t)n;
			turn();
		}
		assert_int_equal(n, 0);
		if (i == 0)
			assert_true(taken < sizeof much);
		else
			assert_int_equal(taken, sizeof much + 1);
		(void)close(end);
	}
}

static void
an_answer_past_the_ceiling_is_none(void **state)
{
	static char much[CONTROL_ANSWER + 1];
	int fd = open_client();

	(void)state;
	say(fd, "status\n");
	assert_int_equal(control_take(c, CONTROL_STATUS), 1);
	control_answer(c, CONTROL_STATUS, (struct span){much, sizeof much});
	assert_string_equal(hear(fd), "");
	(void)close(fd);
}

static void
who_hangs_up_makes_room(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 3 * CONTROL_CLIENTS; i++) {
		int fd = open_client();

		say(fd, "reload\n");
		(void)close(fd);
		turn();
	}
	assert_int_equal(control_take(c, CONTROL_RELOAD), 0);
}

/* A child that lets go of its copies ends nothing. */
static void
a_child_forgets_without_a_trace(void **state)
{
	int fd = open_client(), copy;
	struct pollfd rows[CONTROL_ROWS];
	size_t i;

	(void)state;
	say(fd, "status\n");
	control_watch(c, -1, rows);
	for (i = 1; rows[i].fd < 0; i++)
		assert_true(i + 1 < CONTROL_ROWS);
	copy = dup(rows[i].fd);
	control_forget(c);
	assert_string_equal(hear(fd), "(nothing)");
	(void)close(copy);
	assert_string_equal(hear(fd), "");
	(void)close(fd);
}

static int
open_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_order_is_taken_once_and_answered),
	    TEST(an_order_with_more_is_taken_alone),
	    TEST(an_order_may_come_in_pieces),
	    TEST(what_is_no_order_is_refused),
	    TEST(silence_has_an_end),
	    TEST(who_waits_for_us_is_not_late),
	    TEST(who_takes_nothing_is_let_go),
	    TEST(an_answer_past_the_ceiling_is_none),
	    TEST(who_hangs_up_makes_room),
	    TEST(a_child_forgets_without_a_trace),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_folder, remove_folder);
}
