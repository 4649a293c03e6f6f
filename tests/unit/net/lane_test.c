#include "net/lane.h"

#include "lanes.h"

/* The origin side: the far side is an origin, the user asks it. */

static void
origin(struct user *u)
{
	struct peer_user user = {&user_owner, &u->options, u, PEER_HTTP1};
	struct address at;
	int listener = socket_listen(&at, 1);

	u->peer = peer_open(u->h.loop, &at, &user);
	assert_non_null(u->peer);
	assert_null(peer_lane(u->peer));
	while (u->log.n == 0)
		(void)event_base_loop(loop_base(u->h.loop), EVLOOP_ONCE);
	user_logged(u, "open ");
	u->far.fd = socket_accept(listener);
	assert_true(u->far.fd >= 0);
	(void)close(listener);
	buf_clear(&u->log);
}

static void
send_head(
    struct user *u, const char *method, enum body_kind kind, uint64_t length)
{
	struct head head;

	u->lane = peer_lane(u->peer);
	assert_non_null(u->lane);
	assert_null(peer_lane(u->peer));
	lane_attach(u->lane, &user_handler, u);
	head_init(&head, NULL);
	assert_int_equal(
	    head_start_request(&head, span_of(method), SPAN("/")), CONSENT_OK);
	assert_int_equal(head_add(&head, SPAN("Host"), SPAN("h")), CONSENT_OK);
	assert_int_equal(
	    lane_send_head(u->lane, &head, kind, length), CONSENT_OK);
	head_fini(&head);
}

static void
ask(struct user *u, const char *method)
{
	send_head(u, method, BODY_NONE, 0);
	assert_int_equal(lane_finish(u->lane, NULL), CONSENT_OK);
}

/* Asks, hears the answer, lets go. */
static void
exchange(struct user *u, const char *answer, unsigned times)
{
	ask(u, "GET");
	far_says(&u->far, answer);
	user_hears(u, "end", times);
	user_release(u);
	user_hears(u, "idle", times);
}

static void
asks_again_and_again(void **state)
{
	struct user u;
	unsigned i;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	origin(&u);
	for (i = 1; i <= 3; i++)
		exchange(
		    &u, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", i);
	user_logged(&u, "sent head body end idle sent head body end idle "
			"sent head body end idle ");
	far_received(&u.far, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
			     "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
			     "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_true(span_equal(buf_span(&u.body), SPAN("okokok")));
	user_fini(&u);
}

static void
sends_a_body(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	origin(&u);
	send_head(&u, "POST", BODY_CHUNKED, 0);
	assert_int_equal(lane_send(u.lane, SPAN("abc"), SINK_MORE), CONSENT_OK);
	assert_true(far_got(&u.h, &u.far, SPAN("3\r\nabc\r\n")));
	assert_int_equal(lane_send(u.lane, SPAN("d"), SINK_LAST), CONSENT_OK);
	assert_true(far_got(&u.h, &u.far, SPAN("1\r\nd\r\n0\r\n\r\n")));
	far_says(&u.far, "HTTP/1.1 204 No Content\r\n\r\n");
	user_hears(&u, "end", 1);
	user_logged(&u, "sent head end ");
	assert_int_equal(u.status, 204);
	user_fini(&u);
}

static void
hears_interim_responses(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	origin(&u);
	exchange(&u,
	    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "1\r\nx\r\n0\r\n\r\n",
	    1);
	user_logged(&u, "sent head head body end idle ");
	assert_int_equal(u.status, 200);
	user_fini(&u);
}

static void
knows_answers_without_a_body(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	origin(&u);
	ask(&u, "HEAD");
	far_says(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
	user_hears(&u, "end", 1);
	user_release(&u);
	user_hears(&u, "idle", 1);
	exchange(&u, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 2);
	assert_true(span_equal(buf_span(&u.body), SPAN("x")));
	user_fini(&u);
}

static void
reads_until_close(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	origin(&u);
	ask(&u, "GET");
	assert_true(far_got(&u.h, &u.far, SPAN("\r\n\r\n")));
	far_says(&u.far, "HTTP/1.1 200 OK\r\n\r\nall of it");
	far_close(&u.far);
	user_hears(&u, "end", 1);
	user_release(&u);
	user_hears(&u, "closed", 1);
	user_logged(&u, "sent head body end closed ");
	user_fini(&u);
}

/* However many pieces came at once; never where the end is among them. */
static void
tells_where_a_body_pauses(void **state)
{
	static const struct {
		const char *first, *second;
		unsigned pauses;
	} rows[] = {
	    {"Content-Length: 4\r\n\r\nab", "cd", 1},
	    {"Content-Length: 4\r\n\r\nabcd", "", 0},
	    {"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n",
		"2\r\ncd\r\n0\r\n\r\n", 1},
	    {"Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", "", 0},
	};
	struct user u;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		user_init(&u, PEER_ORIGIN);
		origin(&u);
		ask(&u, "GET");
		far_says(&u.far, "HTTP/1.1 200 OK\r\n");
		far_says(&u.far, rows[i].first);
		if (rows[i].second[0] != '\0')
			user_hears(&u, "body", 1);
		far_says(&u.far, rows[i].second);
		user_hears(&u, "end", 1);
		assert_true(span_equal(buf_span(&u.body), SPAN("abcd")));
		assert_int_equal(u.pauses, rows[i].pauses);
		user_release(&u);
		user_hears(&u, "idle", 1);
		user_fini(&u);
	}
}

static void
tells_a_response_that_was_cut(void **state)
{
	static const char *const cut[] = {
	    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf",
	    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	     "4\r\nhalf\r\n"),
	};
	struct user u;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cut / sizeof cut[0]; i++) {
		user_init(&u, PEER_ORIGIN);
		origin(&u);
		ask(&u, "GET");
		assert_true(far_got(&u.h, &u.far, SPAN("\r\n\r\n")));
		far_says(&u.far, cut[i]);
		far_close(&u.far);
		user_hears(&u, "fail", 1);
		user_logged(&u, "sent head body fail ");
		assert_int_equal(u.why, LANE_CLOSED);
		assert_false(lane_is_retryable(u.lane));
		user_release(&u);
		user_hears(&u, "closed", 1);
		user_fini(&u);
	}
}

static void
tells_a_response_that_is_no_http(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	origin(&u);
	ask(&u, "GET");
	far_says(&u.far, "SSH-2.0-x\r\n");
	user_hears(&u, "fail", 1);
	assert_int_equal(u.why, LANE_FAULT);
	assert_int_equal(lane_fault(u.lane)->status, 502);
	assert_int_equal(lane_send(u.lane, SPAN("x"), SINK_FLUSH), CONSENT_EIO);
	user_fini(&u);
}

static void
hears_an_answer_before_it_asked_all(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	origin(&u);
	send_head(&u, "POST", BODY_LENGTH, 6);
	assert_int_equal(
	    lane_send(u.lane, SPAN("abc"), SINK_FLUSH), CONSENT_OK);
	far_says(&u.far, "HTTP/1.1 413 Content Too Large\r\n"
			 "Content-Length: 2\r\n\r\nno");
	user_hears(&u, "end", 1);
	user_logged(&u, "head body end ");
	/* the rest can still be sent, and then all is well */
	assert_int_equal(lane_send(u.lane, SPAN("def"), SINK_LAST), CONSENT_OK);
	user_release(&u);
	user_hears(&u, "idle", 1);
	/* or it is not, and the connection has to go */
	send_head(&u, "POST", BODY_LENGTH, 6);
	assert_int_equal(
	    lane_send(u.lane, SPAN("abc"), SINK_FLUSH), CONSENT_OK);
	far_says(&u.far, "HTTP/1.1 413 Content Too Large\r\n"
			 "Content-Length: 0\r\n\r\n");
	user_hears(&u, "end", 2);
	user_release(&u);
	user_hears(&u, "closed", 1);
	user_fini(&u);
}

static void
hears_the_answer_of_one_that_stopped_listening(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	origin(&u);
	send_head(&u, "POST", BODY_LENGTH, 1000);
	assert_int_equal(
	    lane_send(u.lane, SPAN("abc"), SINK_FLUSH), CONSENT_OK);
	far_says(&u.far, "HTTP/1.1 413 Content Too Large\r\n"
			 "Connection: close\r\nContent-Length: 2\r\n\r\nno");
	far_close(&u.far); /* unread bytes make this a reset */
	assert_int_equal(
	    lane_send(u.lane, SPAN("def"), SINK_FLUSH), CONSENT_EIO);
	user_hears(&u, "end", 1);
	assert_int_equal(u.status, 413);
	user_fini(&u);
}

static void
says_what_may_be_tried_again(void **state)
{
	static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	struct user u;
	int round;

	(void)state;
	for (round = 0; round < 5; round++) {
		user_init(&u, PEER_ORIGIN);
		origin(&u);
		if (round != 0)
			exchange(&u, ok, 1);
		if (round < 2)
			ask(&u, "GET");
		else if (round == 2)
			ask(&u, "POST");
		else
			send_head(&u, "PUT", BODY_LENGTH, 3);
		if (round == 4)
			assert_int_equal(
			    lane_send(u.lane, SPAN("abc"), SINK_LAST),
			    CONSENT_OK);
		far_forget(&u.far);
		assert_true(far_got(&u.h, &u.far, SPAN("\r\n\r\n")));
		far_close(&u.far);
		user_hears(&u, "fail", 1);
		/* only GET and PUT, without a body sent, after another */
		assert_int_equal(
		    lane_is_retryable(u.lane), round == 1 || round == 3);
		user_release(&u);
		user_hears(&u, "closed", 1);
		user_fini(&u);
	}
}

static void
retries_what_never_left(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	origin(&u);
	exchange(&u, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1);
	u.lane = peer_lane(u.peer);
	lane_attach(u.lane, &user_handler, &u);
	far_close(&u.far);
	user_hears(&u, "fail", 1);
	assert_true(lane_is_retryable(u.lane));
	user_fini(&u);
}

static void
trusts_no_bytes_that_nobody_asked_for(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	origin(&u);
	exchange(&u, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1);
	far_says(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
	user_hears(&u, "closed", 1);
	user_fini(&u);

	user_init(&u, PEER_ORIGIN);
	origin(&u);
	ask(&u, "GET");
	far_says(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
			 "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
	user_hears(&u, "end", 1);
	harness_turn(&u.h);
	user_release(&u);
	user_hears(&u, "closed", 1);
	user_logged(&u, "sent head end closed ");
	user_fini(&u);
}

static void
ends_with_connection_close(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	origin(&u);
	ask(&u, "GET");
	far_says(&u.far, "HTTP/1.1 200 OK\r\nConnection: close\r\n"
			 "Content-Length: 0\r\n\r\n");
	user_hears(&u, "end", 1);
	user_release(&u);
	user_hears(&u, "closed", 1);
	user_logged(&u, "sent head end closed ");
	user_fini(&u);

	user_init(&u, PEER_ORIGIN);
	origin(&u);
	u.lane = peer_lane(u.peer);
	lane_attach(u.lane, &user_handler, &u);
	user_release(&u);
	user_hears(&u, "idle", 1); /* nothing came of it: as good as new */
	u.lane = peer_lane(u.peer);
	lane_close_after(u.lane);
	user_release(&u);
	user_hears(&u, "closed", 1);
	user_logged(&u, "idle closed ");
	user_fini(&u);
}

static void
keeps_its_times(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	u.options.head_ms = 10;
	origin(&u);
	ask(&u, "GET");
	user_hears(&u, "fail", 1);
	assert_int_equal(u.why, LANE_TIMEOUT_HEAD);
	assert_false(lane_is_retryable(u.lane));
	user_fini(&u);

	user_init(&u, PEER_ORIGIN);
	u.options.body_ms = 10;
	origin(&u);
	ask(&u, "GET");
	far_says(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nx");
	user_hears(&u, "fail", 1);
	assert_int_equal(u.why, LANE_TIMEOUT_BODY);
	user_fini(&u);

	user_init(&u, PEER_ORIGIN);
	u.options.idle_ms = 10;
	origin(&u);
	exchange(&u, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1);
	user_hears(&u, "closed", 1);
	user_fini(&u);
}

static void
pauses_what_comes_in(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	u.options.body_ms = 10; /* runs while reading, not while paused */
	origin(&u);
	ask(&u, "GET");
	lane_pause(u.lane);
	far_says(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	harness_turn(&u.h);
	user_logged(&u, "sent ");
	u.nested = true;
	lane_resume(u.lane);
	u.nested = false;
	user_hears(&u, "end", 1);
	user_logged(&u, "sent head body end ");
	user_fini(&u);
}

static void
pause_on_head(struct user *u, const char *event)
{
	if (strcmp(event, "head") == 0)
		lane_pause(u->lane);
}

static void
pauses_between_events(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	origin(&u);
	u.react = pause_on_head;
	ask(&u, "GET");
	far_says(&u.far, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	user_hears(&u, "head", 1);
	harness_turn(&u.h);
	user_logged(&u, "sent head ");
	/* no byte is left, but an event is */
	lane_resume(u.lane);
	user_hears(&u, "end", 1);
	user_fini(&u);
}

static void
upgrades(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	origin(&u);
	ask(&u, "GET");
	far_says(&u.far, "HTTP/1.1 101 Switching Protocols\r\n"
			 "Connection: upgrade\r\nUpgrade: echo\r\n\r\nraw");
	user_hears(&u, "body", 1);
	assert_int_equal(lane_body_kind(u.lane), BODY_TUNNEL);
	assert_int_equal(
	    lane_send(u.lane, SPAN("back"), SINK_FLUSH), CONSENT_OK);
	assert_true(far_got(&u.h, &u.far, SPAN("\r\n\r\nback")));
	assert_int_equal(lane_finish(u.lane, NULL), CONSENT_OK);
	assert_true(harness_until(&u.h, far_ended, &u.far));
	assert_true(u.far.eof);
	far_close(&u.far);
	user_hears(&u, "end", 1);
	user_release(&u);
	user_hears(&u, "closed", 1);
	user_fini(&u);
}

/* The user's lane is a tunnel. */
static void
tunnel(struct user *u)
{
	origin(u);
	ask(u, "GET");
	far_says(&u->far, "HTTP/1.1 101 Switching Protocols\r\n"
			  "Connection: upgrade\r\nUpgrade: echo\r\n\r\n");
	user_hears(u, "head", 1);
}

static void
times_a_tunnel(void **state)
{
	struct user u;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	u.options.tunnel_ms = 10;
	u.options.body_ms = u.options.idle_ms = 60000;
	tunnel(&u);
	user_hears(&u, "fail", 1);
	assert_int_equal(u.why, LANE_TIMEOUT_BODY);
	user_fini(&u);
}

static void
lingers_with_the_rest_of_a_tunnel(void **state)
{
	static char bytes[4096];
	struct user u;
	size_t sent = 0, before;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	tunnel(&u);
	before = u.far.got.n;
	while (!lane_is_full(u.lane)) {
		assert_int_equal(
		    lane_send(
			u.lane, (struct span){bytes, sizeof bytes}, SINK_FLUSH),
		    CONSENT_OK);
		sent += sizeof bytes;
	}
	assert_int_equal(lane_finish(u.lane, NULL), CONSENT_OK);
	assert_int_equal(shutdown(u.far.fd, SHUT_WR), 0);
	while (!span_ends(buf_span(&u.log), SPAN("end ")))
		(void)event_base_loop(loop_base(u.h.loop), EVLOOP_ONCE);
	user_release(&u); /* with bytes that the origin did not take yet */
	assert_true(harness_until(&u.h, far_ended, &u.far));
	assert_true(u.far.eof);
	assert_int_equal(u.far.got.n - before, sent);
	user_hears(&u, "closed", 1);
	user_fini(&u);
}

static void
closes_without_opening(void **state)
{
	struct user u;
	struct peer_user user = {&user_owner, &u.options, &u, PEER_HTTP1};
	struct address at;
	int nobody;

	(void)state;
	user_init(&u, PEER_ORIGIN);
	nobody = socket_reserve(&at);
	u.peer = peer_open(u.h.loop, &at, &user);
	assert_non_null(u.peer);
	user_hears(&u, "closed", 1);
	user_logged(&u, "closed ");
	user_fini(&u);
	(void)close(nobody);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(asks_again_and_again),
	    cmocka_unit_test(sends_a_body),
	    cmocka_unit_test(hears_interim_responses),
	    cmocka_unit_test(knows_answers_without_a_body),
	    cmocka_unit_test(reads_until_close),
	    cmocka_unit_test(tells_where_a_body_pauses),
	    cmocka_unit_test(tells_a_response_that_was_cut),
	    cmocka_unit_test(tells_a_response_that_is_no_http),
	    cmocka_unit_test(hears_an_answer_before_it_asked_all),
	    cmocka_unit_test(hears_the_answer_of_one_that_stopped_listening),
	    cmocka_unit_test(says_what_may_be_tried_again),
	    cmocka_unit_test(retries_what_never_left),
	    cmocka_unit_test(trusts_no_bytes_that_nobody_asked_for),
	    cmocka_unit_test(ends_with_connection_close),
	    cmocka_unit_test(keeps_its_times),
	    cmocka_unit_test(pauses_what_comes_in),
	    cmocka_unit_test(pauses_between_events),
	    cmocka_unit_test(upgrades),
	    cmocka_unit_test(times_a_tunnel),
	    cmocka_unit_test(lingers_with_the_rest_of_a_tunnel),
	    cmocka_unit_test(closes_without_opening),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
