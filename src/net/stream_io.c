#include "net/stream_io.h"

#include <assert.h>

#include <event2/buffer.h>

#include "net/stream_raw.h"
#include "net/stream_state.h"
#include "net/stream_tls.h"

int
stream_put(struct stream *s, const struct span *spans, size_t count)
{
	return s->tls == NULL ? stream_raw_put(s, spans, count)
			      : stream_tls_put(s, spans, count);
}

void
stream_shut(struct stream *s)
{
	if (!s->shut_wanted || s->shut || stream_queued(s) != 0 ||
	    s->state < STREAM_OPEN)
		return;
	if (s->tls != NULL && !stream_tls_end(s))
		return; /* the flush comes back */
	s->shut = true;
	/* fails only when the connection is gone, which reading tells */
	(void)shutdown(s->fd, SHUT_WR);
	if (s->state != STREAM_LINGERING)
		return;
	s->deadline = stream_after(STREAM_LINGER_MS);
	stream_arm(s);
}

void
stream_flush(struct stream *s)
{
	struct evbuffer_iovec iov[STREAM_SPANS];
	const struct stream_owner *owner = s->owner;

	if (stream_queued(s) == 0)
		return;
	while (s->writable && stream_queued(s) != 0 && !s->broken) {
		int i, n = evbuffer_peek(s->queue, -1, NULL, iov, STREAM_SPANS);
		size_t total = 0, took;

		if (n > STREAM_SPANS)
			n = STREAM_SPANS;
		for (i = 0; i < n; i++)
			total += iov[i].iov_len;
		took = stream_raw_push(s, iov, (size_t)n, total);
		if (!s->broken)
			(void)evbuffer_drain(s->queue, took);
	}
	if (s->broken)
		return;
	stream_progress(s);
	stream_shut(s);
	if (s->state != STREAM_OPEN)
		return;
	if (s->full && stream_queued(s) <= s->options.low) {
		s->full = false;
		if (owner->on_drained != NULL)
			owner->on_drained(s->ctx);
	}
	if (s->state == STREAM_OPEN && stream_queued(s) == 0 && !s->broken &&
	    owner->on_flushed != NULL)
		owner->on_flushed(s->ctx);
}

/* Reading. */

void
stream_lend(struct stream *s, struct span bytes)
{
	bool held = s->held.n != 0;
	size_t used;

	s->resumed = false;
	s->reading = true;
	used = s->owner->on_read(s->ctx, bytes);
	s->reading = false;
	assert(used <= bytes.n);
	if (s->state != STREAM_OPEN)
		return;
	if (used == bytes.n) {
		buf_fini(&s->held);
		return;
	}
	if (!s->resumed)
		s->paused = true;
	bytes = span_sub(bytes, used, bytes.n);
	if (held)
		buf_drain(&s->held, used);
	else if (buf_append(&s->held, bytes) != CONSENT_OK)
		stream_fail(s, STREAM_BROKEN);
}

/*
 * Reads once into the loop's buffer: what came, or nothing; notes the end and
 * an error.
 */
static struct span
stream_pull(struct stream *s)
{
	char *buffer = loop_buffer(s->loop);
	ssize_t n;

	if (s->tls != NULL)
		return stream_tls_pull(s);
	n = stream_raw_read(s, buffer, LOOP_READ_BYTES);
	s->ended = s->ended || n == 0;
	if (n <= 0)
		return (struct span){NULL, 0};
	s->received += (uint64_t)n;
	return (struct span){buffer, (size_t)n};
}

void
stream_read(struct stream *s)
{
	int turn;

	for (turn = 0; turn < STREAM_TURN; turn++) {
		struct span bytes;

		if (s->state != STREAM_OPEN || s->paused || s->resumed ||
		    !stream_has_more(s))
			return;
		bytes = stream_pull(s);
		if (bytes.n != 0)
			stream_lend(s, bytes);
	}
	if (stream_has_more(s))
		loop_defer(s->loop, &s->task);
}
