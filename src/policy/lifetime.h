#ifndef CONSENT_POLICY_LIFETIME_H
#define CONSENT_POLICY_LIFETIME_H

/*
 * How long a cookie lives, as policies write it. No state.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/span.h>

enum lifetime_unit {
	LIFETIME_SECONDS,
	LIFETIME_MINUTES,
	LIFETIME_HOURS,
	LIFETIME_DAYS,
	LIFETIME_WEEKS,
	LIFETIME_MONTHS,
	LIFETIME_YEARS,
	LIFETIME_UNITS
};

/*
 * Reads "13 months" or "185d" as a number of a unit; false for any other text.
 */
bool lifetime_read(struct span text, uint64_t *n, enum lifetime_unit *unit);

/*
 * Seconds of "13 months" or "185d", a month having 30 days and a year 365, or
 * -1 for any other text.
 */
int64_t lifetime_seconds(struct span text);

#endif
