#include "net/stream_tls.h"

#include "base/digest.h"
#include "base/log.h"
#include "far.h"
#include "net/stream.h"
#include "net/stream_give.h"
#include "sockets.h"
#include "throwaway.h"

#include <libconsent/buf.h>

/* Two streams that talk TLS to each other over a socketpair. */

enum {
	BULK = 1 << 20
};

struct side {
	struct pair *pair;
	struct stream *stream;
	struct stream_options options;
	struct buf got, ended; /* ended: the bytes before the end */
	size_t seen;	       /* of got */
	size_t heard;	       /* number of got; ended follows */
	unsigned connected, ends, fails, drained, flushed, timeouts, hangups;
	enum stream_failure why;
	bool nested; /* inside a call of ours */
	bool slow;   /* takes nothing */
};

struct pair {
	struct harness h;
	struct throwaway keys;
	struct side server, client;
	int fd[2]; /* copies of both sockets */
};

static void
on_connected(void *ctx)
{
	struct side *side = ctx;

	assert_false(side->nested);
	assert_int_equal(side->got.n + side->fails, 0);
	side->connected++;
}

static size_t
on_read(void *ctx, struct span bytes)
{
	struct side *side = ctx;

	assert_false(side->nested);
	assert_int_equal(side->ends + side->fails, 0);
	if (side->slow)
		return 0;
	far_note(&side->got, bytes);
	return bytes.n;
}

static void
on_eof(void *ctx)
{
	struct side *side = ctx;
	char text[32];

	side->ends++;
	(void)snprintf(text, sizeof text, "%zu ", side->got.n);
	far_note(&side->ended, span_of(text));
}

static void
on_hangup(void *ctx)
{
	((struct side *)ctx)->hangups++;
}

static void
on_drained(void *ctx)
{
	((struct side *)ctx)->drained++;
}

static void
on_flushed(void *ctx)
{
	((struct side *)ctx)->flushed++;
}

static void
on_timeout(void *ctx)
{
	((struct side *)ctx)->timeouts++;
}

static void
on_fail(void *ctx, enum stream_failure why)
{
	struct side *side = ctx;

	assert_false(side->nested);
	side->fails++;
	side->why = why;
}

static const struct stream_owner owner = {
    .on_connected = on_connected,
    .on_read = on_read,
    .on_eof = on_eof,
    .on_hangup = on_hangup,
    .on_drained = on_drained,
    .on_flushed = on_flushed,
    .on_timeout = on_timeout,
    .on_fail = on_fail,
};

static void
side_init(struct pair *p, struct side *side, int fd)
{
	struct stream_user user = {&owner, &side->options, side};

	side->pair = p;
	side->stream = stream_accept(p->h.loop, fd, &user);
	assert_non_null(side->stream);
}

/* Without memory, nothing else came than with it. */
static void
side_fini(struct side *side)
{
	bool strict = failing_ends(side);

	stream_close(side->stream, STREAM_NOW);
	heard_as_far(side->heard, buf_span(&side->got));
	heard_as_far(side->heard + 1, buf_span(&side->ended));
	buf_fini(&side->got);
	buf_fini(&side->ended);
	failing_ended(strict);
}

static void
side_end(void *ctx)
{
	side_fini(ctx);
}

static void
side_begin(struct side *side)
{
	buf_init(&side->got, 2 * BULK);
	buf_init(&side->ended, BULK);
	side->heard = heard_next();
	(void)heard_next();
}

static void
pair_fini(struct pair *p)
{
	bool strict = failing_ends(p);

	side_fini(&p->server);
	side_fini(&p->client);
	harness_fini(&p->h);
	(void)close(p->fd[0]);
	(void)close(p->fd[1]);
	failing_ended(strict);
}

static void
pair_end(void *ctx)
{
	pair_fini(ctx);
}

static void
pair_init(struct pair *p, const char *name)
{
	int fd[2];

	*p = (struct pair){.fd = {-1, -1}};
	harness_init(&p->h);
	throwaway_keep(&p->keys, name);
	side_begin(&p->server);
	side_begin(&p->client);
	failing_later(pair_end, p);
	socket_pair(fd);
	p->fd[0] = dup(fd[0]);
	p->fd[1] = dup(fd[1]);
	p->server.options.tls_server = p->keys.server;
	p->client.options.tls_client = p->keys.client;
	side_init(p, &p->server, fd[0]);
	side_init(p, &p->client, fd[1]);
}

static bool
is_agreed(void *arg)
{
	const struct pair *p = arg;

	return p->server.connected == 1 && p->client.connected == 1;
}

/* Both agree: how they do so without memory fails_without_trust shows. */
static void
pair_agree(struct pair *p)
{
	bool on = failing_pause();

	pair_init(p, "localhost");
	assert_true(harness_until(&p->h, is_agreed, p));
	failing_resume(on);
}

static int
put(struct side *side, struct span bytes)
{
	int rc;

	side->nested = true;
	rc = stream_write(side->stream, &bytes, 1);
	side->nested = false;
	return rc;
}

struct wanted {
	struct side *side;
	size_t n;
};

static bool
has_got(void *arg)
{
	const struct wanted *wanted = arg;

	return wanted->side->got.n >= wanted->side->seen + wanted->n;
}

static void
arrives(struct side *side, struct span text)
{
	struct wanted wanted = {side, text.n};

	assert_true(harness_until(&side->pair->h, has_got, &wanted));
	assert_true(span_equal(
	    span_sub(buf_span(&side->got), side->seen, side->got.n), text));
	side->seen = side->got.n;
}

static bool
has_ended(void *arg)
{
	const struct side *side = arg;

	return side->ends + side->fails != 0;
}

static void
talks_both_ways(void **state)
{
	struct pair p;

	(void)state;
	pair_agree(&p);
	assert_true(
	    span_equal(stream_protocol(p.server.stream), SPAN("http/1.1")));
	assert_int_equal(put(&p.client, SPAN("question")), CONSENT_OK);
	arrives(&p.server, SPAN("question"));
	assert_int_equal(put(&p.server, SPAN("answer")), CONSENT_OK);
	arrives(&p.client, SPAN("answer"));
	pair_fini(&p);
}

static void
takes_nothing_before_it_is_agreed(void **state)
{
	struct pair p;
	bool on;

	(void)state;
	pair_init(&p, "localhost");
	assert_int_equal(put(&p.client, SPAN("early")), CONSENT_EINVAL);
	assert_int_equal(put(&p.server, SPAN("early")), CONSENT_EINVAL);
	on = failing_pause(); /* as in the other cases */
	assert_true(harness_until(&p.h, is_agreed, &p));
	failing_resume(on);
	assert_int_equal(put(&p.client, SPAN("in time")), CONSENT_OK);
	arrives(&p.server, SPAN("in time"));
	pair_fini(&p);
}

static bool
has_hung_up(void *arg)
{
	return ((const struct side *)arg)->hangups != 0;
}

/* One that reads nothing hears of the end, and gets all before it later. */
static void
hears_of_an_end_on_a_pause(void **state)
{
	unsigned late;

	(void)state;
	for (late = 0; late < 2; late++) {
		struct pair p;

		pair_agree(&p);
		p.server.slow = true;
		if (late == 0) /* the end comes with what is not taken */
			stream_pause(p.server.stream);
		assert_int_equal(put(&p.client, SPAN("question")), CONSENT_OK);
		harness_turn(&p.h);
		assert_int_equal(p.server.hangups, 0);
		stream_close(p.client.stream, STREAM_CLEAN);
		p.client.stream = NULL; /* a copy holds its socket open */
		if (late == 0) {
			stream_resume(p.server.stream);
			harness_turn(&p.h);
		}
		assert_true(harness_until(&p.h, has_hung_up, &p.server));
		assert_int_equal(p.server.ends + p.server.got.n, 0);
		assert_int_equal(put(&p.server, SPAN("answer")), CONSENT_OK);
		p.server.slow = false;
		stream_resume(p.server.stream);
		arrives(&p.server, SPAN("question"));
		assert_true(harness_until(&p.h, has_ended, &p.server));
		assert_int_equal(p.server.ends, 1);
		assert_int_equal(p.server.hangups, 1);
		pair_fini(&p);
	}
}

/* More than the sockets take: it waits, is counted, and arrives as it was. */
static void
waits_for_one_that_is_slow(void **state)
{
	static char bytes[BULK];
	const struct span bulk = {bytes, sizeof bytes};
	struct pair p;

	(void)state;
	if (bytes[0] == 0) /* the same in each run */
		assert_int_equal(
		    digest_random(bytes, sizeof bytes), CONSENT_OK);
	bytes[0] = 1;
	pair_agree(&p);
	p.client.slow = true;
	assert_int_equal(put(&p.server, bulk), CONSENT_OK);
	harness_turn(&p.h);
	assert_true(stream_pending(p.server.stream) > BULK / 2);
	assert_int_equal(p.client.got.n, 0);
	p.client.slow = false;
	stream_resume(p.client.stream);
	arrives(&p.client, bulk);
	assert_int_equal(p.server.drained, 1);
	assert_true(p.server.flushed >= 1);
	pair_fini(&p);
}

static void
refuses_more_than_its_queue_holds(void **state)
{
	static char bytes[STREAM_QUEUE_MAX];
	struct pair p;

	(void)state;
	pair_agree(&p);
	p.client.slow = true;
	assert_int_equal(
	    put(&p.server, (struct span){bytes, sizeof bytes}), CONSENT_ELIMIT);
	/* nothing was taken, and all goes on */
	p.client.slow = false;
	assert_int_equal(put(&p.server, SPAN("less")), CONSENT_OK);
	arrives(&p.client, SPAN("less"));
	pair_fini(&p);
}

static void
tells_an_end_that_was_said(void **state)
{
	static const enum stream_ending endings[] = {
	    STREAM_CLEAN, STREAM_LINGER};
	struct pair p;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		pair_agree(&p);
		assert_int_equal(put(&p.server, SPAN("last")), CONSENT_OK);
		stream_close(p.server.stream, endings[i]);
		p.server.stream = NULL;
		assert_true(harness_until(&p.h, has_ended, &p.client));
		assert_int_equal(p.client.ends, 1);
		arrives(&p.client, SPAN("last"));
		pair_fini(&p);
	}
}

/* An end that was not said is a failure, after all that was. */
static void
tells_an_end_that_was_not_said(void **state)
{
	struct pair p;

	(void)state;
	pair_agree(&p);
	assert_int_equal(put(&p.server, SPAN("last")), CONSENT_OK);
	stream_close(p.server.stream, STREAM_NOW);
	p.server.stream = NULL;
	assert_int_equal(shutdown(p.fd[0], SHUT_RDWR), 0);
	assert_true(harness_until(&p.h, has_ended, &p.client));
	assert_int_equal(p.client.ends, 0);
	assert_int_equal(p.client.why, STREAM_TRUNCATED);
	arrives(&p.client, SPAN("last"));
	pair_fini(&p);
}

static void
ends_one_direction(void **state)
{
	struct pair p;

	(void)state;
	pair_agree(&p);
	stream_shutdown(p.client.stream);
	assert_true(harness_until(&p.h, has_ended, &p.server));
	assert_int_equal(p.server.ends, 1);
	assert_int_equal(put(&p.server, SPAN("still")), CONSENT_OK);
	arrives(&p.client, SPAN("still"));
	pair_fini(&p);
}

static void
fails_without_trust(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, "elsewhere.example");
	assert_true(harness_until(&p.h, has_ended, &p.client));
	failing_must(p.client.connected == 0, "it trusts another name");
	assert_int_equal(p.client.why, STREAM_INSECURE);
	assert_true(harness_until(&p.h, has_ended, &p.server));
	assert_int_equal(p.server.why, STREAM_INSECURE);
	assert_int_equal(p.client.connected + p.server.connected, 0);
	pair_fini(&p);
}

/* What counts as received is what the owner got. */
static void
counts_what_the_owner_gets(void **state)
{
	uint64_t received, sent;
	struct pair p;

	(void)state;
	pair_agree(&p);
	stream_counts(p.client.stream, &received, &sent);
	assert_int_equal(received, 0);
	assert_true(sent > 0);
	assert_int_equal(put(&p.server, SPAN("12345")), CONSENT_OK);
	arrives(&p.client, SPAN("12345"));
	stream_counts(p.client.stream, &received, &sent);
	assert_int_equal(received, 5);
	pair_fini(&p);
}

/* Once it is given away, only the new owner hears. */
static void
goes_over_to_another_owner(void **state)
{
	struct side other = {.pair = NULL};
	struct stream_user user = {&owner, &other.options, &other};
	struct pair p;

	(void)state;
	pair_agree(&p);
	other.pair = &p;
	side_begin(&other);
	failing_later(side_end, &other);
	stream_deadline(p.server.stream, 1);
	stream_give(p.server.stream, &user);
	assert_int_equal(put(&p.client, SPAN("hello")), CONSENT_OK);
	arrives(&other, SPAN("hello"));
	harness_turn(&p.h);
	assert_int_equal(p.server.got.n + p.server.timeouts, 0);
	assert_int_equal(other.timeouts, 0);
	pair_fini(&p); /* with the stream, which is the other's now */
	side_fini(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(talks_both_ways),
	    cmocka_unit_test(takes_nothing_before_it_is_agreed),
	    cmocka_unit_test(hears_of_an_end_on_a_pause),
	    cmocka_unit_test(waits_for_one_that_is_slow),
	    cmocka_unit_test(refuses_more_than_its_queue_holds),
	    cmocka_unit_test(tells_an_end_that_was_said),
	    cmocka_unit_test(tells_an_end_that_was_not_said),
	    cmocka_unit_test(ends_one_direction),
	    cmocka_unit_test(fails_without_trust),
	    cmocka_unit_test(counts_what_the_owner_gets),
	    cmocka_unit_test(goes_over_to_another_owner),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return failing_run(tests, sizeof tests / sizeof *tests);
}
