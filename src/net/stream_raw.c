#include "net/stream_raw.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>

#include "net/stream_state.h"

void
stream_progress(struct stream *s)
{
	const struct pace_limit limit = {
	    s->options.write_ms, s->options.write_rate};
	size_t pending = stream_queued(s);

	if (pending >= s->options.high)
		s->full = true;
	if (s->state < STREAM_OPEN)
		return; /* its deadline is that of connecting */
	if (pending == 0)
		pace_end(&s->taking);
	s->write_deadline =
	    pending == 0 || limit.ms == 0
		? 0
		: stream_after(pace_wait(&s->taking, &limit, s->sent));
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

size_t
stream_raw_push(struct stream *s, struct iovec *iov, size_t count, size_t total)
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
stream_raw_put(struct stream *s, const struct span *spans, size_t count)
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
	if (total != 0 && pending == 0 && s->state != STREAM_CONNECTING &&
	    s->writable)
		pushed = stream_raw_push(s, iov, n, total);
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

ssize_t
stream_raw_read(struct stream *s, char *room, size_t max)
{
	ssize_t n;

	do {
		n = read(s->fd, room, max);
	} while (n < 0 && errno == EINTR);
	/* less than asked for: nothing is left, unless the end hides there */
	s->readable = n == (ssize_t)max || (n > 0 && s->hung_up);
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
		s->broken = true;
	return n;
}
