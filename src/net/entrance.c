#include "net/entrance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "http/proxy_protocol.h"
#include "net/loop.h"
#include "net/peer.h"
#include "net/stream.h"
#include "net/stream_give.h"

/* What an HTTP/2 client says first (RFC 9113 3.4). */
static const struct span preface = {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24};

struct entrance {
	struct loop *loop;
	const struct entrance_owner *owner;
	void *ctx;
	struct entrance_options options; /* what is still to come */
	const struct peer_owner *peer_owner;
	const struct peer_options *peer_options;
	void *peer_ctx;
	struct event io, timer;
	int fd;		       /* -1 once there is a stream */
	struct stream *stream; /* by TLS */
};

/* How far one part of the way is. */
enum passage {
	PASSAGE_WAIT,	/* for more bytes */
	PASSAGE_NEXT,	/* it is done */
	PASSAGE_REFUSED /* the entrance is gone */
};

/* Ends the entrance; socket and stream are the caller's. */
static void
let_go(struct entrance *e)
{
	if (e->fd >= 0)
		(void)event_del(&e->io);
	(void)event_del(&e->timer);
	free(e);
}

void
entrance_close(struct entrance *e)
{
	int fd;

	if (e == NULL)
		return;
	stream_close(e->stream, STREAM_NOW);
	fd = e->fd;
	let_go(e);
	if (fd >= 0)
		(void)close(fd);
}

static enum passage
refuse(struct entrance *e, const char *why)
{
	const struct entrance_owner *owner = e->owner;
	void *ctx = e->ctx;

	entrance_close(e);
	owner->on_refused(ctx, why);
	return PASSAGE_REFUSED;
}

/* What the socket holds, without taking it; n is 0 when it holds nothing. */
static enum passage
peek(struct entrance *e, char *room, size_t max, size_t *n)
{
	ssize_t got;

	do {
		got = recv(e->fd, room, max, MSG_PEEK);
	} while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EAGAIN)
		return PASSAGE_WAIT;
	if (got <= 0)
		return refuse(e, "closed");
	*n = (size_t)got;
	return PASSAGE_NEXT;
}

/* Takes n bytes that were peeked at before. */
static bool
take(struct entrance *e, char *room, size_t n)
{
	ssize_t got;

	do {
		got = recv(e->fd, room, n, 0);
	} while (got < 0 && errno == EINTR);
	return got == (ssize_t)n;
}

static enum passage
pass_proxy(struct entrance *e)
{
	char room[PROXY_PROTOCOL_MAX];
	struct proxy_protocol header;
	const char *why = NULL;
	size_t n = 0;
	enum passage passage = peek(e, room, sizeof room, &n);

	if (passage != PASSAGE_NEXT)
		return passage;
	switch (proxy_protocol_parse((struct span){room, n}, &header)) {
	case PROXY_PROTOCOL_MORE:
		return PASSAGE_WAIT;
	case PROXY_PROTOCOL_BROKEN:
		return refuse(e, "proxy-header");
	case PROXY_PROTOCOL_DONE:
		break;
	}
	if (!take(e, room, header.n))
		return refuse(e, "closed");
	e->options.proxy_protocol = false;
	if (header.has_client)
		why = e->owner->on_client(e->ctx, &header.client, header.port);
	return why == NULL ? PASSAGE_NEXT : refuse(e, why);
}

/* Any other first byte is HTTP/1, whose codec judges it. */
static enum passage
pass_preface(struct entrance *e)
{
	char room[32];
	size_t n = 0;
	enum passage passage = peek(e, room, preface.n, &n);

	if (passage != PASSAGE_NEXT)
		return passage;
	if (memcmp(room, preface.p, n) != 0)
		e->options.http2 = false;
	else if (n < preface.n)
		return PASSAGE_WAIT;
	return PASSAGE_NEXT;
}

static void
become_peer(struct entrance *e)
{
	const struct peer_user user = {e->peer_owner, e->peer_options,
	    e->peer_ctx, e->options.http2 ? PEER_HTTP2 : PEER_HTTP1};
	const struct entrance_owner *owner = e->owner;
	struct stream *stream = e->stream;
	struct loop *loop = e->loop;
	void *ctx = e->ctx;
	int fd = e->fd;
	struct peer *peer;

	let_go(e);
	if (stream != NULL)
		peer = peer_adopt(loop, stream, &user);
	else
		peer = peer_accept(loop, fd, &user);
	if (peer != NULL)
		owner->on_peer(ctx, peer);
	else
		owner->on_refused(ctx, "memory");
}

/* TLS. */

static void
on_agreed(void *ctx)
{
	struct entrance *e = ctx;

	e->options.http2 = span_equal(stream_protocol(e->stream), SPAN("h2"));
	become_peer(e);
}

/* Before there is an owner who could be told of bytes. */
static size_t
on_read(void *ctx, struct span bytes)
{
	(void)ctx;
	(void)bytes;
	return 0;
}

static void
on_nothing(void *ctx)
{
	(void)ctx;
}

static void
on_fail(void *ctx, enum stream_failure why)
{
	(void)refuse(ctx, why == STREAM_INSECURE ? "tls" : "closed");
}

static const struct stream_owner stream_owner = {
    .on_connected = on_agreed,
    .on_read = on_read,
    .on_eof = on_nothing,
    .on_timeout = on_nothing,
    .on_fail = on_fail,
};

static void
begin_tls(struct entrance *e)
{
	const struct stream_options options = {.tls_server = e->options.tls};
	const struct stream_user user = {&stream_owner, &options, e};
	int fd = e->fd;

	(void)event_del(&e->io);
	e->fd = -1;
	e->stream = stream_accept(e->loop, fd, &user);
	if (e->stream == NULL)
		(void)refuse(e, "memory");
}

static void
on_ready(evutil_socket_t fd, short what, void *ctx)
{
	struct entrance *e = ctx;
	enum passage passage = PASSAGE_NEXT;

	(void)fd;
	(void)what;
	if (e->options.proxy_protocol)
		passage = pass_proxy(e);
	if (passage == PASSAGE_NEXT && e->options.tls != NULL) {
		begin_tls(e);
		return;
	}
	if (passage == PASSAGE_NEXT && e->options.http2)
		passage = pass_preface(e);
	if (passage == PASSAGE_NEXT)
		become_peer(e);
}

static void
on_late(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	(void)refuse(ctx, "slow");
}

bool
entrance_is_needed(const struct entrance_options *options)
{
	return options->proxy_protocol || options->http2 ||
	       options->tls != NULL;
}

struct entrance *
entrance_open(struct loop *loop, int fd, const struct entrance_user *user)
{
	struct entrance *e = calloc(1, sizeof *e);
	int64_t ms = user->peer->options->head_ms;
	const struct timeval time = {ms / 1000, ms % 1000 * 1000};

	if (e == NULL)
		goto fail;
	e->loop = loop;
	e->fd = fd;
	e->owner = user->owner;
	e->ctx = user->ctx;
	e->options = *user->options;
	e->peer_owner = user->peer->owner;
	e->peer_options = user->peer->options;
	e->peer_ctx = user->peer->ctx;
	/* on edges: what was only peeked at would be told without end */
	if (event_assign(&e->io, loop_base(loop), fd,
		EV_READ | EV_ET | EV_PERSIST, on_ready, e) != 0 ||
	    evtimer_assign(&e->timer, loop_base(loop), on_late, e) != 0 ||
	    event_add(&e->io, NULL) != 0)
		goto fail;
	if (evtimer_add(&e->timer, &time) == 0)
		return e;
	(void)event_del(&e->io);
fail:
	free(e);
	(void)close(fd);
	return NULL;
}
