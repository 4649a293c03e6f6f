#include "net/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <netinet/tcp.h>

#include "base/clock.h"
#include "net/address.h"
#include "net/stream_io.h"
#include "net/stream_raw.h"
#include "net/stream_state.h"
#include "net/stream_tls.h"
#include "net/tls_session.h"

/* Endings. */

static void
stream_end(void *arg)
{
	struct stream *s = arg;

	stream_silence(s);
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
	loop_cancel(&s->guest);
	s->state = STREAM_CLOSED;
	loop_defer(s->loop, &s->task);
}

/* After reading: the end or the failure, once nothing comes before it. */
static void
stream_settle(struct stream *s)
{
	if (s->state != STREAM_OPEN)
		return;
	/* a failed write waits until what had arrived was read */
	if (s->broken && (!stream_has_more(s) || s->paused)) {
		stream_fail(s, STREAM_BROKEN);
		return;
	}
	if (!s->ended || s->end_told || s->paused || s->resumed)
		return;
	s->end_told = true;
	s->owner->on_eof(s->ctx);
}

static void
stream_tell_hangup(struct stream *s)
{
	if (s->state != STREAM_OPEN || !s->hung_up || s->hang_told)
		return;
	s->hang_told = true;
	if (s->owner->on_hangup != NULL)
		s->owner->on_hangup(s->ctx);
}

/* Lingering: flush, then discard until the other side ends. */

static void
stream_discard(struct stream *s)
{
	int turn;

	for (turn = 0; turn < STREAM_TURN && s->readable; turn++) {
		ssize_t n =
		    stream_raw_read(s, loop_buffer(s->loop), LOOP_READ_BYTES);

		s->ended = s->ended || n == 0;
		s->discarded += n > 0 ? (size_t)n : 0;
	}
	if (s->broken || (s->ended && s->shut) ||
	    s->discarded > STREAM_LINGER_BYTES)
		stream_end(s);
	else if (s->readable)
		loop_defer(s->loop, &s->task);
}

static void
stream_linger(struct stream *s)
{
	if (s->state != STREAM_OPEN || s->broken) {
		stream_end(s);
		return;
	}
	s->state = STREAM_LINGERING;
	s->deadline = 0;
	loop_adopt(s->loop, &s->guest);
	if (s->options.write_ms == 0)
		s->options.write_ms = STREAM_LINGER_MS;
	stream_progress(s);
	s->shut_wanted = true;
	stream_shut(s);
	if (s->readable || s->ended)
		loop_defer(s->loop, &s->task);
}

/* Events. */

/* What is due: from the loop only. */
static void
stream_step(struct stream *s)
{
	if (s->state == STREAM_SHAKING)
		stream_tls_shake(s);
	if (s->state == STREAM_OPEN && s->greet) {
		s->greet = false;
		if (s->owner->on_connected != NULL)
			s->owner->on_connected(s->ctx);
	}
	if (s->writable && !s->broken &&
	    (s->state == STREAM_SHAKING || s->state == STREAM_OPEN ||
		s->state == STREAM_LINGERING))
		stream_flush(s);
	if (s->state == STREAM_OPEN && s->resumed)
		stream_lend(s, buf_span(&s->held));
	if (s->state == STREAM_OPEN)
		stream_read(s);
	stream_tls_look(s);
	stream_settle(s);
	stream_tell_hangup(s);
	if (s->state == STREAM_LINGERING)
		stream_discard(s);
}

static void
on_task(void *arg)
{
	struct stream *s = arg;

	if (s->state == STREAM_CLOSED) {
		buf_fini(&s->held); /* not before: it may be on loan */
		tls_session_free(s->tls);
		free(s);
		return;
	}
	if (s->state != STREAM_FAILED) {
		stream_step(s);
		return;
	}
	if (!s->told) {
		s->told = true;
		s->owner->on_fail(s->ctx, s->why);
	}
}

/* The socket's pending error, 0 when there is none. */
static int
stream_error(const struct stream *s)
{
	int error = 0;
	socklen_t n = sizeof error;

	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0)
		return errno;
	return error;
}

static void
stream_connected(struct stream *s)
{
	if (stream_error(s) != 0) {
		stream_fail(s, STREAM_UNREACHABLE);
		return;
	}
	if (s->tls != NULL) {
		s->state = STREAM_SHAKING; /* the same deadline goes on */
		return;
	}
	s->state = STREAM_OPEN;
	s->greet = true;
	s->write_deadline = 0;
	stream_shut(s);
}

static void
on_io(evutil_socket_t fd, short what, void *arg)
{
	struct stream *s = arg;
	const short both = EV_READ | EV_WRITE;

	(void)fd;
	s->readable = !s->ended && (s->readable || (what & EV_READ) != 0);
	s->writable = s->writable || (what & EV_WRITE) != 0;
	s->hung_up = s->hung_up || (what & EV_CLOSED) != 0;
	if (s->hung_up && !s->ended)
		s->readable = true;
	/* nobody reads, so nobody would see that the other side is gone:
	 * libevent tells an error as both without EV_CLOSED */
	if ((s->paused || s->ended) && (what & (both | EV_CLOSED)) == both &&
	    stream_error(s) != 0)
		s->broken = true;
	if (s->state == STREAM_CONNECTING)
		stream_connected(s);
	stream_step(s);
}

/* What came in time counts, also when a busy loop reads it late. */
static void
stream_expire(struct stream *s)
{
	if (s->state == STREAM_OPEN && !s->paused && !s->ended) {
		s->readable = true;
		stream_step(s);
		if (s->state != STREAM_OPEN)
			return; /* that was its end */
	}
	if (s->deadline == 0 || s->deadline > clock_monotonic()) {
		stream_arm(s);
		return;
	}
	s->deadline = 0;
	stream_arm(s);
	if (s->state == STREAM_OPEN)
		s->owner->on_timeout(s->ctx);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct stream *s = arg;
	int64_t now = clock_monotonic();
	bool write = s->write_deadline != 0 && s->write_deadline <= now;

	(void)fd;
	(void)what;
	s->armed = 0;
	if (!write && (s->deadline == 0 || s->deadline > now)) {
		stream_arm(s);
		return;
	}
	if (s->state == STREAM_LINGERING)
		stream_end(s);
	else if (s->state < STREAM_OPEN)
		stream_fail(s, STREAM_CONNECT_TIMEOUT);
	else if (write)
		stream_fail(s, STREAM_WRITE_TIMEOUT);
	else
		stream_expire(s);
}

/* Beginnings. */

/* Takes the socket over, whatever comes. */
static struct stream *
stream_new(struct loop *loop, int fd, const struct stream_user *user)
{
	struct stream *s = calloc(1, sizeof *s);
	static const int on = 1;

	if (s == NULL)
		goto fail;
	s->loop = loop;
	s->owner = user->owner;
	s->ctx = user->ctx;
	stream_set_options(s, user->options);
	s->fd = fd;
	s->state = STREAM_OPEN;
	s->writable = true;
	buf_init(&s->held, LOOP_READ_BYTES);
	loop_task_init(&s->task, on_task, s);
	loop_task_init(&s->guest, stream_end, s);
	/* fails for unix sockets, which never wait for more */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if ((s->options.tls_server != NULL || s->options.tls_client != NULL) &&
	    stream_tls_begin(s) != CONSENT_OK)
		goto fail;
	if (s->tls != NULL)
		s->state = STREAM_SHAKING;
	if (event_assign(&s->io, loop_base(loop), fd,
		EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST, on_io,
		s) != 0 ||
	    evtimer_assign(&s->timer, loop_base(loop), on_timer, s) != 0 ||
	    event_add(&s->io, NULL) != 0)
		goto fail;
	return s;
fail:
	if (s != NULL)
		tls_session_free(s->tls);
	free(s);
	(void)close(fd);
	return NULL;
}

struct stream *
stream_accept(struct loop *loop, int fd, const struct stream_user *user)
{
	return stream_new(loop, fd, user);
}

struct stream *
stream_connect(
    struct loop *loop, const struct address *to, const struct stream_user *user)
{
	int rc, error = 0,
		fd = socket(to->to.any.sa_family,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct stream *s;

	if (fd < 0)
		return NULL;
	do {
		rc = connect(fd, &to->to.any, to->n);
	} while (rc != 0 && errno == EINTR);
	if (rc != 0)
		error = errno;
	s = stream_new(loop, fd, user);
	if (s == NULL)
		return NULL;
	s->greet = error == 0 && s->tls == NULL;
	if (error != 0)
		s->state = STREAM_CONNECTING;
	if (error != 0 && error != EINPROGRESS && error != EALREADY)
		stream_fail(s, STREAM_UNREACHABLE);
	else if (!s->greet)
		s->write_deadline = stream_after(user->options->connect_ms);
	stream_arm(s);
	loop_defer(loop, &s->task);
	return s;
}

/* Writing and reading. */

int
stream_write(struct stream *s, const struct span *spans, size_t count)
{
	if (count > STREAM_SPANS)
		return CONSENT_ELIMIT;
	if (s->state > STREAM_OPEN || s->broken || s->shut_wanted)
		return CONSENT_EIO;
	return stream_put(s, spans, count);
}

size_t
stream_pending(const struct stream *s)
{
	return stream_queued(s);
}

void
stream_shutdown(struct stream *s)
{
	if (s->state > STREAM_OPEN)
		return;
	s->shut_wanted = true;
	stream_shut(s);
}

void
stream_look_again(struct stream *s)
{
	s->readable = s->readable || !s->ended;
}

void
stream_pause(struct stream *s)
{
	s->paused = true;
}

void
stream_resume(struct stream *s)
{
	if (!s->paused && !s->reading)
		return;
	s->paused = false;
	s->resumed = true;
	loop_defer(s->loop, &s->task);
}

void
stream_deadline(struct stream *s, int64_t ms)
{
	s->deadline = stream_after(ms);
	stream_arm(s);
}

bool
stream_has_input(const struct stream *s)
{
	char byte;

	if (s->held.n != 0 && !s->reading)
		return true;
	if (s->tls != NULL && tls_session_has_input(s->tls))
		return true;
	return s->state == STREAM_OPEN && !s->ended &&
	       recv(s->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void
stream_counts(const struct stream *s, uint64_t *received, uint64_t *sent)
{
	*received = s->received;
	*sent = s->sent;
}

/* Closing. */

static void
stream_reset(struct stream *s)
{
	static const struct linger hard = {.l_onoff = 1, .l_linger = 0};

	/* a unix socket has no reset: it closes, with the same effect when
	 * bytes of the other side were left unread */
	if (s->fd >= 0)
		(void)setsockopt(
		    s->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	stream_end(s);
}

void
stream_close(struct stream *s, enum stream_ending how)
{
	if (s == NULL)
		return;
	if (s->tls != NULL)
		stream_tls_last_words(s);
	switch (how) {
	case STREAM_NOW:
		stream_end(s);
		break;
	case STREAM_CLEAN:
		if (s->tls != NULL && s->state == STREAM_OPEN && !s->broken &&
		    stream_queued(s) == 0)
			(void)stream_tls_end(s); /* as far as it goes at once */
		stream_end(s);
		break;
	case STREAM_RESET:
		stream_reset(s);
		break;
	case STREAM_LINGER:
		stream_linger(s);
		break;
	}
}
