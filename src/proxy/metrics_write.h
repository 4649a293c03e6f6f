#ifndef CONSENT_PROXY_METRICS_WRITE_H
#define CONSENT_PROXY_METRICS_WRITE_H

/*
 * The pieces of which a text for Prometheus is made (exposition format 0.0.4).
 * Knows no number by name.
 */

#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/status.h>

/* Zeros with out set, which is borrowed; the first failure latches in rc. */
struct metrics_writer {
	struct buf *out;
	int rc;
};

/* Appends text as it is. */
void metrics_put(struct metrics_writer *w, const char *text);

/* Appends the value of a label in quotes; control bytes become "?". */
void metrics_put_quoted(struct metrics_writer *w, const char *value);

/* Appends a whole number. */
void metrics_put_number(struct metrics_writer *w, uint64_t n);

/* Appends milliseconds as seconds. */
void metrics_put_seconds(struct metrics_writer *w, uint64_t ms);

/* Begins a family: its HELP and TYPE lines. */
void metrics_put_head(struct metrics_writer *w, const char *name,
    const char *help, const char *type);

#endif
