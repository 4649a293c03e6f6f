#include "net/peer.h"

#include "lanes.h"

/* The client side: the far side is a client, the user answers it. */

enum {
	BULK = 4 << 20
};

static void
client_init(struct user *u)
{
	struct peer_user user = {&user_owner, &u->options, u};
	int fd[2];

	socket_pair(fd);
	socket_shrink(fd[0]);
	socket_shrink(fd[1]);
	u->far.fd = fd[1];
	u->peer = peer_accept(u->h.loop, fd[0], &user);
	assert_non_null(u->peer);
}

static void
client(struct user *u)
{
	user_init(u, PEER_CLIENT);
	client_init(u);
}

/* Over TCP, where an end and a reset differ. */
static void
client_tcp(struct user *u)
{
	struct peer_user user = {&user_owner, &u->options, u};
	int near;

	user_init(u, PEER_CLIENT);
	socket_tcp(&near, &u->far.fd);
	u->peer = peer_accept(u->h.loop, near, &user);
	assert_non_null(u->peer);
}

static int
send_head(struct user *u, unsigned status, enum body_kind kind, uint64_t length)
{
	struct head head;
	int rc;

	head_init(&head, NULL);
	assert_int_equal(
	    head_start_response(&head, status, SPAN("")), CONSENT_OK);
	rc = lane_send_head(u->lane, &head, kind, length);
	head_fini(&head);
	return rc;
}

static void
answer(struct user *u, unsigned status, const char *text)
{
	struct span body = span_of(text);

	assert_int_equal(send_head(u, status, BODY_LENGTH, body.n), CONSENT_OK);
	assert_int_equal(lane_send(u->lane, body, SINK_LAST), CONSENT_OK);
}

/* Answers each request with its number, releases when it is sent. */
static void
answer_each(struct user *u, const char *event)
{
	char text[16];

	if (strcmp(event, "end") == 0) {
		(void)snprintf(text, sizeof text, "%u", ++u->round);
		answer(u, 200, text);
	} else if (strcmp(event, "sent") == 0) {
		user_release(u);
	}
}

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

/* Answers with the head already, and lets go of the rest. */
static void
answer_early(struct user *u, const char *event)
{
	if (strcmp(event, "head") != 0)
		return;
	answer(u, 403, "no");
	user_release(u);
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
	client_init(&u);
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
	client_init(&u);
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
	client_init(&u);
	user_hears(&u, "closed", 1);
	user_logged(&u, "closed ");
	user_fini(&u);

	user_init(&u, PEER_CLIENT);
	u.options.head_ms = 10;
	client_init(&u);
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
	client_init(&u);
	far_says(&u.far, "POST / HTTP/1.1\r\nHost: h\r\n"
			 "Content-Length: 9\r\n\r\nx");
	user_hears(&u, "fail", 1);
	user_logged(&u, "lane head body fail ");
	assert_int_equal(u.why, LANE_TIMEOUT_BODY);
	user_fini(&u);
}

static struct span
bulk(void)
{
	static char bytes[BULK];

	memset(bytes, 'b', sizeof bytes);
	return (struct span){bytes, sizeof bytes};
}

static void
gives_up_a_client_that_takes_nothing(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_CLIENT);
	u.options.send_ms = 10;
	client_init(&u);
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
	assert_true(u.far.got.n > all.n - HARNESS_BUFFER * 4);
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
			 "Content-Length: 4194304\r\n\r\n");
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
drains(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_CLIENT);
	u.options.drain_ms = 10;
	client_init(&u);
	peer_drain(u.peer);
	user_hears(&u, "closed", 1);
	user_fini(&u);

	client(&u);
	u.react = answer_each;
	peer_drain(u.peer);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	user_hears(&u, "closed", 1);
	user_logged(&u, "lane head end sent closed ");
	assert_true(harness_until(&u.h, far_ended, &u.far));
	far_received(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
			     "Connection: close\r\n\r\n1");
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

static void
becomes_a_tunnel(void **state)
{
	struct user u;
	struct head head;

	(void)state;
	client(&u);
	far_says(&u.far, "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\n"
			 "Upgrade: echo\r\n\r\nearly");
	user_hears(&u, "end", 1);
	head_init(&head, NULL);
	assert_int_equal(head_start_response(&head, 101, SPAN("")), CONSENT_OK);
	assert_int_equal(
	    head_add(&head, SPAN("Upgrade"), SPAN("echo")), CONSENT_OK);
	assert_int_equal(
	    head_add(&head, SPAN("Connection"), SPAN("upgrade")), CONSENT_OK);
	assert_int_equal(
	    lane_send_head(u.lane, &head, BODY_NONE, 0), CONSENT_EINVAL);
	assert_int_equal(
	    lane_send_head(u.lane, &head, BODY_TUNNEL, 0), CONSENT_OK);
	head_fini(&head);
	user_hears(&u, "body", 1);
	assert_int_equal(
	    lane_send(u.lane, SPAN("raw"), SINK_FLUSH), CONSENT_OK);
	far_says(&u.far, " late");
	assert_int_equal(shutdown(u.far.fd, SHUT_WR), 0);
	user_hears(&u, "end", 2);
	assert_true(span_equal(buf_span(&u.body), SPAN("early late")));
	assert_int_equal(lane_finish(u.lane, NULL), CONSENT_OK);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	far_received(&u.far, "HTTP/1.1 101 Switching Protocols\r\n"
			     "Upgrade: echo\r\nConnection: upgrade\r\n\r\nraw");
	user_release(&u);
	user_hears(&u, "closed", 1);
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
	struct peer_user user = {&owner, &u.options, &u};
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
	    cmocka_unit_test(answers_nonsense_and_closes),
	    cmocka_unit_test(tells_a_request_that_was_cut),
	    cmocka_unit_test(ends_quietly_between_messages),
	    cmocka_unit_test(answers_a_client_that_closed_its_half),
	    cmocka_unit_test(aborts_without_an_end),
	    cmocka_unit_test(discards_a_small_rest),
	    cmocka_unit_test(gives_up_on_a_large_rest),
	    cmocka_unit_test(keeps_its_times),
	    cmocka_unit_test(gives_up_a_client_that_takes_nothing),
	    cmocka_unit_test(bounds_what_a_slow_client_costs),
	    cmocka_unit_test(holds_back_a_fast_client),
	    cmocka_unit_test(drains),
	    cmocka_unit_test(sends_interim_responses),
	    cmocka_unit_test(does_not_guess_after_an_unmet_expectation),
	    cmocka_unit_test(becomes_a_tunnel),
	    cmocka_unit_test(ends_when_its_owner_says),
	    cmocka_unit_test(tells_that_the_client_is_gone),
	    cmocka_unit_test(closes_when_nobody_takes_the_lane),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
