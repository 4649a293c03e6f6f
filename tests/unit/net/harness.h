#ifndef CONSENT_TESTS_NET_HARNESS_H
#define CONSENT_TESTS_NET_HARNESS_H

/*
 * For the tests of net/: a loop that turns until a condition holds or a
 * deadline passes, and the far side of a connection played by hand over plain
 * sockets. The loop ticks, so a condition may look at a socket of its own.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <event2/event.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>

#include "base/clock.h"
#include "net/address.h"
#include "net/loop.h"

enum {
	HARNESS_MS = 10000,    /* a condition that takes longer fails */
	HARNESS_TURNS = 20,    /* "nothing happens" is watched this long */
	HARNESS_BUFFER = 4608, /* a small socket buffer */
	HARNESS_MAX = 64 << 20 /* most bytes the far side keeps */
};

struct harness {
	struct loop *loop;
	struct event *tick;
	unsigned ticks;
};

/* The far side: a socket, what came out of it and whether it ended. */
struct far {
	int fd;
	struct buf got;
	bool eof;
	bool reset;
};

static inline void
harness_tick(evutil_socket_t fd, short what, void *arg)
{
	struct harness *h = arg;

	(void)fd;
	(void)what;
	h->ticks++;
}

static inline void
harness_init(struct harness *h)
{
	static const struct timeval soon = {0, 1000};

	h->ticks = 0;
	h->loop = loop_new();
	assert_non_null(h->loop);
	h->tick =
	    event_new(loop_base(h->loop), -1, EV_PERSIST, harness_tick, h);
	assert_non_null(h->tick);
	assert_int_equal(event_add(h->tick, &soon), 0);
}

static inline void
harness_fini(struct harness *h)
{
	event_free(h->tick);
	loop_free(h->loop);
}

/* Turns the loop until done says so; false when it takes too long. */
static inline bool
harness_until(struct harness *h, bool (*done)(void *ctx), void *ctx)
{
	int64_t deadline = clock_monotonic() + HARNESS_MS;

	while (!done(ctx)) {
		if (clock_monotonic() > deadline)
			return false;
		(void)event_base_loop(loop_base(h->loop), EVLOOP_ONCE);
	}
	return true;
}

/* Turns the loop for a while in which nothing is to happen. */
static inline void
harness_turn(struct harness *h)
{
	unsigned until = h->ticks + HARNESS_TURNS;

	while (h->ticks < until)
		(void)event_base_loop(loop_base(h->loop), EVLOOP_ONCE);
}

static inline void
far_init(struct far *f, int fd)
{
	*f = (struct far){.fd = fd};
	buf_init(&f->got, HARNESS_MAX);
}

static inline void
far_fini(struct far *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = -1;
	buf_fini(&f->got);
}

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

	if (f->fd < 0 || f->eof || f->reset)
		return;
	assert_int_equal(buf_reserve(&f->got, n, &room), CONSENT_OK);
	got = recv(f->fd, room, n, MSG_DONTWAIT);
	if (got > 0)
		f->got.n += (size_t)got;
	if (got == 0)
		f->eof = true;
	if (got < 0 && errno != EAGAIN)
		f->reset = true;
}

static inline void
far_send(struct far *f, struct span bytes)
{
	assert_int_equal(
	    send(f->fd, bytes.p, bytes.n, MSG_NOSIGNAL), (ssize_t)bytes.n);
}

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

static inline void
socket_pair(int fd[2])
{
	assert_int_equal(socketpair(AF_UNIX,
			     SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd),
	    0);
}

static inline void
socket_shrink(int fd)
{
	static const int n = HARNESS_BUFFER;

	assert_int_equal(
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &n, sizeof n), 0);
	assert_int_equal(
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &n, sizeof n), 0);
}

/* Listens on a free port of the loopback; *at says where. */
static inline int
socket_listen(struct address *at, int backlog)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(address_from_ip(SPAN("127.0.0.1"), 0, at), CONSENT_OK);
	assert_int_equal(bind(fd, &at->to.any, at->n), 0);
	assert_int_equal(getsockname(fd, &at->to.any, &at->n), 0);
	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

static inline int
socket_accept(int listener)
{
	return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* A TCP connection over the loopback: near is ours. */
static inline void
socket_tcp(int *near, int *away)
{
	struct address at;
	int listener = socket_listen(&at, 1);

	*away = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(*away, &at.to.any, at.n), 0);
	*near = socket_accept(listener);
	assert_true(*near >= 0);
	(void)close(listener);
}

#endif
