#include "net/stream.h"

#include "near.h"

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
	assert_true(harness_until(&n.h, is_set, &n.reads));
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
	assert_true(harness_until(&n.h, is_set, &n.ends));
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
	assert_true(harness_until(&n.h, is_set, &n.ends));
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
	assert_true(harness_until(&n.h, is_set, &n.fails));
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
	assert_true(harness_until(&n.h, is_set, &n.fails));
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
	assert_true(harness_until(&n.h, is_set, &n.fails));
	assert_int_equal(n.why, STREAM_BROKEN);
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
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
