#ifndef CONSENT_CMD_CTL_LOG_COMMAND_H
#define CONSENT_CMD_CTL_LOG_COMMAND_H

/*
 * The commands of `consentctl log` that have a file of their own. Each returns
 * CTL_YES, CTL_NO or CTL_FAILED; answers go to stdout, complaints to stderr.
 */

#include "cmd/ctl_log_call.h"

/* tail: the last entries, and with -f all that come, until SIGINT. */
int log_tail(const struct log_call *call);

/* stats: how many of what. */
int log_stats(const struct log_call *call);

/* receipt: an entry with its proof, or those of a subject. */
int log_receipt(const struct log_call *call);

/* report: all of it as one page for people. */
int log_report(const struct log_call *call);

/* checkpoint: the newest one as it is. */
int log_checkpoint(const struct log_call *call);

/* verify: whether all of a log, or a receipt, holds. */
int log_verify(const struct log_call *call);

#endif
