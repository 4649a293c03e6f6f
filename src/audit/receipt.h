#ifndef CONSENT_AUDIT_RECEIPT_H
#define CONSENT_AUDIT_RECEIPT_H

/*
 * Receipts: what a visitor or an auditor holds of one entry, the exact line
 * and the proof that it is in the log (audit/proof). Made from a log's
 * directory, written as JSON and read back. Believes nothing that it reads
 * from a disk: a receipt that would not hold is not made.
 */

#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	RECEIPT_BYTES = 256 * 1024 /* longest one as JSON */
};

/* The two texts of a receipt. */
struct receipt {
	struct buf entry; /* the line without its newline */
	struct buf proof; /* C2SP tlog-proof */
};

/* Makes r empty. */
void receipt_init(struct receipt *r);

/* Frees what r holds. */
void receipt_fini(struct receipt *r);

/*
 * Fills r, which is emptied first, with entry seq of the log in directory dir
 * under its newest checkpoint, whose signature is not looked at. CONSENT_EBUSY:
 * the checkpoint does not cover the entry yet; CONSENT_ENOENT: no such log, or
 * no checkpoint; CONSENT_EDENIED: the entry was erased; CONSENT_EINVAL: entry,
 * tiles and checkpoint do not fit each other; CONSENT_EIO, CONSENT_ENOMEM,
 * CONSENT_ELIMIT.
 */
int receipt_find(
    const char *dir, uint64_t seq, struct receipt *r) CONSENT_CHECKED;

/*
 * Appends r as JSON: {"entry":"...","proof":"..."}. CONSENT_ENOMEM,
 * CONSENT_ELIMIT.
 */
int receipt_write(const struct receipt *r, struct buf *out) CONSENT_CHECKED;

/*
 * Reads JSON of these two members into r, which is emptied first.
 * CONSENT_EINVAL: it is none; CONSENT_ENOMEM.
 */
int receipt_read(struct span text, struct receipt *r) CONSENT_CHECKED;

#endif
