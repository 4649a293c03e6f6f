#ifndef CONSENT_AUDIT_VERIFY_H
#define CONSENT_AUDIT_VERIFY_H

/*
 * Re-reads a consent log from nothing and says where it first breaks. Shares
 * formats with the writer and nothing else. What it proves depends on what it
 * is given: alone, that all fits together (lines, numbers, ids, texts, tree,
 * tiles, bundles, checkpoint); with a public key, that the entries under the
 * checkpoint are those that its owner signed; with a checkpoint kept elsewhere,
 * that the log has only grown since. Read-only; streams, its memory grows by 32
 * to 64 bytes an entry.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/published.h"
#include <libconsent/span.h>
#include <libconsent/status.h>

/* What is known from elsewhere; all zero: nothing is. */
struct verify_options {
	const struct note_ring *ring; /* public keys, or NULL */
	struct span kept;	      /* a checkpoint's text, or empty */
	/* told now and then how many of all bytes are read; or NULL */
	void (*on_progress)(void *ctx, uint64_t done, uint64_t all);
	void *ctx;
};

struct verify_result {
	uint64_t entries; /* good entries before the end or the fault */
	uint64_t choices; /* of them */
	uint64_t erased;  /* of them */
	uint64_t pending; /* to be erased, by an erasure under way */
	uint64_t segments;
	uint64_t backward; /* entries older than the one before: a warning */
	size_t unfinished; /* bytes of an entry that was being written */
	bool is_live;	   /* a writer was at work */
	struct published_heads heads;
	/* the first fault; file "": there is none */
	struct published_fault fault;
};

/*
 * Verifies the log in directory dir. 0: it holds. CONSENT_EDENIED: it does
 * not, out names the first fault. CONSENT_ENOENT: there is no log.
 * CONSENT_EIO, CONSENT_ELIMIT, CONSENT_ENOMEM: nothing can be said. out is
 * always written. A log that is being written is looked at twice before
 * anything is said against it.
 */
int verify_run(const char *dir, const struct verify_options *options,
    struct verify_result *out) CONSENT_CHECKED;

#endif
