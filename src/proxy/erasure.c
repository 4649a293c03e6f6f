#include "proxy/erasure.h"

#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct erasure {
	int ours, theirs;
	uint64_t number; /* of the last order */
	bool waits;	 /* for its report */
	bool lost;	 /* the notary that had it has ended */
	bool unread;	 /* it had not read it */
};

struct erasure *
erasure_new(void)
{
	struct erasure *e = calloc(1, sizeof *e);
	int ends[2];

	if (e == NULL ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, ends) != 0) {
		free(e);
		return NULL;
	}
	e->ours = ends[0];
	e->theirs = ends[1];
	return e;
}

void
erasure_free(struct erasure *e)
{
	if (e == NULL)
		return;
	erasure_leave(e, false);
	free(e);
}

void
erasure_leave(const struct erasure *e, bool is_notary)
{
	(void)close(e->ours); /* packets are whole or not sent */
	if (!is_notary)
		(void)close(e->theirs);
}

int
erasure_notary_end(const struct erasure *e)
{
	return e->theirs;
}

int
erasure_fd(const struct erasure *e)
{
	return e->ours;
}

bool
erasure_waits(const struct erasure *e)
{
	return e->waits;
}

int
erasure_ask(struct erasure *e, struct span order)
{
	struct erasure_order packet;
	struct span subject = span_cut(&order, ' ');

	if (e->waits)
		return CONSENT_EBUSY;
	if (order.n == 0)
		order = SPAN("erasure was asked for");
	memset(&packet, 0, sizeof packet);
	if (subject.n != sizeof packet.subject - 1 ||
	    order.n >= sizeof packet.why || span_find(order, '\0') < order.n)
		return CONSENT_EINVAL;
	packet.magic = ERASURE_ORDER;
	packet.version = ERASURE_VERSION;
	packet.number = ++e->number;
	memcpy(packet.subject, subject.p, subject.n);
	memcpy(packet.why, order.p, order.n);
	if (send(e->ours, &packet, sizeof packet,
		MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)sizeof packet)
		return CONSENT_EIO;
	e->waits = true;
	e->lost = e->unread = false;
	return CONSENT_OK;
}

void
erasure_lose(struct erasure *e)
{
	struct erasure_order packet;

	if (!e->waits)
		return;
	e->lost = true;
	/* else the next notary does what nobody waits for any more */
	while (recv(e->theirs, &packet, sizeof packet, MSG_DONTWAIT) > 0)
		e->unread = true;
}

/* Reads reports up to that of the order, or to the last. */
static bool
receive(struct erasure *e, struct erasure_report *out)
{
	for (;;) {
		ssize_t n =
		    recv(e->ours, out, sizeof *out, MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		if (n != (ssize_t)sizeof *out || out->magic != ERASURE_REPORT ||
		    out->version != ERASURE_VERSION)
			log_warn("erasure.malformed", "bytes=%zd", n);
		else if (e->waits && out->number == e->number)
			return true;
	}
}

static void
describe(const struct erasure_report *r, char text[ERASURE_ANSWER])
{
	const char *error = NULL;

	if (r->status == CONSENT_EINVAL)
		error = "no subject, or a reason that cannot be logged, or the "
			"log is damaged";
	else if (r->status == CONSENT_EBUSY)
		error = "the notary is being replaced: ask again; what was "
			"begun is completed";
	else if (r->status != CONSENT_OK)
		error = "the log cannot be written";
	if (error != NULL)
		(void)snprintf(
		    text, ERASURE_ANSWER, "{\"error\":\"%s\"}", error);
	else if (r->entries == 0)
		(void)snprintf(
		    text, ERASURE_ANSWER, "{\"entries\":0,\"seq\":null}");
	else
		(void)snprintf(text, ERASURE_ANSWER,
		    "{\"entries\":%" PRIu64 ",\"seq\":%" PRIu64 "}", r->entries,
		    r->by);
}

bool
erasure_hear(struct erasure *e, char text[ERASURE_ANSWER])
{
	struct erasure_report report;

	if (receive(e, &report))
		describe(&report, text);
	else if (e->waits && e->lost)
		(void)snprintf(text, ERASURE_ANSWER, "{\"error\":\"%s\"}",
		    e->unread ? "the notary has ended: nothing was erased"
			      : "the notary has ended: ask again; what was "
				"begun is completed");
	else
		return false;
	e->waits = false;
	return true;
}
