#include "proxy/ballot.h"

#include "base/clock.h"
#include "base/digest.h"

#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	ANSWERS = 64 /* most packets read before the loop goes on */
};

struct attempt {
	struct ballot_request request; /* done NULL: nobody waits */
	int64_t deadline;	       /* monotonic ms */
	bool sent;
};

struct ballot {
	int fd;
	int64_t timeout;
	struct event *readable, *writable, *timer;
	size_t n;
	struct attempt *waiting[BALLOT_PENDING]; /* the oldest first */
};

static void on_readable(evutil_socket_t fd, short what, void *ctx);
static void on_writable(evutil_socket_t fd, short what, void *ctx);
static void on_timer(evutil_socket_t fd, short what, void *ctx);

int
ballot_new(struct event_base *base, int fd,
    const struct ballot_options *options, struct ballot **out)
{
	struct ballot *b = calloc(1, sizeof *b);

	if (b == NULL)
		return CONSENT_ENOMEM;
	b->fd = fd;
	b->timeout =
	    options->timeout_ms != 0 ? options->timeout_ms : BALLOT_TIMEOUT_MS;
	b->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, b);
	b->writable = event_new(base, fd, EV_WRITE, on_writable, b);
	b->timer = evtimer_new(base, on_timer, b);
	if (b->readable == NULL || b->writable == NULL || b->timer == NULL) {
		ballot_free(b);
		return CONSENT_ENOMEM;
	}
	if (event_add(b->readable, NULL) != 0) {
		ballot_free(b);
		return CONSENT_EIO;
	}
	*out = b;
	return CONSENT_OK;
}

void
ballot_free(struct ballot *b)
{
	if (b == NULL)
		return;
	while (b->n > 0)
		free(b->waiting[--b->n]);
	if (b->readable != NULL)
		event_free(b->readable);
	if (b->writable != NULL)
		event_free(b->writable);
	if (b->timer != NULL)
		event_free(b->timer);
	free(b);
}

size_t
ballot_pending(const struct ballot *b)
{
	return b->n;
}

/* ---- sending ---------------------------------------------------------- */

static void
fill_packet(struct wire_request *packet, const struct ballot_request *request)
{
	memset(packet, 0, sizeof *packet);
	packet->magic = WIRE_REQUEST;
	packet->version = WIRE_VERSION;
	packet->record = request->record;
	memcpy(packet->address, request->address, sizeof packet->address);
}

/* False when the channel has no room, or the notary is not there. */
static bool
send_attempt(const struct ballot *b, struct attempt *a)
{
	struct wire_request packet;
	ssize_t n;

	fill_packet(&packet, &a->request);
	packet.deadline = a->deadline;
	do
		n = send(
		    b->fd, &packet, sizeof packet, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	a->sent = n == (ssize_t)sizeof packet;
	return a->sent;
}

/*
 * Sends all that was not. What cannot be sent waits for room; if the channel
 * is gone for good, for its deadline.
 */
static void
send_all(struct ballot *b)
{
	size_t i;

	for (i = 0; i < b->n; i++) {
		if (b->waiting[i]->sent || send_attempt(b, b->waiting[i]))
			continue;
		if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
			(void)event_add(b->writable, NULL); /* or deadline */
		return;
	}
}

static void
on_writable(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	send_all(ctx);
}

/* Wakes up when the oldest attempt is too old. */
static void
set_timer(struct ballot *b)
{
	struct timeval wait = {0, 0};
	int64_t ms;

	if (b->n == 0) {
		(void)event_del(b->timer); /* not to be pending is enough */
		return;
	}
	ms = b->waiting[0]->deadline - clock_monotonic();
	if (ms > 0) {
		wait.tv_sec = (time_t)(ms / 1000);
		wait.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	}
	(void)event_add(b->timer, &wait); /* fails only without memory */
}

/* Draws the ids that the request leaves open, and checks the rest. */
static int
complete(struct ballot_request *request)
{
	struct record *r = &request->record;
	struct wire_request packet, checked;
	int rc = CONSENT_OK;

	if (r->id[0] == '\0')
		rc = digest_new_id(r->id);
	if (rc == CONSENT_OK && r->sub[0] == '\0' && record_grants(r))
		rc = digest_new_id(r->sub);
	if (rc != CONSENT_OK)
		return rc;
	fill_packet(&packet, request);
	return wire_check(&packet, sizeof packet, &checked);
}

int
ballot_cast(struct ballot *b, const struct ballot_request *request)
{
	struct attempt *a;
	int rc;

	if (b->n >= BALLOT_PENDING)
		return CONSENT_EBUSY;
	a = calloc(1, sizeof *a);
	if (a == NULL)
		return CONSENT_ENOMEM;
	a->request = *request;
	rc = complete(&a->request);
	if (rc != CONSENT_OK) {
		free(a);
		return rc;
	}
	a->deadline = clock_monotonic() + b->timeout;
	b->waiting[b->n++] = a;
	if (b->n == 1)
		set_timer(b);
	send_all(b);
	return CONSENT_OK;
}

int
ballot_tell(struct ballot *b, const struct wire_sum *sum)
{
	ssize_t n;

	do
		n = send(b->fd, sum, sizeof *sum, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof *sum ? CONSENT_OK : CONSENT_EBUSY;
}

void
ballot_cancel(struct ballot *b, const void *ctx)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->waiting[i]->request.ctx == ctx)
			b->waiting[i]->request.done = NULL;
}

/* ---- answers ---------------------------------------------------------- */

/* Takes attempt i out and tells whoever waits for it. */
static void
finish(struct ballot *b, size_t i, struct ballot_result *result)
{
	struct attempt *a = b->waiting[i];

	b->n--;
	for (; i < b->n; i++)
		b->waiting[i] = b->waiting[i + 1];
	result->record = &a->request.record;
	if (a->request.done != NULL)
		a->request.done(a->request.ctx, result);
	free(a);
}

static void
on_timer(evutil_socket_t fd, short what, void *ctx)
{
	struct ballot *b = ctx;
	int64_t now = clock_monotonic();

	(void)fd;
	(void)what;
	while (b->n > 0 && b->waiting[0]->deadline <= now) {
		struct ballot_result late = {.status = CONSENT_EBUSY};

		finish(b, 0, &late);
	}
	set_timer(b);
}

static void
on_reply(struct ballot *b, const struct wire_reply *reply)
{
	struct ballot_result result = {
	    .status = reply->status, .token = {reply->token, reply->n}};
	size_t i;

	for (i = 0; i < b->n; i++) {
		struct record *r = &b->waiting[i]->request.record;

		if (strcmp(r->id, reply->id) != 0)
			continue;
		r->seq = reply->seq;
		r->time = reply->time;
		r->expires = reply->expires;
		finish(b, i, &result);
		return;
	}
	/* else: answered before, too old, or of another worker */
}

/* A notary begins: what the last one was sent may have gone with it. */
static void
on_hello(struct ballot *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		b->waiting[i]->sent = false;
	send_all(b);
}

static void
on_packet(struct ballot *b, const void *packet, size_t n)
{
	struct wire_hello hello;
	struct wire_reply reply;

	if (n == sizeof hello) {
		memcpy(&hello, packet, sizeof hello);
		if (hello.magic == WIRE_HELLO && hello.version == WIRE_VERSION)
			on_hello(b);
		return;
	}
	if (wire_check_reply(packet, n, &reply) == CONSENT_OK)
		on_reply(b, &reply);
}

static void
on_readable(evutil_socket_t fd, short what, void *ctx)
{
	struct ballot *b = ctx;
	struct wire_reply packet;
	int left;

	(void)what;
	for (left = ANSWERS; left > 0; left--) {
		ssize_t n =
		    recv(fd, &packet, sizeof packet, MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == ENOMEM))
			break;
		if (n <= 0) {
			/* the pair is gone: deadlines end what waits */
			(void)event_del(b->readable);
			break;
		}
		on_packet(b, &packet, (size_t)n);
	}
	set_timer(b);
}
