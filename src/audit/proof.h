#ifndef CONSENT_AUDIT_PROOF_H
#define CONSENT_AUDIT_PROOF_H

/*
 * Proofs that an entry is in a log (C2SP tlog-proof): a text that holds the
 * entry's number, its path in the tree and the checkpoint over it, and needs
 * nothing else but the log's public key. We write no extra data and read none.
 */

#include "audit/merkle.h"
#include "audit/note.h"

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	PROOF_BYTES = NOTE_BYTES + 64 * MERKLE_LEVELS /* longest one */
};

struct proof {
	uint64_t index;
	struct merkle_proof path;
	struct span checkpoint; /* as it was signed; in the text */
};

/* Appends the text of a proof. CONSENT_ENOMEM, CONSENT_ELIMIT. */
int proof_write(const struct proof *proof, struct buf *out) CONSENT_CHECKED;

/* Reads one; CONSENT_EINVAL when it is none, CONSENT_ENOMEM. */
int proof_read(struct span text, struct proof *out) CONSENT_CHECKED;

/*
 * Whether the proof shows that the entry (a line without its newline) is in
 * the log of the ring's keys. CONSENT_EDENIED: it does not, and *why says in
 * static words where it fails; CONSENT_ENOMEM.
 */
int proof_check(const struct proof *proof, struct span entry,
    const struct note_ring *ring, const char **why) CONSENT_CHECKED;

#endif
