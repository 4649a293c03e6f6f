#include "net/upstream.h"

#include <stdio.h>

#include "far.h"
#include "http/head_edit.h"
#include "net/lane.h"
#include "net/lane_send.h"
#include "net/resolver.h"
#include "sockets.h"

enum {
	ASKERS = 4
};

/* One request for a lane and what became of it. */
struct asker {
	struct site *site;
	struct upstream_wait wait;
	struct lane *lane;
	unsigned readies, ends, fails;
	int rc;
	unsigned turn; /* in which order lanes were handed out */
};

/* An upstream, an origin by hand, and some who ask. */
struct site {
	struct harness h;
	struct upstream *up;
	struct upstream_options options;
	struct resolver *resolver;
	struct address at;
	int listener;
	struct far far[ASKERS];
	size_t accepted;
	struct asker asker[ASKERS];
	unsigned turns;
	bool nested; /* inside a call of ours */
	char origin[ADDRESS_TEXT + 8];
};

static void
on_end(void *ctx, struct lane *lane)
{
	struct asker *a = ctx;

	assert_ptr_equal(lane, a->lane);
	a->ends++;
}

static void
on_head(void *ctx, struct lane *lane)
{
	(void)ctx;
	assert_int_equal(lane_head(lane)->status, 200);
}

static void
on_body(void *ctx, struct lane *lane, struct span bytes)
{
	(void)ctx;
	(void)lane;
	(void)bytes;
	fail_msg("%s", "no body was sent");
}

static void
on_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	struct asker *a = ctx;

	(void)why;
	a->fails++;
	a->lane = NULL;
	lane_release(lane);
}

static const struct lane_handler handler = {
    .on_head = on_head,
    .on_body = on_body,
    .on_end = on_end,
    .on_fail = on_fail,
};

static void
on_ready(void *ctx, struct lane *lane, int rc)
{
	struct asker *a = ctx;

	assert_false(a->site->nested);
	assert_true((lane != NULL) == (rc == CONSENT_OK));
	failing_must((lane != NULL) == (rc == CONSENT_OK),
	    "a lane and an error, or neither");
	a->readies++;
	a->rc = rc;
	a->lane = lane;
	a->turn = ++a->site->turns;
	if (lane != NULL)
		lane_attach(lane, &handler, a);
}

/* Ends all that is there, with memory or without. */
static void
site_fini(void *ctx)
{
	struct site *s = ctx;
	bool strict = failing_ends(s);
	size_t i;

	upstream_free(s->up);
	for (i = 0; i < ASKERS; i++)
		if (s->asker[i].lane != NULL)
			lane_release(s->asker[i].lane);
	resolver_free(s->resolver);
	harness_fini(&s->h);
	for (i = 0; i < s->accepted; i++)
		far_fini(&s->far[i]);
	(void)close(s->listener);
	failing_ended(strict);
}

/* Everything but the upstream itself, which a test may shape first. */
static void
site_init(struct site *s)
{
	memset(s, 0, sizeof *s);
	harness_init(&s->h);
	failing_later(site_fini, s);
	upstream_options_init(&s->options);
	s->listener = socket_listen(&s->at, ASKERS);
}

static void
site_open(struct site *s, const char *host)
{
	(void)snprintf(s->origin, sizeof s->origin, "http://%s:%u", host,
	    ntohs(s->at.to.v4.sin_port));
	s->options.origin = span_of(s->origin);
	assert_int_equal(
	    upstream_new(s->h.loop, s->resolver, &s->options, &s->up),
	    CONSENT_OK);
	memset(s->origin, 'x', sizeof s->origin); /* it was copied */
}

/* The resolver's own processes have memory. */
static void
site_resolve(struct site *s)
{
	bool on = failing_pause();

	s->resolver = resolver_new(s->h.loop, NULL);
	assert_non_null(s->resolver);
	failing_resume(on);
}

static void
site_start(struct site *s)
{
	site_init(s);
	site_open(s, "127.0.0.1");
}

/* Takes what connects. */
static void
site_accept(struct site *s)
{
	int fd = s->accepted < ASKERS ? socket_accept(s->listener) : -1;

	if (fd >= 0)
		far_init(&s->far[s->accepted++], fd);
}

static struct asker *
site_get(struct site *s, unsigned index, enum upstream_want want)
{
	struct asker *a = &s->asker[index];

	a->site = s;
	a->readies = 0;
	a->wait.on_ready = on_ready;
	a->wait.ctx = a;
	a->wait.want = want;
	s->nested = true;
	assert_int_equal(upstream_get(s->up, &a->wait), CONSENT_OK);
	s->nested = false;
	return a;
}

static bool
asker_is_ready(void *ctx)
{
	struct asker *a = ctx;

	site_accept(a->site);
	return a->readies != 0;
}

static bool
asker_has_end(void *ctx)
{
	struct asker *a = ctx;

	return a->ends != 0;
}

static struct asker *
site_ask(struct site *s, unsigned index, enum upstream_want want)
{
	struct asker *a = site_get(s, index, want);

	assert_true(harness_until(&s->h, asker_is_ready, a));
	assert_int_equal(a->readies, 1);
	return a;
}

/* A whole exchange over the lane, with the far side that it leads to. */
static void
asker_exchange(struct asker *a, struct far *far)
{
	struct head head;
	struct lane *lane = a->lane;

	assert_non_null(lane);
	head_init(&head, NULL);
	assert_int_equal(
	    head_start_request(&head, SPAN("GET"), SPAN("/")), CONSENT_OK);
	assert_int_equal(lane_send_head(lane, &head, BODY_NONE, 0), CONSENT_OK);
	head_fini(&head);
	assert_int_equal(lane_finish(lane, NULL), CONSENT_OK);
	buf_clear(&far->got);
	assert_true(far_got(&a->site->h, far, SPAN("GET / HTTP/1.1\r\n")));
	far_send(far, SPAN("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
	a->ends = 0;
	assert_true(harness_until(&a->site->h, asker_has_end, a));
}

static void
asker_release(struct asker *a)
{
	struct lane *lane = a->lane;

	assert_non_null(lane);
	a->lane = NULL;
	a->site->nested = true;
	lane_release(lane);
	a->site->nested = false;
}

static struct upstream_counts
site_counts(const struct site *s)
{
	struct upstream_counts counts;

	upstream_count(s->up, &counts);
	return counts;
}

static void
uses_a_connection_again(void **state)
{
	struct site s;
	struct asker *a;

	(void)state;
	site_start(&s);
	a = site_ask(&s, 0, UPSTREAM_ANY);
	assert_int_equal(a->rc, CONSENT_OK);
	harness_turn(&s.h);
	site_accept(&s);
	asker_exchange(a, &s.far[0]);
	asker_release(a);
	a = site_ask(&s, 1, UPSTREAM_ANY);
	asker_exchange(a, &s.far[0]);
	asker_release(a);
	harness_turn(&s.h);
	assert_int_equal(s.accepted, 1);
	assert_int_equal(site_counts(&s).opened, 1);
	assert_int_equal(site_counts(&s).reused, 1);
	assert_int_equal(site_counts(&s).idle, 1);
	site_fini(&s);
}

/* Three at once, where two may stay idle; all are done. */
static void
site_crowd(struct site *s, int64_t spare_ms)
{
	unsigned i;

	site_init(s);
	s->options.idle = 2;
	s->options.spare_ms = spare_ms;
	site_open(s, "127.0.0.1");
	for (i = 0; i < 3; i++)
		(void)site_ask(s, i, UPSTREAM_ANY);
	for (i = 0; i < 3 && s->accepted < 3; i++) {
		harness_turn(&s->h);
		site_accept(s);
	}
	for (i = 0; i < 3; i++)
		asker_exchange(&s->asker[i], &s->far[i]);
	for (i = 0; i < 3; i++)
		asker_release(&s->asker[i]);
	harness_turn(&s->h);
}

/* A crowd that comes again finds the connections that it had. */
static void
a_moment_of_rest_closes_none(void **state)
{
	struct site s;
	unsigned i;

	(void)state;
	site_crowd(&s, 3600 * 1000);
	assert_int_equal(site_counts(&s).idle, 3);
	for (i = 0; i < 3; i++)
		asker_exchange(site_ask(&s, i, UPSTREAM_ANY), &s.far[2 - i]);
	assert_int_equal(site_counts(&s).opened, 3);
	site_fini(&s);
}

static void
prefers_the_one_used_last(void **state)
{
	struct site s;
	struct asker *a, *b;

	(void)state;
	site_crowd(&s, 1);
	/* the oldest of three was one too many */
	assert_true(harness_until(&s.h, far_ended, &s.far[0]));
	assert_int_equal(site_counts(&s).idle, 2);
	a = site_ask(&s, 0, UPSTREAM_ANY);
	asker_exchange(a, &s.far[2]);
	b = site_ask(&s, 1, UPSTREAM_ANY);
	asker_exchange(b, &s.far[1]);
	site_fini(&s);
}

static void
drops_a_dead_connection(void **state)
{
	struct site s;
	struct asker *a;

	(void)state;
	site_start(&s);
	a = site_ask(&s, 0, UPSTREAM_ANY);
	harness_turn(&s.h);
	site_accept(&s);
	asker_exchange(a, &s.far[0]);
	asker_release(a);
	harness_turn(&s.h);
	far_close(&s.far[0]);
	harness_turn(&s.h);
	assert_int_equal(site_counts(&s).open, 0);
	a = site_ask(&s, 0, UPSTREAM_ANY);
	assert_int_equal(a->rc, CONSENT_OK);
	assert_int_equal(site_counts(&s).opened, 2);
	assert_int_equal(site_counts(&s).reused, 0);
	site_fini(&s);
}

static void
opens_a_fresh_one_for_a_second_try(void **state)
{
	struct site s;
	struct asker *a;

	(void)state;
	site_init(&s);
	s.options.open = 1;
	site_open(&s, "127.0.0.1");
	a = site_ask(&s, 0, UPSTREAM_ANY);
	harness_turn(&s.h);
	site_accept(&s);
	asker_exchange(a, &s.far[0]);
	asker_release(a);
	harness_turn(&s.h);
	assert_int_equal(site_counts(&s).idle, 1);
	/* the idle one makes room */
	a = site_ask(&s, 0, UPSTREAM_FRESH);
	assert_int_equal(a->rc, CONSENT_OK);
	assert_int_equal(site_counts(&s).opened, 2);
	assert_int_equal(site_counts(&s).open, 1);
	site_fini(&s);
}

static void
queues_in_order_and_bounded(void **state)
{
	struct site s;
	struct asker *a, *b, *c;
	struct upstream_wait more = {.on_ready = on_ready};

	(void)state;
	site_init(&s);
	s.options.open = 1;
	s.options.queue = 2;
	site_open(&s, "127.0.0.1");
	a = site_ask(&s, 0, UPSTREAM_ANY);
	harness_turn(&s.h);
	site_accept(&s);
	b = site_get(&s, 1, UPSTREAM_ANY);
	c = site_get(&s, 2, UPSTREAM_ANY);
	assert_int_equal(upstream_get(s.up, &more), CONSENT_EBUSY);
	harness_turn(&s.h);
	assert_int_equal(b->readies + c->readies, 0);
	assert_int_equal(site_counts(&s).waiting, 2);
	assert_int_equal(site_counts(&s).refused, 1);
	asker_exchange(a, &s.far[0]);
	asker_release(a);
	assert_true(harness_until(&s.h, asker_is_ready, b));
	assert_int_equal(c->readies, 0);
	/* a lane given back unused is as good as an exchange */
	asker_release(b);
	assert_true(harness_until(&s.h, asker_is_ready, c));
	assert_true(b->turn < c->turn);
	assert_int_equal(s.accepted, 1);
	site_fini(&s);
}

static void
opens_another_when_one_breaks(void **state)
{
	struct site s;
	struct asker *a, *b;

	(void)state;
	site_init(&s);
	s.options.open = 1;
	site_open(&s, "127.0.0.1");
	a = site_ask(&s, 0, UPSTREAM_ANY);
	b = site_get(&s, 1, UPSTREAM_ANY);
	assert_non_null(a->lane);
	lane_abort(a->lane);
	asker_release(a);
	assert_true(harness_until(&s.h, asker_is_ready, b));
	assert_int_equal(b->rc, CONSENT_OK);
	assert_int_equal(site_counts(&s).opened, 2);
	site_fini(&s);
}

static void
gives_up_waiting(void **state)
{
	struct site s;
	struct asker *b;

	(void)state;
	site_init(&s);
	s.options.open = 1;
	s.options.queue_ms = 10;
	site_open(&s, "127.0.0.1");
	(void)site_ask(&s, 0, UPSTREAM_ANY);
	b = site_ask(&s, 1, UPSTREAM_ANY);
	assert_int_equal(b->rc, CONSENT_EBUSY);
	assert_int_equal(site_counts(&s).refused, 1);
	assert_int_equal(site_counts(&s).waiting, 0);
	site_fini(&s);
}

static void
forgets_who_cancels(void **state)
{
	struct site s;
	struct asker *a, *b;

	(void)state;
	site_start(&s);
	a = site_get(&s, 0, UPSTREAM_ANY);
	b = site_get(&s, 1, UPSTREAM_ANY);
	upstream_cancel(&a->wait);
	upstream_cancel(&a->wait);
	assert_true(harness_until(&s.h, asker_is_ready, b));
	harness_turn(&s.h);
	assert_int_equal(a->readies, 0);
	site_fini(&s);
}

static void
tells_an_origin_that_is_not_there(void **state)
{
	struct site s;
	struct asker *a, *b;

	(void)state;
	site_init(&s);
	(void)close(s.listener);
	site_open(&s, "127.0.0.1");
	a = site_get(&s, 0, UPSTREAM_ANY);
	b = site_get(&s, 1, UPSTREAM_ANY);
	assert_true(harness_until(&s.h, asker_is_ready, a));
	assert_true(harness_until(&s.h, asker_is_ready, b));
	assert_int_equal(a->rc, CONSENT_EIO);
	assert_int_equal(b->rc, CONSENT_EIO);
	assert_int_equal(site_counts(&s).failed, 2);
	assert_int_equal(site_counts(&s).open, 0);
	site_fini(&s);
}

static void
finds_a_name(void **state)
{
	struct site s;
	struct asker *a;

	(void)state;
	site_init(&s);
	site_resolve(&s);
	/* may be ::1 first, where nobody listens */
	site_open(&s, "localhost");
	a = site_ask(&s, 0, UPSTREAM_ANY);
	assert_int_equal(a->rc, CONSENT_OK);
	harness_turn(&s.h);
	site_accept(&s);
	asker_exchange(a, &s.far[0]);
	site_fini(&s);
}

static void
tells_a_name_that_is_none(void **state)
{
	struct site s;
	struct asker *a;

	(void)state;
	site_init(&s);
	site_resolve(&s);
	site_open(&s, "no..name");
	a = site_ask(&s, 0, UPSTREAM_ANY);
	assert_int_equal(a->rc, CONSENT_EIO);
	site_fini(&s);
}

static void
refuses_what_it_cannot_reach(void **state)
{
	static const char *const bad[] = {"", "https://h", "http://",
	    "http://h:0", "http://h:70000", "http://h/path",
	    "unix:", "http://name.without.resolver"};
	struct site s;
	struct upstream *up = NULL;
	size_t i;

	(void)state;
	site_start(&s);
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		s.options.origin = span_of(bad[i]);
		assert_int_equal(upstream_new(s.h.loop, NULL, &s.options, &up),
		    CONSENT_EINVAL);
	}
	assert_null(up);
	site_fini(&s);
}

static bool
asker_has_failed(void *ctx)
{
	return ((struct asker *)ctx)->fails != 0;
}

static void
ends_with_lanes_in_use(void **state)
{
	struct site s;
	struct asker *a, *b;

	(void)state;
	site_init(&s);
	s.options.open = 1;
	site_open(&s, "127.0.0.1");
	a = site_ask(&s, 0, UPSTREAM_ANY);
	b = site_get(&s, 1, UPSTREAM_ANY);
	upstream_free(s.up);
	s.up = NULL;
	assert_true(harness_until(&s.h, asker_has_failed, a));
	harness_turn(&s.h);
	assert_int_equal(b->readies, 0);
	site_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(uses_a_connection_again),
	    cmocka_unit_test(a_moment_of_rest_closes_none),
	    cmocka_unit_test(prefers_the_one_used_last),
	    cmocka_unit_test(drops_a_dead_connection),
	    cmocka_unit_test(opens_a_fresh_one_for_a_second_try),
	    cmocka_unit_test(queues_in_order_and_bounded),
	    cmocka_unit_test(opens_another_when_one_breaks),
	    cmocka_unit_test(gives_up_waiting),
	    cmocka_unit_test(forgets_who_cancels),
	    cmocka_unit_test(tells_an_origin_that_is_not_there),
	    cmocka_unit_test(finds_a_name),
	    cmocka_unit_test(tells_a_name_that_is_none),
	    cmocka_unit_test(refuses_what_it_cannot_reach),
	    cmocka_unit_test(ends_with_lanes_in_use),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
