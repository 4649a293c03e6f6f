#ifndef CONSENT_NET_PACE_H
#define CONSENT_NET_PACE_H

/*
 * How long one who moves bytes may still be waited for. There is a longest
 * wait, and a least rate: the time that is left grows by what each byte is
 * worth at that rate, up to the longest wait again. So who keeps the rate is
 * never late, who stops is late after the longest wait, and who brings a byte
 * just before each end soon has no time left. Sets no timer.
 */

#include <stdint.h>

struct pace_limit {
	int64_t ms;    /* longest wait, and how much can be saved up */
	uint64_t rate; /* bytes a second; 0: any byte begins a new wait */
};

/* Begins as zeros. */
struct pace {
	int64_t due;   /* monotonic us; 0: nobody is waited for */
	int64_t left;  /* of a wait that rests; 0: it does not */
	uint64_t seen; /* bytes that were counted for it */
};

/*
 * The milliseconds, at least 1, that may be waited from now on, when total
 * bytes have moved since some beginning. Begins the wait or goes on with it.
 */
int64_t pace_wait(
    struct pace *p, const struct pace_limit *limit, uint64_t total);

/* Stops the time until the next pace_wait: the delay is ours. */
void pace_rest(struct pace *p);

/* Ends the wait: the next one begins anew. */
void pace_end(struct pace *p);

#endif
