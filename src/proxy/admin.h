#ifndef CONSENT_PROXY_ADMIN_H
#define CONSENT_PROXY_ADMIN_H

/*
 * The process that answers on the admin address: health, readiness, numbers.
 * It stands apart, so that the parent reads no byte from the network and a
 * slow or hostile caller costs nobody else anything; it is confined like a
 * worker, opens nothing and writes nothing. Of too many connections the oldest
 * is closed: who asks now is served.
 */

#include <libconsent/status.h>

#include "proxy/pulse.h"
#include "proxy/setup.h"

struct metrics;

enum {
	ADMIN_CONNECTIONS = 32,	 /* at a time */
	ADMIN_HEAD_MS = 5000,	 /* for a request */
	ADMIN_SEND_MS = 5000,	 /* for a client that takes nothing */
	ADMIN_IDLE_MS = 60000,	 /* between two requests */
	ADMIN_HEAD_BYTES = 8192, /* of a request */
	ADMIN_HEAD_FIELDS = 64
};

/* What the parent hands over; all borrowed. */
struct admin_place {
	int fd; /* the listening socket, non-blocking */
	const struct metrics *metrics;
	struct pulse *pulse; /* beaten from the loop; NULL: not wanted */
};

/* Runs until SIGTERM. Returns the exit code: 0, or 1 without a start. */
int admin_run(const struct proxy_setup *setup,
    const struct admin_place *place) CONSENT_CHECKED;

#endif
