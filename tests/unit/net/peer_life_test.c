#include "net/peer.h"

#include "client.h"

#include <event2/event.h>
#include <event2/event_struct.h>

/* How connections with clients end, well or badly. */

static void
answers_nonsense_and_closes(void **state)
{
	char junk[2048];
	struct user u;
	unsigned i;

	(void)state;
	memset(junk, 'x', sizeof junk);
	client_tcp(&u);
	far_says(&u.far, "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n");
	for (i = 0; i < 16; i++)
		far_send(&u.far, (struct span){junk, sizeof junk});
	user_hears(&u, "fail", 1);
	user_logged(&u, "lane fail ");
	assert_int_equal(u.why, LANE_FAULT);
	assert_non_null(lane_fault(u.lane));
	assert_int_equal(lane_fault(u.lane)->status, 400);
	assert_null(lane_head(u.lane));
	answer(&u, 400, "no");
	user_release(&u);
	/* the client reads its answer although it sent much more */
	for (i = 0; i < 16; i++)
		far_send(&u.far, (struct span){junk, sizeof junk});
	assert_true(harness_until(&u.h, far_ended, &u.far));
	assert_true(u.far.eof);
	far_received(&u.far, "HTTP/1.1 400 Bad Request\r\n"
			     "Content-Length: 2\r\n"
			     "Connection: close\r\n\r\nno");
	user_hears(&u, "closed", 1);
	user_fini(&u);
}

static void
tells_a_request_that_was_cut(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	far_says(&u.far, "POST / HTTP/1.1\r\nHost: h\r\n"
			 "Content-Length: 10\r\n\r\nhalf");
	assert_int_equal(shutdown(u.far.fd, SHUT_WR), 0);
	user_hears(&u, "fail", 1);
	user_logged(&u, "lane head body fail ");
	assert_int_equal(u.why, LANE_CLOSED);
	answer(&u, 400, "");
	user_release(&u);
	user_hears(&u, "closed", 1);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	assert_true(span_starts(buf_span(&u.far.got), SPAN("HTTP/1.1 400")));
	user_fini(&u);
}

static void
ends_quietly_between_messages(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	far_close(&u.far);
	user_hears(&u, "closed", 1);
	user_logged(&u, "closed ");
	user_fini(&u);
	client(&u);
	far_says(&u.far, "GET / HT");
	far_close(&u.far);
	user_hears(&u, "closed", 1);
	user_logged(&u, "closed ");
	user_fini(&u);
}

static void
answers_a_client_that_closed_its_half(void **state)
{
	struct user u;

	(void)state;
	client_tcp(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_int_equal(shutdown(u.far.fd, SHUT_WR), 0);
	user_hears(&u, "end", 1);
	harness_turn(&u.h);
	user_logged(&u, "lane head end ");
	answer(&u, 200, "still");
	user_hears(&u, "sent", 1);
	user_release(&u);
	user_hears(&u, "closed", 1);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	far_received(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
			     "Connection: close\r\n\r\nstill");
	user_fini(&u);
}

static void
aborts_without_an_end(void **state)
{
	struct user u;

	(void)state;
	client_tcp(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 1);
	assert_int_equal(send_head(&u, 200, BODY_CHUNKED, 0), CONSENT_OK);
	assert_int_equal(
	    lane_send(u.lane, SPAN("part"), SINK_FLUSH), CONSENT_OK);
	assert_true(far_got(&u.h, &u.far, SPAN("part\r\n")));
	lane_abort(u.lane);
	assert_int_equal(
	    lane_send(u.lane, SPAN("more"), SINK_FLUSH), CONSENT_EIO);
	assert_int_equal(lane_finish(u.lane, NULL), CONSENT_EIO);
	harness_turn(&u.h);
	user_logged(&u, "lane head end ");
	user_release(&u);
	user_hears(&u, "closed", 1);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	assert_true(u.far.reset);
	assert_true(span_ends(buf_span(&u.far.got), SPAN("\r\npart\r\n")));
	user_fini(&u);
}

/* The head and what was gathered behind it are the client's. */
static void
aborts_behind_what_was_gathered(void **state)
{
	struct user u;

	(void)state;
	client_tcp(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 1);
	assert_int_equal(send_head(&u, 200, BODY_CHUNKED, 0), CONSENT_OK);
	assert_int_equal(
	    lane_send(u.lane, SPAN("part"), SINK_MORE), CONSENT_OK);
	lane_abort(u.lane);
	user_release(&u);
	user_hears(&u, "closed", 1);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	assert_true(u.far.reset);
	assert_true(span_starts(buf_span(&u.far.got), SPAN("HTTP/1.1 200")));
	assert_true(span_ends(buf_span(&u.far.got), SPAN("\r\npart\r\n")));
	user_fini(&u);
}

static void
discards_a_small_rest(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	u.react = answer_early;
	far_says(&u.far, "POST / HTTP/1.1\r\nHost: h\r\n"
			 "Content-Length: 6\r\n\r\nabc");
	assert_true(far_got(&u.h, &u.far, SPAN("\r\n\r\nno")));
	u.react = answer_each;
	far_says(&u.far, "defGET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "sent", 1);
	user_logged(&u, "lane head lane head end sent ");
	assert_int_equal(u.body.n, 0);
	user_fini(&u);
}

static void
gives_up_on_a_large_rest(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_CLIENT);
	u.options.discard = 1000;
	client_init(&u, PEER_HTTP1);
	u.react = answer_early;
	far_says(&u.far, "POST / HTTP/1.1\r\nHost: h\r\n"
			 "Content-Length: 1001\r\n\r\nabc");
	assert_true(harness_until(&u.h, far_ended, &u.far));
	far_received(&u.far, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n"
			     "Connection: close\r\n\r\nno");
	user_hears(&u, "closed", 1);
	user_fini(&u);
	user_init(&u, PEER_CLIENT);
	u.options.discard = 4;
	client_init(&u, PEER_HTTP1);
	u.react = answer_early;
	far_says(&u.far, "POST / HTTP/1.1\r\nHost: h\r\n"
			 "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n");
	user_hears(&u, "closed", 1);
	user_logged(&u, "lane head closed ");
	user_fini(&u);
}

static void
keeps_its_times(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_CLIENT);
	u.options.idle_ms = 10;
	client_init(&u, PEER_HTTP1);
	user_hears(&u, "closed", 1);
	user_logged(&u, "closed ");
	user_fini(&u);

	user_init(&u, PEER_CLIENT);
	u.options.head_ms = 10;
	client_init(&u, PEER_HTTP1);
	far_says(&u.far, "GET ");
	user_hears(&u, "fail", 1);
	user_logged(&u, "lane fail ");
	assert_int_equal(u.why, LANE_TIMEOUT_HEAD);
	answer(&u, 408, "late");
	user_release(&u);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	assert_true(span_starts(buf_span(&u.far.got), SPAN("HTTP/1.1 408")));
	user_fini(&u);

	user_init(&u, PEER_CLIENT);
	u.options.body_ms = 10;
	client_init(&u, PEER_HTTP1);
	far_says(&u.far, "POST / HTTP/1.1\r\nHost: h\r\n"
			 "Content-Length: 9\r\n\r\nx");
	user_hears(&u, "fail", 1);
	user_logged(&u, "lane head body fail ");
	assert_int_equal(u.why, LANE_TIMEOUT_BODY);
	user_fini(&u);
}

static void
gives_up_a_client_that_takes_nothing(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_CLIENT);
	u.options.send_ms = 10;
	client_init(&u, PEER_HTTP1);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	while (u.lane == NULL)
		(void)event_base_loop(loop_base(u.h.loop), EVLOOP_ONCE);
	assert_int_equal(send_head(&u, 200, BODY_CHUNKED, 0), CONSENT_OK);
	assert_int_equal(lane_send(u.lane, bulk(), SINK_FLUSH), CONSENT_OK);
	while (u.why != LANE_TIMEOUT_SEND)
		(void)event_base_loop(loop_base(u.h.loop), EVLOOP_ONCE);
	user_logged(&u, "lane head end fail ");
	user_fini(&u);
}

static void
drains(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	peer_drain(u.peer, 10);
	user_hears(&u, "closed", 1);
	user_fini(&u);

	client(&u);
	u.react = answer_each;
	peer_drain(u.peer, 10000);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "closed", 1);
	user_logged(&u, "lane head end sent closed ");
	assert_true(harness_until(&u.h, far_ended, &u.far));
	far_received(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
			     "Connection: close\r\n\r\n1");
	user_fini(&u);
}

static void
drains_sooner_when_told_again(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	peer_drain(u.peer, 3600000);
	peer_drain(u.peer, 10);
	user_hears(&u, "closed", 1);
	user_fini(&u);
}

/* What is pipelined came before anybody could say that it is too late. */
static void
answers_all_that_is_pipelined_before_it_goes(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	u.react = answer_each;
	peer_drain(u.peer, 10000);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
			 "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "closed", 1);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	far_received(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"
			     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
			     "Connection: close\r\n\r\n2");
	user_fini(&u);
}

/* The same where the first answer is late and the second request is held. */
static void
answers_what_is_held_before_it_goes(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
			 "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 1);
	peer_drain(u.peer, 10000);
	u.react = answer_each;
	answer_each(&u, "end");
	user_hears(&u, "closed", 1);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	far_received(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"
			     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
			     "Connection: close\r\n\r\n2");
	user_fini(&u);
}

/* Asks once, from the loop, when the deadline has passed already. */
static void
on_late_request(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	far_says(ctx, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
}

/*
 * The loop was busy: the request is there, the time is over, and of the two
 * the timer is seen first.
 */
static void
answers_what_came_before_the_time_was_over(void **state)
{
	const struct timeval soon = {0, 1000};
	struct user u;
	struct event late;
	int64_t until;

	(void)state;
	client(&u);
	u.react = answer_each;
	assert_int_equal(
	    evtimer_assign(&late, loop_base(u.h.loop), on_late_request, &u.far),
	    0);
	assert_int_equal(event_add(&late, &soon), 0);
	peer_drain(u.peer, 20);
	for (until = clock_monotonic() + 60; clock_monotonic() < until;)
		continue; /* no turn of the loop between 1 and 60 ms */
	user_hears(&u, "closed", 1);
	user_logged(&u, "lane head end sent closed ");
	(void)event_del(&late);
	user_fini(&u);
}

static void
ends_when_its_owner_says(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 1);
	u.nested = true;
	peer_close(u.peer);
	u.nested = false;
	user_hears(&u, "fail", 1);
	assert_int_equal(u.why, LANE_IO);
	harness_turn(&u.h);
	/* not before the lane was released */
	assert_non_null(u.peer);
	user_release(&u);
	user_hears(&u, "closed", 1);
	user_logged(&u, "lane head end fail closed ");
	user_fini(&u);
}

static void
tells_that_the_client_is_gone(void **state)
{
	static const struct linger hard = {.l_onoff = 1};
	struct user u;

	(void)state;
	client_tcp(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 1);
	assert_int_equal(
	    setsockopt(u.far.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
	far_close(&u.far);
	user_hears(&u, "fail", 1);
	assert_int_equal(u.why, LANE_IO);
	assert_int_equal(send_head(&u, 200, BODY_NONE, 0), CONSENT_EIO);
	user_fini(&u);
}

static void
refuse_lane(void *ctx, struct peer *peer, struct lane *lane)
{
	(void)peer;
	(void)lane;
	user_note(ctx, "lane");
}

static void
closes_when_nobody_takes_the_lane(void **state)
{
	struct peer_owner owner = user_owner;
	struct user u;
	struct peer_user user = {&owner, &u.options, &u, PEER_HTTP1};
	int fd[2];

	(void)state;
	owner.on_lane = refuse_lane;
	user_init(&u, PEER_CLIENT);
	socket_pair(fd);
	u.far.fd = fd[1];
	u.peer = peer_accept(u.h.loop, fd[0], &user);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "closed", 1);
	user_logged(&u, "lane closed ");
	user_fini(&u);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers_nonsense_and_closes),
	    cmocka_unit_test(tells_a_request_that_was_cut),
	    cmocka_unit_test(ends_quietly_between_messages),
	    cmocka_unit_test(answers_a_client_that_closed_its_half),
	    cmocka_unit_test(aborts_without_an_end),
	    cmocka_unit_test(aborts_behind_what_was_gathered),
	    cmocka_unit_test(discards_a_small_rest),
	    cmocka_unit_test(gives_up_on_a_large_rest),
	    cmocka_unit_test(keeps_its_times),
	    cmocka_unit_test(gives_up_a_client_that_takes_nothing),
	    cmocka_unit_test(drains),
	    cmocka_unit_test(drains_sooner_when_told_again),
	    cmocka_unit_test(answers_all_that_is_pipelined_before_it_goes),
	    cmocka_unit_test(answers_what_is_held_before_it_goes),
	    cmocka_unit_test(answers_what_came_before_the_time_was_over),
	    cmocka_unit_test(ends_when_its_owner_says),
	    cmocka_unit_test(tells_that_the_client_is_gone),
	    cmocka_unit_test(closes_when_nobody_takes_the_lane),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
