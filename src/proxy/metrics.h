#ifndef CONSENT_PROXY_METRICS_H
#define CONSENT_PROXY_METRICS_H

/*
 * What is counted: numbers in memory that all processes share, so that they
 * outlive each of them. Every process has a slot of its own, and the slot of a
 * worker is that of its post: who follows on it counts on. One writer a slot,
 * so that plain atomic stores do, and a count costs a load and a store. Like
 * the log, a process has one place to count, and until metrics_join that is
 * nowhere.
 *
 * The numbers are for people and never trusted: a process that was broken into
 * may write what it likes here. The names stand in proxy/metrics_names, the
 * text is made in proxy/metrics_text.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>

#include "http/fault.h"
#include "proxy/metrics_names.h"

struct metrics;

enum {
	METRICS_POSTS = 256, /* slots of workers, then: */
	METRICS_NOTARY = METRICS_POSTS,
	METRICS_PARENT,
	METRICS_SLOTS
};

/* How many values each has. */
enum {
	METRICS_CATEGORIES = NAMES_CATEGORIES,
	METRICS_VENDORS = NAMES_VENDORS,
	/* a histogram: its buckets, each alone, and the sum of milliseconds */
	METRICS_TIMING = NAMES_BUCKETS + 1
};

/* The state of the log, as the notary sees it. */
enum metrics_ledger {
	METRICS_LEDGER_UNKNOWN,
	METRICS_LEDGER_READY,
	METRICS_LEDGER_FAILING
};

enum metric {
	/* sums, which only grow */
	METRIC_REQUESTS, /* by method, then by class of the status */
	METRIC_REQUEST_BYTES = METRIC_REQUESTS + NAMES_METHODS * NAMES_STATUSES,
	METRIC_RESPONSE_BYTES,
	METRIC_MALFORMED, /* by fault */
	METRIC_FAILED = METRIC_MALFORMED + FAULT_COUNT,
	METRIC_ACCEPTED = METRIC_FAILED + NAMES_FAILURES,
	METRIC_REFUSED, /* connections, by reason */
	METRIC_UPSTREAM_OPENED = METRIC_REFUSED + NAMES_REFUSALS,
	METRIC_UPSTREAM_REUSED,
	METRIC_UPSTREAM_FAILED,
	METRIC_UPSTREAM_SILENT,
	METRIC_UPSTREAM_REFUSED,
	METRIC_UPSTREAM_RETRIED,
	METRIC_PAGES,
	METRIC_PAGES_CUT,			     /* by reason */
	METRIC_MEMO = METRIC_PAGES_CUT + NAMES_CUTS, /* pages, by result */
	METRIC_MEMO_KEPT = METRIC_MEMO + NAMES_MEMOS,
	METRIC_MEMO_EVICTED,
	METRIC_REMOVED, /* by category */
	METRIC_REPORTED = METRIC_REMOVED + METRICS_CATEGORIES + 1,
	METRIC_WITHHELD = METRIC_REPORTED + METRICS_CATEGORIES + 1,
	METRIC_COOKIES = METRIC_WITHHELD + METRICS_CATEGORIES + 1,
	METRIC_EXPIRIES = METRIC_COOKIES + NAMES_DIRECTIONS,
	METRIC_VENDOR_REMOVED = METRIC_EXPIRIES + NAMES_EXPIRIES, /* by name */
	METRIC_VENDOR_REPORTED = METRIC_VENDOR_REMOVED + METRICS_VENDORS + 1,
	METRIC_VENDOR_COOKIES = METRIC_VENDOR_REPORTED + METRICS_VENDORS + 1,
	METRIC_CSP_REPORTS = METRIC_VENDOR_COOKIES + METRICS_VENDORS + 1,
	METRIC_INCIDENTS = METRIC_CSP_REPORTS + NAMES_REPORTS, /* by kind */
	METRIC_VIEWS = METRIC_INCIDENTS + NAMES_INCIDENTS,     /* by consent */
	METRIC_TOKENS = METRIC_VIEWS + NAMES_CONSENTS,
	METRIC_CHOICES = METRIC_TOKENS + NAMES_TOKENS,
	METRIC_COMMITS_FAILED = METRIC_CHOICES + NAMES_ACTIONS * NAMES_RESULTS,
	METRIC_LEDGER_BYTES,
	METRIC_ACCESS_LOST,
	METRIC_RELOADS,
	METRIC_RESTARTS = METRIC_RELOADS + NAMES_RELOADS,    /* by role */
	METRIC_TIME_REQUEST = METRIC_RESTARTS + NAMES_ROLES, /* by phase */
	METRIC_TIME_CHOICE =
	    METRIC_TIME_REQUEST + NAMES_PHASES * METRICS_TIMING,
	METRIC_TIME_COMMIT = METRIC_TIME_CHOICE + METRICS_TIMING,

	/* times on the monotonic clock: the newest of all counts */
	METRIC_ORIGIN_GOOD_AT = METRIC_TIME_COMMIT + METRICS_TIMING,
	METRIC_ORIGIN_BAD_AT,

	/* what is: it ends with the process */
	METRIC_STATE,
	METRIC_OPEN = METRIC_STATE, /* connections of clients */
	METRIC_LIVE,		    /* exchanges */
	METRIC_UPSTREAM_OPEN,
	METRIC_UPSTREAM_IDLE,
	METRIC_UPSTREAM_WAITING,
	METRIC_UPSTREAM_KNOWN,
	METRIC_UPSTREAM_RESTING,
	METRIC_CHOICES_WAITING,
	METRIC_MEMO_PAGES,
	METRIC_MEMO_BYTES,
	METRIC_INVENTORY, /* rows, by kind */
	/* enum metrics_ledger */
	METRIC_LEDGER_STATE = METRIC_INVENTORY + NAMES_FINDS,
	METRIC_LEDGER_ENTRIES,
	METRIC_LEDGER_COMMIT_AT,  /* wall clock, ms */
	METRIC_LEDGER_PUBLISHED,  /* entries below the newest checkpoint */
	METRIC_LEDGER_PUBLISH_AT, /* wall clock, ms */
	METRIC_PARENT_AT,	  /* monotonic: its last look around */
	METRIC_DRAINING,	  /* 1: a stop has begun */
	METRIC_WORKERS_WANTED,
	METRIC_WORKERS_WELL,
	METRIC_WORKERS_SERVING, /* old ones too, until they are told to go */
	METRIC_NOTARY_LOST_AT,	/* monotonic; 0: it is well */
	METRIC_STARTED_AT,	/* wall clock, ms */
	METRIC_LOADED_AT,	/* wall clock, ms: of the configuration */
	METRIC_COUNT
};

/* Zeros in memory that children share; NULL without memory. */
struct metrics *metrics_map(void);

/* Gives them back. NULL is nothing. */
void metrics_unmap(struct metrics *m);

/* From now on this process counts in that slot; m NULL: nowhere. */
void metrics_join(struct metrics *m, size_t slot);

/* Adds to a sum of this process. */
void metrics_add(unsigned what, uint64_t n);

/* Sets a time or state of this process. */
void metrics_set(unsigned what, uint64_t value);

/* Counts how long something took: what is a METRIC_TIME_... */
void metrics_time(unsigned what, int64_t ms);

/* The sum over all slots. */
uint64_t metrics_sum(const struct metrics *m, unsigned what);

/* The largest of all slots. */
uint64_t metrics_most(const struct metrics *m, unsigned what);

/* For the parent: the process on that slot has ended, and its states. */
void metrics_vacate(struct metrics *m, size_t slot);

/*
 * For the parent, before it starts who counts: gives a category or vendor a
 * number that it keeps. What finds no room is counted as "other".
 */
void metrics_name(struct metrics *m, enum names_given set, struct span id);

/* The number of a name; names_room of the set where it has none. */
unsigned metrics_number(
    const struct metrics *m, enum names_given set, struct span id);

/* The name of a number, in memory of the caller's; "" where there is none. */
void metrics_name_of(const struct metrics *m, enum names_given set,
    unsigned number, char name[NAMES_TEXT]);

#endif
