#ifndef CONSENT_PROXY_TOLD_H
#define CONSENT_PROXY_TOLD_H

/*
 * What the diagnostics were told already of pages, so that a fault of a page
 * is a line for each page rather than one for each view of it. Of fixed size:
 * what is forgotten is told once more, and no more than a few a minute.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/span.h>

enum {
	TOLD_ROWS = 512,  /* things that are remembered */
	TOLD_MINUTE = 60, /* that are told in one minute */
	TOLD_KEY = 17	  /* to begin a key with; any number would do */
};

/* Begins with zeros. Fields are the module's own. */
struct told {
	uint64_t keys[TOLD_ROWS];
	int64_t since; /* of this minute, monotonic ms */
	unsigned n;
};

/* A key with these bytes, too. */
uint64_t told_key(uint64_t key, struct span bytes);

/* Whether that is to be told now (monotonic ms); then it was. */
bool told_first(struct told *t, uint64_t key, int64_t now);

#endif
