#include "../failing.h"

#include "sockets.h"

#include "http/head_edit.h"
#include "net/lane.h"
#include "net/lane_send.h"
#include "net/peer.h"
#include "net/upstream.h"

#include <stdio.h>

/*
 * Connections, when memory ends at any point: each one ends in time, and what
 * left before is the beginning of what leaves otherwise.
 */

enum {
	END_MS = 5000, /* one that takes longer hangs */
	SEEN_BYTES = 8192
};

/* One connection: its user and its far side. */
struct talk {
	struct loop *loop;
	struct peer *peer;
	struct upstream *up;
	struct upstream_wait wait;
	int far;
	char seen[SEEN_BYTES]; /* by the far side */
	size_t n_seen;
	size_t body;	     /* bytes of it that came in */
	bool pauses;	     /* its body waits */
	struct lane *paused; /* until this one goes on */
	unsigned ends, sent, fails;
	bool done;
};

/* Takes what the far side has got, without waiting. */
static void
talk_take(struct talk *t)
{
	ssize_t n;

	if (t->far < 0 || t->n_seen == sizeof t->seen)
		return;
	n = recv(t->far, t->seen + t->n_seen, sizeof t->seen - t->n_seen,
	    MSG_DONTWAIT);
	if (n > 0)
		t->n_seen += (size_t)n;
}

/* Turns the loop once, without waiting. */
static void
talk_turn(struct talk *t)
{
	(void)event_base_loop(loop_base(t->loop), EVLOOP_NONBLOCK);
	talk_take(t);
}

/* Turns it until done. */
static void
talk_until_done(struct talk *t)
{
	int64_t deadline = clock_monotonic() + END_MS;

	while (!t->done) {
		assert_true(clock_monotonic() < deadline);
		talk_turn(t);
	}
	talk_take(t);
}

/* A head and all of its body; what fails is aborted. */
static void
respond(struct talk *t, struct lane *lane)
{
	struct head head;
	int rc;

	(void)t;
	head_init(&head, NULL);
	if ((rc = head_start_response(&head, 200, SPAN(""))) == CONSENT_OK &&
	    (rc = lane_send_head(lane, &head, BODY_CHUNKED, 0)) == CONSENT_OK &&
	    (rc = lane_send(lane, SPAN("hel"), SINK_MORE)) == CONSENT_OK &&
	    (rc = lane_send(lane, SPAN("lo"), SINK_FLUSH)) == CONSENT_OK)
		rc = lane_finish(lane, NULL);
	head_fini(&head);
	if (rc != CONSENT_OK) {
		lane_abort(lane);
		lane_release(lane);
	}
}

static void
on_head(void *ctx, struct lane *lane)
{
	struct talk *t = ctx;

	assert_non_null(lane_head(lane));
	if (!t->pauses)
		return;
	lane_pause(lane);
	t->paused = lane;
}

static void
on_body(void *ctx, struct lane *lane, struct span bytes)
{
	struct talk *t = ctx;

	(void)lane;
	t->body += bytes.n;
}

static void
on_end(void *ctx, struct lane *lane)
{
	struct talk *t = ctx;

	t->ends++;
	respond(t, lane);
}

static void
on_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	struct talk *t = ctx;

	(void)why;
	t->paused = NULL;
	t->fails++;
	t->done = t->up != NULL;
	lane_release(lane);
}

static void
on_sent(void *ctx, struct lane *lane)
{
	struct talk *t = ctx;

	t->sent++;
	lane_release(lane);
}

static const struct lane_handler responder = {
    .on_head = on_head,
    .on_body = on_body,
    .on_end = on_end,
    .on_fail = on_fail,
    .on_sent = on_sent,
};

static void
on_lane(void *ctx, struct peer *peer, struct lane *lane)
{
	(void)peer;
	lane_attach(lane, &responder, ctx);
}

static void
on_closed(void *ctx, struct peer *peer)
{
	struct talk *t = ctx;

	(void)peer;
	t->peer = NULL;
	t->done = true;
}

static const struct peer_owner owner = {
    .on_lane = on_lane, .on_closed = on_closed};

/* Serves a client that sends all of its bytes at once. */
static void
serve(struct talk *t, enum peer_protocol protocol, struct span in)
{
	struct peer_options options;
	struct peer_user user = {&owner, &options, t};
	int fd[2];

	memset(t, 0, sizeof *t);
	socket_pair(fd);
	t->far = fd[1];
	assert_int_equal(send(t->far, in.p, in.n, 0), (ssize_t)in.n);
	peer_options_init(&options, PEER_CLIENT);
	options.protocol = protocol;
	options.high = 64 * 1024;
	options.low = 16 * 1024;
	t->loop = loop_new();
	if (t->loop == NULL)
		(void)close(fd[0]);
	else
		t->peer = peer_accept(t->loop, fd[0], &user);
	t->done = t->peer == NULL;
}

/* Ends both sides. */
static void
unserve(struct talk *t)
{
	(void)close(t->far);
	if (t->loop != NULL)
		loop_free(t->loop);
}

#define ANSWER                                                                 \
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"                \
	"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
/* Preface, settings, GET: scheme http, path /, authority "h". */
static const char http2[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
			    "\0\0\0\4\0\0\0\0\0"
			    "\0\0\6\1\5\0\0\0\1\x82\x86\x84\1\1h"
			    "\0\0\6\1\5\0\0\0\3\x82\x86\x84\1\1h";

static bool
serves_http2(void)
{
	struct talk t;
	unsigned idle = 0;

	serve(&t, PEER_HTTP2, (struct span){http2, sizeof http2 - 1});
	while (!t.done && idle++ < 50)
		talk_turn(&t);
	if (t.peer != NULL)
		peer_close(t.peer);
	talk_until_done(&t);
	unserve(&t);
	assert_true(t.sent <= t.ends && t.ends + t.fails <= 4);
	return t.sent == 2;
}

/* The same beginning; POST with 5 bytes, which come while nobody wants them. */
static const char http2_body[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
				 "\0\0\0\4\0\0\0\0\0"
				 "\0\0\6\1\4\0\0\0\1\x83\x86\x84\1\1h"
				 "\0\0\3\0\0\0\0\0\1hel"
				 "\0\0\2\0\1\0\0\0\1lo";

static bool
holds_an_http2_body(void)
{
	struct talk t;
	unsigned i;

	serve(&t, PEER_HTTP2, (struct span){http2_body, sizeof http2_body - 1});
	t.pauses = true;
	for (i = 0; !t.done && i < 20; i++) {
		talk_turn(&t);
		assert_int_equal(t.body, 0);
	}
	if (t.paused != NULL)
		lane_resume(t.paused);
	for (i = 0; !t.done && i < 50; i++)
		talk_turn(&t);
	if (t.peer != NULL)
		peer_close(t.peer);
	talk_until_done(&t);
	unserve(&t);
	assert_true(t.body == 0 || t.body == 5);
	assert_true(t.ends <= 1 && t.sent <= t.ends);
	return t.sent == 1 && t.body == 5;
}

/* The other side: an origin. */

static void
on_response_end(void *ctx, struct lane *lane)
{
	struct talk *t = ctx;

	assert_int_equal(t->body, 5);
	t->ends++;
	t->done = true;
	lane_release(lane);
}

static const struct lane_handler asker = {
    .on_head = on_head,
    .on_body = on_body,
    .on_end = on_response_end,
    .on_fail = on_fail,
};

static void
on_ready(void *ctx, struct lane *lane, int rc)
{
	struct talk *t = ctx;
	struct head head;

	if (lane == NULL) {
		assert_true(rc != CONSENT_OK);
		t->done = true;
		return;
	}
	lane_attach(lane, &asker, t);
	head_init(&head, NULL);
	if ((rc = head_start_request(&head, SPAN("GET"), SPAN("/"))) ==
		CONSENT_OK &&
	    (rc = head_add(&head, SPAN("Host"), SPAN("h"))) == CONSENT_OK &&
	    (rc = lane_send_head(lane, &head, BODY_NONE, 0)) == CONSENT_OK)
		rc = lane_finish(lane, NULL);
	head_fini(&head);
	if (rc == CONSENT_OK)
		return;
	t->done = true;
	lane_abort(lane);
	lane_release(lane);
}

/* Plays the origin until the exchange is over. */
static void
play_origin(struct talk *t, int listener)
{
	int64_t deadline = clock_monotonic() + END_MS;
	bool answered = false;

	while (!t->done) {
		assert_true(clock_monotonic() < deadline);
		talk_turn(t);
		if (t->far < 0)
			t->far = socket_accept(listener);
		if (answered || t->n_seen < 4 ||
		    memcmp(t->seen + t->n_seen - 4, "\r\n\r\n", 4) != 0)
			continue;
		answered = true;
		(void)send(t->far, ANSWER, sizeof ANSWER - 1, MSG_NOSIGNAL);
	}
}

static bool
asks_an_origin(void)
{
	struct talk t = {.far = -1};
	struct upstream_options options;
	struct address at;
	int listener = socket_listen(&at, 4);
	char origin[64];
	unsigned i;

	(void)snprintf(origin, sizeof origin, "http://127.0.0.1:%u",
	    (unsigned)ntohs(((struct sockaddr_in *)&at.to)->sin_port));
	upstream_options_init(&options);
	options.origin = span_of(origin);
	t.wait.on_ready = on_ready;
	t.wait.ctx = &t;
	t.loop = loop_new();
	if (t.loop != NULL &&
	    upstream_new(t.loop, NULL, &options, &t.up) == CONSENT_OK &&
	    upstream_get(t.up, &t.wait) == CONSENT_OK)
		play_origin(&t, listener);
	upstream_free(t.up);
	for (i = 0; t.loop != NULL && i < 5; i++)
		talk_turn(&t);
	if (t.loop != NULL)
		loop_free(t.loop);
	if (t.far >= 0)
		(void)close(t.far);
	(void)close(listener);
	return t.ends == 1;
}

#define CASE(f)                                                                \
	static void f##_without_memory(void **state)                           \
	{                                                                      \
		(void)state;                                                   \
		failing_scenario(f);                                           \
	}
CASE(serves_http2)
CASE(holds_an_http2_body)
CASE(asks_an_origin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(serves_http2_without_memory),
	    cmocka_unit_test(holds_an_http2_body_without_memory),
	    cmocka_unit_test(asks_an_origin_without_memory),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
