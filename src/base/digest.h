#ifndef CONSENT_BASE_DIGEST_H
#define CONSENT_BASE_DIGEST_H

/*
 * SHA-256, hex, base64 with padding (RFC 4648 4) and base64url without
 * (RFC 4648 5), comparison in constant time, wiping, and random bytes. Hashing
 * is OpenSSL's. No state.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	DIGEST_BYTES = 32,    /* SHA-256 */
	DIGEST_HEX = 65,      /* its hex spelling with NUL */
	DIGEST_ID_BYTES = 16, /* 128 random bits */
	DIGEST_ID_TEXT = 23   /* their base64url spelling with NUL */
};

/* SHA-256 of s. CONSENT_ENOMEM when OpenSSL has no memory. */
int digest_sha256(
    struct span s, unsigned char out[DIGEST_BYTES]) CONSENT_CHECKED;

/* SHA-256 of n parts, one behind the other. CONSENT_ENOMEM. */
int digest_sha256_parts(const struct span *parts, size_t n,
    unsigned char out[DIGEST_BYTES]) CONSENT_CHECKED;

/* SHA-256 of s in lower-case hex with a NUL. CONSENT_ENOMEM. */
int digest_sha256_hex(struct span s, char out[DIGEST_HEX]) CONSENT_CHECKED;

/* Writes n bytes as 2n lower-case hex digits and a NUL to out. */
void digest_hex(const unsigned char *bytes, size_t n, char *out);

/* Appends s to out as base64url without padding. CONSENT_ENOMEM, _ELIMIT. */
int digest_base64url(struct span s, struct buf *out) CONSENT_CHECKED;

/*
 * Appends the bytes that text spells in base64url. Refuses padding, blanks,
 * foreign characters and left-over bits that are not zero, so that each value
 * has one spelling. CONSENT_EINVAL, CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int digest_from_base64url(struct span text, struct buf *out) CONSENT_CHECKED;

/* Appends s to out as base64 with padding. CONSENT_ENOMEM, _ELIMIT. */
int digest_base64(struct span s, struct buf *out) CONSENT_CHECKED;

/*
 * Appends the bytes that text spells in base64, padding and all; each value
 * has one spelling, as above. CONSENT_EINVAL, CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int digest_from_base64(struct span text, struct buf *out) CONSENT_CHECKED;

/* Whether a and b are equal, in time that depends on their lengths only. */
bool digest_equal(struct span a, struct span b);

/* Overwrites n bytes with zeros, never optimised away. */
void digest_wipe(void *p, size_t n);

/* Fills p with n random bytes of the kernel. CONSENT_EIO. */
int digest_random(void *p, size_t n) CONSENT_CHECKED;

/* Writes 128 fresh random bits as 22 base64url characters. CONSENT_EIO. */
int digest_new_id(char out[DIGEST_ID_TEXT]) CONSENT_CHECKED;

#endif
