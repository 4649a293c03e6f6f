#ifndef CONSENT_AUDIT_CHECKPOINT_H
#define CONSENT_AUDIT_CHECKPOINT_H

/*
 * Checkpoints (C2SP tlog-checkpoint): a signed note of three lines, the log's
 * origin, which is the name of its key, the size of its tree and the root.
 * Ours have no extension lines, and others are not read.
 */

#include "audit/merkle.h"
#include "audit/note.h"

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

/*
 * Puts the signed checkpoint of a tree into out, which is emptied first. As
 * note_sign.
 */
int checkpoint_write(const struct note_key *key, const struct merkle_head *head,
    struct buf *out) CONSENT_CHECKED;

/*
 * The tree that a checkpoint signed by a key of the ring tells of. As
 * note_open; CONSENT_EINVAL too when its text is none of a checkpoint or has
 * another spelling than ours; CONSENT_EDENIED when the origin is not the
 * signing key's name.
 */
int checkpoint_read(struct span note, const struct note_ring *ring,
    struct merkle_head *out) CONSENT_CHECKED;

/*
 * The same without a look at the signatures; *origin lies in the note.
 * CONSENT_EINVAL, CONSENT_ENOMEM.
 */
int checkpoint_peek(struct span note, struct span *origin,
    struct merkle_head *out) CONSENT_CHECKED;

#endif
