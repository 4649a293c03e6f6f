/*
 * How many system calls a message costs: those of the C library are counted by
 * standing in front of them.
 */

#include "net/peer.h"

#include <sys/epoll.h>
#include <sys/syscall.h>

#include "client.h"

enum {
	MESSAGES = 10
};

/* Calls about any descriptor but the far side's. */
static struct {
	int far;
	unsigned read, write, peek, other;
} calls;

ssize_t
read(int fd, void *room, size_t n)
{
	calls.read += fd != calls.far;
	return syscall(SYS_read, fd, room, n);
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	calls.write += fd != calls.far;
	return syscall(SYS_sendmsg, fd, message, flags);
}

ssize_t
recv(int fd, void *room, size_t n, int flags)
{
	calls.peek += fd != calls.far;
	return syscall(SYS_recvfrom, fd, room, n, flags, NULL, NULL);
}

int
epoll_ctl(int base, int op, int fd, struct epoll_event *event)
{
	calls.other++;
	return (int)syscall(SYS_epoll_ctl, base, op, fd, event);
}

int
setsockopt(int fd, int level, int name, const void *value, socklen_t n)
{
	calls.other++;
	return (int)syscall(SYS_setsockopt, fd, level, name, value, n);
}

/* From now on. */
static void
count(const struct user *u)
{
	memset(&calls, 0, sizeof calls);
	calls.far = u->far.fd;
}

static void
a_request_is_one_read_and_its_answer_one_write(void **state)
{
	struct user u;
	unsigned i;

	(void)state;
	client_tcp(&u);
	u.react = answer_each;
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "sent", 1);
	count(&u);
	for (i = 0; i < MESSAGES; i++) {
		far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n"
				 "Accept: text/html\r\n\r\n");
		user_hears(&u, "sent", 2 + i);
	}
	assert_int_equal(calls.read, MESSAGES);
	assert_int_equal(calls.write, MESSAGES); /* head and body */
	assert_int_equal(calls.peek, 0);
	assert_int_equal(calls.other, 0); /* nor the deadlines'  */
	user_fini(&u);
}

/* Answers with pieces, of which the last is to be sent on. */
static void
answer_in_pieces(struct user *u, const char *event)
{
	static char piece[LANE_GATHER_BYTES / 10];
	unsigned i;

	if (strcmp(event, "sent") == 0)
		user_release(u);
	if (strcmp(event, "end") != 0)
		return;
	assert_int_equal(send_head(u, 200, BODY_CHUNKED, 0), CONSENT_OK);
	for (i = 0; i < 10; i++)
		assert_int_equal(
		    lane_send(u->lane, (struct span){piece, sizeof piece},
			i == 9 ? SINK_FLUSH : SINK_MORE),
		    CONSENT_OK);
	assert_int_equal(lane_send(u->lane, SPAN(""), SINK_LAST), CONSENT_OK);
}

/* And another for the end, which may come much later. */
static void
pieces_up_to_a_flush_are_one_write(void **state)
{
	struct user u;

	(void)state;
	client_tcp(&u);
	u.react = answer_in_pieces;
	count(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "sent", 1);
	assert_int_equal(calls.write, 2);
	user_fini(&u);
}

/* A connection to an origin, over TCP. */
static void
origin(struct user *u)
{
	struct peer_user user = {&user_owner, &u->options, u, PEER_HTTP1};
	struct address at;
	int listener;

	user_init(u, PEER_ORIGIN);
	listener = socket_listen(&at, 1);
	u->peer = peer_open(u->h.loop, &at, &user);
	assert_non_null(u->peer);
	user_hears(u, "open", 1);
	u->far.fd = socket_accept(listener);
	assert_true(u->far.fd >= 0);
	(void)close(listener);
}

/* Asks, hears the answer, gives the lane back. */
static void
ask(struct user *u, unsigned times)
{
	struct head head;

	u->lane = peer_lane(u->peer);
	assert_non_null(u->lane);
	lane_attach(u->lane, &user_handler, u);
	head_init(&head, NULL);
	assert_int_equal(
	    head_start_request(&head, SPAN("GET"), SPAN("/")), CONSENT_OK);
	assert_int_equal(head_add(&head, SPAN("Host"), SPAN("h")), CONSENT_OK);
	assert_int_equal(
	    lane_send_head(u->lane, &head, BODY_NONE, 0), CONSENT_OK);
	head_fini(&head);
	assert_int_equal(lane_finish(u->lane, NULL), CONSENT_OK);
	far_says(&u->far, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	user_hears(u, "end", times);
	user_release(u);
	user_hears(u, "idle", times);
}

/* And a look for bytes that nobody asked for before each request but one. */
static void
an_origin_is_asked_with_one_write_and_read_once(void **state)
{
	struct user u;
	unsigned i;

	(void)state;
	origin(&u);
	ask(&u, 1);
	count(&u);
	for (i = 0; i < MESSAGES; i++)
		ask(&u, 2 + i);
	assert_int_equal(calls.write, MESSAGES);
	assert_int_equal(calls.read, MESSAGES);
	assert_int_equal(calls.peek, MESSAGES);
	assert_int_equal(calls.other, 0);
	user_fini(&u);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_is_one_read_and_its_answer_one_write),
	    cmocka_unit_test(pieces_up_to_a_flush_are_one_write),
	    cmocka_unit_test(an_origin_is_asked_with_one_write_and_read_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
