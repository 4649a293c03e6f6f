#ifndef CONSENT_PROXY_STATUS_H
#define CONSENT_PROXY_STATUS_H

/*
 * What the parent tells over the control socket, as JSON: how all stands, and
 * what came of a reload. Reads only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct family;
struct findings;
struct metrics;
struct modes;
struct policy;
struct proxy_setup;

/* What came of a reload; all borrowed. */
struct status_reload {
	const char *refused; /* why; NULL: it was not. Static */
	int64_t at;	     /* wall clock, ms; 0: there was none */
	const struct findings *findings;
};

/* How all stands; all borrowed. */
struct status_facts {
	const char *file; /* of the configuration; NULL: none */
	const struct proxy_setup *setup;
	const struct family *family;
	const struct metrics *metrics;
	const struct modes *modes;
	struct status_reload reload; /* the last one */
	bool stopping;
};

/* One line of JSON, to be freed; NULL without memory. */
char *status_write(const struct status_facts *facts);

/* The mode of each category, likewise: the policy's, and what holds. */
char *status_write_modes(
    const struct policy *policy, const struct modes *modes);

/* The answer to who asked for a reload, likewise. */
char *status_write_reload(const struct status_reload *reload);

#endif
