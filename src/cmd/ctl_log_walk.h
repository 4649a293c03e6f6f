#ifndef CONSENT_CMD_CTL_LOG_WALK_H
#define CONSENT_CMD_CTL_LOG_WALK_H

/*
 * Walks over the entries of a log that pass the filters of a call, forward or
 * backward. What may pass is read strictly; a line that is wrong ends the walk
 * with a complaint that names file and line. Lines that cannot pass are not
 * looked at any further: whether a log holds, verify says.
 */

#include "audit/entry.h"
#include "audit/reader.h"
#include "cmd/ctl_log_call.h"

struct log_walk {
	const struct log_call *call;
	/* CTL_YES goes on; anything else ends the walk and is its code */
	int (*visit)(
	    struct log_walk *w, const struct entry *entry, struct span line);
	void *ctx;
	uint64_t n; /* entries that were visited, but for this one */
};

/* Walks; CTL_YES, what visit returned, or CTL_FAILED after a complaint. */
int log_walk(struct log_walk *w);

/* Opens the log of a call. CTL_YES, or CTL_FAILED after a complaint. */
int log_open(const struct log_call *call, struct reader **out);

/*
 * Reads a line strictly; what is read lies in it. CTL_YES, or CTL_FAILED after
 * a complaint.
 */
int log_read_line(const struct reader_line *line, struct entry *out);

/*
 * Looks for an entry by its number: CTL_YES with *line, good as long as the
 * reader is left alone; CTL_NO: there is none; CTL_FAILED after a complaint.
 */
int log_find(const struct log_call *call, struct reader *reader, uint64_t seq,
    struct reader_line *line);

/* Complains of the log as such, by a status; CTL_FAILED. */
int log_complain(const struct log_call *call, int rc);

#endif
