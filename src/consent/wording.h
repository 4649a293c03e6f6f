#ifndef CONSENT_CONSENT_WORDING_H
#define CONSENT_CONSENT_WORDING_H

/*
 * How one language writes dates, numbers and spans of time: the group numbers
 * of a file of texts. What a file leaves out is written as it came, dates as
 * 2026-11-01. Borrows its strings from the settings; no allocation.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/findings.h>
#include <libconsent/setting.h>
#include <libconsent/span.h>

#include "web/plural.h"

enum {
	WORDING_TEXT = 256, /* room for what is written; longer comes raw */
	WORDING_MONTHS = 12,
	WORDING_DIGITS = 10
};

enum wording_unit {
	WORDING_MINUTES,
	WORDING_HOURS,
	WORDING_DAYS,
	WORDING_CALENDAR_MONTHS,
	WORDING_YEARS,
	WORDING_UNITS
};

struct wording {
	struct span language;
	const char *digits[WORDING_DIGITS]; /* NULL: those of ASCII */
	const char *date, *month;	    /* templates; NULL: as it came */
	const char *months[WORDING_MONTHS]; /* in a date */
	const char *months_alone[WORDING_MONTHS]; /* without a day */
	const char *spans[WORDING_UNITS][PLURAL_COUNT];
};

/* Reads the group numbers; what is wrong goes into the findings. */
void wording_read(struct wording *w, struct span language,
    const struct setting *group, struct findings *findings);

/* A day "2026-11-01" or a month "2026-11" as a sentence has it. */
void wording_date(
    const struct wording *w, struct span iso, char out[WORDING_TEXT]);

/* A whole number in the language's digits. */
void wording_number(const struct wording *w, size_t n, char out[WORDING_TEXT]);

/*
 * A lifetime as policies write it ("13 months", "185d") in the language; false
 * where it is none, or in seconds.
 */
bool wording_span(
    const struct wording *w, struct span phrase, char out[WORDING_TEXT]);

#endif
