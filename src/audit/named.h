#ifndef CONSENT_AUDIT_NAMED_H
#define CONSENT_AUDIT_NAMED_H

/*
 * The policies and notices that a log has named so far, for its verifier:
 * whether each is there and matches its hash, and whether choices name ones
 * that were logged before and decide what their policy asks. Never writes.
 */

#include "audit/entry.h"
#include "audit/idset.h"
#include "audit/reader.h"

#include <libconsent/buf.h>
#include <libconsent/status.h>

enum {
	NAMED_WHY = 160
};

struct named_policy;

struct named {
	struct idset known; /* kind and hash; of a policy its place */
	struct named_policy *policies;
	size_t n, cap;
	struct buf text; /* one that is read */
	/* what the choice before named; it is known */
	size_t policy;
	char notice[RECORD_HASH];
	char why[NAMED_WHY]; /* what is wrong */
};

/* Makes t empty. CONSENT_EIO without random bytes. */
int named_init(struct named *t) CONSENT_CHECKED;

/* Frees what t holds. */
void named_fini(struct named *t);

/*
 * Takes an entry of a policy or notice. CONSENT_EDENIED: its text is not there
 * or is another, t->why says so; CONSENT_EIO, CONSENT_ENOMEM.
 */
int named_add(struct named *t, const struct reader *reader,
    const struct entry *entry) CONSENT_CHECKED;

/*
 * Checks a choice: its texts are known, and it decides about each category of
 * its policy that needs consent, once and in the policy's order; one embed
 * about none. CONSENT_EDENIED: it does not, t->why says so; CONSENT_ENOMEM.
 */
int named_check(struct named *t, const struct entry *choice) CONSENT_CHECKED;

#endif
