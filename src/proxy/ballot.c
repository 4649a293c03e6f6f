#include "proxy/ballot.h"

#include "base/clock.h"
#include "base/digest.h"
#include "proxy/notary_wire.h"

#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

enum {
	ANSWERS = 64 /* most packets read before the loop goes on */
};

struct attempt {
	TAILQ_ENTRY(attempt) link;
	struct ballot_request request; /* done NULL: nobody waits */
	int64_t deadline;	       /* monotonic ms */
	bool sent;
};

TAILQ_HEAD(attempts, attempt);

struct ballot {
	int fd;
	int64_t timeout;
	struct event *readable, *writable, *timer;
	struct attempts attempts; /* by age, so by deadline, too */
	size_t n;
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
	TAILQ_INIT(&b->attempts);
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
	struct attempt *a;

	if (b == NULL)
		return;
	while ((a = TAILQ_FIRST(&b->attempts)) != NULL) {
		TAILQ_REMOVE(&b->attempts, a, link);
		free(a);
	}
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
	struct attempt *a;

	TAILQ_FOREACH(a, &b->attempts, link)
	{
		if (a->sent || send_attempt(b, a))
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
	const struct attempt *oldest = TAILQ_FIRST(&b->attempts);
	struct timeval wait = {0, 0};
	int64_t ms;

	if (oldest == NULL) {
		(void)event_del(b->timer); /* not to be pending is enough */
		return;
	}
	ms = oldest->deadline - clock_monotonic();
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
	TAILQ_INSERT_TAIL(&b->attempts, a, link);
	b->n++;
	if (b->n == 1)
		set_timer(b);
	send_all(b);
	return CONSENT_OK;
}

void
ballot_cancel(struct ballot *b, const void *ctx)
{
	struct attempt *a;

	TAILQ_FOREACH(a, &b->attempts, link)
	{
		if (a->request.ctx == ctx)
			a->request.done = NULL;
	}
}

/* ---- answers ---------------------------------------------------------- */

/* Takes an attempt out of the list and tells whoever waits. */
static void
finish(struct ballot *b, struct attempt *a, const struct ballot_result *result)
{
	TAILQ_REMOVE(&b->attempts, a, link);
	b->n--;
	if (a->request.done != NULL)
		a->request.done(a->request.ctx, result);
	free(a);
}

static void
on_timer(evutil_socket_t fd, short what, void *ctx)
{
	struct ballot *b = ctx;
	int64_t now = clock_monotonic();
	struct attempt *a;

	(void)fd;
	(void)what;
	while ((a = TAILQ_FIRST(&b->attempts)) != NULL && a->deadline <= now) {
		struct ballot_result late = {
		    CONSENT_EBUSY, &a->request.record, SPAN("")};

		finish(b, a, &late);
	}
	set_timer(b);
}

static void
on_reply(struct ballot *b, const struct wire_reply *reply)
{
	struct ballot_result result = {.status = reply->status};
	struct attempt *a;

	TAILQ_FOREACH(a, &b->attempts, link)
	{
		if (strcmp(a->request.record.id, reply->id) == 0)
			break;
	}
	if (a == NULL)
		return; /* answered before, too old, or of another worker */
	a->request.record.seq = reply->seq;
	a->request.record.time = reply->time;
	a->request.record.expires = reply->expires;
	result.record = &a->request.record;
	result.token = (struct span){reply->token, reply->n};
	finish(b, a, &result);
}

/* A notary begins: what the last one was sent may have gone with it. */
static void
on_hello(struct ballot *b)
{
	struct attempt *a;

	TAILQ_FOREACH(a, &b->attempts, link)
	{
		a->sent = false;
	}
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
