#include <libconsent/seal.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <jwt.h>

#include "base/ascii.h"
#include "base/digest.h"
#include "consent/keys.h"
#include "consent/signer.h"

/*
 * libjwt 1.10 holds the claim set and names the algorithms. It does not write
 * or read the tokens themselves: it puts "JWT" over any other typ and refuses
 * a token that has one, lets the header choose the algorithm, checks nothing
 * without a key, takes any curve and parses the PEM for each token.
 */

enum {
	HEADER_MEMBERS = 3, /* alg, kid, typ; nothing else is taken */
	HEADER_MAX = 256,
	SIGNATURE_MAX = 96 /* text of a signature, and some */
};

static const char token_type[] = "consent+jwt";

struct seal_key {
	char kid[SEAL_KID];
	struct signer *signer;
};

struct seal_ring {
	enum seal_algorithm algorithm;
	size_t n;
	struct seal_key keys[SEAL_KEYS]; /* by kid: the oldest first */
};

static const char *
algorithm_name(const struct seal_ring *ring)
{
	return jwt_alg_str(
	    ring->algorithm == SEAL_HS256 ? JWT_ALG_HS256 : JWT_ALG_ES256);
}

static enum signer_algorithm
signer_algorithm_of(enum seal_algorithm algorithm)
{
	return algorithm == SEAL_HS256 ? SIGNER_HS256 : SIGNER_ES256;
}

int
seal_ring_new(enum seal_algorithm algorithm, struct seal_ring **out)
{
	struct seal_ring *ring = calloc(1, sizeof *ring);

	if (ring == NULL)
		return CONSENT_ENOMEM;
	ring->algorithm = algorithm;
	*out = ring;
	return CONSENT_OK;
}

void
seal_ring_clear(struct seal_ring *ring, enum seal_algorithm algorithm)
{
	while (ring->n > 0)
		signer_free(ring->keys[--ring->n].signer);
	ring->algorithm = algorithm;
}

void
seal_ring_free(struct seal_ring *ring)
{
	if (ring == NULL)
		return;
	seal_ring_clear(ring, ring->algorithm);
	free(ring);
}

static bool
is_kid(const char *kid)
{
	size_t i, n = strlen(kid);

	for (i = 0; i < n; i++) {
		if (!ascii_is(kid[i], ASCII_ALNUM) && kid[i] != '-' &&
		    kid[i] != '_')
			return false;
	}
	return n > 0 && n < SEAL_KID;
}

int
seal_ring_add(struct seal_ring *ring, const char *kid, struct span key)
{
	struct signer *signer = NULL;
	size_t at = ring->n;
	int rc;

	if (!is_kid(kid))
		return CONSENT_EINVAL;
	if (ring->n == SEAL_KEYS)
		return CONSENT_ELIMIT;
	while (at > 0 && strcmp(ring->keys[at - 1].kid, kid) > 0)
		at--;
	if (at > 0 && strcmp(ring->keys[at - 1].kid, kid) == 0)
		return CONSENT_EINVAL;
	rc = signer_new(signer_algorithm_of(ring->algorithm), key, &signer);
	if (rc != CONSENT_OK)
		return rc;
	memmove(&ring->keys[at + 1], &ring->keys[at],
	    (ring->n - at) * sizeof ring->keys[0]);
	memcpy(ring->keys[at].kid, kid, strlen(kid) + 1);
	ring->keys[at].signer = signer;
	ring->n++;
	return CONSENT_OK;
}

int
seal_ring_checker(const struct seal_ring *ring, size_t i, struct buf *out)
{
	if (i >= ring->n)
		return CONSENT_ENOENT;
	return signer_write_checker(ring->keys[i].signer, out);
}

/* A ring that is being filled, and what to say when a key does not fit. */
struct filling {
	struct seal_ring *ring;
	struct seal_error *error;
};

static int
take_key(void *ctx, const char *kid, struct span key)
{
	const struct filling *f = ctx;
	int rc = seal_ring_add(f->ring, kid, key);
	const char *why = NULL;

	if (rc == CONSENT_ELIMIT)
		why = "too many keys: revoke old ones";
	else if (f->ring->algorithm == SEAL_HS256)
		why = "not a key: want 32 or more random bytes";
	else
		why = "not a key: want a P-256 private key, not encrypted";
	if (rc != CONSENT_OK)
		(void)snprintf(
		    f->error->text, sizeof f->error->text, "%s: %s", kid, why);
	return rc;
}

static int
fill(const struct filling *f, const struct keys_folder *folder,
    enum seal_start start)
{
	struct filling copy = *f;
	struct keys_taker taker = {take_key, &copy};
	char kid[KEYS_KID];
	int rc = keys_load(folder, &taker);

	if (rc == CONSENT_OK && f->ring->n == 0)
		rc = CONSENT_ENOENT;
	if (rc != CONSENT_ENOENT || start == SEAL_KEYS_REQUIRED)
		return rc;
	rc = keys_create(folder, "", kid);
	return rc == CONSENT_OK ? keys_load(folder, &taker) : rc;
}

int
seal_ring_open(const char *directory, enum seal_algorithm algorithm,
    enum seal_start start, struct seal_ring **out, struct seal_error *error)
{
	struct filling f = {NULL, error};
	struct keys_folder folder = {
	    directory, signer_algorithm_of(algorithm), error->text};
	int rc = seal_ring_new(algorithm, &f.ring);

	error->text[0] = '\0';
	if (rc == CONSENT_OK)
		rc = fill(&f, &folder, start);
	if (rc == CONSENT_OK) {
		error->text[0] = '\0';
		*out = f.ring;
		return rc;
	}
	if (error->text[0] == '\0')
		(void)snprintf(error->text, sizeof error->text, "%s: %s",
		    directory,
		    rc == CONSENT_ENOENT ? "no key of the algorithm set"
					 : status_text(rc));
	seal_ring_free(f.ring);
	return rc;
}

enum seal_algorithm
seal_ring_algorithm(const struct seal_ring *ring)
{
	return ring->algorithm;
}

size_t
seal_ring_count(const struct seal_ring *ring)
{
	return ring->n;
}

const char *
seal_ring_kid(const struct seal_ring *ring, size_t i)
{
	return i < ring->n ? ring->keys[i].kid : NULL;
}

/* The newest key that signs, or NULL. */
static const struct seal_key *
signing_key(const struct seal_ring *ring)
{
	size_t i;

	for (i = ring->n; i > 0; i--) {
		if (signer_can_sign(ring->keys[i - 1].signer))
			return &ring->keys[i - 1];
	}
	return NULL;
}

/* The claim set in its canonical spelling, to be freed; or NULL. */
static char *
canonical_claims(struct span claims)
{
	char text[SEAL_CLAIMS_MAX + 1], *canonical = NULL;
	jwt_t *jwt = NULL;

	memcpy(text, claims.p, claims.n);
	text[claims.n] = '\0';
	if (jwt_new(&jwt) != 0)
		return NULL;
	if (jwt_add_grants_json(jwt, text) == 0)
		canonical = jwt_get_grants_json(jwt, NULL);
	jwt_free(jwt);
	return canonical;
}

static int
append_header(
    const struct seal_ring *ring, const struct seal_key *key, struct buf *out)
{
	char header[HEADER_MAX];
	int n = snprintf(header, sizeof header,
	    "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"%s\"}",
	    algorithm_name(ring), key->kid, token_type);

	if (n < 0 || (size_t)n >= sizeof header)
		return CONSENT_ELIMIT;
	return digest_base64url((struct span){header, (size_t)n}, out);
}

/* Signs what token holds and appends the signature to it. */
static int
append_signature(const struct seal_key *key, struct buf *token)
{
	unsigned char signature[SIGNER_BYTES];
	size_t n;
	int rc = signer_sign(key->signer, buf_span(token), signature, &n);

	if (rc == CONSENT_OK)
		rc = buf_append_byte(token, '.');
	if (rc == CONSENT_OK)
		rc = digest_base64url(
		    (struct span){(const char *)signature, n}, token);
	return rc;
}

static int
write_token(const struct seal_ring *ring, const struct seal_key *key,
    struct span claims, struct buf *token)
{
	int rc = append_header(ring, key, token);

	if (rc == CONSENT_OK)
		rc = buf_append_byte(token, '.');
	if (rc == CONSENT_OK)
		rc = digest_base64url(claims, token);
	return rc == CONSENT_OK ? append_signature(key, token) : rc;
}

/* Whether text is one JSON object without doubled names. */
static bool
is_object(struct span text)
{
	json_t *json = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	bool yes = json_is_object(json);

	json_decref(json);
	return yes;
}

int
seal_sign(const struct seal_ring *ring, struct span claims, struct buf *out)
{
	const struct seal_key *key = signing_key(ring);
	struct buf token;
	char *canonical;
	int rc;

	if (key == NULL)
		return CONSENT_ENOENT;
	if (claims.n > SEAL_CLAIMS_MAX)
		return CONSENT_ELIMIT;
	if (!is_object(claims))
		return CONSENT_EINVAL;
	canonical = canonical_claims(claims);
	if (canonical == NULL)
		return CONSENT_ENOMEM;
	buf_init(&token, SEAL_TOKEN_MAX);
	rc = write_token(ring, key, span_of(canonical), &token);
	if (rc == CONSENT_OK)
		rc = buf_append(out, buf_span(&token));
	buf_fini(&token);
	free(canonical);
	return rc;
}

static const struct seal_key *
find_key(const struct seal_ring *ring, const char *kid)
{
	size_t i;

	for (i = 0; i < ring->n; i++) {
		if (strcmp(ring->keys[i].kid, kid) == 0)
			return &ring->keys[i];
	}
	return NULL;
}

/* The key that a decoded header names, when all of it is as we write it. */
static const struct seal_key *
header_key(const struct seal_ring *ring, const json_t *header)
{
	const char *alg = json_string_value(json_object_get(header, "alg"));
	const char *typ = json_string_value(json_object_get(header, "typ"));
	const char *kid = json_string_value(json_object_get(header, "kid"));

	if (json_object_size(header) != HEADER_MEMBERS || alg == NULL ||
	    typ == NULL || kid == NULL)
		return NULL;
	if (strcmp(alg, algorithm_name(ring)) != 0 ||
	    strcmp(typ, token_type) != 0)
		return NULL;
	return find_key(ring, kid);
}

/* The key for a header segment: the header has a say in nothing else. */
static int
choose_key(const struct seal_ring *ring, struct span segment,
    const struct seal_key **out)
{
	json_t *header = NULL;
	struct buf text;
	int rc;

	buf_init(&text, HEADER_MAX);
	rc = digest_from_base64url(segment, &text);
	if (rc == CONSENT_OK) {
		header =
		    json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
		*out = header == NULL ? NULL : header_key(ring, header);
		rc = *out == NULL ? CONSENT_EDENIED : CONSENT_OK;
	}
	json_decref(header);
	buf_fini(&text);
	return rc;
}

/* Whether the signature, in its one spelling, holds over the signed part. */
static int
verify(const struct seal_key *key, struct span text, struct span segment)
{
	struct buf signature;
	int rc;

	buf_init(&signature, SIGNATURE_MAX);
	rc = digest_from_base64url(segment, &signature);
	if (rc == CONSENT_OK &&
	    !signer_verify(key->signer, text, buf_span(&signature)))
		rc = CONSENT_EDENIED;
	buf_fini(&signature);
	return rc;
}

static int
check_token(const struct seal_ring *ring, struct span token, struct buf *claims)
{
	const struct seal_key *key = NULL;
	struct span rest = token, header, payload;
	int rc;

	header = span_cut(&rest, '.');
	payload = span_cut(&rest, '.');
	if (header.n == 0 || payload.n == 0 || rest.n == 0)
		return CONSENT_EDENIED;
	rc = choose_key(ring, header, &key);
	if (rc == CONSENT_OK)
		rc = verify(
		    key, span_sub(token, 0, header.n + 1 + payload.n), rest);
	return rc == CONSENT_OK ? digest_from_base64url(payload, claims) : rc;
}

int
seal_check(const struct seal_ring *ring, struct span token, struct buf *claims)
{
	size_t before = claims->n;
	int rc;

	if (token.n == 0 || token.n > SEAL_TOKEN_MAX)
		return CONSENT_EDENIED;
	rc = check_token(ring, token, claims);
	if (rc == CONSENT_OK || rc == CONSENT_ENOMEM)
		return rc;
	claims->n = before;
	return CONSENT_EDENIED;
}
