#ifndef CONSENT_CONSENT_P256_H
#define CONSENT_CONSENT_P256_H

/*
 * Keys on the curve P-256 for consent/seal: makes them, checks that a PEM text
 * is one (libjwt takes any curve) and gives their public half. OpenSSL's, no
 * state. Private text is the caller's to wipe and free.
 */

#include <stdbool.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	P256_COORDINATE = 32, /* bytes of x and of y */
	P256_PEM_MAX = 4096   /* longest PEM text that is looked at */
};

struct p256_public {
	bool is_private; /* the text held the private half as well */
	unsigned char x[P256_COORDINATE];
	unsigned char y[P256_COORDINATE];
	char *pem; /* SubjectPublicKeyInfo, NUL-terminated; now yours */
};

/*
 * Makes a key: PKCS#8 PEM, NUL-terminated, now yours to wipe and free.
 * CONSENT_ENOMEM.
 */
int p256_generate(char **pem) CONSENT_CHECKED;

/*
 * Reads a private or public key. CONSENT_EINVAL: no such text, encrypted, or
 * another curve; CONSENT_ENOMEM. *out is written on success only.
 */
int p256_read(struct span pem, struct p256_public *out) CONSENT_CHECKED;

#endif
