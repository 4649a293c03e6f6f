#ifndef CONSENT_CONSENT_SIGNER_H
#define CONSENT_CONSENT_SIGNER_H

/*
 * One key of consent/seal and what it does: HMAC with SHA-256 (HS256) or ECDSA
 * on P-256 (ES256), by OpenSSL. A signer knows its one algorithm from birth,
 * so that no token can talk it into another. Wipes its secret when freed.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum signer_algorithm {
	SIGNER_HS256,
	SIGNER_ES256
};

enum {
	SIGNER_SECRET_MIN = 32, /* bytes of an HS256 secret */
	SIGNER_BYTES = 64,	/* the longest signature: r and s of ES256 */
	SIGNER_COORDINATE = 32, /* bytes of x and of y */
	SIGNER_TEXT_MAX = 4096	/* longest secret or PEM that is taken */
};

struct signer;

/*
 * A signer with a key: a secret for HS256; a private or public key in PEM for
 * ES256, not encrypted. CONSENT_EINVAL: short, malformed or another curve;
 * CONSENT_ENOMEM.
 */
int signer_new(enum signer_algorithm algorithm, struct span key,
    struct signer **out) CONSENT_CHECKED;

/*
 * Makes a P-256 key: PKCS#8 PEM, NUL-terminated, now yours to wipe and free.
 * CONSENT_ENOMEM.
 */
int signer_generate_p256(char **pem) CONSENT_CHECKED;

/* Whether it signs; else it only checks. */
bool signer_can_sign(const struct signer *s);

/* Forgets the private half of a P-256 key. CONSENT_ENOMEM: unchanged. */
int signer_drop_private(struct signer *s) CONSENT_CHECKED;

/* The public point of a P-256 key. CONSENT_EINVAL: it has none. */
int signer_point(const struct signer *s, unsigned char x[SIGNER_COORDINATE],
    unsigned char y[SIGNER_COORDINATE]) CONSENT_CHECKED;

/*
 * Signs text as RFC 7518 3.2 and 3.4 have it. CONSENT_EDENIED: it only
 * checks; CONSENT_ENOMEM.
 */
int signer_sign(const struct signer *s, struct span text,
    unsigned char signature[SIGNER_BYTES], size_t *n) CONSENT_CHECKED;

/* Whether the signature over text holds. */
bool signer_verify(
    const struct signer *s, struct span text, struct span signature);

/* Wipes and frees; NULL is nothing. */
void signer_free(struct signer *s);

#endif
