#include "net/stream.h"

#include <stdio.h>

#include "near.h"

/* How streams begin and end; how they move bytes is in stream_test.c. */

enum {
	BULK = 1 << 20
};

/* Its stream over a socketpair. */
static void
near_pair(struct near *n)
{
	int fd[2];

	socket_pair(fd);
	socket_shrink(fd[0]);
	far_init(&n->far, fd[1]);
	near_accept(n, fd[0]);
}

/* Bytes that differ from their neighbours near and far. */
static struct span
bulk(void)
{
	static char bytes[BULK];
	size_t i;

	for (i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7 + i / 256);
	return (struct span){bytes, sizeof bytes};
}

static void
near_connect(struct near *n, const struct address *to)
{
	struct stream_user user = {&near_owner, &n->options, n};

	n->stream = stream_connect(n->h.loop, to, &user);
	assert_non_null(n->stream);
	assert_int_equal(n->connected + n->fails, 0);
}

static void
connects_and_writes(void **state)
{
	struct near n;
	struct address at;
	int listener;

	(void)state;
	near_init(&n);
	listener = socket_listen(&at, 1);
	near_connect(&n, &at);
	assert_int_equal(near_write(&n, SPAN("early")), CONSENT_OK);
	n.far.fd = socket_accept(listener);
	assert_true(far_got(&n.h, &n.far, SPAN("early")));
	assert_int_equal(n.connected, 1);
	assert_int_equal(n.fails, 0);
	(void)close(listener);
	near_fini(&n);
}

static void
connects_to_a_path(void **state)
{
	struct near n;
	struct address at;
	char path[64];
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	near_init(&n);
	(void)snprintf(
	    path, sizeof path, "/tmp/stream_test.%ld", (long)getpid());
	(void)unlink(path);
	assert_int_equal(address_from_path(span_of(path), &at), CONSENT_OK);
	assert_int_equal(bind(listener, &at.to.any, at.n), 0);
	assert_int_equal(listen(listener, 1), 0);
	near_connect(&n, &at);
	n.far.fd = accept(listener, NULL, NULL);
	assert_int_equal(near_write(&n, SPAN("hello")), CONSENT_OK);
	assert_true(far_got(&n.h, &n.far, SPAN("hello")));
	harness_turn(&n.h);
	assert_int_equal(n.connected, 1);
	(void)close(listener);
	(void)unlink(path);
	near_fini(&n);
}

static void
tells_a_refused_connect(void **state)
{
	struct near n;
	struct address at;
	int nobody;

	(void)state;
	near_init(&n);
	nobody = socket_reserve(&at);
	near_connect(&n, &at);
	assert_true(harness_until(&n.h, is_set, &n.fails));
	assert_int_equal(n.why, STREAM_UNREACHABLE);
	assert_int_equal(n.connected, 0);
	near_fini(&n);
	(void)close(nobody);
}

static void
gives_up_a_slow_connect(void **state)
{
	struct near n;
	struct address at;
	int listener, fill[2];
	size_t i;

	(void)state;
	near_init(&n);
	n.options.connect_ms = 20;
	/* a listener whose queue is full answers no more */
	listener = socket_listen(&at, 0);
	for (i = 0; i < 2; i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fill[i], &at.to.any, at.n);
	}
	near_connect(&n, &at);
	assert_true(harness_until(&n.h, is_set, &n.fails));
	assert_int_equal(n.why, STREAM_CONNECT_TIMEOUT);
	(void)close(fill[0]);
	(void)close(fill[1]);
	(void)close(listener);
	near_fini(&n);
}

static void
keeps_its_deadline(void **state)
{
	struct near n;
	int64_t start = clock_monotonic();

	(void)state;
	near_init(&n);
	near_pair(&n);
	stream_deadline(n.stream, 1);
	stream_deadline(n.stream, 30);
	assert_true(harness_until(&n.h, is_set, &n.timeouts));
	assert_true(clock_monotonic() - start >= 29);
	assert_int_equal(near_write(&n, SPAN("late")), CONSENT_OK);
	assert_true(far_got(&n.h, &n.far, SPAN("late")));
	assert_int_equal(n.timeouts, 1);
	near_fini(&n);
}

static void
forgets_a_deadline(void **state)
{
	struct near n;

	(void)state;
	near_init(&n);
	near_pair(&n);
	stream_deadline(n.stream, 5);
	stream_deadline(n.stream, 0);
	harness_turn(&n.h);
	assert_int_equal(n.timeouts, 0);
	near_fini(&n);
}

static void
gives_up_when_nothing_is_taken(void **state)
{
	struct near n;

	(void)state;
	near_init(&n);
	n.options.write_ms = 20;
	near_pair(&n);
	assert_int_equal(near_write(&n, bulk()), CONSENT_OK);
	assert_true(harness_until(&n.h, is_set, &n.fails));
	assert_int_equal(n.why, STREAM_WRITE_TIMEOUT);
	near_fini(&n);
}

static bool
no_guests(void *ctx)
{
	struct near *n = ctx;

	far_take(&n->far, 65536);
	return !loop_has_guests(n->h.loop);
}

static void
lingers_so_that_last_words_arrive(void **state)
{
	struct near n;
	struct span all = bulk();
	int near;

	(void)state;
	near_init(&n);
	socket_tcp(&near, &n.far.fd);
	near_accept(&n, near);
	n.take = 0;
	far_send(&n.far, SPAN("never read"));
	assert_true(harness_until(&n.h, is_set, &n.reads));
	assert_int_equal(near_write(&n, all), CONSENT_OK);
	stream_close(n.stream, STREAM_LINGER);
	n.stream = NULL;
	far_send(&n.far, SPAN("never read either"));
	assert_true(loop_has_guests(n.h.loop));
	assert_true(harness_until(&n.h, far_ended, &n.far));
	assert_true(n.far.eof);
	assert_true(span_equal(buf_span(&n.far.got), all));
	far_close(&n.far);
	assert_true(harness_until(&n.h, no_guests, &n));
	near_fini(&n);
}

static void
lingers_not_for_ever(void **state)
{
	struct near n;
	char junk[4096] = {0};
	size_t sent = 0;

	(void)state;
	near_init(&n);
	near_pair(&n);
	stream_close(n.stream, STREAM_LINGER);
	n.stream = NULL;
	/* a far side that goes on and on */
	while (loop_has_guests(n.h.loop)) {
		ssize_t k = send(
		    n.far.fd, junk, sizeof junk, MSG_DONTWAIT | MSG_NOSIGNAL);

		sent += k > 0 ? (size_t)k : 0;
		assert_true(sent < 16 * STREAM_LINGER_BYTES);
		(void)event_base_loop(loop_base(n.h.loop), EVLOOP_ONCE);
	}
	assert_true(sent > STREAM_LINGER_BYTES);
	near_fini(&n);
}

static void
ends_guests_with_the_loop(void **state)
{
	struct near n;

	(void)state;
	near_init(&n);
	near_pair(&n);
	assert_int_equal(near_write(&n, bulk()), CONSENT_OK);
	stream_close(n.stream, STREAM_LINGER);
	n.stream = NULL;
	near_fini(&n); /* the sanitizer counts what stays */
}

static void
resets_instead_of_ending(void **state)
{
	struct near n;
	int near;

	(void)state;
	near_init(&n);
	socket_tcp(&near, &n.far.fd);
	near_accept(&n, near);
	stream_close(n.stream, STREAM_RESET);
	n.stream = NULL;
	assert_true(harness_until(&n.h, far_ended, &n.far));
	assert_true(n.far.reset);
	near_fini(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(connects_and_writes),
	    cmocka_unit_test(connects_to_a_path),
	    cmocka_unit_test(tells_a_refused_connect),
	    cmocka_unit_test(gives_up_a_slow_connect),
	    cmocka_unit_test(keeps_its_deadline),
	    cmocka_unit_test(forgets_a_deadline),
	    cmocka_unit_test(gives_up_when_nothing_is_taken),
	    cmocka_unit_test(lingers_so_that_last_words_arrive),
	    cmocka_unit_test(lingers_not_for_ever),
	    cmocka_unit_test(ends_guests_with_the_loop),
	    cmocka_unit_test(resets_instead_of_ending),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
