#ifndef CONSENT_CONSENT_SEAL_H
#define CONSENT_CONSENT_SEAL_H

/*
 * Signs and checks claim sets as compact JWS (RFC 7515, RFC 8725). A ring
 * holds the keys of one algorithm by their id; the newest one signs, all of
 * them check. What a token says about its own algorithm never chooses a key:
 * the header must be exactly {alg, kid, typ} with the ring's algorithm, type
 * "consent+jwt" and a known kid. The meaning of claims is not looked at here.
 *
 * Keys lie in a directory of mode 0700, each in a file of mode 0600:
 *	KID.hs256	32 or more random bytes as base64url, one line
 *	KID.es256.pem	a P-256 private key, PKCS#8 PEM, not encrypted
 * A kid begins with the time it was made, so the last by name is the newest.
 * Secrets are wiped when the ring is freed. One thread; no locks.
 */

#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

CONSENT_BEGIN

enum {
	SEAL_KID = 33,		/* a key id and its NUL */
	SEAL_KEYS = 16,		/* most keys in one ring */
	SEAL_TOKEN_MAX = 1500,	/* longest token that is looked at */
	SEAL_CLAIMS_MAX = 1100, /* longest claim set inside one */
	SEAL_ERROR = 512
};

enum seal_algorithm {
	SEAL_HS256,
	SEAL_ES256
};

enum seal_start {
	SEAL_KEYS_REQUIRED,  /* an empty directory is an error */
	SEAL_CREATE_IF_EMPTY /* make the directory and a first key */
};

/* Why a call failed, for people: names the file. "" after success. */
struct seal_error {
	char text[SEAL_ERROR];
};

struct seal_ring;

/* A ring without keys. CONSENT_ENOMEM. */
int seal_ring_new(
    enum seal_algorithm algorithm, struct seal_ring **out) CONSENT_CHECKED;

/*
 * A ring with the keys of that algorithm in a directory; files of other names
 * are left alone. CONSENT_EDENIED: others can read a file or write to the
 * directory; CONSENT_EINVAL: a key is malformed, short or on a foreign
 * curve; CONSENT_ENOENT: no keys; CONSENT_ELIMIT: more than SEAL_KEYS;
 * CONSENT_EIO; CONSENT_ENOMEM. *error is written either way.
 */
int seal_ring_open(const char *directory, enum seal_algorithm algorithm,
    enum seal_start start, struct seal_ring **out,
    struct seal_error *error) CONSENT_CHECKED;

/*
 * Adds a key given as bytes: a secret for HS256, PEM for ES256 (a public key
 * only checks). Copies it. The last by kid signs. CONSENT_EINVAL: bad kid,
 * short secret, not P-256, kid known already; CONSENT_ELIMIT; CONSENT_ENOMEM.
 */
int seal_ring_add(
    struct seal_ring *ring, const char *kid, struct span key) CONSENT_CHECKED;

/* Forgets all keys; those that are added from then on are of algorithm. */
void seal_ring_clear(struct seal_ring *ring, enum seal_algorithm algorithm);

/*
 * Appends what checks signatures of key i, as seal_ring_add takes it, for a
 * process that only checks: the public key; with HS256 the secret, for both are
 * one. CONSENT_ENOENT past the last; CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int seal_ring_checker(
    const struct seal_ring *ring, size_t i, struct buf *out) CONSENT_CHECKED;

/* The algorithm of all its keys. */
enum seal_algorithm seal_ring_algorithm(const struct seal_ring *ring);

/* Number of keys. */
size_t seal_ring_count(const struct seal_ring *ring);

/* The id of key i in order of age, or NULL past the last. */
const char *seal_ring_kid(const struct seal_ring *ring, size_t i);

/*
 * Appends a token over a claim set, JSON text of one object. CONSENT_EINVAL:
 * not an object; CONSENT_ENOENT: nothing that signs; CONSENT_ELIMIT: the token
 * would be over SEAL_TOKEN_MAX; CONSENT_ENOMEM. out is unchanged on failure.
 */
int seal_sign(const struct seal_ring *ring, struct span claims,
    struct buf *out) CONSENT_CHECKED;

/*
 * Checks a token and appends its claim set as it was signed. CONSENT_EDENIED
 * for whatever is not a good token; CONSENT_ENOMEM.
 */
int seal_check(const struct seal_ring *ring, struct span token,
    struct buf *claims) CONSENT_CHECKED;

/* Wipes and frees; NULL is nothing. */
void seal_ring_free(struct seal_ring *ring);

CONSENT_END

#endif
