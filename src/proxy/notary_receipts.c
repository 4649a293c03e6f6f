#include "proxy/notary_receipts.h"

#include "audit/entry.h"
#include "audit/receipt.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct waiting {
	int fd;
	struct wire_question question;
	int status; /* with which it is refused, or 0 */
};

struct notary_receipts {
	size_t n;
	struct waiting waiting[NOTARY_RECEIPTS]; /* the oldest first */
	struct receipt receipt;
	struct buf packet;
};

int
notary_receipts_new(struct notary_receipts **out)
{
	struct notary_receipts *r = calloc(1, sizeof *r);

	if (r == NULL)
		return CONSENT_ENOMEM;
	receipt_init(&r->receipt);
	buf_init(&r->packet, sizeof(struct wire_receipt) + WIRE_RECEIPT_TEXT);
	*out = r;
	return CONSENT_OK;
}

void
notary_receipts_free(struct notary_receipts *r)
{
	if (r == NULL)
		return;
	receipt_fini(&r->receipt);
	buf_fini(&r->packet);
	free(r);
}

bool
notary_receipts_take(struct notary_receipts *r, int fd,
    const struct wire_question *question, int status)
{
	if (r->n == NOTARY_RECEIPTS)
		return false;
	r->waiting[r->n++] = (struct waiting){fd, *question, status};
	return true;
}

static void
drop(struct notary_receipts *r, size_t i)
{
	r->n--;
	memmove(&r->waiting[i], &r->waiting[i + 1],
	    (r->n - i) * sizeof r->waiting[0]);
}

/*
 * Whether the entry is of whoever asks: by its id, which only their token
 * tells, or a choice that nobody is named in.
 */
static bool
is_theirs(struct span line, const struct wire_question *question)
{
	struct entry_peek peek;

	if (!entry_peek(line, &peek) || peek.type != LAYOUT_CHOICE)
		return false;
	if (question->entry[0] != '\0')
		return span_equal(peek.id, span_of(question->entry));
	/* a quote inside of a text has a backslash before it */
	return span_search(line, SPAN(",\"sub\":\"")) == line.n;
}

/* Fills r->receipt. */
static int
find(struct notary_receipts *r, const struct notary_log *log,
    const struct wire_question *question)
{
	int rc =
	    receipt_find(log->options->directory, question->seq, &r->receipt);

	if (rc == CONSENT_EDENIED)
		return CONSENT_ENOENT; /* it was erased */
	if (rc != CONSENT_OK) {
		log_error("notary.receipt_failed", "seq=%llu reason=\"%s\"",
		    (unsigned long long)question->seq, status_text(rc));
		return CONSENT_EIO;
	}
	return is_theirs(buf_span(&r->receipt.entry), question)
		   ? CONSENT_OK
		   : CONSENT_ENOENT;
}

/* Puts the packet together: its head, then the receipt. */
static int
write_packet(struct notary_receipts *r, const char *id, int status)
{
	struct wire_receipt head = {
	    .magic = WIRE_RECEIPT, .version = WIRE_VERSION, .status = status};
	struct span bytes = {(const char *)&head, sizeof head};
	int rc;

	memcpy(head.id, id, sizeof head.id);
	buf_clear(&r->packet);
	rc = buf_append(&r->packet, bytes);
	if (rc == CONSENT_OK && status == CONSENT_OK)
		rc = receipt_write(&r->receipt, &r->packet);
	if (rc != CONSENT_OK)
		return rc;
	head.n = (uint32_t)(r->packet.n - sizeof head);
	memcpy(r->packet.p, &head, sizeof head);
	return CONSENT_OK;
}

/* False when the channel has no room now. */
static bool
tell(struct notary_receipts *r, const struct waiting *w, int status)
{
	int rc = write_packet(r, w->question.id, status);
	ssize_t n;

	if (rc != CONSENT_OK)
		rc = write_packet(r, w->question.id, CONSENT_EIO);
	if (rc != CONSENT_OK)
		return true; /* the deadline tells */
	do
		n = send(w->fd, r->packet.p, r->packet.n,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n >= 0 || (errno != EAGAIN && errno != ENOBUFS);
}

/* Whether one question is settled. */
static bool
answer(struct notary_receipts *r, const struct notary_log *log,
    const struct waiting *w)
{
	const struct wire_question *question = &w->question;

	if (clock_monotonic() >= question->deadline)
		return true;
	if (w->status != CONSENT_OK)
		return tell(r, w, w->status);
	if (!log->is_ready)
		return false;
	if (question->seq >= ledger_next(log->ledger))
		return tell(r, w, CONSENT_ENOENT);
	if (question->seq >= ledger_facts(log->ledger).published)
		return false;
	return tell(r, w, find(r, log, question));
}

void
notary_receipts_answer(struct notary_receipts *r, const struct notary_log *log)
{
	size_t i = 0;

	while (i < r->n) {
		if (answer(r, log, &r->waiting[i]))
			drop(r, i);
		else
			i++;
	}
}
