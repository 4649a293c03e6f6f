#ifndef CONSENT_CONSENT_SIGNER_H
#define CONSENT_CONSENT_SIGNER_H

/*
 * One key and what it does, by OpenSSL: HMAC with SHA-256 (HS256) or ECDSA on
 * P-256 (ES256) for tokens, Ed25519 (RFC 8032) for the checkpoints of the log.
 * A signer knows its one algorithm from birth, so that no token can talk it
 * into another. Wipes its secret when freed.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum signer_algorithm {
	SIGNER_HS256,
	SIGNER_ES256,
	SIGNER_ED25519
};

enum {
	SIGNER_SECRET_MIN = 32,	   /* bytes of an HS256 secret */
	SIGNER_BYTES = 64,	   /* the longest signature: all but HS256's */
	SIGNER_COORDINATE = 32,	   /* bytes of x and of y */
	SIGNER_ED25519_BYTES = 32, /* a public key of Ed25519 */
	SIGNER_TEXT_MAX = 4096	   /* longest secret or PEM that is taken */
};

struct signer;

/*
 * A signer with a key: a secret for HS256; else a private or public key in
 * PEM, not encrypted. CONSENT_EINVAL: short, malformed or another curve;
 * CONSENT_ENOMEM.
 */
int signer_new(enum signer_algorithm algorithm, struct span key,
    struct signer **out) CONSENT_CHECKED;

/*
 * One that only checks, with the 32 bytes of a public key of Ed25519.
 * CONSENT_EINVAL: another length; CONSENT_ENOMEM.
 */
int signer_new_ed25519(struct span key, struct signer **out) CONSENT_CHECKED;

/*
 * Makes a key for ES256 or Ed25519: PKCS#8 PEM, NUL-terminated, now yours to
 * wipe and free. CONSENT_ENOMEM.
 */
int signer_generate(
    enum signer_algorithm algorithm, char **pem) CONSENT_CHECKED;

/* Whether it signs; else it only checks. */
bool signer_can_sign(const struct signer *s);

/*
 * Appends what checks its signatures, as signer_new takes it: the public key in
 * PEM; of HS256 the secret, for both are one. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int signer_write_checker(
    const struct signer *s, struct buf *out) CONSENT_CHECKED;

/* The public point of a P-256 key. CONSENT_EINVAL: it has none. */
int signer_point(const struct signer *s, unsigned char x[SIGNER_COORDINATE],
    unsigned char y[SIGNER_COORDINATE]) CONSENT_CHECKED;

/* The public key of an Ed25519 one. CONSENT_EINVAL: it is none. */
int signer_ed25519(const struct signer *s,
    unsigned char out[SIGNER_ED25519_BYTES]) CONSENT_CHECKED;

/*
 * Signs text as RFC 7518 3.2 and 3.4 and RFC 8032 have it. CONSENT_EDENIED: it
 * only checks; CONSENT_ENOMEM.
 */
int signer_sign(const struct signer *s, struct span text,
    unsigned char signature[SIGNER_BYTES], size_t *n) CONSENT_CHECKED;

/* Whether the signature over text holds. */
bool signer_verify(
    const struct signer *s, struct span text, struct span signature);

/* Wipes and frees; NULL is nothing. */
void signer_free(struct signer *s);

#endif
