#ifndef CONSENT_AUDIT_IDSET_H
#define CONSENT_AUDIT_IDSET_H

/*
 * A growing set of short keys, each with a number: what a verifier must
 * remember of millions of entries. A key is the head of a SHA-256 over a
 * secret of the set and a short text, so that no log can be made to slow the
 * table down.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	IDSET_KEY = 16,
	IDSET_TEXT = 112 /* longest text */
};

struct idset_row {
	unsigned char key[IDSET_KEY];
	uint64_t value; /* and 1; 0: the row is free */
};

struct idset {
	struct idset_row *rows;
	size_t n;   /* keys in it */
	size_t cap; /* rows: 0 or a power of two */
	unsigned char secret[16];
};

/* Makes s empty. CONSENT_EIO without random bytes. */
int idset_init(struct idset *s) CONSENT_CHECKED;

/* Frees what s holds. */
void idset_fini(struct idset *s);

/*
 * Adds a text with a value under UINT64_MAX. CONSENT_EBUSY when it is in the
 * set (nothing changes), CONSENT_ELIMIT over IDSET_TEXT, CONSENT_ENOMEM.
 */
int idset_add(
    struct idset *s, struct span text, uint64_t value) CONSENT_CHECKED;

/* How many texts have a value that is not below from. */
size_t idset_count(const struct idset *s, uint64_t from);

/* The value of a text. CONSENT_ENOENT, CONSENT_ELIMIT, CONSENT_ENOMEM. */
int idset_find(
    const struct idset *s, struct span text, uint64_t *value) CONSENT_CHECKED;

#endif
