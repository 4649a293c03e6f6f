#include "proxy/notary_log.h"

#include "base/clock.h"
#include "base/log.h"
#include "proxy/metrics.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	DAY_MS = 86400 * 1000
};

void
notary_log_init(struct notary_log *log,
    const struct notary_log_options *options, const char *kid)
{
	memset(log, 0, sizeof *log);
	log->options = options;
	log->kid = kid;
}

void
notary_log_fini(struct notary_log *log)
{
	ledger_close(log->ledger);
	log->ledger = NULL;
}

bool
notary_log_may_heal(int rc)
{
	return rc == CONSENT_EIO || rc == CONSENT_ENOMEM;
}

static void
note_failure(struct notary_log *log, int rc)
{
	if (!log->fails)
		log_error("notary.log_failed", "reason=\"%s\" errno=\"%s\"",
		    status_text(rc), strerror(errno));
	if (!log->fails)
		log->mend_at = clock_monotonic() + NOTARY_LOG_RETRY_MS;
	log->fails = true;
	metrics_set(METRIC_LEDGER_STATE, METRICS_LEDGER_FAILING);
}

static void
note_success(struct notary_log *log)
{
	if (log->fails)
		log_info("notary.log_healed", "next=%llu",
		    (unsigned long long)ledger_next(log->ledger));
	log->fails = false;
	metrics_set(METRIC_LEDGER_STATE, METRICS_LEDGER_READY);
	metrics_set(METRIC_LEDGER_ENTRIES, ledger_next(log->ledger));
}

static void
note_commit(struct notary_log *log, int64_t from)
{
	uint64_t written = ledger_facts(log->ledger).written;

	metrics_set(METRIC_LEDGER_COMMIT_AT, (uint64_t)clock_now());
	metrics_add(METRIC_LEDGER_BYTES, written - log->counted);
	log->counted = written;
	if (log->publish_at == 0)
		log->publish_at = from + NOTARY_LOG_PUBLISH_MS;
	note_success(log);
}

int
notary_log_commit(struct notary_log *log)
{
	int64_t from = clock_monotonic();
	int rc = ledger_commit(log->ledger);
	int why = errno;
	int64_t took = clock_monotonic() - from;

	metrics_time(METRIC_TIME_COMMIT, took);
	if (took >= NOTARY_LOG_SLOW_MS)
		log_warn(
		    "notary.log_slow", "step=commit ms=%lld", (long long)took);
	if (rc != CONSENT_OK) {
		metrics_add(METRIC_COMMITS_FAILED, 1);
		errno = why; /* which says more than rc */
		note_failure(log, rc);
		return rc;
	}
	note_commit(log, from);
	return CONSENT_OK;
}

void
notary_log_touch(struct notary_log *log)
{
	note_commit(log, clock_monotonic());
}

/* ---- beginning -------------------------------------------------------- */

static int
open_ledger(struct notary_log *log)
{
	const struct notary_log_options *o = log->options;
	struct ledger_options options = {.node = o->node,
	    .version = o->version,
	    .ring = o->note_ring,
	    .on_written = log->on_written,
	    .ctx = log->ctx};

	/* old choices go with their segment, so that one must end in time */
	if (o->retain_days > 0)
		options.segment_ms = DAY_MS;

	if (options.node[0] == '\0')
		options.node = "unknown";
	log->counted = 0;
	return ledger_open(o->directory, &options, &log->ledger);
}

/* The entry that says why the log goes on here. */
static int
append_start(struct notary_log *log)
{
	struct entry_fact fact = {.type = LAYOUT_START, .what = "notary"};
	uint64_t cut = ledger_facts(log->ledger).cut;
	struct ledger_place place;
	char why[80];

	if (cut > 0)
		(void)snprintf(why, sizeof why,
		    "%llu bytes of an unfinished entry were cut",
		    (unsigned long long)cut);
	else if (ledger_next(log->ledger) == 0)
		(void)snprintf(why, sizeof why, "a new log");
	else
		(void)snprintf(why, sizeof why, "the log goes on");
	fact.why = why;
	return ledger_append(log->ledger, &fact, &place);
}

/* The keys that sign from now on: those of tokens, and of checkpoints. */
static int
append_keys(struct notary_log *log)
{
	const struct notary_log_options *o = log->options;
	struct entry_fact tokens = {.type = LAYOUT_KEY,
	    .kid = log->kid,
	    .what = "signs tokens",
	    .why = "newest key at start"};
	struct entry_fact checkpoints = {.type = LAYOUT_KEY,
	    .kid = o->note_ring->kids[o->note_ring->n - 1],
	    .alg = "Ed25519",
	    .what = "signs checkpoints",
	    .why = "newest key at start"};
	struct ledger_place place;
	int rc;

	tokens.alg =
	    seal_ring_algorithm(o->ring) == SEAL_HS256 ? "HS256" : "ES256";
	rc = ledger_append(log->ledger, &tokens, &place);
	if (rc == CONSENT_OK)
		rc = ledger_append(log->ledger, &checkpoints, &place);
	if (rc == CONSENT_OK && o->key_news != NULL)
		rc = key_news_append(o->key_news, log->ledger);
	return rc;
}

static int
append_texts(struct notary_log *log)
{
	const struct notary_log_options *o = log->options;
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < o->n_policies; i++)
		rc = ledger_record_text(log->ledger, LAYOUT_POLICY,
		    o->policies[i].hash, o->policies[i].text);
	for (i = 0; rc == CONSENT_OK && i < o->n_notices; i++)
		rc = ledger_record_text(log->ledger, LAYOUT_NOTICE,
		    o->notices[i].hash, o->notices[i].text);
	return rc;
}

/* Opens it; choices wait meanwhile, so that it is told when that takes long. */
static int
open_in_time(struct notary_log *log)
{
	int64_t from = clock_monotonic(), took;
	clock_t worked = clock();
	int rc = open_ledger(log);
	int why = errno;

	took = clock_monotonic() - from;
	worked = clock() - worked;
	if (took >= NOTARY_LOG_SLOW_MS)
		log_warn("notary.log_slow", "step=open ms=%lld cpu_ms=%lld",
		    (long long)took, (long long)worked * 1000 / CLOCKS_PER_SEC);
	errno = why;
	return rc;
}

int
notary_log_prepare(struct notary_log *log)
{
	int rc = CONSENT_OK;

	if (log->is_ready)
		return CONSENT_OK;
	if (log->ledger == NULL)
		rc = open_in_time(log);
	if (rc == CONSENT_OK && log->options->account != NULL)
		account_resume(log->options->account, ledger_next(log->ledger));
	if (rc == CONSENT_OK)
		rc = append_start(log);
	if (rc == CONSENT_OK)
		rc = append_keys(log);
	if (rc == CONSENT_OK)
		rc = append_texts(log);
	if (rc != CONSENT_OK)
		note_failure(log, rc);
	else
		rc = notary_log_commit(log);
	log->is_ready = rc == CONSENT_OK;
	if (log->is_ready && log->options->key_news != NULL)
		key_news_tell(log->options->key_news);
	if (rc != CONSENT_OK && log->ledger != NULL)
		ledger_rollback(log->ledger);
	return rc;
}

/* ---- while it is open ------------------------------------------------- */

/* Logs what workers told; what cannot be logged now stays in the account. */
static void
log_account(struct notary_log *log)
{
	struct account *a = log->options->account;
	int rc;

	if (a == NULL || account_since(a) == 0 || !log->is_ready)
		return;
	rc = account_append(a, log->ledger, clock_now());
	if (rc != CONSENT_OK)
		note_failure(log, rc);
	else
		rc = notary_log_commit(log);
	if (rc == CONSENT_OK) {
		account_close(a);
		return;
	}
	account_resume(a, 0);
	ledger_rollback(log->ledger);
}

/* Milliseconds until there is something to be logged; -1: nothing is. */
static int64_t
account_due(const struct notary_log *log)
{
	const struct notary_log_options *o = log->options;

	if (o->account == NULL || !log->is_ready || log->fails)
		return -1;
	return account_wait(o->account, o->account_ms, clock_now());
}

/*
 * A log that failed is tried again without a choice: who waits for it to be
 * ready sends none.
 */
static void
mend(struct notary_log *log)
{
	int64_t now = clock_monotonic();
	int rc;

	if (!log->fails || !log->is_ready || now < log->mend_at)
		return;
	log->mend_at = now + NOTARY_LOG_RETRY_MS;
	rc = append_start(log);
	if (rc == CONSENT_OK)
		rc = notary_log_commit(log);
	if (rc != CONSENT_OK)
		ledger_rollback(log->ledger);
}

/* Publishes when it is due; commits go on meanwhile. */
static void
publish(struct notary_log *log)
{
	int rc;

	if (!log->publishes && (!log->is_ready || log->publish_at == 0 ||
				   clock_monotonic() < log->publish_at))
		return;
	if (!log->publishes)
		log->publish_at = 0; /* a commit sets it again */
	rc = ledger_publish_step(log->ledger);
	log->publishes = rc == CONSENT_EBUSY;
	if (log->publishes)
		return;
	if (rc == CONSENT_OK) {
		metrics_set(METRIC_LEDGER_PUBLISH_AT, (uint64_t)clock_now());
		metrics_set(METRIC_LEDGER_PUBLISHED,
		    ledger_facts(log->ledger).published);
		return;
	}
	note_failure(log, rc);
	log->publish_at = clock_monotonic() + NOTARY_LOG_RETRY_MS;
}

void
notary_log_tick(struct notary_log *log)
{
	mend(log);
	if (account_due(log) == 0)
		log_account(log);
	publish(log);
}

int64_t
notary_log_wait(const struct notary_log *log)
{
	int64_t wait, now = clock_monotonic();

	if (log->publishes)
		return NOTARY_LOG_LOOK_MS;
	if (!log->is_ready || log->fails)
		return NOTARY_LOG_RETRY_MS;
	wait = account_due(log);
	if (log->publish_at != 0) {
		int64_t left =
		    log->publish_at > now ? log->publish_at - now : 0;

		wait = wait < 0 || left < wait ? left : wait;
	}
	return wait;
}

void
notary_log_stop(struct notary_log *log)
{
	struct entry_fact fact = {
	    .type = LAYOUT_STOP, .what = "notary", .why = "asked to stop"};
	struct ledger_place place;
	int rc;

	log_account(log);
	if (!log->is_ready)
		return;
	rc = ledger_append(log->ledger, &fact, &place);
	if (rc == CONSENT_OK)
		rc = notary_log_commit(log);
	if (rc == CONSENT_OK)
		rc = ledger_publish(log->ledger);
	if (rc != CONSENT_OK)
		log_error("notary.log_failed",
		    "reason=\"no stop entry or no checkpoint over it\"");
}
