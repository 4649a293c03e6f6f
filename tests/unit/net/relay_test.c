#include "net/lane.h"

#include <stdio.h>

#include "far.h"
#include "http/head_edit.h"
#include "net/lane_send.h"
#include "net/peer.h"
#include "net/upstream.h"
#include "sockets.h"

/*
 * The smallest proxy: both sides of net/ joined, one client, one origin. What
 * is proven here is that pauses, ends and failures pass through, and that with
 * memory refused nothing else does.
 */

enum {
	BULK = 4 << 20,
	BULK_LESS = 1 << 20, /* where memory ends at any point */
	BUFFER = 128 * 1024  /* of the sockets */
};

struct relay {
	struct harness h;
	struct far client, origin;
	struct peer *peer;
	struct peer_options client_options;
	struct upstream_options options;
	struct upstream *up;
	struct upstream_wait wait;
	struct lane *in, *out; /* toward the client, toward the origin */
	int listener;
	size_t most; /* bytes pending in either direction, at most */
	unsigned exchanges, retries, failures;
	bool asked;	    /* all of the request is with the origin's lane */
	struct buf origins; /* what came on the origin's former connections */
	size_t heard;	    /* number of client.got; the origin's follows */
};

static const struct lane_handler client_handler, origin_handler;

static void
relay_note(struct relay *r, const struct lane *lane)
{
	size_t pending = lane_pending(lane);

	if (pending > r->most)
		r->most = pending;
}

static void
relay_let_go(struct lane **lane)
{
	struct lane *held = *lane;

	*lane = NULL;
	if (held != NULL)
		lane_release(held);
}

static void
relay_break(struct relay *r)
{
	r->failures++;
	upstream_cancel(&r->wait);
	if (r->in != NULL)
		lane_abort(r->in);
	relay_let_go(&r->in);
	relay_let_go(&r->out);
}

static void
on_ready(void *ctx, struct lane *lane, int rc)
{
	struct relay *r = ctx;

	assert_int_equal(rc, CONSENT_OK);
	if (lane == NULL) {
		relay_break(r);
		return;
	}
	r->out = lane;
	lane_attach(lane, &origin_handler, r);
	assert_int_equal(lane_send_head(lane, lane_head(r->in),
			     lane_body_kind(r->in), lane_body_length(r->in)),
	    CONSENT_OK);
	lane_resume(r->in);
}

static void
relay_ask(struct relay *r, enum upstream_want want)
{
	r->wait.on_ready = on_ready;
	r->wait.ctx = r;
	r->wait.want = want;
	assert_int_equal(upstream_get(r->up, &r->wait), CONSENT_OK);
}

static void
on_request(void *ctx, struct lane *lane)
{
	struct relay *r = ctx;

	head_drop_hops(lane_head(lane));
	r->asked = false;
	lane_pause(lane);
	relay_ask(r, UPSTREAM_ANY);
}

/* Passes a piece on; pauses its source when there is too much. */
static void
relay_pass(
    struct relay *r, struct lane *from, struct lane *to, struct span bytes)
{
	if (lane_send(to, bytes, SINK_MORE) != CONSENT_OK)
		return; /* on_fail tells */
	relay_note(r, to);
	if (lane_is_full(to))
		lane_pause(from);
}

static void
on_request_body(void *ctx, struct lane *lane, struct span bytes)
{
	struct relay *r = ctx;

	relay_pass(r, lane, r->out, bytes);
}

static void
on_request_end(void *ctx, struct lane *lane)
{
	struct relay *r = ctx;

	r->asked = true;
	assert_int_equal(lane_finish(r->out, lane_trailers(lane)), CONSENT_OK);
}

static void
on_client_drain(void *ctx, struct lane *lane)
{
	struct relay *r = ctx;

	(void)lane;
	if (r->out != NULL)
		lane_resume(r->out);
}

static void
on_client_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	(void)lane;
	(void)why;
	relay_break(ctx);
}

static void
on_client_sent(void *ctx, struct lane *lane)
{
	struct relay *r = ctx;

	(void)lane;
	r->exchanges++;
	relay_let_go(&r->in);
}

static void
on_response(void *ctx, struct lane *lane)
{
	struct relay *r = ctx;

	head_drop_hops(lane_head(lane));
	assert_int_equal(lane_send_head(r->in, lane_head(lane),
			     lane_body_kind(lane), lane_body_length(lane)),
	    CONSENT_OK);
}

static void
on_response_body(void *ctx, struct lane *lane, struct span bytes)
{
	struct relay *r = ctx;

	relay_pass(r, lane, r->in, bytes);
}

static void
on_response_end(void *ctx, struct lane *lane)
{
	struct relay *r = ctx;

	assert_int_equal(lane_finish(r->in, lane_trailers(lane)), CONSENT_OK);
	relay_let_go(&r->out);
}

static void
on_origin_drain(void *ctx, struct lane *lane)
{
	struct relay *r = ctx;

	(void)lane;
	if (r->in != NULL)
		lane_resume(r->in);
}

static void
on_origin_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	struct relay *r = ctx;

	(void)why;
	if (!lane_is_retryable(lane)) {
		relay_break(r);
		return;
	}
	r->retries++;
	relay_let_go(&r->out);
	relay_ask(r, UPSTREAM_FRESH);
}

static const struct lane_handler client_handler = {
    .on_head = on_request,
    .on_body = on_request_body,
    .on_end = on_request_end,
    .on_fail = on_client_fail,
    .on_drain = on_client_drain,
    .on_sent = on_client_sent,
};

static const struct lane_handler origin_handler = {
    .on_head = on_response,
    .on_body = on_response_body,
    .on_end = on_response_end,
    .on_fail = on_origin_fail,
    .on_drain = on_origin_drain,
};

static void
on_lane(void *ctx, struct peer *peer, struct lane *lane)
{
	struct relay *r = ctx;

	(void)peer;
	r->in = lane;
	lane_attach(lane, &client_handler, r);
}

static void
on_closed(void *ctx, struct peer *peer)
{
	struct relay *r = ctx;

	(void)peer;
	r->peer = NULL;
}

static const struct peer_owner owner = {
    .on_lane = on_lane,
    .on_closed = on_closed,
};

/* Moves what came on this connection to what came before, and ends it. */
static void
origin_close(struct relay *r)
{
	far_note(&r->origins, buf_span(&r->origin.got));
	far_fini(&r->origin);
}

/* Ends all that is there, with memory or without. */
static void
relay_fini(void *ctx)
{
	struct relay *r = ctx;
	bool strict = failing_ends(r);

	upstream_cancel(&r->wait);
	relay_let_go(&r->in);
	relay_let_go(&r->out);
	if (r->peer != NULL)
		peer_close(r->peer);
	upstream_free(r->up);
	harness_fini(&r->h);
	heard_as_far(r->heard, buf_span(&r->client.got));
	far_fini(&r->client);
	origin_close(r);
	heard_as_far(r->heard + 1, buf_span(&r->origins));
	buf_fini(&r->origins);
	if (r->listener >= 0)
		(void)close(r->listener);
	failing_ended(strict);
}

static void
relay_init(struct relay *r)
{
	struct peer_user user = {&owner, &r->client_options, r, PEER_HTTP1};
	struct address at;
	char origin[ADDRESS_TEXT + 8] = "http://";
	int near;

	memset(r, 0, sizeof *r);
	r->listener = -1;
	far_init(&r->client, -1);
	far_init(&r->origin, -1);
	buf_init(&r->origins, FAR_MAX);
	r->heard = heard_next();
	(void)heard_next();
	harness_init(&r->h);
	failing_later(relay_fini, r);
	r->listener = socket_listen(&at, 4);
	address_format(&at, origin + strlen(origin));
	upstream_options_init(&r->options);
	r->options.origin = span_of(origin);
	r->options.peer.high = 64 * 1024;
	r->options.peer.low = 16 * 1024;
	assert_int_equal(
	    upstream_new(r->h.loop, NULL, &r->options, &r->up), CONSENT_OK);
	peer_options_init(&r->client_options, PEER_CLIENT);
	r->client_options.high = 64 * 1024;
	r->client_options.low = 16 * 1024;
	socket_tcp(&near, &r->client.fd);
	r->peer = peer_accept(r->h.loop, near, &user);
	assert_non_null(r->peer);
}

static bool
origin_is_there(void *ctx)
{
	struct relay *r = ctx;

	r->origin.fd = socket_accept(r->listener);
	return r->origin.fd >= 0;
}

/* The origin takes the next connection. */
static void
origin_accept(struct relay *r)
{
	origin_close(r);
	assert_true(harness_until(&r->h, origin_is_there, r));
	far_init(&r->origin, r->origin.fd);
}

static void
relays_one_after_the_other(void **state)
{
	static const char *const asked[] = {
	    "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n",
	    "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n",
	    "GET /3 HTTP/1.1\r\nHost: h\r\n\r\n"};
	static const char *const told[] = {
	    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno",
	    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nso"};
	struct relay r;
	unsigned i;

	(void)state;
	relay_init(&r);
	for (i = 0; i < 3; i++) {
		far_says(&r.client, asked[i]);
		if (i == 0)
			origin_accept(&r);
		assert_true(far_got(&r.h, &r.origin, span_of(asked[i])));
		far_says(&r.origin, told[i]);
		assert_true(far_got(&r.h, &r.client, span_of(told[i])));
	}
	assert_int_equal(r.origin.got.n, 3 * strlen(asked[0]));
	assert_int_equal(r.client.got.n, 3 * strlen(told[0]));
	assert_int_equal(r.exchanges, 3);
	relay_fini(&r);
}

static struct span
bulk(void)
{
	static char bytes[BULK];
	size_t i;

	for (i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)('a' + (i / 7 + i / 4096) % 26);
	return (struct span){
	    bytes, failing.on || heard_whole.is_first ? BULK_LESS : BULK};
}

/* From one far side to the other, which reads slower than it is sent. */
static void
relay_bulk(struct relay *r, struct far *from, struct far *to, size_t total)
{
	struct span all = bulk();
	size_t sent = 0;
	int64_t deadline = clock_monotonic() + HARNESS_MS;

	while (to->got.n < total) {
		ssize_t n = send(from->fd, all.p + sent, all.n - sent,
		    MSG_DONTWAIT | MSG_NOSIGNAL);

		sent += n > 0 ? (size_t)n : 0;
		if (r->most != 0 || sent == all.n) /* slower than it is sent */
			far_take(to, 16384);
		(void)event_base_loop(loop_base(r->h.loop), EVLOOP_NONBLOCK);
		assert_true(clock_monotonic() < deadline);
	}
	assert_true(span_ends(buf_span(&to->got), all));
	/* one read beyond high water, whatever the body's size */
	assert_true(r->most <= 64 * 1024 + LOOP_READ_BYTES);
	/* less of it may fit into the kernel */
	assert_true(r->most != 0 || all.n < BULK);
}

static void
bounds_memory_both_ways(void **state)
{
	struct relay r;
	size_t head, total = bulk().n;
	char text[128];

	(void)state;
	relay_init(&r);
	(void)snprintf(text, sizeof text,
	    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n", total);
	far_says(&r.client, text);
	origin_accept(&r);
	socket_limit(r.origin.fd, BUFFER);
	socket_limit(r.client.fd, BUFFER);
	assert_true(far_got(&r.h, &r.origin, SPAN("\r\n\r\n")));
	head = r.origin.got.n;
	relay_bulk(&r, &r.client, &r.origin, head + total);
	assert_true(r.asked);
	(void)snprintf(text, sizeof text,
	    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", total);
	far_says(&r.origin, text);
	assert_true(far_got(&r.h, &r.client, SPAN("\r\n\r\n")));
	head = r.client.got.n;
	relay_bulk(&r, &r.origin, &r.client, head + total);
	harness_turn(&r.h);
	assert_int_equal(r.exchanges, 1);
	assert_int_equal(r.failures, 0);
	relay_fini(&r);
}

static void
tries_a_dead_connection_again(void **state)
{
	struct relay r;

	(void)state;
	relay_init(&r);
	far_says(&r.client, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
	origin_accept(&r);
	assert_true(far_got(&r.h, &r.origin, SPAN("GET /1")));
	far_says(&r.origin, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
	assert_true(far_got(&r.h, &r.client, SPAN("\r\n\r\n1")));
	far_says(&r.client, "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_true(far_got(&r.h, &r.origin, SPAN("GET /2")));
	origin_accept(&r); /* closes the old one as it was asked */
	assert_true(far_got(&r.h, &r.origin, SPAN("GET /2")));
	far_says(&r.origin, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
	assert_true(far_got(&r.h, &r.client, SPAN("\r\n\r\n2")));
	assert_int_equal(r.retries, 1);
	assert_int_equal(r.failures, 0);
	relay_fini(&r);
}

static void
never_ends_what_was_cut(void **state)
{
	struct relay r;

	(void)state;
	relay_init(&r);
	far_says(&r.client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	origin_accept(&r);
	assert_true(far_got(&r.h, &r.origin, SPAN("\r\n\r\n")));
	far_says(&r.origin, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
			    "\r\n4\r\nhalf\r\n");
	assert_true(far_got(&r.h, &r.client, SPAN("half")));
	far_close(&r.origin);
	assert_true(harness_until(&r.h, far_ended, &r.client));
	assert_true(r.client.reset);
	assert_true(span_search(buf_span(&r.client.got), SPAN("0\r\n\r\n")) ==
		    r.client.got.n);
	assert_int_equal(r.failures, 1);
	relay_fini(&r);
}

static bool
relay_has_failed(void *ctx)
{
	return ((struct relay *)ctx)->failures != 0;
}

static void
lets_the_origin_know_that_the_client_left(void **state)
{
	static const struct linger hard = {.l_onoff = 1};
	struct relay r;

	(void)state;
	relay_init(&r);
	far_says(&r.client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	origin_accept(&r);
	assert_true(far_got(&r.h, &r.origin, SPAN("\r\n\r\n")));
	assert_int_equal(
	    setsockopt(r.client.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard),
	    0);
	far_close(&r.client);
	assert_true(harness_until(&r.h, relay_has_failed, &r));
	assert_true(harness_until(&r.h, far_ended, &r.origin));
	relay_fini(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(relays_one_after_the_other),
	    cmocka_unit_test(bounds_memory_both_ways),
	    cmocka_unit_test(tries_a_dead_connection_again),
	    cmocka_unit_test(never_ends_what_was_cut),
	    cmocka_unit_test(lets_the_origin_know_that_the_client_left),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
