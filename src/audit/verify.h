#ifndef CONSENT_AUDIT_VERIFY_H
#define CONSENT_AUDIT_VERIFY_H

/*
 * Re-reads a consent log from nothing and says where it first breaks. Shares
 * formats with the writer and nothing else. What it proves is inner
 * consistency: every line is canonical, numbers have no gap, ids are unique,
 * texts match their hashes and were logged before a choice names them. It
 * cannot tell a log that was rewritten as a whole: that takes a signed
 * checkpoint kept elsewhere. Read-only; streams, its memory grows by 32 bytes
 * an entry.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/layout.h"
#include "audit/reader.h"
#include <libconsent/status.h>

enum {
	VERIFY_WHY = 160
};

struct verify_result {
	uint64_t entries; /* good entries before the end or the fault */
	uint64_t choices; /* of them */
	uint64_t erased;  /* of them */
	uint64_t segments;
	uint64_t backward; /* entries older than the one before: a warning */
	size_t unfinished; /* bytes a live writer was writing; left out */
	/* the first fault, when there is one: */
	char file[LAYOUT_NAME]; /* relative to the directory; "" for none */
	uint64_t line;		/* from 1; 0: the file or folder as such */
	uint64_t seq;		/* the entry that should have stood there */
	char why[VERIFY_WHY];
};

/*
 * Verifies the log in directory dir. 0: it holds. CONSENT_EDENIED: it does
 * not, out names the first fault. CONSENT_ENOENT: there is no log.
 * CONSENT_EIO, CONSENT_ELIMIT, CONSENT_ENOMEM: nothing can be said. out is
 * always written.
 */
int verify_run(const char *dir, struct verify_result *out) CONSENT_CHECKED;

#endif
