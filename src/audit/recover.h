#ifndef CONSENT_AUDIT_RECOVER_H
#define CONSENT_AUDIT_RECOVER_H

/*
 * What a writer must know of a log before it goes on with it: where the last
 * whole entry ends, and the latest choices and texts. Reads the last segments,
 * two at least and RECOVER_BYTES of them where there is so much, and changes
 * nothing.
 */

#include <stdint.h>

#include "audit/recall.h"
#include <libconsent/status.h>

enum {
	RECOVER_BYTES = 32 << 20, /* LEDGER_ATTEMPTS choices of 512 bytes */
	RECOVER_SEGMENTS = 4096,  /* no more, however small they are */
	RECOVER_STRICT = 1 << 18  /* bytes at the end that are wholly read */
};

struct recovery {
	uint64_t first; /* the number in the last segment's name */
	int64_t began;	/* ms: its oldest time; 0: it has none */
	uint64_t size;	/* bytes of that segment up to the last whole entry */
	uint64_t next;	/* the number after that entry */
	uint64_t cut;	/* bytes behind it that are no whole entry */
};

/*
 * Reads the log in dir into *out and recall. CONSENT_ENOENT: it has no
 * segments; CONSENT_EINVAL: it is broken before its end, or a later version
 * has written to it; CONSENT_EIO;
 * CONSENT_ELIMIT; CONSENT_ENOMEM.
 */
int recover_log(const char *dir, struct recall *recall,
    struct recovery *out) CONSENT_CHECKED;

#endif
