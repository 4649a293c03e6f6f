#include "../failing.h"

#include "sockets.h"

#include "http/head_edit.h"
#include "net/lane.h"
#include "net/lane_send.h"
#include "net/peer.h"
#include "net/upstream.h"

#include <stdio.h>

/*
 * A request to an origin from the first connection on, when memory ends at any
 * point: it ends in time, with all of the answer or with none.
 */

enum {
	END_MS = 5000, /* one that takes longer hangs */
	SEEN_BYTES = 8192
};

/* One request: who asks, and the origin. */
struct talk {
	struct loop *loop;
	struct upstream *up;
	struct upstream_wait wait;
	int far;
	char seen[SEEN_BYTES]; /* by the far side */
	size_t n_seen;
	size_t body; /* bytes of it that came in */
	unsigned ends;
	bool done;
};

#define ANSWER                                                                 \
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"                \
	"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"

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

static void
on_head(void *ctx, struct lane *lane)
{
	(void)ctx;
	assert_non_null(lane_head(lane));
}

static void
on_body(void *ctx, struct lane *lane, struct span bytes)
{
	struct talk *t = ctx;

	(void)lane;
	t->body += bytes.n;
}

static void
on_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	struct talk *t = ctx;

	(void)why;
	t->done = true;
	lane_release(lane);
}

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

static void
asks_an_origin_without_memory(void **state)
{
	(void)state;
	failing_scenario(asks_an_origin);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(asks_an_origin_without_memory),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
