#ifndef CONSENT_HTTP_H2_LIMIT_H
#define CONSENT_HTTP_H2_LIMIT_H

/*
 * Frames that cost us work and the client nothing, counted per connection:
 * each sort has a bucket of so many tokens that fills by so many a second,
 * and by what the client really does. An empty bucket ends the connection
 * with ENHANCE_YOUR_CALM. Inside http/ only.
 */

#include <stdbool.h>
#include <stdint.h>

enum h2_flood {
	H2_FLOOD_RESETS,     /* streams broken off (CVE-2023-44487), by the
				client or by its mistakes */
	H2_FLOOD_PINGS,	     /* CVE-2019-9512 */
	H2_FLOOD_SETTINGS,   /* CVE-2019-9515 */
	H2_FLOOD_PRIORITIES, /* CVE-2019-9513 */
	H2_FLOOD_WINDOWS,    /* WINDOW_UPDATE */
	H2_FLOOD_EMPTY,	     /* DATA without data (CVE-2019-9518) */
	H2_FLOOD_COUNT
};

enum {
	/* tokens at the start and at most, and tokens a second */
	H2_RESETS = 256,
	H2_RESETS_RATE = 16,
	H2_PINGS = 64,
	H2_PINGS_RATE = 8,
	H2_SETTINGS_FRAMES = 16,
	H2_SETTINGS_RATE = 1,
	H2_PRIORITIES = 512,
	H2_PRIORITIES_RATE = 32,
	H2_WINDOWS = 1024,
	H2_WINDOWS_RATE = 128,
	H2_EMPTY = 64,
	H2_EMPTY_RATE = 8,
	/* tokens that are earned */
	H2_RESETS_EARNED = 1,	  /* by a stream that was served */
	H2_PRIORITIES_EARNED = 4, /* by a request */
	H2_WINDOWS_EARNED = 4	  /* by a DATA frame of ours */
};

struct h2_bucket {
	uint32_t tokens;
	int64_t filled; /* monotonic */
};

struct h2_limit {
	struct h2_bucket buckets[H2_FLOOD_COUNT];
};

/* Fills all buckets. */
void h2_limit_init(struct h2_limit *limit);

/* Takes a token; false when there is none. */
bool h2_limit_spend(struct h2_limit *limit, enum h2_flood flood);

/* Adds n tokens, up to the most. */
void h2_limit_earn(struct h2_limit *limit, enum h2_flood flood, uint32_t n);

/* The token for logs: "resets". Static. */
const char *h2_limit_name(enum h2_flood flood);

#endif
