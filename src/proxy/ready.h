#ifndef CONSENT_PROXY_READY_H
#define CONSENT_PROXY_READY_H

/*
 * Whether all is well, judged from the shared numbers alone: for the health
 * page, the metrics and the status. Nothing is asked and nobody waits; the
 * processes note what they meet.
 */

#include <stdbool.h>
#include <stdint.h>

struct metrics;

enum {
	READY_PATIENCE = 30000, /* ms that the parent may be silent */
	READY_NOTARY = 5000	/* ms that the notary may be replaced in */
};

enum ready_what {
	READY_SERVING, /* no stop has begun */
	READY_WORKERS, /* some worker runs and turns */
	READY_LEDGER,  /* the log can be written */
	READY_ORIGIN,  /* the last try to reach it did */
	READY_CHECKS
};

struct ready_check {
	const char *name;   /* "ledger"; static */
	const char *reason; /* why not; static, NULL: it is well */
};

struct ready {
	bool all; /* every check is well */
	struct ready_check checks[READY_CHECKS];
};

/* Judges at the time now (monotonic ms) whether visitors should be sent. */
void ready_judge(const struct metrics *m, int64_t now, struct ready *out);

/*
 * Whether the processes live: NULL, or why not; static. A stop is no reason,
 * nor is an origin that cannot be reached: to start anew would not help.
 */
const char *ready_life(const struct metrics *m, int64_t now);

#endif
