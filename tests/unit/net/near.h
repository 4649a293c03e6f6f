#ifndef CONSENT_UNIT_NET_NEAR_H
#define CONSENT_UNIT_NET_NEAR_H

/*
 * For the tests of streams: a stream, its far side, and a count of all that it
 * told.
 */

#include "far.h"
#include "net/stream.h"
#include "sockets.h"

/* One stream under test and what it told. */
struct near {
	struct harness h;
	struct stream *stream;
	struct far far;
	struct buf got;
	size_t take; /* bytes to use of each near_on_read */
	unsigned reads, connected, ends, drained, flushed, timeouts, fails;
	enum stream_failure why;
	bool close_in_read;
	bool nested; /* inside a call of ours: no callback may come */
	struct stream_options options;
	struct buf ended; /* the bytes that were told before the end */
	size_t heard;	  /* number of far.got; got and ended follow */
};

/* No callback comes inside a call, or after the failure. */
static inline void
near_check(const struct near *n)
{
	assert_false(n->nested);
	assert_int_equal(n->fails, 0);
}

/* stream_owner.on_connected */
static inline void
near_on_connected(void *ctx)
{
	struct near *n = ctx;

	near_check(n);
	n->connected++;
}

/* stream_owner.on_read: uses what the test wants of it. */
static inline size_t
near_on_read(void *ctx, struct span bytes)
{
	struct near *n = ctx;
	size_t used = bytes.n < n->take ? bytes.n : n->take;

	near_check(n);
	assert_int_equal(n->ends, 0);
	n->reads++;
	bytes.n = used;
	far_note(&n->got, bytes);
	if (n->close_in_read) {
		stream_close(n->stream, STREAM_NOW);
		n->stream = NULL;
	}
	return used;
}

/* stream_owner.on_eof */
static inline void
near_on_eof(void *ctx)
{
	struct near *n = ctx;
	char text[32];

	near_check(n);
	n->ends++;
	(void)snprintf(text, sizeof text, "%zu ", n->got.n);
	far_note(&n->ended, span_of(text));
}

/* stream_owner.on_drained */
static inline void
near_on_drained(void *ctx)
{
	struct near *n = ctx;

	near_check(n);
	assert_true(stream_pending(n->stream) <= n->options.low);
	n->drained++;
}

/* stream_owner.on_flushed */
static inline void
near_on_flushed(void *ctx)
{
	struct near *n = ctx;

	near_check(n);
	assert_int_equal(stream_pending(n->stream), 0);
	n->flushed++;
}

/* stream_owner.on_timeout */
static inline void
near_on_timeout(void *ctx)
{
	struct near *n = ctx;

	near_check(n);
	n->timeouts++;
}

/* stream_owner.on_fail */
static inline void
near_on_fail(void *ctx, enum stream_failure why)
{
	struct near *n = ctx;

	near_check(n);
	n->fails++;
	n->why = why;
}

static const struct stream_owner near_owner = {
    .on_connected = near_on_connected,
    .on_read = near_on_read,
    .on_eof = near_on_eof,
    .on_drained = near_on_drained,
    .on_flushed = near_on_flushed,
    .on_timeout = near_on_timeout,
    .on_fail = near_on_fail,
};

/* Closes and frees; without memory, nothing else came than with it. */
static inline void
near_fini(void *ctx)
{
	struct near *n = ctx;
	bool strict = failing_ends(n);

	stream_close(n->stream, STREAM_NOW);
	harness_fini(&n->h);
	heard_as_far(n->heard, buf_span(&n->far.got));
	heard_as_far(n->heard + 1, buf_span(&n->got));
	heard_as_far(n->heard + 2, buf_span(&n->ended));
	far_fini(&n->far);
	buf_fini(&n->got);
	buf_fini(&n->ended);
	failing_ended(strict);
}

/* All but the stream. */
static inline void
near_init(struct near *n)
{
	memset(n, 0, sizeof *n);
	harness_init(&n->h);
	far_init(&n->far, -1);
	buf_init(&n->got, FAR_MAX);
	buf_init(&n->ended, FAR_MAX);
	n->take = SIZE_MAX;
	n->options.high = 64 * 1024;
	n->options.low = 16 * 1024;
	n->heard = heard_next();
	(void)heard_next();
	(void)heard_next();
	failing_later(near_fini, n);
}

/* A stream over fd. */
static inline void
near_accept(struct near *n, int fd)
{
	struct stream_user user = {&near_owner, &n->options, n};

	n->stream = stream_accept(n->h.loop, fd, &user);
	assert_non_null(n->stream);
}

/* Writes, and proves that nothing calls back meanwhile. */
static inline int
near_write(struct near *n, struct span bytes)
{
	int rc;

	n->nested = true;
	rc = stream_write(n->stream, &bytes, 1);
	n->nested = false;
	return rc;
}

#endif
