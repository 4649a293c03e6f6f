#ifndef CONSENT_CMD_CTL_LOG_DATABASE_H
#define CONSENT_CMD_CTL_LOG_DATABASE_H

/*
 * Entries of many logs out of the database that they were shipped to (log
 * ship), for the commands that read a log. Believes the database nothing: each
 * line is read strictly and must have the leaf that stands beside it. Returns
 * CTL_YES, or CTL_FAILED after a complaint.
 */

#include "audit/entry.h"
#include "cmd/ctl_log_call.h"
#include "report/database.h"

#include <libconsent/buf.h>

struct log_database_walk {
	const struct log_call *call;
	/* CTL_YES goes on; anything else ends the walk and is its code */
	int (*on_entry)(void *ctx, const char *origin,
	    const struct entry *entry, struct span line);
	void *ctx;
};

/*
 * Goes through the entries of call->log, or of all logs one after another, that
 * pass the filters. What on_entry returned is returned, too.
 */
int log_database_walk(const struct log_database_walk *walk);

/* Connects to call->from. CTL_YES, or CTL_FAILED after a complaint. */
int log_database_open(const struct log_call *call, struct database **out);

/*
 * Reads a policy's or notice's text into out, which is emptied first.
 * CONSENT_ENOENT: there is none; CONSENT_ENOMEM, CONSENT_ELIMIT; CONSENT_EIO:
 * database_why tells.
 */
int log_database_text(struct database *db, enum layout_type kind,
    const char *hash, struct buf *out) CONSENT_CHECKED;

/* How many entries checkpoints cover, and how many there are. */
int log_database_count(
    const struct log_call *call, uint64_t *covered, uint64_t *entries);

#endif
