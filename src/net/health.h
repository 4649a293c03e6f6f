#ifndef CONSENT_NET_HEALTH_H
#define CONSENT_NET_HEALTH_H

/*
 * How the addresses of an origin fare, by what happened to our own
 * connections: one that could not be reached, or gave no answer, rests, each
 * time twice as long, and others are tried before it. After its rest it is
 * tried once, and rests again until it has answered. None is locked out: when
 * all rest, the one whose rest ends first is next. Plain values; times are
 * monotonic milliseconds.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HEALTH_REST = 1000,	 /* ms after the first failure */
	HEALTH_REST_MOST = 60000 /* ms at the longest */
};

/* One address; all zero: well. */
struct health {
	unsigned failures; /* in a row */
	int64_t until;	   /* it rests */
};

/* Which of some addresses to try next. */
struct health_choice {
	const struct health *list;
	const unsigned *load; /* of each; NULL: all alike */
	size_t count;	      /* at most 32 */
	size_t first;	      /* where to begin among those that are alike */
	uint32_t tried;	      /* a bit for each that is not wanted any more */
};

/* It failed: it rests. Whether it was well until now. */
bool health_fail(struct health *h, int64_t now);

/* It answered. Whether it was not well until now. */
bool health_recover(struct health *h);

/*
 * It is tried now. One that was not well rests on, so that nothing else goes
 * there until it has answered.
 */
void health_try(struct health *h, int64_t now);

/* Whether it still rests. */
bool health_is_resting(const struct health *h, int64_t now);

/*
 * The index of the one to try next: of those that are well the one with the
 * least load; count when all were tried.
 */
size_t health_choose(const struct health_choice *choice, int64_t now);

#endif
