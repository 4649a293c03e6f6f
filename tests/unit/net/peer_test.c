#include "net/peer.h"

#include "client.h"

/* Exchanges with a client; how they end badly is in peer_life_test.c. */

static void
answers_and_keeps_alive(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	u.react = answer_each;
	far_says(&u.far, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "sent", 1);
	far_says(&u.far, "POST /b HTTP/1.1\r\nHost: h\r\n"
			 "Content-Length: 5\r\n\r\nhello");
	user_hears(&u, "sent", 2);
	user_logged(&u, "lane head end sent lane head body end sent ");
	far_received(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"
			     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
	assert_true(span_equal(buf_span(&u.body), SPAN("hello")));
	assert_int_equal(peer_served(u.peer), 2);
	assert_true(peer_is_idle(u.peer));
	user_fini(&u);
}

static void
answers_what_is_pipelined_in_order(void **state)
{
	struct user u;
	unsigned i;

	(void)state;
	client(&u);
	for (i = 0; i < 3; i++)
		far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 1);
	harness_turn(&u.h);
	/* the second waits, however long the first answer takes */
	user_logged(&u, "lane head end ");
	answer(&u, 200, "x");
	harness_turn(&u.h);
	user_logged(&u, "lane head end sent ");
	u.react = answer_each;
	user_release(&u);
	user_hears(&u, "sent", 3);
	user_logged(&u, "lane head end sent lane head end sent "
			"lane head end sent ");
	far_received(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"
			     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"
			     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
	user_fini(&u);
}

static void
reads_any_split(void **state)
{
	static const char text[] =
	    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
	    "\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n"
	    "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
	struct user u;
	size_t i;

	(void)state;
	client(&u);
	u.react = answer_each;
	for (i = 0; i + 1 < sizeof text; i++) {
		far_send(&u.far, (struct span){text + i, 1});
		(void)event_base_loop(loop_base(u.h.loop), EVLOOP_ONCE);
	}
	user_hears(&u, "sent", 2);
	user_logged(&u, "lane head body end sent lane head end sent ");
	assert_true(span_equal(buf_span(&u.body), SPAN("abcde")));
	user_fini(&u);
}

static void
writes_head_and_body_at_once(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 1);
	assert_int_equal(send_head(&u, 200, BODY_CHUNKED, 0), CONSENT_OK);
	assert_int_equal(lane_send(u.lane, SPAN("ab"), SINK_MORE), CONSENT_OK);
	assert_int_equal(lane_send(u.lane, SPAN("c"), SINK_MORE), CONSENT_OK);
	far_take(&u.far, 100);
	assert_int_equal(u.far.got.n, 0);
	assert_true(lane_pending(u.lane) > 3);
	assert_int_equal(lane_finish(u.lane, NULL), CONSENT_OK);
	/* no turn of the loop in between */
	far_take(&u.far, 1000);
	far_received(&u.far, "HTTP/1.1 200 OK\r\n"
			     "Transfer-Encoding: chunked\r\n\r\n"
			     "3\r\nabc\r\n0\r\n\r\n");
	assert_int_equal(lane_pending(u.lane), 0);
	assert_int_equal(lane_finish(u.lane, NULL), CONSENT_EINVAL);
	user_hears(&u, "sent", 1);
	user_fini(&u);
}

static void
flushes_what_is_gathered(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 1);
	assert_int_equal(send_head(&u, 200, BODY_LENGTH, 3), CONSENT_OK);
	assert_true(far_got(&u.h, &u.far, SPAN("Content-Length: 3\r\n\r\n")));
	assert_int_equal(lane_send(u.lane, SPAN("ab"), SINK_MORE), CONSENT_OK);
	assert_int_equal(
	    lane_send(u.lane, SPAN("cd"), SINK_MORE), CONSENT_ELIMIT);
	assert_true(far_got(&u.h, &u.far, SPAN("\r\n\r\nab")));
	assert_int_equal(lane_finish(u.lane, NULL), CONSENT_EINVAL);
	user_fini(&u);
}

static void
sends_trailers(void **state)
{
	struct user u;
	struct head trailers;

	(void)state;
	client(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 1);
	head_init(&trailers, NULL);
	assert_int_equal(
	    head_add(&trailers, SPAN("X-Sum"), SPAN("7")), CONSENT_OK);
	assert_int_equal(send_head(&u, 200, BODY_CHUNKED, 0), CONSENT_OK);
	assert_int_equal(lane_finish(u.lane, &trailers), CONSENT_OK);
	head_fini(&trailers);
	assert_true(far_got(&u.h, &u.far, SPAN("0\r\nX-Sum: 7\r\n\r\n")));
	user_fini(&u);
}

static void
sends_no_body_where_none_may_be(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	far_says(&u.far, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 1);
	answer(&u, 200, "never");
	user_hears(&u, "sent", 1);
	user_release(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 2);
	answer(&u, 204, "never");
	user_hears(&u, "sent", 2);
	user_release(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 3);
	answer(&u, 304, "never");
	user_hears(&u, "sent", 3);
	user_release(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 4);
	assert_int_equal(send_head(&u, 404, BODY_NONE, 0), CONSENT_OK);
	assert_int_equal(lane_finish(u.lane, NULL), CONSENT_OK);
	user_hears(&u, "sent", 4);
	far_received(&u.far,
	    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
	    "HTTP/1.1 204 No Content\r\n\r\n"
	    "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"
	    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
	user_fini(&u);
}

static void
closes_for_an_old_client(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	far_says(&u.far, "GET / HTTP/1.0\r\n\r\n");
	user_hears(&u, "end", 1);
	assert_int_equal(send_head(&u, 200, BODY_CHUNKED, 0), CONSENT_OK);
	assert_int_equal(lane_send(u.lane, SPAN("all"), SINK_LAST), CONSENT_OK);
	user_hears(&u, "sent", 1);
	user_release(&u);
	user_hears(&u, "closed", 1);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	far_received(&u.far, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall");
	user_fini(&u);
}

static void
keeps_an_old_client_that_asks(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	u.react = answer_each;
	far_says(&u.far, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	user_hears(&u, "sent", 1);
	far_received(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
			     "Connection: keep-alive\r\n\r\n1");
	assert_non_null(u.peer);
	user_fini(&u);
}

static void
closes_when_asked(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	u.react = answer_each;
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n"
			 "Connection: close\r\n\r\n");
	user_hears(&u, "closed", 1);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	far_received(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
			     "Connection: close\r\n\r\n1");
	user_logged(&u, "lane head end sent closed ");
	user_fini(&u);
}

static void
bounds_what_a_slow_client_costs(void **state)
{
	struct user u;
	struct span all = bulk();
	size_t sent = 0, most = 0;
	unsigned drains = 0;

	(void)state;
	client(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 1);
	assert_int_equal(send_head(&u, 200, BODY_LENGTH, all.n), CONSENT_OK);
	while (sent < all.n) {
		assert_int_equal(
		    lane_send(u.lane, span_sub(all, sent, 32768), SINK_MORE),
		    CONSENT_OK);
		sent += 32768;
		if (lane_pending(u.lane) > most)
			most = lane_pending(u.lane);
		if (lane_is_full(u.lane))
			user_hears(&u, "drain", ++drains);
	}
	assert_int_equal(lane_finish(u.lane, NULL), CONSENT_OK);
	user_hears(&u, "sent", 1);
	assert_true(most <= u.options.high + 32768);
	assert_true(drains > 10);
	assert_true(u.far.got.n > all.n - SOCKETS_BUFFER * 4);
	user_fini(&u);
}

/* Answers at once and does not wait until the answer is out. */
static void
answer_and_go(struct user *u, const char *event)
{
	static const char page[8193] = "";

	if (strcmp(event, "end") != 0)
		return;
	assert_int_equal(
	    send_head(u, 200, BODY_LENGTH, sizeof page), CONSENT_OK);
	assert_int_equal(
	    lane_send(u->lane, (struct span){page, sizeof page}, SINK_LAST),
	    CONSENT_OK);
	if (lane_pending(u->lane) > u->round)
		u->round = (unsigned)lane_pending(u->lane);
	user_release(u);
}

static void
bounds_what_is_asked_but_never_read(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
	struct user u;
	unsigned asked = 0, idle = 0;

	(void)state;
	client(&u);
	u.react = answer_and_go;
	while (asked < 1000 && idle < 50) {
		ssize_t n = send(u.far.fd, text, sizeof text - 1,
		    MSG_DONTWAIT | MSG_NOSIGNAL);

		assert_true(n < 0 || n == sizeof text - 1);
		asked += n > 0 ? 1 : 0;
		idle = n > 0 ? 0 : idle + 1;
		(void)event_base_loop(loop_base(u.h.loop), EVLOOP_ONCE);
	}
	assert_true(u.round <= u.options.high + 8193 + 100);
	assert_non_null(u.peer);
	assert_true(peer_served(u.peer) < asked);
	user_hears(&u, "end", asked); /* now that it is read */
	assert_int_equal(peer_served(u.peer), asked);
	user_fini(&u);
}

static void
may_try_another_head(void **state)
{
	struct user u;
	struct head head;

	(void)state;
	client(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "end", 1);
	head_init(&head, NULL);
	assert_int_equal(head_start_response(&head, 204, SPAN("")), CONSENT_OK);
	while (head_add(&head, SPAN("X"), SPAN("y")) == CONSENT_OK)
		continue;
	lane_close_after(u.lane); /* for which it has no room */
	assert_int_equal(
	    lane_send_head(u.lane, &head, BODY_NONE, 0), CONSENT_ELIMIT);
	head_fini(&head);
	answer(&u, 500, "sorry");
	user_hears(&u, "sent", 1);
	far_received(&u.far, "HTTP/1.1 500 Internal Server Error\r\n"
			     "Content-Length: 5\r\nConnection: close\r\n\r\n"
			     "sorry");
	user_fini(&u);
}

static void
holds_back_a_fast_client(void **state)
{
	struct user u;
	struct span all = bulk();
	size_t sent = 0;
	ssize_t n;
	unsigned idle = 0;

	(void)state;
	client(&u);
	far_says(&u.far, "POST / HTTP/1.1\r\nHost: h\r\n"
			 "Content-Length: 1048576\r\n\r\n");
	user_hears(&u, "head", 1);
	lane_pause(u.lane);
	while (idle < 50) {
		n = send(u.far.fd, all.p + sent, all.n - sent,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		idle = n > 0 ? 0 : idle + 1;
		sent += n > 0 ? (size_t)n : 0;
		(void)event_base_loop(loop_base(u.h.loop), EVLOOP_ONCE);
	}
	/* sockets' buffers are full, nothing came through */
	user_logged(&u, "lane head ");
	assert_true(sent < 4 * LOOP_READ_BYTES);
	lane_resume(u.lane);
	while (sent < all.n) {
		n = send(u.far.fd, all.p + sent, all.n - sent,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		sent += n > 0 ? (size_t)n : 0;
		(void)event_base_loop(loop_base(u.h.loop), EVLOOP_ONCE);
	}
	user_hears(&u, "end", 1);
	assert_int_equal(u.body.n, all.n);
	user_fini(&u);
}

static void
sends_interim_responses(void **state)
{
	struct user u;
	struct head head;

	(void)state;
	client(&u);
	far_says(&u.far, "POST / HTTP/1.1\r\nHost: h\r\n"
			 "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
	user_hears(&u, "head", 1);
	head_init(&head, NULL);
	assert_int_equal(head_start_response(&head, 100, SPAN("")), CONSENT_OK);
	assert_int_equal(lane_send_interim(u.lane, &head), CONSENT_OK);
	head_fini(&head);
	assert_int_equal(send_head(&u, 100, BODY_NONE, 0), CONSENT_EINVAL);
	assert_true(
	    far_got(&u.h, &u.far, SPAN("HTTP/1.1 100 Continue\r\n\r\n")));
	u.react = answer_each;
	far_says(&u.far, "ok");
	user_hears(&u, "sent", 1);
	far_received(&u.far, "HTTP/1.1 100 Continue\r\n\r\n"
			     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
	user_fini(&u);
}

static void
does_not_guess_after_an_unmet_expectation(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	u.react = answer_early;
	far_says(&u.far, "POST / HTTP/1.1\r\nHost: h\r\n"
			 "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
	user_hears(&u, "closed", 1);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	far_received(&u.far, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n"
			     "Connection: close\r\n\r\nno");
	user_fini(&u);
}

/* Answers a request for a change to "echo"; a tunnel follows. */
static void
switch_over(struct user *u)
{
	struct head head;

	head_init(&head, NULL);
	assert_int_equal(head_start_response(&head, 101, SPAN("")), CONSENT_OK);
	assert_int_equal(
	    head_add(&head, SPAN("Upgrade"), SPAN("echo")), CONSENT_OK);
	assert_int_equal(
	    lane_send_head(u->lane, &head, BODY_NONE, 0), CONSENT_EINVAL);
	assert_int_equal(
	    lane_send_head(u->lane, &head, BODY_TUNNEL, 0), CONSENT_OK);
	head_fini(&head);
}

#define SWITCH_ASKED                                                           \
	"GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\n"                 \
	"Upgrade: echo\r\n\r\n"
#define SWITCHED                                                               \
	"HTTP/1.1 101 Switching Protocols\r\n"                                 \
	"Upgrade: echo\r\nConnection: Upgrade\r\n\r\n"

static void
becomes_a_tunnel(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	far_says(&u.far, SWITCH_ASKED "early");
	user_hears(&u, "end", 1);
	switch_over(&u);
	user_hears(&u, "body", 1);
	assert_int_equal(
	    lane_send(u.lane, SPAN("raw"), SINK_FLUSH), CONSENT_OK);
	far_says(&u.far, " late");
	assert_int_equal(shutdown(u.far.fd, SHUT_WR), 0);
	user_hears(&u, "end", 2);
	assert_true(span_equal(buf_span(&u.body), SPAN("early late")));
	assert_int_equal(lane_finish(u.lane, NULL), CONSENT_OK);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	far_received(&u.far, SWITCHED "raw");
	user_release(&u);
	user_hears(&u, "closed", 1);
	user_fini(&u);
}

static void
tells_an_end_that_came_before_the_tunnel(void **state)
{
	struct user u;

	(void)state;
	client(&u);
	far_says(&u.far, SWITCH_ASKED);
	assert_int_equal(shutdown(u.far.fd, SHUT_WR), 0);
	user_hears(&u, "end", 1);
	harness_turn(&u.h);
	lane_pause(u.lane);
	switch_over(&u);
	harness_turn(&u.h);
	user_logged(&u, "lane head end ");
	lane_resume(u.lane);
	user_hears(&u, "end", 2);
	assert_int_equal(lane_send(u.lane, SPAN("raw"), SINK_LAST), CONSENT_OK);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	far_received(&u.far, SWITCHED "raw");
	user_release(&u);
	user_hears(&u, "closed", 1);
	user_fini(&u);
}

static void
says_upgrade_and_close_together(void **state)
{
	struct user u;
	struct head head;

	(void)state;
	client(&u);
	far_says(&u.far, SWITCH_ASKED);
	user_hears(&u, "end", 1);
	lane_close_after(u.lane);
	head_init(&head, NULL);
	assert_int_equal(head_start_response(&head, 426, SPAN("")), CONSENT_OK);
	assert_int_equal(
	    head_add(&head, SPAN("Upgrade"), SPAN("echo")), CONSENT_OK);
	assert_int_equal(
	    lane_send_head(u.lane, &head, BODY_LENGTH, 0), CONSENT_OK);
	head_fini(&head);
	assert_int_equal(lane_finish(u.lane, NULL), CONSENT_OK);
	user_release(&u);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	far_received(&u.far, "HTTP/1.1 426 Upgrade Required\r\n"
			     "Upgrade: echo\r\nContent-Length: 0\r\n"
			     "Connection: Upgrade, close\r\n\r\n");
	user_hears(&u, "closed", 1);
	user_fini(&u);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers_and_keeps_alive),
	    cmocka_unit_test(answers_what_is_pipelined_in_order),
	    cmocka_unit_test(reads_any_split),
	    cmocka_unit_test(writes_head_and_body_at_once),
	    cmocka_unit_test(flushes_what_is_gathered),
	    cmocka_unit_test(sends_trailers),
	    cmocka_unit_test(sends_no_body_where_none_may_be),
	    cmocka_unit_test(closes_for_an_old_client),
	    cmocka_unit_test(keeps_an_old_client_that_asks),
	    cmocka_unit_test(closes_when_asked),
	    cmocka_unit_test(bounds_what_a_slow_client_costs),
	    cmocka_unit_test(bounds_what_is_asked_but_never_read),
	    cmocka_unit_test(may_try_another_head),
	    cmocka_unit_test(holds_back_a_fast_client),
	    cmocka_unit_test(sends_interim_responses),
	    cmocka_unit_test(does_not_guess_after_an_unmet_expectation),
	    cmocka_unit_test(becomes_a_tunnel),
	    cmocka_unit_test(tells_an_end_that_came_before_the_tunnel),
	    cmocka_unit_test(says_upgrade_and_close_together),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
