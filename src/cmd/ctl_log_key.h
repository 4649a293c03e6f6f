#ifndef CONSENT_CMD_CTL_LOG_KEY_H
#define CONSENT_CMD_CTL_LOG_KEY_H

/*
 * What an auditor brings along to a log: public keys and small files. Nothing
 * here is ever taken from the log's own directory unless it is named so.
 */

#include "audit/note.h"
#include "cmd/ctl_log_call.h"

#include <libconsent/buf.h>

/*
 * Reads call->key into ring: a verifier key itself ("NAME+ID+KEY"), or the
 * name of a file with one or more, each on a line. CTL_YES, or CTL_FAILED after
 * a complaint. Give the ring back with note_ring_fini either way.
 */
int log_key_read(const struct log_call *call, struct note_ring *ring);

/*
 * Appends a file to out, as far as that may grow. CTL_YES, or CTL_FAILED after
 * a complaint.
 */
int log_file_read(
    const struct log_call *call, const char *path, struct buf *out);

#endif
