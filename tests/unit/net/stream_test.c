#include "net/stream.h"

#include <stdio.h>

#include "harness.h"

enum {
	BULK = 1 << 20
};

/* One stream under test and what it told. */
struct near {
	struct harness h;
	struct stream *stream;
	struct far far;
	struct buf got;
	size_t take; /* bytes to use of each on_read */
	unsigned reads, connected, ends, drained, flushed, timeouts, fails;
	enum stream_failure why;
	bool close_in_read;
	bool nested; /* inside a call of ours: no callback may come */
	struct stream_options options;
};

static void
near_check(const struct near *n)
{
	assert_false(n->nested);
	assert_int_equal(n->fails, 0);
}

static void
on_connected(void *ctx)
{
	struct near *n = ctx;

	near_check(n);
	n->connected++;
}

static size_t
on_read(void *ctx, struct span bytes)
{
	struct near *n = ctx;
	size_t used = bytes.n < n->take ? bytes.n : n->take;

	near_check(n);
	assert_int_equal(n->ends, 0);
	n->reads++;
	bytes.n = used;
	assert_int_equal(buf_append(&n->got, bytes), CONSENT_OK);
	if (n->close_in_read) {
		stream_close(n->stream, STREAM_NOW);
		n->stream = NULL;
	}
	return used;
}

static void
on_eof(void *ctx)
{
	struct near *n = ctx;

	near_check(n);
	n->ends++;
}

static void
on_drained(void *ctx)
{
	struct near *n = ctx;

	near_check(n);
	assert_true(stream_pending(n->stream) <= n->options.low);
	n->drained++;
}

static void
on_flushed(void *ctx)
{
	struct near *n = ctx;

	near_check(n);
	assert_int_equal(stream_pending(n->stream), 0);
	n->flushed++;
}

static void
on_timeout(void *ctx)
{
	struct near *n = ctx;

	near_check(n);
	n->timeouts++;
}

static void
on_fail(void *ctx, enum stream_failure why)
{
	struct near *n = ctx;

	near_check(n);
	n->fails++;
	n->why = why;
}

static const struct stream_owner owner = {
    on_connected, on_read, on_eof, on_drained, on_flushed, on_timeout, on_fail};

static void
near_init(struct near *n)
{
	memset(n, 0, sizeof *n);
	harness_init(&n->h);
	far_init(&n->far, -1);
	buf_init(&n->got, HARNESS_MAX);
	n->take = SIZE_MAX;
	n->options.high = 64 * 1024;
	n->options.low = 16 * 1024;
}

static void
near_accept(struct near *n, int fd)
{
	struct stream_user user = {&owner, &n->options, n};

	n->stream = stream_accept(n->h.loop, fd, &user);
	assert_non_null(n->stream);
}

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

static void
near_fini(struct near *n)
{
	stream_close(n->stream, STREAM_NOW);
	harness_fini(&n->h);
	far_fini(&n->far);
	buf_fini(&n->got);
}

static int
near_write(struct near *n, struct span bytes)
{
	int rc;

	n->nested = true;
	rc = stream_write(n->stream, &bytes, 1);
	n->nested = false;
	return rc;
}

static bool
near_failed(void *ctx)
{
	return ((struct near *)ctx)->fails != 0;
}

static bool
near_expired(void *ctx)
{
	return ((struct near *)ctx)->timeouts != 0;
}

static bool
near_ended(void *ctx)
{
	return ((struct near *)ctx)->ends != 0;
}

static bool
near_read(void *ctx)
{
	return ((struct near *)ctx)->reads != 0;
}

static bool
near_flushed(void *ctx)
{
	struct near *n = ctx;

	far_take(&n->far, 4096);
	return n->flushed != 0;
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

static bool
far_has_bulk(void *ctx)
{
	struct far *f = ctx;

	far_take(f, 65536);
	return f->got.n >= BULK || f->eof || f->reset;
}

static void
writes_at_once(void **state)
{
	struct near n;
	struct span spans[3] = {SPAN("one "), {NULL, 0}, SPAN("two")};

	(void)state;
	near_init(&n);
	near_pair(&n);
	assert_int_equal(stream_write(n.stream, spans, 3), CONSENT_OK);
	/* no turn of the loop in between */
	far_take(&n.far, 100);
	assert_true(span_equal(buf_span(&n.far.got), SPAN("one two")));
	assert_int_equal(stream_pending(n.stream), 0);
	harness_turn(&n.h);
	assert_int_equal(n.flushed, 0);
	near_fini(&n);
}

static void
queues_what_the_kernel_leaves(void **state)
{
	struct near n;
	struct span all = bulk(), spans[3];
	uint64_t received, sent;

	(void)state;
	near_init(&n);
	near_pair(&n);
	spans[0] = span_sub(all, 0, 1000);
	spans[1] = span_sub(all, 1000, 5000);
	spans[2] = span_sub(all, 6000, all.n);
	assert_int_equal(stream_write(n.stream, spans, 3), CONSENT_OK);
	assert_true(stream_pending(n.stream) > n.options.high);
	assert_true(stream_pending(n.stream) < all.n);
	assert_true(harness_until(&n.h, near_flushed, &n));
	assert_true(harness_until(&n.h, far_has_bulk, &n.far));
	assert_true(span_equal(buf_span(&n.far.got), all));
	assert_int_equal(n.drained, 1);
	assert_int_equal(n.flushed, 1);
	stream_counts(n.stream, &received, &sent);
	assert_true(received == 0 && sent == all.n);
	near_fini(&n);
}

static void
bounds_the_queue(void **state)
{
	struct near n;
	struct span all = bulk();
	unsigned i;

	(void)state;
	near_init(&n);
	near_pair(&n);
	for (i = 0; i < 100; i++)
		if (near_write(&n, all) != CONSENT_OK)
			break;
	assert_int_equal(near_write(&n, all), CONSENT_ELIMIT);
	assert_true(stream_pending(n.stream) <= STREAM_QUEUE_MAX);
	assert_true(i >= STREAM_QUEUE_MAX / BULK - 1);
	near_fini(&n);
}

static void
keeps_what_the_owner_leaves(void **state)
{
	struct near n;

	(void)state;
	near_init(&n);
	near_pair(&n);
	n.take = 3;
	far_send(&n.far, SPAN("0123456789"));
	assert_true(harness_until(&n.h, near_read, &n));
	far_send(&n.far, SPAN("abc"));
	harness_turn(&n.h);
	assert_int_equal(n.reads, 1);
	stream_resume(n.stream);
	assert_int_equal(n.reads, 1);
	harness_turn(&n.h);
	assert_int_equal(n.reads, 2);
	assert_true(span_equal(buf_span(&n.got), SPAN("012345")));
	n.take = SIZE_MAX;
	far_close(&n.far);
	harness_turn(&n.h);
	assert_int_equal(n.ends, 0);
	stream_resume(n.stream);
	assert_true(harness_until(&n.h, near_ended, &n));
	assert_true(span_equal(buf_span(&n.got), SPAN("0123456789abc")));
	near_fini(&n);
}

static void
pauses_and_resumes(void **state)
{
	struct near n;

	(void)state;
	near_init(&n);
	near_pair(&n);
	stream_pause(n.stream);
	far_send(&n.far, SPAN("late"));
	harness_turn(&n.h);
	assert_int_equal(n.reads, 0);
	stream_resume(n.stream);
	assert_int_equal(n.reads, 0);
	harness_turn(&n.h);
	assert_true(span_equal(buf_span(&n.got), SPAN("late")));
	near_fini(&n);
}

static void
reads_more_than_a_turn(void **state)
{
	struct near n;
	struct span all = bulk();
	size_t sent = 0;

	(void)state;
	near_init(&n);
	near_pair(&n);
	while (n.got.n < all.n) {
		ssize_t k = sent == all.n
				? 0
				: send(n.far.fd, all.p + sent, all.n - sent,
				      MSG_DONTWAIT | MSG_NOSIGNAL);

		sent += k > 0 ? (size_t)k : 0;
		(void)event_base_loop(loop_base(n.h.loop), EVLOOP_ONCE);
	}
	assert_true(span_equal(buf_span(&n.got), all));
	near_fini(&n);
}

static void
half_closes_both_ways(void **state)
{
	struct near n;

	(void)state;
	near_init(&n);
	near_pair(&n);
	far_send(&n.far, SPAN("question"));
	assert_int_equal(shutdown(n.far.fd, SHUT_WR), 0);
	assert_true(harness_until(&n.h, near_ended, &n));
	assert_true(span_equal(buf_span(&n.got), SPAN("question")));
	assert_int_equal(near_write(&n, SPAN("answer")), CONSENT_OK);
	stream_shutdown(n.stream);
	assert_int_equal(near_write(&n, SPAN("more")), CONSENT_EIO);
	assert_true(harness_until(&n.h, far_ended, &n.far));
	assert_true(n.far.eof);
	assert_true(span_equal(buf_span(&n.far.got), SPAN("answer")));
	assert_int_equal(n.fails, 0);
	assert_int_equal(n.ends, 1);
	near_fini(&n);
}

static void
shuts_behind_its_queue(void **state)
{
	struct near n;
	struct span all = bulk();

	(void)state;
	near_init(&n);
	near_pair(&n);
	assert_int_equal(near_write(&n, all), CONSENT_OK);
	stream_shutdown(n.stream);
	assert_true(harness_until(&n.h, far_ended, &n.far));
	assert_true(n.far.eof);
	assert_true(span_equal(buf_span(&n.far.got), all));
	near_fini(&n);
}

static void
closes_inside_a_callback(void **state)
{
	struct near n;

	(void)state;
	near_init(&n);
	near_pair(&n);
	n.close_in_read = true;
	far_send(&n.far, SPAN("bye"));
	assert_int_equal(shutdown(n.far.fd, SHUT_WR), 0);
	assert_true(harness_until(&n.h, far_ended, &n.far));
	harness_turn(&n.h);
	assert_int_equal(n.reads, 1);
	assert_int_equal(n.ends + n.fails, 0);
	near_fini(&n);
}

static void
tells_a_failure_once_and_not_inside(void **state)
{
	struct near n;

	(void)state;
	near_init(&n);
	near_pair(&n);
	far_close(&n.far);
	assert_int_equal(near_write(&n, SPAN("lost")), CONSENT_EIO);
	assert_int_equal(n.fails, 0);
	assert_true(harness_until(&n.h, near_failed, &n));
	assert_int_equal(n.why, STREAM_BROKEN);
	assert_int_equal(near_write(&n, SPAN("lost")), CONSENT_EIO);
	harness_turn(&n.h);
	assert_int_equal(n.fails, 1);
	assert_int_equal(n.ends, 0);
	near_fini(&n);
}

static void
reads_the_answer_before_the_failure(void **state)
{
	struct near n;
	int near;

	(void)state;
	near_init(&n);
	socket_tcp(&near, &n.far.fd);
	near_accept(&n, near);
	assert_int_equal(near_write(&n, SPAN("long upload")), CONSENT_OK);
	/* the far side answers and goes, without having read */
	far_send(&n.far, SPAN("413"));
	far_close(&n.far);
	assert_int_equal(near_write(&n, SPAN("more of it")), CONSENT_EIO);
	assert_true(harness_until(&n.h, near_failed, &n));
	assert_true(span_equal(buf_span(&n.got), SPAN("413")));
	assert_int_equal(n.why, STREAM_BROKEN);
	assert_int_equal(n.ends, 0);
	near_fini(&n);
}

static void
notices_a_reset_while_paused(void **state)
{
	static const struct linger hard = {.l_onoff = 1};
	struct near n;
	int near;

	(void)state;
	near_init(&n);
	socket_tcp(&near, &n.far.fd);
	near_accept(&n, near);
	stream_pause(n.stream);
	harness_turn(&n.h);
	assert_int_equal(
	    setsockopt(n.far.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
	far_close(&n.far);
	assert_true(harness_until(&n.h, near_failed, &n));
	assert_int_equal(n.why, STREAM_BROKEN);
	near_fini(&n);
}

static void
near_connect(struct near *n, const struct address *to)
{
	struct stream_user user = {&owner, &n->options, n};

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

	(void)state;
	near_init(&n);
	(void)close(socket_listen(&at, 1));
	near_connect(&n, &at);
	assert_true(harness_until(&n.h, near_failed, &n));
	assert_int_equal(n.why, STREAM_UNREACHABLE);
	assert_int_equal(n.connected, 0);
	near_fini(&n);
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
	assert_true(harness_until(&n.h, near_failed, &n));
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
	assert_true(harness_until(&n.h, near_expired, &n));
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
	assert_true(harness_until(&n.h, near_failed, &n));
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
	assert_true(harness_until(&n.h, near_read, &n));
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
	    cmocka_unit_test(writes_at_once),
	    cmocka_unit_test(queues_what_the_kernel_leaves),
	    cmocka_unit_test(bounds_the_queue),
	    cmocka_unit_test(keeps_what_the_owner_leaves),
	    cmocka_unit_test(pauses_and_resumes),
	    cmocka_unit_test(reads_more_than_a_turn),
	    cmocka_unit_test(half_closes_both_ways),
	    cmocka_unit_test(shuts_behind_its_queue),
	    cmocka_unit_test(closes_inside_a_callback),
	    cmocka_unit_test(tells_a_failure_once_and_not_inside),
	    cmocka_unit_test(reads_the_answer_before_the_failure),
	    cmocka_unit_test(notices_a_reset_while_paused),
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

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
