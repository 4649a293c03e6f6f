#ifndef CONSENT_LISTS_ADBLOCK_PATTERN_H
#define CONSENT_LISTS_ADBLOCK_PATTERN_H

/*
 * Reads the pattern of an Adblock Plus network filter, "||host^" or
 * "||host/path", and says it as rules of a policy say it: a host and globs of
 * its paths. What cannot be said exactly is refused; only a "^" at the end is
 * said a little narrower, as the end, "/", "?" or "&". No state.
 */

#include <stddef.h>

#include <libconsent/span.h>

#include "lists/skips.h"

enum {
	PATTERN_STARS = 4, /* inside a path */
	PATTERN_PATHS = 2 * (PATTERN_STARS + 1),
	PATTERN_PATH = 360
};

struct adblock_pattern {
	struct span host; /* as it is written, within the pattern */
	size_t n;	  /* globs of its paths; 0: all of the host */
	size_t length[PATTERN_PATHS];
	char paths[PATTERN_PATHS][PATTERN_PATH];
};

/* Fills *out and returns SKIP_NOT, or why it is left out. */
enum skip adblock_pattern_read(
    struct span pattern, struct adblock_pattern *out);

/* Glob i of out's paths. */
struct span adblock_pattern_path(const struct adblock_pattern *out, size_t i);

#endif
