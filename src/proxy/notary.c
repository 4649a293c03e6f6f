#include "proxy/notary.h"

#include "audit/ledger.h"
#include "base/clock.h"
#include "base/log.h"
#include "proxy/metrics.h"
#include "proxy/notary_limit.h"
#include "proxy/notary_mint.h"
#include "proxy/notary_signals.h"
#include "proxy/notary_wire.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BATCH = 256,	   /* most choices of one commit */
	SHARE = 32,	   /* most of them out of one channel */
	RETRY_MS = 1000,   /* between tries to write the log again */
	STOP_ROUNDS = 64,  /* most commits after the word to stop */
	STOP_WAIT_MS = 500 /* for workers that do not take their answers */
};

/* Answers that wait for room in a channel. Nothing is read before they go. */
struct channel {
	int fd; /* -1: closed by the other side */
	size_t from, n;
	struct wire_reply replies[SHARE];
	bool owes_hello;
	bool malformed; /* sent what is no request; that was said */
};

/* A choice of the round. */
struct ticket {
	struct channel *channel;
	struct wire_request request;
	int status;
	struct ledger_place place;
};

struct notary {
	const struct notary_options *options;
	struct ledger *ledger; /* NULL: could not be opened yet */
	bool introduced;       /* start, key and texts are in the log */
	bool failing;	       /* the last commit failed, and it was said */
	int64_t mend_at;       /* when to try again without a choice */
	struct limiter *limiter;
	struct minter *minter;
	struct notary_signals signals;
	struct channel *channels;
	struct pollfd *polls; /* channels, then signals, then stop_fd */
	struct ticket *tickets;
	size_t n_tickets;
	size_t n_heard; /* packets of the round */
};

/* ---- the log ---------------------------------------------------------- */

/* A status that only the disk, memory or time can mend. */
static bool
may_heal(int rc)
{
	return rc == CONSENT_EIO || rc == CONSENT_ENOMEM;
}

static void
note_failure(struct notary *n, int rc)
{
	if (!n->failing)
		log_error("notary.log_failed", "reason=\"%s\" errno=\"%s\"",
		    status_text(rc), strerror(errno));
	if (!n->failing)
		n->mend_at = clock_monotonic() + RETRY_MS;
	n->failing = true;
	metrics_set(METRIC_LEDGER_STATE, METRICS_LEDGER_FAILING);
}

static void
note_success(struct notary *n)
{
	if (n->failing)
		log_info("notary.log_healed", "next=%llu",
		    (unsigned long long)ledger_next(n->ledger));
	n->failing = false;
	metrics_set(METRIC_LEDGER_STATE, METRICS_LEDGER_READY);
	metrics_set(METRIC_LEDGER_ENTRIES, ledger_next(n->ledger));
}

/* Makes what was appended durable, and tells how long that took. */
static int
commit(struct notary *n)
{
	int64_t from = clock_monotonic();
	int rc = ledger_commit(n->ledger);
	int why = errno;

	metrics_time(METRIC_TIME_COMMIT, clock_monotonic() - from);
	if (rc == CONSENT_OK)
		metrics_set(METRIC_LEDGER_COMMIT_AT, (uint64_t)clock_now());
	else
		metrics_add(METRIC_COMMITS_FAILED, 1);
	errno = why; /* which says more than rc */
	return rc;
}

static int
open_ledger(struct notary *n)
{
	struct ledger_options options = {
	    .node = n->options->node, .version = n->options->version};

	if (options.node[0] == '\0')
		options.node = "unknown";
	return ledger_open(n->options->directory, &options, &n->ledger);
}

/* The entry that says why the log goes on here. */
static int
append_start(struct notary *n)
{
	struct entry_fact fact = {.type = LAYOUT_START, .what = "notary"};
	uint64_t cut = ledger_cut(n->ledger);
	struct ledger_place place;
	char why[80];

	if (cut > 0)
		(void)snprintf(why, sizeof why,
		    "%llu bytes of an unfinished entry were cut",
		    (unsigned long long)cut);
	else if (ledger_next(n->ledger) == 0)
		(void)snprintf(why, sizeof why, "a new log");
	else
		(void)snprintf(why, sizeof why, "the log goes on");
	fact.why = why;
	return ledger_append(n->ledger, &fact, &place);
}

static int
append_key(struct notary *n)
{
	struct entry_fact fact = {.type = LAYOUT_KEY,
	    .kid = minter_kid(n->minter),
	    .what = "signs",
	    .why = "newest key at start"};
	struct ledger_place place;

	fact.alg = seal_ring_algorithm(n->options->ring) == SEAL_HS256
		       ? "HS256"
		       : "ES256";
	return ledger_append(n->ledger, &fact, &place);
}

static int
append_texts(struct notary *n)
{
	const struct notary_options *o = n->options;
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < o->n_policies; i++)
		rc = ledger_record_text(n->ledger, LAYOUT_POLICY,
		    o->policies[i].hash, o->policies[i].text);
	for (i = 0; rc == CONSENT_OK && i < o->n_notices; i++)
		rc = ledger_record_text(n->ledger, LAYOUT_NOTICE,
		    o->notices[i].hash, o->notices[i].text);
	return rc;
}

/*
 * Makes the log ready for choices, if it is not: opened, and with all written
 * that must stand before them. 0 when it is ready.
 */
static int
prepare(struct notary *n)
{
	int rc = CONSENT_OK;

	if (n->introduced)
		return CONSENT_OK;
	if (n->ledger == NULL)
		rc = open_ledger(n);
	if (rc == CONSENT_OK && n->options->account != NULL)
		account_resume(n->options->account, ledger_next(n->ledger));
	if (rc == CONSENT_OK)
		rc = append_start(n);
	if (rc == CONSENT_OK)
		rc = append_key(n);
	if (rc == CONSENT_OK)
		rc = append_texts(n);
	if (rc == CONSENT_OK)
		rc = commit(n);
	if (rc == CONSENT_OK) {
		n->introduced = true;
		note_success(n);
		return CONSENT_OK;
	}
	note_failure(n, rc);
	if (n->ledger != NULL)
		ledger_rollback(n->ledger);
	return rc;
}

/* Logs what workers told; what cannot be logged now stays in the account. */
static void
log_account(struct notary *n)
{
	struct account *a = n->options->account;
	int rc;

	if (a == NULL || account_since(a) == 0 || !n->introduced)
		return;
	rc = account_append(a, n->ledger, clock_now());
	if (rc == CONSENT_OK)
		rc = commit(n);
	if (rc == CONSENT_OK) {
		account_close(a);
		note_success(n);
		return;
	}
	account_resume(a, 0);
	ledger_rollback(n->ledger);
	note_failure(n, rc);
}

/* Milliseconds until there is something to be logged; -1: nothing is. */
static int64_t
summary_wait(const struct notary *n)
{
	const struct notary_options *o = n->options;

	if (o->account == NULL || !n->introduced || n->failing)
		return -1;
	return account_wait(o->account, o->account_ms, clock_now());
}

/*
 * A log that failed is tried again without a choice: who waits for it to be
 * ready sends none.
 */
static void
mend(struct notary *n)
{
	int64_t now = clock_monotonic();
	int rc;

	if (!n->failing || !n->introduced || now < n->mend_at)
		return;
	n->mend_at = now + RETRY_MS;
	rc = append_start(n);
	if (rc == CONSENT_OK)
		rc = commit(n);
	if (rc == CONSENT_OK)
		note_success(n);
	else
		ledger_rollback(n->ledger);
}

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
	if (n->options->account != NULL)
		account_add(n->options->account, &sum, clock_now());
	return true;
}

static void
on_packet(struct notary *n, struct channel *c, const void *packet, size_t size)
{
	struct ticket *t = &n->tickets[n->n_tickets];

	n->n_heard++;
	if (take_sum(n, packet, size))
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
	size_t taken = 0;

	while (c->fd >= 0 && taken < SHARE && n->n_tickets < BATCH) {
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
		taken++;
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
	if (!ledger_knows(n->ledger, r->id) &&
	    !limiter_take(n->limiter, t->request.address, clock_monotonic()))
		return CONSENT_ELIMIT;
	rc = ledger_append(n->ledger, &fact, &t->place);
	/* a full batch or log is not the visitor's doing */
	return rc == CONSENT_ELIMIT ? CONSENT_EIO : rc;
}

static void
enter_all(struct notary *n)
{
	int rc = prepare(n);
	size_t i;

	for (i = 0; i < n->n_tickets; i++) {
		struct ticket *t = &n->tickets[i];

		t->status = rc == CONSENT_OK ? enter(n, t) : CONSENT_EIO;
	}
	if (rc != CONSENT_OK)
		return;
	rc = commit(n);
	if (rc == CONSENT_OK) {
		note_success(n);
		return;
	}
	note_failure(n, rc);
	for (i = 0; i < n->n_tickets; i++) {
		struct ticket *t = &n->tickets[i];

		/* what an earlier round logged still stands */
		if (t->status == CONSENT_OK &&
		    t->place.seq >= ledger_next(n->ledger))
			t->status = CONSENT_EIO;
	}
}

static void
answer(struct notary *n, struct ticket *t)
{
	struct record *r = &t->request.record;
	struct wire_reply *reply = add_reply(t->channel, r);
	struct minted minted = {.n = 0};

	r->seq = t->place.seq;
	r->time = t->place.time;
	if (t->status == CONSENT_OK && record_decides(r->action)) {
		t->status = minter_mint(n->minter, r, &minted);
		if (t->status != CONSENT_OK)
			log_error("notary.mint_failed", "reason=\"%s\"",
			    status_text(t->status));
		if (t->status == CONSENT_ELIMIT)
			t->status = CONSENT_EINVAL; /* too long for a token */
	}
	reply->status = t->status;
	if (t->status != CONSENT_OK)
		return;
	reply->seq = r->seq;
	reply->time = r->time;
	reply->expires = minted.expires;
	reply->n = (uint32_t)minted.n;
	memcpy(reply->token, minted.token, minted.n);
}

/* Drains, appends, commits once, answers. Returns the number of packets. */
static size_t
run_round(struct notary *n)
{
	size_t i, taken;

	n->n_tickets = 0;
	n->n_heard = 0;
	for (i = 0; i < n->options->n_channels; i++) {
		struct channel *c = &n->channels[i];

		if (c->fd >= 0 && is_blocked(c))
			flush(c);
		if (c->fd >= 0 && !is_blocked(c))
			drain(n, c);
	}
	taken = n->n_tickets;
	if (taken > 0)
		enter_all(n);
	for (i = 0; i < taken; i++)
		if (n->tickets[i].channel->fd >= 0)
			answer(n, &n->tickets[i]);
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
	n->polls[count] = (struct pollfd){n->signals.fd, POLLIN, 0};
	n->polls[count + 1] = (struct pollfd){n->options->stop_fd, POLLIN, 0};
	return any;
}

/* Waits for something to do; false when it is time to stop. */
static bool
wait_for_work(struct notary *n)
{
	size_t count = n->options->n_channels;
	int rc, wait = n->introduced && !n->failing ? (int)summary_wait(n)
						    : RETRY_MS;

	if (!fill_polls(n))
		return false;
	if (n->options->pulse != NULL) {
		pulse_beat(n->options->pulse);
		if (wait < 0 || wait > PULSE_MS)
			wait = PULSE_MS;
	}
	rc = poll(n->polls, count + 2, wait);
	if (rc < 0)
		return errno == EINTR || errno == ENOMEM;
	return n->polls[count].revents == 0 && n->polls[count + 1].revents == 0;
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
	struct entry_fact fact = {
	    .type = LAYOUT_STOP, .what = "notary", .why = "asked to stop"};
	struct ledger_place place;
	int rounds;

	for (rounds = 0; rounds < STOP_ROUNDS && run_round(n) > 0;)
		rounds++;
	flush_all(n);
	log_account(n);
	if (!n->introduced)
		return;
	if (ledger_append(n->ledger, &fact, &place) != CONSENT_OK ||
	    ledger_commit(n->ledger) != CONSENT_OK)
		log_error("notary.log_failed", "reason=\"no stop entry\"");
}

static int
init(struct notary *n, const struct notary_options *options)
{
	size_t i;
	int rc;

	memset(n, 0, sizeof *n);
	n->options = options;
	n->signals.fd = -1;
	if (options->n_channels > NOTARY_CHANNELS ||
	    seal_ring_count(options->ring) == 0)
		return CONSENT_EINVAL;
	n->channels = calloc(options->n_channels + 1, sizeof *n->channels);
	n->polls = calloc(options->n_channels + 2, sizeof *n->polls);
	n->tickets = calloc(BATCH, sizeof *n->tickets);
	if (n->channels == NULL || n->polls == NULL || n->tickets == NULL)
		return CONSENT_ENOMEM;
	for (i = 0; i < options->n_channels; i++) {
		n->channels[i].fd = options->channels[i];
		n->channels[i].owes_hello = true;
	}
	rc = limiter_new(options->per_minute, &n->limiter);
	if (rc == CONSENT_OK)
		rc = minter_new(options->ring, options->token, &n->minter);
	return rc != CONSENT_OK ? rc : notary_watch_signals(&n->signals);
}

static void
fini(struct notary *n)
{
	ledger_close(n->ledger);
	limiter_free(n->limiter);
	minter_free(n->minter);
	notary_unwatch_signals(&n->signals);
	free(n->channels);
	free(n->polls);
	free(n->tickets);
}

int
notary_run(const struct notary_options *options)
{
	struct notary n;
	int rc = init(&n, options);

	if (rc == CONSENT_OK) {
		rc = prepare(&n);
		if (may_heal(rc))
			rc = CONSENT_OK; /* workers are told, time may help */
	}
	if (rc != CONSENT_OK) {
		log_error("notary.refused", "reason=\"%s\"", status_text(rc));
		goto out;
	}
	log_info("notary.start", "log=%s cut=%llu",
	    n.introduced ? "ready" : "failing",
	    (unsigned long long)(n.introduced ? ledger_cut(n.ledger) : 0));
	do {
		(void)run_round(&n);
		rc = prepare(&n);
		mend(&n);
		if (summary_wait(&n) == 0)
			log_account(&n);
	} while ((rc == CONSENT_OK || may_heal(rc)) && wait_for_work(&n));
	if (rc == CONSENT_OK || may_heal(rc)) {
		finish(&n);
		rc = CONSENT_OK;
		log_info("notary.stop", "log=%s",
		    n.introduced ? "ready" : "failing");
	}
out:
	fini(&n);
	return rc == CONSENT_OK ? 0 : 1;
}
