#ifndef CONSENT_PROXY_NAMING_H
#define CONSENT_PROXY_NAMING_H

/*
 * How a request is called in the lines about it, here and at the origin: an id
 * of its own (X-Request-Id) and that of the trace that it belongs to
 * (http/trace). Neither says anything of a visitor, and both are new with each
 * request.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/status.h>

#include "http/trace.h"

struct head;

enum {
	NAMING_ID = 65 /* longest id that is taken over, and NUL */
};

/* Where a worker's ids come from: no two are equal, and none tells a number. */
struct naming_source {
	uint64_t seeds[2], count;
};

struct naming {
	char id[NAMING_ID];
	char trace[TRACE_ID]; /* or "" */
};

/* Seeds it; CONSENT_EIO without random bytes. */
int naming_start(struct naming_source *source) CONSENT_CHECKED;

/*
 * Names a request and leaves in it what the origin is to be told of that: the
 * one X-Request-Id that it came with where its sender is trusted and the field
 * is 1 to 64 letters, digits and -._~+/=:@, else a new one of 32 hex digits.
 * CONSENT_ELIMIT, CONSENT_ENOMEM from the head.
 */
int naming_take(struct naming *naming, struct naming_source *source,
    struct head *request, bool is_trusted) CONSENT_CHECKED;

#endif
