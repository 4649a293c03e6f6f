#ifndef CONSENT_DEMO_HITS_H
#define CONSENT_DEMO_HITS_H

/*
 * What the collector received, by vendor and kind. Plain counters of one
 * process; origin and collector both read them, the collector (and the pixel
 * that the site serves under its own name) adds.
 */

#include <stdint.h>

struct evbuffer;

enum hits_vendor {
	HITS_PULSE,
	HITS_TAGHARBOR,
	HITS_METRIKABAY,
	HITS_SOCIALPIXEL,
	HITS_HEATLENS,
	HITS_REPLAYLIGHT,
	HITS_FOOTFALL,
	HITS_VENDORS
};

enum hits_kind {
	HITS_SCRIPT,
	HITS_BEACON,
	HITS_IMAGE,
	HITS_FRAME,
	HITS_KINDS
};

struct hits {
	uint64_t count[HITS_VENDORS][HITS_KINDS];
	uint64_t other;	      /* requests that no vendor's path explains */
	uint64_t connections; /* accepted, preconnects without request too */
};

/* Sets every counter to zero. */
void hits_reset(struct hits *hits);

/*
 * Appends {"total":N,"connections":N,"other":N,"vendors":{"pulse":{"name":
 * "Pulse Analytics","total":N,"scripts":N,"beacons":N,"images":N,"frames":N},
 * ...}} to out; total is the sum over vendors and other. 0 or CONSENT_ENOMEM.
 */
int hits_json(const struct hits *hits, struct evbuffer *out);

#endif
