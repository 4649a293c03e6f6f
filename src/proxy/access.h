#ifndef CONSENT_PROXY_ACCESS_H
#define CONSENT_PROXY_ACCESS_H

/*
 * One line for each exchange, at its end: the event "access". It tells method,
 * path without query, status, bytes both ways, time, where the exchange ended,
 * and how the request is called (proxy/naming); never an address, a cookie, a
 * query or a user agent.
 */

#include <stdint.h>

#include "proxy/naming.h"

struct head;

struct access_line {
	int64_t begun;	      /* monotonic ms */
	unsigned status;      /* that the client got; 0: none */
	uint64_t bytes;	      /* of the response's body, or of a tunnel */
	uint64_t received;    /* of the request's body, likewise */
	const char *stage;    /* the last step that ran; static */
	const char *failure;  /* one token, or NULL; static */
	struct naming naming; /* of the request; "" before it was named */
};

/* Starts the clock. */
void access_start(struct access_line *line, int64_t now);

/* Writes the line; request may be NULL when no head was read. */
void access_write(const struct access_line *line, const struct head *request);

#endif
