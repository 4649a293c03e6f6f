#ifndef CONSENT_POLICY_LIFETIME_H
#define CONSENT_POLICY_LIFETIME_H

/*
 * How long a cookie lives, as policies write it. No state.
 */

#include <stdint.h>

#include <libconsent/span.h>

/*
 * Seconds of "13 months" or "185d", a month having 30 days and a year 365, or
 * -1 for any other text.
 */
int64_t lifetime_seconds(struct span text);

#endif
