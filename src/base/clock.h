#ifndef CONSENT_BASE_CLOCK_H
#define CONSENT_BASE_CLOCK_H

/*
 * Time in milliseconds: the wall clock since 1970 in UTC, and a clock that
 * only goes forward. Both can be replaced in tests. Formats and parses the
 * two spellings of the project: RFC 3339 and HTTP's IMF-fixdate.
 */

#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	CLOCK_TEXT = 32 /* room for either spelling and its NUL */
};

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_now(void);

/* Milliseconds since some start; never goes back. */
int64_t clock_monotonic(void);

/* Replaces both clocks (tests only); NULL restores the system's. */
void clock_replace(int64_t (*now)(void));

/* Writes "2026-11-01T10:00:00.000Z" (RFC 3339, UTC, milliseconds). */
void clock_format(int64_t when, char text[CLOCK_TEXT]);

/* Writes "Sun, 01 Nov 2026 10:00:00 GMT" (RFC 9110 5.6.7). */
void clock_format_http(int64_t when, char text[CLOCK_TEXT]);

/*
 * Reads the spelling that clock_format writes; the milliseconds may be left
 * out. CONSENT_EINVAL for anything else; *out is written on success only.
 */
int clock_parse(struct span text, int64_t *out) CONSENT_CHECKED;

/* Midnight UTC of the first day of the month in which when lies. */
int64_t clock_month_start(int64_t when);

#endif
