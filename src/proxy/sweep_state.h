#ifndef CONSENT_PROXY_SWEEP_STATE_H
#define CONSENT_PROXY_SWEEP_STATE_H

/*
 * What is remembered of cookies that are being deleted, between two responses
 * to one browser: a short text in a cookie of that browser's, so that any
 * worker or node can go on. It has no secret and no handle: hashes of names
 * that the browser sends anyway, the same for all who have these cookies. It
 * comes from outside: it can be made up, and then spoils the figures of who
 * sent it. No I/O, never allocates.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>

enum {
	SWEEP_ENTRIES = 32, /* names at a time */
	SWEEP_ENTRY = 8,    /* characters of one */
	SWEEP_TEXT = SWEEP_ENTRIES * SWEEP_ENTRY + 1
};

struct sweep_entry {
	uint32_t name;	 /* sweep_hash */
	unsigned place;	 /* sweep_place of the page that it was sent to */
	unsigned tried;	 /* places, below 256 */
	unsigned passes; /* times that all were tried, below 8 */
	bool pending;	 /* it was expired, and what came of it is not known */
};

struct sweep_state {
	size_t n;
	struct sweep_entry entries[SWEEP_ENTRIES];
};

/*
 * Reads what sweep_state_write wrote. False, and *out is empty, for all that
 * it cannot have written.
 */
bool sweep_state_read(struct span text, struct sweep_state *out);

/* Writes it with a NUL behind. */
void sweep_state_write(const struct sweep_state *state, char text[SWEEP_TEXT]);

/* 24 bits that stand for a cookie's name. */
uint32_t sweep_hash(struct span name);

/* 12 bits that stand for the folder of a URL's path (RFC 6265bis 5.1.4). */
unsigned sweep_place(struct span path);

/*
 * Whether a cookie that was sent to that place is sent to path, too: path is
 * below its folder or in it.
 */
bool sweep_covers(unsigned place, struct span path);

#endif
