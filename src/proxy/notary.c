#include "proxy/notary.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "proxy/notary_erase.h"
#include "proxy/notary_limit.h"
#include "proxy/notary_log.h"
#include "proxy/notary_mint.h"
#include "proxy/notary_mode.h"
#include "proxy/notary_receipts.h"
#include "proxy/notary_signals.h"
#include "proxy/notary_wire.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	BATCH = 256,	   /* most choices of one commit */
	SHARE = 64,	   /* most of them out of one channel */
	GATHER_US = 200,   /* a round waits so long for one more choice, */
	GATHER_MOST = 15,  /* and so often, where there are many */
	STOP_ROUNDS = 64,  /* most commits after the word to stop */
	STOP_WAIT_MS = 500 /* for workers that do not take their answers */
};

/* Answers that wait for room in a channel. Nothing is read before they go. */
struct channel {
	int fd; /* -1: closed by the other side */
	size_t from, n;
	struct wire_reply replies[SHARE];
	size_t taken; /* packets in this round */
	bool owes_hello;
	bool malformed; /* sent what is no request; that was said */
};

/* What is waited for besides the channels. */
enum {
	OTHER_SIGNALS,
	OTHER_STOP,
	OTHER_ERASE,
	OTHER_MODE,
	OTHERS
};

/* A choice of the round. */
struct ticket {
	struct channel *channel;
	struct wire_request request;
	int status;
	struct ledger_place place;
	struct wire_reply *reply; /* its own room in the channel; or NULL */
};

struct notary {
	const struct notary_options *options;
	struct notary_log log;
	struct limiter *limiter;
	struct minter *minter;
	struct notary_receipts *receipts;
	struct notary_erase erase;
	struct notary_signals signals;
	struct channel *channels;
	struct pollfd *polls; /* channels and OTHERS */
	struct ticket *tickets;
	size_t n_tickets;
	bool is_minted;	 /* all of them that can be */
	size_t n_before; /* tickets of the round before */
	size_t n_heard;	 /* packets of the round */
};

/* ---- channels --------------------------------------------------------- */

static void
close_channel(struct channel *c)
{
	c->fd = -1;
	c->n = 0;
	c->owes_hello = false;
}

/* Sends one packet. False when there is no room for it now. */
static bool
send_packet(struct channel *c, const void *packet, size_t n)
{
	while (send(c->fd, packet, n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
			return false;
		if (errno == EPIPE || errno == ECONNRESET) {
			/* nobody reads; what was sent before still counts */
			c->n = 0;
			c->owes_hello = false;
			break;
		}
		log_warn("notary.channel", "reason=\"%s\"", strerror(errno));
		close_channel(c);
		break;
	}
	return true;
}

static void
flush(struct channel *c)
{
	static const struct wire_hello hello = {WIRE_HELLO, WIRE_VERSION};

	if (c->owes_hello && !send_packet(c, &hello, sizeof hello))
		return;
	c->owes_hello = false;
	while (c->n > 0 &&
	       send_packet(c, &c->replies[c->from], sizeof c->replies[0])) {
		if (c->fd < 0 || c->n == 0)
			break; /* gone, or deaf */
		c->from++;
		c->n--;
	}
	if (c->n == 0)
		c->from = 0;
}

static bool
is_blocked(const struct channel *c)
{
	return c->n > 0 || c->owes_hello;
}

/* Puts an answer behind those that wait; there is always room for a share. */
static struct wire_reply *
add_reply(struct channel *c, const struct record *r)
{
	struct wire_reply *reply = &c->replies[c->from + c->n++];

	memset(reply, 0, sizeof *reply);
	reply->magic = WIRE_REPLY;
	reply->version = WIRE_VERSION;
	memcpy(reply->id, r->id, sizeof reply->id);
	return reply;
}

/* Whether a packet was a sum; then it is in the account. */
static bool
take_sum(struct notary *n, const void *packet, size_t size)
{
	struct wire_sum sum;

	if (wire_check_sum(packet, size, &sum) != CONSENT_OK)
		return false;
	if (n->options->log.account != NULL)
		account_add(n->options->log.account, &sum, clock_now());
	return true;
}

/* Whether a packet was a question; then it waits, or was one too many. */
static bool
take_question(
    struct notary *n, const struct channel *c, const void *packet, size_t size)
{
	struct wire_question question;
	int status = CONSENT_OK;

	if (wire_check_question(packet, size, &question) != CONSENT_OK)
		return false;
	if (!limiter_take(n->limiter, question.address, clock_monotonic()))
		status = CONSENT_ELIMIT;
	if (!notary_receipts_take(n->receipts, c->fd, &question, status))
		log_warn("notary.receipts_full", "most=%d", NOTARY_RECEIPTS);
	return true;
}

static void
on_packet(struct notary *n, struct channel *c, const void *packet, size_t size)
{
	struct ticket *t = &n->tickets[n->n_tickets];

	n->n_heard++;
	if (take_sum(n, packet, size) || take_question(n, c, packet, size))
		return;
	if (wire_check(packet, size, &t->request) != CONSENT_OK) {
		if (!c->malformed)
			log_warn("notary.malformed", "bytes=%zu", size);
		c->malformed = true;
		return;
	}
	t->channel = c;
	t->status = CONSENT_OK;
	n->n_tickets++;
}

/* Whether an empty read means that the other side is gone. */
static bool
is_hung_up(int fd)
{
	struct pollfd at = {fd, 0, 0};

	return poll(&at, 1, 0) == 1 && (at.revents & POLLHUP) != 0;
}

/* Takes what one channel has, up to its share of the round. */
static void
drain(struct notary *n, struct channel *c)
{
	struct wire_request packet;

	while (c->fd >= 0 && c->taken < SHARE && n->n_tickets < BATCH) {
		ssize_t size = recv(
		    c->fd, &packet, sizeof packet, MSG_DONTWAIT | MSG_TRUNC);

		if (size < 0 && (errno == EINTR || errno == ECONNRESET))
			continue; /* the latter is told once */
		if (size < 0 && (errno == EAGAIN || errno == ENOMEM))
			return;
		if (size < 0 || (size == 0 && is_hung_up(c->fd))) {
			close_channel(c);
			return;
		}
		c->taken++;
		on_packet(n, c, &packet, (size_t)size);
	}
}

/* ---- one round of choices --------------------------------------------- */

static bool
is_own_site(const struct notary *n, const char *site)
{
	const struct token_options *token = n->options->token;
	size_t i;

	for (i = 0; i < token->n_sites; i++)
		if (strcmp(token->sites[i], site) == 0)
			return true;
	return false;
}

/* Appends one choice, unless its address has had its share. */
static int
enter(struct notary *n, struct ticket *t)
{
	const struct record *r = &t->request.record;
	struct entry_fact fact = {
	    .type = LAYOUT_CHOICE, .record = r, .kid = minter_kid(n->minter)};
	int rc;

	if (!is_own_site(n, r->site))
		return CONSENT_EINVAL;
	/* the visitor was told that it failed: the log must not say more */
	if (t->request.deadline != 0 &&
	    clock_monotonic() >= t->request.deadline)
		return CONSENT_EBUSY;
	/* an attempt that is sent again was counted the first time */
	if (!ledger_knows(n->log.ledger, r->id) &&
	    !limiter_take(n->limiter, t->request.address, clock_monotonic()))
		return CONSENT_ELIMIT;
	rc = ledger_append(n->log.ledger, &fact, &t->place);
	/* a full batch or log is not the visitor's doing */
	return rc == CONSENT_ELIMIT ? CONSENT_EIO : rc;
}

/* Mints what a ticket is for into the room for its answer. */
static void
mint(struct notary *n, struct ticket *t)
{
	struct record *r = &t->request.record;
	struct minted minted;

	r->seq = t->place.seq;
	r->time = t->place.time;
	if (t->status != CONSENT_OK || !record_decides(r->action) ||
	    t->reply == NULL)
		return;
	t->status = minter_mint(n->minter, r, &minted);
	if (t->status != CONSENT_OK)
		log_error("notary.mint_failed", "reason=\"%s\"",
		    status_text(t->status));
	if (t->status == CONSENT_ELIMIT)
		t->status = CONSENT_EINVAL; /* too long for a token */
	if (t->status != CONSENT_OK)
		return;
	t->reply->expires = minted.expires;
	t->reply->n = (uint32_t)minted.n;
	memcpy(t->reply->token, minted.token, minted.n);
}

/*
 * While the disk syncs there is time to mint. Nothing of it leaves before the
 * commit is done, and nothing where that fails.
 */
static void
on_written(void *ctx)
{
	struct notary *n = ctx;
	size_t i;

	if (n->is_minted)
		return; /* another commit than that of a round */
	for (i = 0; i < n->n_tickets; i++)
		mint(n, &n->tickets[i]);
	n->is_minted = true;
}

static void
enter_all(struct notary *n)
{
	int rc = notary_log_prepare(&n->log);
	size_t i;

	for (i = 0; i < n->n_tickets; i++) {
		struct ticket *t = &n->tickets[i];

		t->status = rc == CONSENT_OK ? enter(n, t) : CONSENT_EIO;
		t->reply = t->channel->fd < 0
			       ? NULL
			       : add_reply(t->channel, &t->request.record);
	}
	if (rc != CONSENT_OK)
		return;
	n->is_minted = false;
	rc = notary_log_commit(&n->log);
	for (i = 0; rc != CONSENT_OK && i < n->n_tickets; i++) {
		struct ticket *t = &n->tickets[i];

		/* what an earlier round logged still stands */
		if (t->status == CONSENT_OK &&
		    t->place.seq >= ledger_next(n->log.ledger))
			t->status = CONSENT_EIO;
	}
	on_written(n); /* where there was nothing to write, or no way to */
}

static void
answer(struct ticket *t)
{
	struct wire_reply *reply = t->reply;

	reply->status = t->status;
	if (t->status == CONSENT_OK) {
		reply->seq = t->place.seq;
		reply->time = t->place.time;
		return;
	}
	digest_wipe(reply->token, reply->n);
	reply->n = 0;
	reply->expires = 0;
}

static void
drain_all(struct notary *n)
{
	size_t i;

	for (i = 0; i < n->options->n_channels; i++) {
		struct channel *c = &n->channels[i];

		if (c->fd >= 0 && is_blocked(c))
			flush(c);
		if (c->fd >= 0 && !is_blocked(c))
			drain(n, c);
	}
}

/*
 * Where choices come by twos and more, waits a moment for the next: a sync
 * costs more than that, and serves all that came before it.
 */
static void
gather(struct notary *n)
{
	const struct timespec moment = {0, GATHER_US * 1000};
	size_t i, had, count = n->options->n_channels;
	int left = n->n_before > 1 ? GATHER_MOST : 0;

	for (i = 0; i < count; i++)
		n->polls[i] = (struct pollfd){n->channels[i].fd, POLLIN, 0};
	while (left-- > 0 && n->n_tickets > 0 && n->n_tickets < BATCH) {
		had = n->n_tickets;
		if (ppoll(n->polls, count, &moment, NULL) <= 0)
			return;
		drain_all(n);
		if (n->n_tickets == had)
			return; /* no choice, or one of whom there is enough */
	}
}

/* Drains, appends, commits once, answers. Returns the number of packets. */
static size_t
run_round(struct notary *n)
{
	size_t i, taken;

	n->n_tickets = 0;
	n->n_heard = 0;
	for (i = 0; i < n->options->n_channels; i++)
		n->channels[i].taken = 0;
	drain_all(n);
	gather(n);
	n->n_before = taken = n->n_tickets;
	if (taken > 0)
		enter_all(n);
	for (i = 0; i < taken; i++)
		if (n->tickets[i].reply != NULL)
			answer(&n->tickets[i]);
	for (i = 0; i < n->options->n_channels; i++)
		if (n->channels[i].fd >= 0)
			flush(&n->channels[i]);
	return n->n_heard;
}

/* ---- life ------------------------------------------------------------- */

/* Fills the poll set; false when no channel is left. */
static bool
fill_polls(struct notary *n)
{
	size_t i, count = n->options->n_channels;
	bool any = false;

	for (i = 0; i < count; i++) {
		const struct channel *c = &n->channels[i];

		n->polls[i].fd = c->fd; /* -1 is passed over */
		n->polls[i].events = is_blocked(c) ? POLLOUT : POLLIN;
		any |= c->fd >= 0;
	}
	n->polls[count + OTHER_SIGNALS] =
	    (struct pollfd){n->signals.fd, POLLIN, 0};
	n->polls[count + OTHER_STOP] =
	    (struct pollfd){n->options->stop_fd, POLLIN, 0};
	n->polls[count + OTHER_ERASE] =
	    (struct pollfd){notary_erase_fd(&n->erase), POLLIN, 0};
	n->polls[count + OTHER_MODE] = (struct pollfd){
	    n->options->mode_fd > 0 ? n->options->mode_fd : -1, POLLIN, 0};
	return any;
}

/* Waits for something to do; false when it is time to stop. */
static bool
wait_for_work(struct notary *n)
{
	size_t count = n->options->n_channels;
	int rc, wait = (int)notary_log_wait(&n->log);
	int erase = (int)notary_erase_wait(&n->erase, &n->log);

	if (wait < 0 || (erase >= 0 && erase < wait))
		wait = erase;
	if (!fill_polls(n))
		return false;
	if (n->options->pulse != NULL) {
		pulse_beat(n->options->pulse);
		if (wait < 0 || wait > PULSE_MS)
			wait = PULSE_MS;
	}
	rc = poll(n->polls, count + OTHERS, wait);
	if (rc < 0)
		return errno == EINTR || errno == ENOMEM;
	return n->polls[count + OTHER_SIGNALS].revents == 0 &&
	       n->polls[count + OTHER_STOP].revents == 0;
}

/* Waits until no answer is left that a worker could still take. */
static void
flush_all(struct notary *n)
{
	int64_t until = clock_monotonic() + STOP_WAIT_MS;

	while (clock_monotonic() < until) {
		size_t i, blocked = 0;

		for (i = 0; i < n->options->n_channels; i++) {
			struct channel *c = &n->channels[i];
			bool waits = c->fd >= 0 && c->n > 0;

			n->polls[i].fd = waits ? c->fd : -1;
			n->polls[i].events = POLLOUT;
			blocked += waits;
		}
		if (blocked == 0)
			return;
		(void)poll(n->polls, n->options->n_channels, STOP_WAIT_MS);
		for (i = 0; i < n->options->n_channels; i++)
			if (n->polls[i].fd >= 0)
				flush(&n->channels[i]);
	}
}

/* Answers what is queued now; what comes later waits for the next notary. */
static void
finish(struct notary *n)
{
	int rounds;

	for (rounds = 0; rounds < STOP_ROUNDS && run_round(n) > 0;)
		rounds++;
	flush_all(n);
	notary_erase_stop(&n->erase);
	notary_mode_take(n->options->mode_fd, &n->log);
	notary_log_stop(&n->log);
}

static int
init(struct notary *n, const struct notary_options *options)
{
	size_t i;
	int rc;

	memset(n, 0, sizeof *n);
	n->options = options;
	n->signals.fd = -1;
	notary_erase_init(&n->erase, options->erase_fd);
	if (options->n_channels > NOTARY_CHANNELS ||
	    seal_ring_count(options->log.ring) == 0)
		return CONSENT_EINVAL;
	n->channels = calloc(options->n_channels + 1, sizeof *n->channels);
	n->polls = calloc(options->n_channels + OTHERS, sizeof *n->polls);
	n->tickets = calloc(BATCH, sizeof *n->tickets);
	if (n->channels == NULL || n->polls == NULL || n->tickets == NULL)
		return CONSENT_ENOMEM;
	for (i = 0; i < options->n_channels; i++) {
		n->channels[i].fd = options->channels[i];
		n->channels[i].owes_hello = true;
	}
	rc = notary_receipts_new(&n->receipts);
	if (rc == CONSENT_OK)
		rc = limiter_new(options->per_minute, &n->limiter);
	if (rc == CONSENT_OK)
		rc = minter_new(options->log.ring, options->token, &n->minter);
	if (rc == CONSENT_OK)
		notary_log_init(&n->log, &options->log, minter_kid(n->minter));
	n->log.on_written = on_written;
	n->log.ctx = n;
	n->is_minted = true;
	return rc != CONSENT_OK ? rc : notary_watch_signals(&n->signals);
}

static void
fini(struct notary *n)
{
	notary_erase_stop(&n->erase);
	notary_log_fini(&n->log);
	limiter_free(n->limiter);
	minter_free(n->minter);
	notary_receipts_free(n->receipts);
	notary_unwatch_signals(&n->signals);
	free(n->channels);
	free(n->polls);
	free(n->tickets);
}

/* Why it cannot go on, for who has to look. */
static const char *
refusal(int rc)
{
	if (rc == CONSENT_EINVAL)
		return "the log is damaged before its end, or a later version "
		       "wrote to it: consentctl log verify names the place";
	if (rc == CONSENT_EDENIED)
		return "the log is not the one that its checkpoint was signed "
		       "for, or the key that signed it is missing";
	return status_text(rc);
}

int
notary_run(const struct notary_options *options)
{
	struct notary n;
	int rc = init(&n, options);

	if (rc == CONSENT_OK) {
		rc = notary_log_prepare(&n.log);
		if (notary_log_may_heal(rc))
			rc = CONSENT_OK; /* workers are told, time may help */
	}
	if (rc != CONSENT_OK) {
		log_error("notary.refused", "reason=\"%s\"", refusal(rc));
		goto out;
	}
	log_info("notary.start", "log=%s cut=%llu",
	    n.log.is_ready ? "ready" : "failing",
	    (unsigned long long)(n.log.is_ready ? ledger_facts(n.log.ledger).cut
						: 0));
	do {
		(void)run_round(&n);
		rc = notary_log_prepare(&n.log);
		notary_log_tick(&n.log);
		notary_receipts_answer(n.receipts, &n.log);
		notary_erase_tick(&n.erase, &n.log);
		notary_mode_take(options->mode_fd, &n.log);
	} while (
	    (rc == CONSENT_OK || notary_log_may_heal(rc)) && wait_for_work(&n));
	if (rc == CONSENT_OK || notary_log_may_heal(rc)) {
		finish(&n);
		rc = CONSENT_OK;
		log_info("notary.stop", "log=%s",
		    n.log.is_ready ? "ready" : "failing");
	}
out:
	fini(&n);
	return rc == CONSENT_OK ? 0 : 1;
}
