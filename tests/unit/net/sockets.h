#ifndef CONSENT_UNIT_NET_SOCKETS_H
#define CONSENT_UNIT_NET_SOCKETS_H

/*
 * For the tests of net/: pairs of connected sockets, on free ports only.
 */

#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"
#include "net/address.h"

enum {
	SOCKETS_BUFFER = 4608 /* a small socket buffer */
};

/* Two ends of a unix connection. */
static inline void
socket_pair(int fd[2])
{
	assert_int_equal(socketpair(AF_UNIX,
			     SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd),
	    0);
}

/* Gives it buffers of this size, or the least there is. */
static inline void
socket_limit(int fd, int n)
{
	assert_int_equal(
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &n, sizeof n), 0);
	assert_int_equal(
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &n, sizeof n), 0);
}

/* Gives it very small buffers: for unix sockets only, TCP would crawl. */
static inline void
socket_shrink(int fd)
{
	socket_limit(fd, SOCKETS_BUFFER);
}

/*
 * Holds a free port of the loopback and does not listen: who connects is
 * refused, and nobody else gets the port. *at says where.
 */
static inline int
socket_reserve(struct address *at)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(address_from_ip(SPAN("127.0.0.1"), 0, at), CONSENT_OK);
	assert_int_equal(bind(fd, &at->to.any, at->n), 0);
	assert_int_equal(getsockname(fd, &at->to.any, &at->n), 0);
	return fd;
}

/* Listens on a free port of the loopback; *at says where. */
static inline int
socket_listen(struct address *at, int backlog)
{
	int fd = socket_reserve(at);

	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

/* The next connection, ready for a stream; -1 when there is none. */
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
