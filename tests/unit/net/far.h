#ifndef CONSENT_UNIT_NET_FAR_H
#define CONSENT_UNIT_NET_FAR_H

/*
 * For the tests of net/: the far side of a connection played by hand, over a
 * plain socket, without ever waiting.
 */

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>

#include "harness.h"

enum {
	FAR_MAX = 64 << 20 /* most bytes the far side keeps */
};

/* The far side: a socket, what came out of it and whether it ended. */
struct far {
	int fd;
	struct buf got;
	bool eof;
	bool reset;
	bool forgot; /* some of what came */
};

/* Plays over fd, which it closes in the end; -1 for later. */
static inline void
far_init(struct far *f, int fd)
{
	*f = (struct far){.fd = fd};
	buf_init(&f->got, FAR_MAX);
}

/* Writes down bytes of ours: this needs no memory that may be refused. */
static inline void
far_note(struct buf *to, struct span bytes)
{
	bool on = failing_pause();

	assert_int_equal(buf_append(to, bytes), CONSENT_OK);
	failing_resume(on);
}

/* Closes and frees. */
static inline void
far_fini(struct far *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = -1;
	buf_fini(&f->got);
}

/* Closes, with a reset if bytes were left unread. */
static inline void
far_close(struct far *f)
{
	(void)close(f->fd);
	f->fd = -1;
}

/* Takes at most n bytes off the socket, without waiting. */
static inline void
far_take(struct far *f, size_t n)
{
	char *room;
	ssize_t got;
	bool on;

	if (f->fd < 0 || f->eof || f->reset)
		return;
	on = failing_pause();
	assert_int_equal(buf_reserve(&f->got, n, &room), CONSENT_OK);
	failing_resume(on);
	got = recv(f->fd, room, n, MSG_DONTWAIT);
	if (got > 0)
		f->got.n += (size_t)got;
	if (got == 0)
		f->eof = true;
	if (got < 0 && errno != EAGAIN)
		f->reset = true;
}

/* Forgets what came so far. */
static inline void
far_forget(struct far *f)
{
	buf_clear(&f->got);
	f->forgot = true;
}

/* Sends all of it at once. */
static inline void
far_send(struct far *f, struct span bytes)
{
	ssize_t n = send(f->fd, bytes.p, bytes.n, MSG_NOSIGNAL);

	assert_int_equal(n, (ssize_t)bytes.n);
}

/* A condition: the other side ended, one way or the other. */
static inline bool
far_ended(void *ctx)
{
	struct far *f = ctx;

	far_take(f, 65536);
	return f->eof || f->reset;
}

/* What far_got waits for. */
struct expected {
	struct far *far;
	struct span text;
};

/* A condition: the text came. */
static inline bool
far_has(void *ctx)
{
	const struct expected *e = ctx;

	far_take(e->far, 65536);
	return span_search(buf_span(&e->far->got), e->text) < e->far->got.n;
}

/* Waits until the far side has got text somewhere; false after too long. */
static inline bool
far_got(struct harness *h, struct far *f, struct span text)
{
	struct expected e = {f, text};

	return harness_until(h, far_has, &e);
}

/* Fails unless exactly this came. */
static inline void
far_received(struct far *f, const char *text)
{
	struct span got = buf_span(&f->got);

	if (!span_equal(got, span_of(text)))
		fail_msg("received: %.*s", SPAN_ARG(got));
}

/* Sends a text. */
static inline void
far_says(struct far *f, const char *text)
{
	far_send(f, span_of(text));
}

#endif
