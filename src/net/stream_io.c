#include "net/stream_io.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <event2/buffer.h>

#include "net/stream_state.h"

void
stream_progress(struct stream *s)
{
	size_t pending = stream_queued(s);

	if (pending >= s->options.high)
		s->full = true;
	s->write_deadline =
	    pending == 0 ? 0 : stream_after(s->options.write_ms);
	stream_arm(s);
}

static void
stream_break(struct stream *s)
{
	if (s->queue != NULL)
		evbuffer_free(s->queue);
	s->queue = NULL;
	s->write_deadline = 0;
	s->broken = true;
	s->readable = true; /* there may be an answer before the end */
	loop_defer(s->loop, &s->task);
}

/*
 * Gives bytes to the kernel. Returns how many it took; fewer than all mean
 * that it will tell when it takes more, or that the stream is broken.
 */
static size_t
stream_push(struct stream *s, struct iovec *iov, size_t count, size_t total)
{
	struct msghdr message = {.msg_iov = iov, .msg_iovlen = count};
	ssize_t n;

	do {
		n = sendmsg(s->fd, &message, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
		stream_break(s);
		return 0;
	}
	if (n < 0)
		n = 0;
	s->writable = (size_t)n == total;
	s->sent += (uint64_t)n;
	return (size_t)n;
}

static int
stream_queue(
    struct stream *s, const struct span *spans, size_t count, size_t skip)
{
	size_t i;

	if (s->queue == NULL)
		s->queue = evbuffer_new();
	if (s->queue == NULL)
		return CONSENT_ENOMEM;
	for (i = 0; i < count; i++) {
		struct span rest = span_sub(spans[i], skip, spans[i].n);

		skip -= skip < spans[i].n ? skip : spans[i].n;
		if (rest.n != 0 && evbuffer_add(s->queue, rest.p, rest.n) != 0)
			return CONSENT_ENOMEM;
	}
	return CONSENT_OK;
}

int
stream_put(struct stream *s, const struct span *spans, size_t count)
{
	struct iovec iov[STREAM_SPANS];
	size_t i, n = 0, total = 0, pending = stream_queued(s), pushed = 0;
	int rc;

	for (i = 0; i < count; i++) {
		if (spans[i].n == 0)
			continue;
		if (spans[i].n > STREAM_QUEUE_MAX - pending - total)
			return CONSENT_ELIMIT;
		/* writev only reads; its iovec just cannot say so */
		iov[n].iov_base = (void *)(uintptr_t)spans[i].p;
		iov[n++].iov_len = spans[i].n;
		total += spans[i].n;
	}
	if (total != 0 && pending == 0 && s->state == STREAM_OPEN &&
	    s->writable)
		pushed = stream_push(s, iov, n, total);
	if (s->broken)
		return CONSENT_EIO;
	if (pushed == total)
		return CONSENT_OK;
	rc = stream_queue(s, spans, count, pushed);
	if (rc != CONSENT_OK) {
		stream_fail(s, STREAM_BROKEN); /* half of it may have left */
		return rc;
	}
	stream_progress(s);
	return CONSENT_OK;
}

void
stream_shut(struct stream *s)
{
	if (!s->shut_wanted || s->shut || stream_queued(s) != 0 ||
	    s->state == STREAM_CONNECTING)
		return;
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
		took = stream_push(s, iov, (size_t)n, total);
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

struct span
stream_pull(struct stream *s)
{
	char *buffer = loop_buffer(s->loop);
	ssize_t n;

	do {
		n = read(s->fd, buffer, LOOP_READ_BYTES);
	} while (n < 0 && errno == EINTR);
	/* less than asked for: nothing is left, unless the end hides there */
	s->readable = n == LOOP_READ_BYTES || (n > 0 && s->hung_up);
	if (n == 0)
		s->ended = true;
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
		s->broken = true;
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
		    !s->readable)
			return;
		bytes = stream_pull(s);
		if (bytes.n != 0)
			stream_lend(s, bytes);
	}
	if (s->readable)
		loop_defer(s->loop, &s->task);
}
