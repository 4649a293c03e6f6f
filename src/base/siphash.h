#ifndef CONSENT_BASE_SIPHASH_H
#define CONSENT_BASE_SIPHASH_H

/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a short hash with a secret key,
 * for tables whose keys come from strangers. Who does not know the key cannot
 * choose where something lies. No digest: equal hashes are no equal bytes.
 * Hashing is OpenSSL's. One thread.
 */

#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	SIPHASH_KEY = 16 /* random bytes */
};

struct siphash;

/* What hashes under a key, which is copied. CONSENT_ENOMEM. */
int siphash_new(
    const unsigned char key[SIPHASH_KEY], struct siphash **out) CONSENT_CHECKED;

/* Frees it; NULL is nothing. */
void siphash_free(struct siphash *h);

/* The hash of s. CONSENT_ENOMEM when OpenSSL has no memory. */
int siphash(struct siphash *h, struct span s, uint64_t *out) CONSENT_CHECKED;

#endif
