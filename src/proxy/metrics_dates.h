#ifndef CONSENT_PROXY_METRICS_DATES_H
#define CONSENT_PROXY_METRICS_DATES_H

/*
 * Times of what has to be renewed, for Prometheus: the ends of certificates
 * and of OCSP responses, and since when the keys are in use that sign, which
 * have no end of their own.
 */

struct metrics_writer;
struct proxy_setup;

/* Appends the families; one that has nothing to tell is left out. */
void metrics_dates(struct metrics_writer *w, const struct proxy_setup *setup);

#endif
