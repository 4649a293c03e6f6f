#ifndef CONSENT_CMD_CTL_LOG_PUBLISHED_H
#define CONSENT_CMD_CTL_LOG_PUBLISHED_H

/*
 * What a log publishes of itself, for the commands of `consentctl log`: its
 * checkpoint and its last entry. Nobody's signature is looked at here.
 */

#include "audit/merkle.h"
#include "cmd/ctl_log_call.h"

#include <libconsent/buf.h>

/* Opens the log's directory. CTL_YES, or CTL_FAILED after a complaint. */
int log_open_dir(const struct log_call *call, int *fd);

/*
 * Reads the checkpoint in the directory dir into note, which is initialised.
 * CTL_YES; CTL_NO: there is none; CTL_FAILED after a complaint.
 */
int log_checkpoint_read(const struct log_call *call, int dir, struct buf *note,
    struct merkle_head *head);

/*
 * Sets *covered to what the checkpoint covers (0: there is none), *entries to
 * the number of all entries. CTL_YES, or CTL_FAILED after a complaint.
 */
int log_count(
    const struct log_call *call, uint64_t *covered, uint64_t *entries);

#endif
