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
	ANSWERS = 64, /* most packets read before the loop goes on */
	BALLOT_ROOM = sizeof(struct wire_receipt) + WIRE_RECEIPT_TEXT
};

_Static_assert(
    (size_t)BALLOT_ROOM > sizeof(struct wire_reply), "a reply finds room, too");

/* Of what waits, a choice or a question, the done is NULL: nobody does. */
struct attempt {
	bool asks; /* a question */
	struct ballot_request request;
	struct ballot_question question;
	char id[RECORD_ID]; /* under which it is answered */
	int64_t deadline;   /* monotonic ms */
	bool sent;
};

struct ballot {
	int fd;
	int64_t timeout;
	struct event *readable, *writable, *timer;
	size_t n;
	struct attempt *waiting[BALLOT_PENDING]; /* the oldest first */
	char room[BALLOT_ROOM];			 /* the packet that was read */
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

static void
fill_question(struct wire_question *packet, const struct attempt *a)
{
	memset(packet, 0, sizeof *packet);
	packet->magic = WIRE_QUESTION;
	packet->version = WIRE_VERSION;
	packet->seq = a->question.seq;
	packet->deadline = a->deadline;
	memcpy(packet->id, a->id, sizeof packet->id);
	memcpy(packet->entry, a->question.entry, sizeof packet->entry);
	memcpy(packet->address, a->question.address, sizeof packet->address);
}

/* False when the channel has no room, or the notary is not there. */
static bool
send_packet(const struct ballot *b, const void *packet, size_t size)
{
	ssize_t n;

	do
		n = send(b->fd, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)size;
}

static bool
send_attempt(const struct ballot *b, struct attempt *a)
{
	struct wire_request packet;
	struct wire_question question;

	if (a->asks) {
		fill_question(&question, a);
		a->sent = send_packet(b, &question, sizeof question);
		return a->sent;
	}
	fill_packet(&packet, &a->request);
	packet.deadline = a->deadline;
	a->sent = send_packet(b, &packet, sizeof packet);
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

/* Lets an attempt wait, and sends it. */
static void
enqueue(struct ballot *b, struct attempt *a)
{
	a->deadline = clock_monotonic() + b->timeout;
	b->waiting[b->n++] = a;
	if (b->n == 1)
		set_timer(b);
	send_all(b);
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
	memcpy(a->id, a->request.record.id, sizeof a->id);
	enqueue(b, a);
	return CONSENT_OK;
}

int
ballot_ask(struct ballot *b, const struct ballot_question *question)
{
	struct attempt *a;
	int rc;

	if (b->n >= BALLOT_PENDING)
		return CONSENT_EBUSY;
	a = calloc(1, sizeof *a);
	if (a == NULL)
		return CONSENT_ENOMEM;
	a->asks = true;
	a->question = *question;
	rc = digest_new_id(a->id);
	if (rc != CONSENT_OK) {
		free(a);
		return rc;
	}
	enqueue(b, a);
	return CONSENT_OK;
}

int
ballot_tell(struct ballot *b, const struct wire_sum *sum)
{
	return send_packet(b, sum, sizeof *sum) ? CONSENT_OK : CONSENT_EBUSY;
}

void
ballot_cancel(struct ballot *b, const void *ctx)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->waiting[i]->asks && b->waiting[i]->question.ctx == ctx)
			b->waiting[i]->question.done = NULL;
		else if (b->waiting[i]->request.ctx == ctx)
			b->waiting[i]->request.done = NULL;
}

/* ---- answers ---------------------------------------------------------- */

/* What comes of an attempt: of a choice, or, with a text, of a question. */
struct outcome {
	int status;
	struct span text;
};

/* Takes attempt i out and tells whoever waits for it. */
static void
finish(struct ballot *b, size_t i, const struct outcome *outcome)
{
	struct attempt *a = b->waiting[i];
	struct ballot_result result = {.status = outcome->status,
	    .record = &a->request.record,
	    .token = outcome->text};

	b->n--;
	for (; i < b->n; i++)
		b->waiting[i] = b->waiting[i + 1];
	if (a->asks && a->question.done != NULL)
		a->question.done(
		    a->question.ctx, outcome->status, outcome->text);
	else if (!a->asks && a->request.done != NULL)
		a->request.done(a->request.ctx, &result);
	free(a);
}

static void
on_timer(evutil_socket_t fd, short what, void *ctx)
{
	const struct outcome late = {.status = CONSENT_EBUSY};
	struct ballot *b = ctx;
	int64_t now = clock_monotonic();

	(void)fd;
	(void)what;
	while (b->n > 0 && b->waiting[0]->deadline <= now)
		finish(b, 0, &late);
	set_timer(b);
}

/*
 * The place of what waits under that id, or b->n: it was answered before, is
 * too old, or of another worker.
 */
static size_t
find(const struct ballot *b, const char *id, bool asks)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->waiting[i]->asks == asks &&
		    strcmp(b->waiting[i]->id, id) == 0)
			break;
	return i;
}

static void
on_reply(struct ballot *b, const struct wire_reply *reply)
{
	const struct outcome outcome = {
	    reply->status, {reply->token, reply->n}};
	size_t i = find(b, reply->id, false);

	if (i < b->n) {
		struct record *r = &b->waiting[i]->request.record;

		r->seq = reply->seq;
		r->time = reply->time;
		r->expires = reply->expires;
		finish(b, i, &outcome);
	}
}

static void
on_receipt(
    struct ballot *b, const struct wire_receipt *receipt, struct span json)
{
	const struct outcome outcome = {receipt->status, json};
	size_t i = find(b, receipt->id, true);

	if (i < b->n)
		finish(b, i, &outcome);
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
	struct wire_receipt receipt;
	struct wire_hello hello;
	struct wire_reply reply;
	struct span json;

	if (n == sizeof hello) {
		memcpy(&hello, packet, sizeof hello);
		if (hello.magic == WIRE_HELLO && hello.version == WIRE_VERSION)
			on_hello(b);
		return;
	}
	if (wire_check_reply(packet, n, &reply) == CONSENT_OK)
		on_reply(b, &reply);
	else if (wire_check_receipt(packet, n, &receipt, &json) == CONSENT_OK)
		on_receipt(b, &receipt, json);
}

static void
on_readable(evutil_socket_t fd, short what, void *ctx)
{
	struct ballot *b = ctx;
	int left;

	(void)what;
	for (left = ANSWERS; left > 0; left--) {
		ssize_t n =
		    recv(fd, b->room, sizeof b->room, MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == ENOMEM))
			break;
		if (n <= 0) {
			/* the pair is gone: deadlines end what waits */
			(void)event_del(b->readable);
			break;
		}
		if ((size_t)n <= sizeof b->room)
			on_packet(b, b->room, (size_t)n);
	}
	set_timer(b);
}
