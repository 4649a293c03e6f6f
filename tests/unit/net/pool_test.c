#include "net/pool.h"

#include "far.h"
#include "http/head_edit.h"
#include "net/lane.h"
#include "net/lane_send.h"
#include "net/peer.h"
#include "sockets.h"

enum {
	FARS = 3,
	NOBODIES = 2,
	HELD = 2 /* lanes at a time */
};

/* A pool, what it told, and an origin by hand. */
struct well {
	struct harness h;
	struct pool pool;
	struct peer_options options;
	struct address at;
	int listener;
	struct far far[FARS];
	size_t accepted;
	int nobodies[NOBODIES]; /* ports where nobody listens */
	size_t n_nobodies;
	unsigned changes, idles, unreachables;
	unsigned ends; /* answers that came */
	struct lane *held[HELD];
	bool nested; /* inside a call of ours: no event may come */
};

static void
on_change(void *ctx)
{
	struct well *w = ctx;

	assert_false(w->nested);
	w->changes++;
}

static void
on_idle(void *ctx)
{
	struct well *w = ctx;

	assert_false(w->nested);
	w->idles++;
}

static void
on_unreachable(void *ctx)
{
	struct well *w = ctx;

	assert_int_not_equal(w->changes, 0);
	assert_int_equal(w->pool.open, w->accepted);
	w->unreachables++;
}

static const struct pool_owner owner = {
    .on_change = on_change,
    .on_idle = on_idle,
    .on_unreachable = on_unreachable,
};

static struct lane *
well_hold(struct well *w, struct lane *lane)
{
	size_t i = 0;

	while (lane != NULL && w->held[i] != NULL)
		assert_true(++i < HELD);
	if (lane != NULL)
		w->held[i] = lane;
	return lane;
}

static struct lane *
well_take(struct well *w)
{
	return well_hold(w, pool_take(&w->pool));
}

static struct lane *
well_take_fresh(struct well *w)
{
	return well_hold(w, pool_take_fresh(&w->pool));
}

static void
well_let_go(struct well *w, struct lane *lane)
{
	size_t i;

	for (i = 0; i < HELD; i++)
		if (w->held[i] == lane)
			w->held[i] = NULL;
	lane_release(lane);
}

static bool
is_empty(void *ctx)
{
	const struct well *w = ctx;

	return w->pool.open == 0;
}

/* Whatever is still there, a case may have given up. */
static void
well_fini(void *ctx)
{
	struct well *w = ctx;
	bool strict = failing_ends(w);
	size_t i;

	w->nested = false;
	pool_close(&w->pool);
	for (i = 0; i < HELD; i++)
		if (w->held[i] != NULL)
			well_let_go(w, w->held[i]);
	assert_true(harness_until(&w->h, is_empty, w));
	harness_fini(&w->h);
	for (i = 0; i < w->accepted; i++)
		far_fini(&w->far[i]);
	for (i = 0; i < w->n_nobodies; i++)
		(void)close(w->nobodies[i]);
	(void)close(w->listener);
	failing_ended(strict);
}

static void
well_init(struct well *w)
{
	const struct pool_user user = {&owner, &w->options, w};
	size_t i;

	memset(w, 0, sizeof *w);
	for (i = 0; i < FARS; i++)
		far_init(&w->far[i], -1);
	harness_init(&w->h);
	peer_options_init(&w->options, PEER_ORIGIN);
	w->listener = socket_listen(&w->at, FARS);
	pool_init(&w->pool, w->h.loop, &user);
	failing_later(well_fini, w);
}

/* An address where nobody listens, until the end; each is another. */
static struct address
nobody(struct well *w)
{
	struct address at;

	assert_true(w->n_nobodies < NOBODIES);
	w->nobodies[w->n_nobodies++] = socket_reserve(&at);
	return at;
}

static bool
has_settled(void *ctx)
{
	const struct well *w = ctx;

	return w->pool.connecting == 0;
}

/* One more connection, until it is open or given up. */
static void
well_grow(struct well *w)
{
	int fd;

	w->nested = true;
	assert_int_equal(pool_grow(&w->pool), CONSENT_OK);
	w->nested = false;
	assert_int_equal(w->pool.connecting, 1);
	assert_true(harness_until(&w->h, has_settled, w));
	fd = socket_accept(w->listener);
	if (fd >= 0)
		far_init(&w->far[w->accepted++], fd);
}

static void
well_release(struct well *w, struct lane *lane)
{
	unsigned idles = w->idles;

	w->nested = true;
	well_let_go(w, lane);
	w->nested = false;
	harness_turn(&w->h);
	assert_int_equal(w->idles, idles + 1);
}

static void
on_head(void *ctx, struct lane *lane)
{
	(void)ctx;
	(void)lane;
}

static void
on_end(void *ctx, struct lane *lane)
{
	struct well *w = ctx;

	(void)lane;
	w->ends++;
}

static void
on_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	(void)ctx;
	(void)lane;
	fail_msg("the lane failed: %d", (int)why);
}

static const struct lane_handler handler = {
    .on_head = on_head,
    .on_end = on_end,
    .on_fail = on_fail,
};

/* A whole exchange over a lane that leads to this far side. */
static void
well_exchange(struct well *w, struct lane *lane, struct far *far)
{
	struct head head;

	w->ends = 0;
	lane_attach(lane, &handler, w);
	head_init(&head, NULL);
	assert_int_equal(
	    head_start_request(&head, SPAN("GET"), SPAN("/")), CONSENT_OK);
	assert_int_equal(lane_send_head(lane, &head, BODY_NONE, 0), CONSENT_OK);
	head_fini(&head);
	assert_int_equal(lane_finish(lane, NULL), CONSENT_OK);
	assert_true(far_got(&w->h, far, SPAN("GET / HTTP/1.1\r\n")));
	far_says(far, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	assert_true(harness_until(&w->h, is_set, &w->ends));
}

static void
hands_out_what_is_idle(void **state)
{
	struct well w;
	struct lane *lane;

	(void)state;
	well_init(&w);
	pool_locate(&w.pool, &w.at, 1);
	assert_null(well_take(&w));
	well_grow(&w);
	assert_int_equal(w.changes, 1);
	assert_int_equal(w.idles, 0);
	assert_int_equal(w.pool.opened, 1);
	assert_int_equal(w.pool.idle, 1);
	lane = well_take(&w);
	assert_non_null(lane);
	assert_int_equal(w.pool.idle, 0);
	assert_null(well_take(&w));
	well_release(&w, lane);
	assert_int_equal(w.pool.idle, 1);
	assert_int_equal(w.pool.reused, 0);
	well_fini(&w);
}

static void
tells_fresh_from_used(void **state)
{
	struct well w;
	struct lane *lane, *fresh;

	(void)state;
	well_init(&w);
	pool_locate(&w.pool, &w.at, 1);
	well_grow(&w);
	lane = well_take_fresh(&w);
	assert_non_null(lane);
	well_exchange(&w, lane, &w.far[0]);
	well_release(&w, lane);
	assert_null(well_take_fresh(&w));
	well_grow(&w);
	fresh = well_take_fresh(&w);
	assert_non_null(fresh);
	assert_int_equal(w.pool.reused, 0);
	assert_ptr_equal(well_take(&w), lane);
	assert_int_equal(w.pool.reused, 1);
	well_release(&w, lane);
	well_release(&w, fresh);
	well_fini(&w);
}

static void
passes_over_what_failed_in_any_list(void **state)
{
	struct well w;
	struct address list[3];

	(void)state;
	well_init(&w);
	list[0] = list[1] = nobody(&w);
	list[2] = w.at;
	pool_locate(&w.pool, list + 1, 2);
	well_grow(&w);
	assert_int_equal(w.pool.failed, 1);
	assert_int_equal(w.pool.opened, 1);
	assert_int_equal(w.unreachables, 0);
	/* it is found again, wherever it stands in another list */
	pool_locate(&w.pool, list, 3);
	well_grow(&w);
	assert_int_equal(w.pool.failed, 1);
	assert_int_equal(w.pool.opened, 2);
	assert_int_equal(w.accepted, 2);
	well_fini(&w);
}

/* The address that failed is passed over, and keeps its rest in a new list. */
static void
lets_an_address_rest_that_failed(void **state)
{
	struct address list[2], other;
	struct well w;

	(void)state;
	well_init(&w);
	other = nobody(&w);
	list[0] = other;
	list[1] = w.at;
	pool_locate(&w.pool, list, 2);
	well_grow(&w);
	assert_int_equal(w.pool.failed, 1);
	list[0] = w.at; /* the other way round: both are known */
	list[1] = other;
	pool_locate(&w.pool, list, 2);
	assert_int_equal(w.pool.health[0].failures, 0);
	assert_int_equal(w.pool.health[1].failures, 1);
	list[0] = nobody(&w); /* nothing is known of this one */
	pool_locate(&w.pool, list, 2);
	assert_true(harness_until(&w.h, is_empty, &w)); /* that one has left */
	far_fini(&w.far[0]);
	w.accepted = 0;
	assert_int_equal(w.pool.health[0].failures, 0);
	assert_int_equal(w.pool.health[1].failures, 1);
	well_grow(&w); /* both fail: the one that is well first */
	assert_int_equal(w.pool.failed, 3);
	assert_int_equal(w.pool.health[0].failures, 1);
	assert_int_equal(w.pool.health[1].failures, 2);
	assert_int_equal(w.unreachables, 1);
	well_fini(&w);
}

static void
tells_when_no_address_answers(void **state)
{
	struct well w;
	struct address list[2];

	(void)state;
	well_init(&w);
	assert_int_equal(pool_grow(&w.pool), CONSENT_EIO); /* nowhere to go */
	list[0] = nobody(&w);
	list[1] = nobody(&w);
	pool_locate(&w.pool, list, 2);
	well_grow(&w);
	assert_int_equal(w.unreachables, 1);
	assert_int_equal(w.changes, 1);
	assert_int_equal(w.pool.failed, 2);
	assert_int_equal(w.pool.opened, 0);
	well_fini(&w);
}

static void
drops_the_one_idle_longest(void **state)
{
	struct well w;

	(void)state;
	well_init(&w);
	pool_locate(&w.pool, &w.at, 1);
	pool_drop_oldest(&w.pool); /* there is none */
	well_grow(&w);
	well_grow(&w);
	w.nested = true;
	pool_drop_oldest(&w.pool);
	w.nested = false;
	assert_int_equal(w.pool.idle, 1);
	assert_true(harness_until(&w.h, far_ended, &w.far[0]));
	harness_turn(&w.h);
	assert_false(far_ended(&w.far[1]));
	assert_int_equal(w.pool.open, 1);
	assert_int_equal(w.changes, 3);
	well_fini(&w);
}

static void
closes_whatever_is_open(void **state)
{
	struct well w;

	(void)state;
	well_init(&w);
	pool_locate(&w.pool, &w.at, 1);
	well_grow(&w);
	well_grow(&w);
	assert_int_equal(pool_grow(&w.pool), CONSENT_OK);
	w.changes = 0;
	w.nested = true;
	pool_close(&w.pool);
	w.nested = false;
	assert_int_equal(w.pool.idle, 0);
	assert_true(harness_until(&w.h, is_empty, &w));
	assert_int_equal(w.changes, 3);
	assert_int_equal(w.unreachables, 0);
	assert_int_equal(w.pool.connecting, 0);
	well_fini(&w);
}

/* A request that waits for its answer on what was opened last. */
static struct lane *
well_send(struct well *w, const struct lane_handler *hears)
{
	struct lane *lane = well_take(w);
	struct head head;

	w->ends = 0;
	assert_true(w->accepted != 0);
	buf_clear(&w->far[w->accepted - 1].got);
	assert_non_null(lane);
	lane_attach(lane, hears, w);
	head_init(&head, NULL);
	assert_int_equal(
	    head_start_request(&head, SPAN("GET"), SPAN("/")), CONSENT_OK);
	assert_int_equal(lane_send_head(lane, &head, BODY_NONE, 0), CONSENT_OK);
	head_fini(&head);
	assert_int_equal(lane_finish(lane, NULL), CONSENT_OK);
	assert_true(far_got(
	    &w->h, &w->far[w->accepted - 1], SPAN("GET / HTTP/1.1\r\n")));
	return lane;
}

static struct lane *
well_ask(struct well *w, const struct lane_handler *hears)
{
	well_grow(w);
	return well_send(w, hears);
}

static void
on_expected_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	struct well *w = ctx;

	(void)why;
	w->ends++;
	well_let_go(w, lane);
}

static const struct lane_handler complaining = {
    .on_head = on_head,
    .on_end = on_end,
    .on_fail = on_expected_fail,
};

static void
spreads_over_the_addresses(void **state)
{
	struct address list[2];
	int other, fd;
	struct well w;

	(void)state;
	well_init(&w);
	list[0] = w.at;
	other = socket_listen(&list[1], FARS);
	pool_locate(&w.pool, list, 2);
	well_grow(&w);
	well_grow(&w);
	assert_int_equal(w.accepted, 1);
	fd = socket_accept(other);
	assert_true(fd >= 0);
	well_grow(&w); /* in turn, as both have as many */
	assert_int_equal(w.accepted, 2);
	(void)close(fd);
	(void)close(other);
	well_fini(&w);
}

/* What was not used is closed, what is in use once it is free again. */
static void
leaves_an_address_that_is_none_any_more(void **state)
{
	struct lane *lane, *other;
	struct address list[2];
	struct well w;

	(void)state;
	well_init(&w);
	pool_locate(&w.pool, &w.at, 1);
	well_grow(&w);
	well_grow(&w);
	lane = well_take(&w);
	other = well_take(&w);
	well_exchange(&w, other, &w.far[0]);
	well_release(&w, other);
	list[0] = w.at;
	list[1] = nobody(&w);
	pool_locate(&w.pool, list, 2); /* it is still there: nothing ends */
	assert_int_equal(w.pool.idle, 1);
	pool_locate(&w.pool, list + 1, 1);
	assert_int_equal(w.pool.idle, 0);
	assert_null(well_take(&w));
	assert_true(harness_until(&w.h, far_ended, &w.far[0]));
	assert_false(far_ended(&w.far[1]));
	well_exchange(&w, lane, &w.far[1]);
	well_let_go(&w, lane);
	assert_true(harness_until(&w.h, far_ended, &w.far[1]));
	assert_true(harness_until(&w.h, is_empty, &w));
	assert_int_equal(w.pool.idle, 0);
	assert_int_equal(w.idles, 1);
	well_fini(&w);
}

/* Connecting is no answer, and an end without one is a failure. */
static void
lets_an_address_rest_that_is_silent(void **state)
{
	struct well w;
	struct lane *lane;

	(void)state;
	well_init(&w);
	pool_locate(&w.pool, &w.at, 1);
	(void)well_ask(&w, &complaining);
	far_fini(&w.far[0]);
	assert_true(harness_until(&w.h, is_set, &w.ends));
	assert_true(harness_until(&w.h, is_empty, &w));
	assert_int_equal(w.pool.silent, 1);
	assert_int_equal(w.pool.failed, 0);
	assert_int_equal(pool_resting(&w.pool), 1);
	w.accepted = 0;
	lane = well_ask(&w, &handler); /* better than none */
	assert_int_equal(pool_resting(&w.pool), 1);
	far_says(&w.far[0], "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	assert_true(harness_until(&w.h, is_set, &w.ends));
	assert_int_equal(pool_resting(&w.pool), 0);
	well_release(&w, lane);
	/* one that breaks when it is used again says nothing of the address */
	(void)well_send(&w, &complaining);
	far_fini(&w.far[0]);
	w.accepted = 0;
	assert_true(harness_until(&w.h, is_set, &w.ends));
	assert_int_equal(w.pool.silent, 1);
	assert_int_equal(pool_resting(&w.pool), 0);
	well_fini(&w);
}

static void
counts_a_timeout_as_silence(void **state)
{
	struct address list[2];
	struct lane *lane;
	struct well w;
	int other;

	(void)state;
	well_init(&w);
	w.options.head_ms = 50;
	list[0] = w.at;
	other = socket_listen(&list[1], FARS);
	pool_locate(&w.pool, list, 2);
	lane = well_ask(&w, &complaining);
	lane_pause(lane); /* its time stands still */
	well_grow(&w);	  /* to the other, which is well */
	assert_int_equal(w.accepted, 1);
	well_grow(&w); /* idle, to the one that is silent */
	assert_int_equal(w.accepted, 2);
	assert_int_equal(w.pool.idle, 2);
	lane_resume(lane);
	assert_true(harness_until(&w.h, is_set, &w.ends));
	assert_int_equal(w.pool.silent, 1);
	assert_int_equal(w.pool.health[0].failures, 1);
	assert_int_equal(w.pool.health[1].failures, 0);
	assert_int_equal(w.pool.idle, 1); /* only the one to the other */
	assert_true(harness_until(&w.h, far_ended, &w.far[1]));
	(void)close(other);
	well_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hands_out_what_is_idle),
	    cmocka_unit_test(tells_fresh_from_used),
	    cmocka_unit_test(passes_over_what_failed_in_any_list),
	    cmocka_unit_test(lets_an_address_rest_that_failed),
	    cmocka_unit_test(spreads_over_the_addresses),
	    cmocka_unit_test(leaves_an_address_that_is_none_any_more),
	    cmocka_unit_test(lets_an_address_rest_that_is_silent),
	    cmocka_unit_test(counts_a_timeout_as_silence),
	    cmocka_unit_test(tells_when_no_address_answers),
	    cmocka_unit_test(drops_the_one_idle_longest),
	    cmocka_unit_test(closes_whatever_is_open),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
