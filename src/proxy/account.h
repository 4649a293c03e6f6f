#ifndef CONSENT_PROXY_ACCOUNT_H
#define CONSENT_PROXY_ACCOUNT_H

/*
 * The notary's account of what all workers withheld and could not withhold,
 * which becomes `enforcement` and `incident` entries of the log. It lives in
 * memory that outlasts a notary, so that its successor goes on where it ended;
 * the notary alone writes to it. Tables of fixed size: what finds no row
 * counts under "other rules".
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/status.h>

#include "proxy/notary_wire.h"

struct account;
struct ledger;

enum {
	ACCOUNT_ROWS = 128,	/* rules, categories and states */
	ACCOUNT_MORE = 48,	/* "other rules", by category and state */
	ACCOUNT_INCIDENTS = 32, /* kinds and rules */
	ACCOUNT_WHAT = 240	/* longest text of an incident */
};

/* Zeros in memory that children share; NULL without memory. */
struct account *account_map(void);

/* Gives it back. NULL is nothing. */
void account_unmap(struct account *a);

/*
 * For a notary that begins: next is the number that the log's next entry will
 * get. What was logged by one that died right then is not logged again.
 */
void account_resume(struct account *a, uint64_t next);

/* Takes a sum that wire_check_sum has passed; now is the wall clock in ms. */
void account_add(struct account *a, const struct wire_sum *sum, int64_t now);

/* Since when there is something to be logged, wall clock in ms; 0: nothing. */
int64_t account_since(const struct account *a);

/*
 * Milliseconds from now until it is to be logged, that is each of them after
 * it began; at once where the clock went back behind that. -1: nothing is.
 */
int64_t account_wait(const struct account *a, int64_t each, int64_t now);

/*
 * Appends the entries of all that was counted until now; they need a commit,
 * and then account_close. next as above. What ledger_append returns.
 */
int account_append(
    struct account *a, struct ledger *ledger, int64_t now) CONSENT_CHECKED;

/* What was appended is durable: begins anew. */
void account_close(struct account *a);

#endif
