#ifndef CONSENT_PROXY_PULSE_H
#define CONSENT_PROXY_PULSE_H

/*
 * How the parent sees that a child is alive and not only there: each child
 * has a pulse in memory that it shares with the parent, and notes the time in
 * it from its loop. One writer each, so that plain atomic stores do.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PULSE_MS = 500 /* between two beats */
};

struct pulse {
	/* monotonic ms of the last beat; 0: none yet */
	_Alignas(64) _Atomic int64_t at; /* no line shared with another */
};

/* n pulses in shared memory, none of which has beaten; NULL without memory. */
struct pulse *pulse_map(size_t n);

/* Gives them back. */
void pulse_unmap(struct pulse *pulses, size_t n);

/* For the parent, before it starts a child on the pulse. */
void pulse_reset(struct pulse *p);

/* For the child: it lives. */
void pulse_beat(struct pulse *p);

/* Milliseconds since the last beat at the time now; -1: there was none. */
int64_t pulse_silence(const struct pulse *p, int64_t now);

#endif
