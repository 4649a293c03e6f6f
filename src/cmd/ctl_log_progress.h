#ifndef CONSENT_CMD_CTL_LOG_PROGRESS_H
#define CONSENT_CMD_CTL_LOG_PROGRESS_H

/*
 * A bar on stderr that tells how far long work is, where stderr is a terminal;
 * nothing anywhere else.
 */

#include <stdbool.h>
#include <stdint.h>

struct log_progress {
	bool shows;   /* stderr is a terminal */
	bool drawn;   /* a bar stands there */
	int64_t next; /* ms: when the bar may change again */
};

/* Begins; nothing is drawn yet. */
void log_progress_begin(struct log_progress *p);

/* Tells that done of all is done; ctx is the struct log_progress. */
void log_progress_tell(void *ctx, uint64_t done, uint64_t all);

/* Takes the bar away. */
void log_progress_end(struct log_progress *p);

#endif
