#ifndef CONSENT_PROXY_SUMS_H
#define CONSENT_PROXY_SUMS_H

/*
 * What a worker withheld, summed up until the notary is told: by rule,
 * category and state of consent, and what could not be withheld. Of visitors
 * it knows nothing. A table of fixed size; what finds no row counts under
 * "other rules". NULL for a struct sums is one that counts nothing.
 */

#include <stddef.h>

#include <libconsent/gate.h>
#include <libconsent/page.h>
#include <libconsent/status.h>

#include "proxy/notary_wire.h"

struct ballot;
struct sums;

enum {
	SUMS_ROWS = 128
};

/* Begins with nothing. CONSENT_ENOMEM. */
int sums_new(struct sums **out) CONSENT_CHECKED;

/* Frees; NULL is nothing. */
void sums_free(struct sums *s);

/* A response passed the gate, and lost these things. */
void sums_screened(struct sums *s);
void sums_removed(
    struct sums *s, const struct gate *gate, const struct page_counts *counts);

/* These were to be withheld and were not: kind is an incident's. */
void sums_leaked(struct sums *s, const struct gate *gate,
    const struct page_counts *counts, enum wire_sum_kind kind);

/* A page was cut; why is a short static text. */
void sums_cut(struct sums *s, const char *why);

/* Inline texts of a page were longer than is judged, and passed. */
void sums_unjudged(struct sums *s, size_t n);

/* Cookies of a withdrawal that are gone, and such that are still sent. */
void sums_expiries(struct sums *s, size_t confirmed, size_t unconfirmed);

/*
 * Tells the notary all of it and begins anew; what has no room in the channel
 * stays for the next time.
 */
void sums_tell(struct sums *s, struct ballot *ballot);

#endif
