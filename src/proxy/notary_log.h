#ifndef CONSENT_PROXY_NOTARY_LOG_H
#define CONSENT_PROXY_NOTARY_LOG_H

/*
 * The consent log in the notary's hands: opened when the disk lets it, made
 * ready for choices (start, keys, policies and notices in force), committed,
 * published at least every second, tried again while it fails, and ended. Says
 * what happens to it on stderr and in the metrics.
 */

#include <stdbool.h>
#include <stdint.h>

#include "audit/ledger.h"
#include "audit/note.h"
#include "proxy/account.h"
#include "proxy/key_news.h"

#include <libconsent/seal.h>
#include <libconsent/span.h>

enum {
	NOTARY_LOG_RETRY_MS = 1000,  /* between tries to write again */
	NOTARY_LOG_LOOK_MS = 5,	     /* between looks whether it is published */
	NOTARY_LOG_PUBLISH_MS = 800, /* from a commit to its checkpoint */
	NOTARY_LOG_SLOW_MS = 1000    /* a step that takes so long is told */
};

/* A policy or notice that choices may name: goes into the log at start. */
struct notary_text {
	const char *hash; /* SHA-256 of text, 64 hex digits */
	struct span text;
};

/* All borrowed by the log. */
struct notary_log_options {
	const char *directory;
	const char *node;    /* this machine's name in entries; "": unknown */
	const char *version; /* of the software */
	const struct seal_ring *ring;	   /* of tokens */
	const struct note_ring *note_ring; /* of checkpoints */
	struct key_news *key_news; /* what happened to keys; NULL: nothing */
	struct account *account;   /* of what workers tell; NULL: not kept */
	int64_t account_ms;	   /* between its entries */
	unsigned retain_days;	   /* for choices; 0: for ever */
	const struct notary_text *policies;
	size_t n_policies;
	const struct notary_text *notices;
	size_t n_notices;
};

struct notary_log {
	const struct notary_log_options *options;
	const char *kid;	       /* of the key that signs tokens */
	void (*on_written)(void *ctx); /* as the ledger's; NULL at first */
	void *ctx;
	struct ledger *ledger; /* NULL: could not be opened yet */
	uint64_t counted;      /* bytes of it that are in the metrics */
	bool is_ready;	       /* all is in it that comes before choices */
	bool fails;	       /* the last try did, and it was said */
	int64_t mend_at;       /* monotonic ms: when to try again */
	int64_t publish_at; /* the same: when to publish; 0: nothing is due */
	bool publishes;	    /* it is under way */
};

/* Makes log one that is not open yet. options and kid are borrowed. */
void notary_log_init(struct notary_log *log,
    const struct notary_log_options *options, const char *kid);

/* Gives the log up, without a last word. */
void notary_log_fini(struct notary_log *log);

/* Whether a status is one that only the disk, memory or time can mend. */
bool notary_log_may_heal(int rc);

/*
 * Makes the log ready, if it is not. 0 when it is; what notary_log_may_heal
 * knows is tried again by whoever calls next; else it is damaged, or not ours.
 */
int notary_log_prepare(struct notary_log *log) CONSENT_CHECKED;

/* Makes what was appended durable. As ledger_commit. */
int notary_log_commit(struct notary_log *log) CONSENT_CHECKED;

/* Something was appended and committed by another hand. */
void notary_log_touch(struct notary_log *log);

/* Does what is due: mends, logs the account, publishes. */
void notary_log_tick(struct notary_log *log);

/* Milliseconds until notary_log_tick has something to do; -1: nothing. */
int64_t notary_log_wait(const struct notary_log *log);

/* The last entries, and a checkpoint over all. */
void notary_log_stop(struct notary_log *log);

#endif
