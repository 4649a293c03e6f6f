#ifndef CONSENT_PROXY_METRICS_TEXT_H
#define CONSENT_PROXY_METRICS_TEXT_H

/*
 * The shared numbers as text for Prometheus (exposition format 0.0.4). The
 * number of series is fixed but for the categories, of which there are at most
 * METRICS_CATEGORIES and "other". Reads only.
 */

#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/status.h>

struct metrics;

struct proxy_setup;

/* What is not among the numbers; all borrowed. */
struct metrics_facts {
	const char *version;		 /* of the software */
	const char *policy_version;	 /* as the operator wrote it */
	const char *policy_hash;	 /* hex digits */
	int64_t now;			 /* monotonic ms */
	const struct proxy_setup *setup; /* whose certificates; or NULL */
};

/* Appends all of it. CONSENT_ENOMEM, CONSENT_ELIMIT. */
int metrics_text(const struct metrics *m, const struct metrics_facts *facts,
    struct buf *out) CONSENT_CHECKED;

#endif
