#include <libconsent/seal.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <jwt.h>

#include "base/ascii.h"
#include "base/digest.h"
#include "consent/keys.h"
#include "consent/p256.h"

enum {
	HEADER_MEMBERS = 3, /* alg, kid, typ; nothing else is taken */
	HEADER_MAX = 256
};

static const char token_type[] = "consent+jwt";

struct seal_key {
	char kid[SEAL_KID];
	char *sign; /* secret or private PEM, NUL-terminated; or NULL */
	size_t sign_n;
	char *check; /* secret or public PEM, NUL-terminated */
	size_t check_n;
	struct p256_public point; /* ES256; its pem is check */
};

struct seal_ring {
	enum seal_algorithm algorithm;
	size_t n;
	struct seal_key keys[SEAL_KEYS]; /* by kid: the oldest first */
};

static const char *
algorithm_name(const struct seal_ring *ring)
{
	return ring->algorithm == SEAL_HS256 ? "HS256" : "ES256";
}

static jwt_alg_t
algorithm_of(const struct seal_ring *ring)
{
	return ring->algorithm == SEAL_HS256 ? JWT_ALG_HS256 : JWT_ALG_ES256;
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

static void
secret_free(char *secret, size_t n)
{
	if (secret != NULL)
		digest_wipe(secret, n);
	free(secret);
}

static void
key_fini(struct seal_key *key)
{
	if (key->sign != key->check)
		secret_free(key->sign, key->sign_n);
	secret_free(key->check, key->check_n);
	*key = (struct seal_key){.sign = NULL};
}

void
seal_ring_free(struct seal_ring *ring)
{
	size_t i;

	if (ring == NULL)
		return;
	for (i = 0; i < ring->n; i++)
		key_fini(&ring->keys[i]);
	free(ring);
}

static int
ring_fill(const char *directory, struct seal_ring *ring, enum seal_start start,
    struct seal_error *error)
{
	char kid[SEAL_KID];
	int rc = keys_load(directory, ring, error);

	if (rc == CONSENT_OK && ring->n == 0)
		rc = CONSENT_ENOENT;
	if (rc != CONSENT_ENOENT || start == SEAL_KEYS_REQUIRED)
		return rc;
	rc = keys_create(directory, ring->algorithm, kid, error);
	return rc == CONSENT_OK ? keys_load(directory, ring, error) : rc;
}

int
seal_ring_open(const char *directory, enum seal_algorithm algorithm,
    enum seal_start start, struct seal_ring **out, struct seal_error *error)
{
	struct seal_ring *ring = NULL;
	int rc = seal_ring_new(algorithm, &ring);

	error->text[0] = '\0';
	if (rc == CONSENT_OK)
		rc = ring_fill(directory, ring, start, error);
	if (rc == CONSENT_OK) {
		error->text[0] = '\0';
		*out = ring;
		return rc;
	}
	if (error->text[0] == '\0')
		(void)snprintf(error->text, sizeof error->text, "%s: %s",
		    directory,
		    rc == CONSENT_ENOENT ? "no key of the algorithm set"
					 : status_text(rc));
	seal_ring_free(ring);
	return rc;
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

/* Bytes of libjwt's signed lengths; keys are far shorter. */
static char *
secret_copy(struct span bytes)
{
	char *copy = malloc(bytes.n + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, bytes.p, bytes.n);
	copy[bytes.n] = '\0';
	return copy;
}

static int
key_init_hs256(struct seal_key *key, struct span bytes)
{
	if (bytes.n < SEAL_SECRET_MIN || bytes.n > P256_PEM_MAX)
		return CONSENT_EINVAL;
	key->check = secret_copy(bytes);
	if (key->check == NULL)
		return CONSENT_ENOMEM;
	key->check_n = bytes.n;
	key->sign = key->check;
	key->sign_n = bytes.n;
	return CONSENT_OK;
}

static int
key_init_es256(struct seal_key *key, struct span pem)
{
	int rc = p256_read(pem, &key->point);

	if (rc != CONSENT_OK)
		return rc;
	key->check = key->point.pem;
	key->check_n = strlen(key->check);
	if (!key->point.is_private)
		return CONSENT_OK;
	key->sign = secret_copy(pem);
	key->sign_n = pem.n;
	return key->sign != NULL ? CONSENT_OK : CONSENT_ENOMEM;
}

int
seal_ring_add(struct seal_ring *ring, const char *kid, struct span key)
{
	struct seal_key made = {.sign = NULL};
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
	rc = ring->algorithm == SEAL_HS256 ? key_init_hs256(&made, key)
					   : key_init_es256(&made, key);
	if (rc != CONSENT_OK) {
		key_fini(&made);
		return rc;
	}
	memcpy(made.kid, kid, strlen(kid) + 1);
	memmove(&ring->keys[at + 1], &ring->keys[at],
	    (ring->n - at) * sizeof ring->keys[0]);
	ring->keys[at] = made;
	ring->n++;
	return CONSENT_OK;
}

void
seal_ring_drop_private(struct seal_ring *ring)
{
	size_t i;

	if (ring->algorithm == SEAL_HS256)
		return;
	for (i = 0; i < ring->n; i++) {
		secret_free(ring->keys[i].sign, ring->keys[i].sign_n);
		ring->keys[i].sign = NULL;
	}
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

static int
append_jwk(const struct seal_key *key, struct buf *out)
{
	struct span x = {(const char *)key->point.x, P256_COORDINATE};
	struct span y = {(const char *)key->point.y, P256_COORDINATE};
	int rc;

	rc = buf_printf(out,
	    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"sig\","
	    "\"alg\":\"ES256\",\"kid\":\"%s\",\"x\":\"",
	    key->kid);
	if (rc == CONSENT_OK)
		rc = digest_base64url(x, out);
	if (rc == CONSENT_OK)
		rc = buf_append(out, SPAN("\",\"y\":\""));
	if (rc == CONSENT_OK)
		rc = digest_base64url(y, out);
	return rc == CONSENT_OK ? buf_append(out, SPAN("\"}")) : rc;
}

int
seal_ring_jwks(const struct seal_ring *ring, struct buf *out)
{
	size_t i, n = ring->algorithm == SEAL_ES256 ? ring->n : 0;
	int rc = buf_append(out, SPAN("{\"keys\":["));

	for (i = 0; rc == CONSENT_OK && i < n; i++) {
		if (i > 0)
			rc = buf_append_byte(out, ',');
		if (rc == CONSENT_OK)
			rc = append_jwk(&ring->keys[i], out);
	}
	return rc == CONSENT_OK ? buf_append(out, SPAN("]}")) : rc;
}

/* The newest key that signs, or NULL. */
static const struct seal_key *
signing_key(const struct seal_ring *ring)
{
	size_t i;

	for (i = ring->n; i > 0; i--) {
		if (ring->keys[i - 1].sign != NULL)
			return &ring->keys[i - 1];
	}
	return NULL;
}

static const unsigned char *
key_bytes(const char *key)
{
	return (const unsigned char *)key;
}

/* The token over claims as libjwt writes it, to be freed; or NULL. */
static char *
encode(const struct seal_ring *ring, const struct seal_key *key,
    const char *claims)
{
	char *text = NULL;
	jwt_t *jwt = NULL;

	if (jwt_new(&jwt) != 0)
		return NULL;
	if (jwt_add_grants_json(jwt, claims) == 0 &&
	    jwt_add_header(jwt, "typ", token_type) == 0 &&
	    jwt_add_header(jwt, "kid", key->kid) == 0 &&
	    jwt_set_alg(jwt, algorithm_of(ring), key_bytes(key->sign),
		(int)key->sign_n) == 0)
		text = jwt_encode_str(jwt);
	jwt_free(jwt);
	return text;
}

/* Whether text is one JSON object, and nothing else. */
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
	char *copy, *token;
	size_t n;
	int rc;

	if (key == NULL)
		return CONSENT_ENOENT;
	if (claims.n > SEAL_CLAIMS_MAX)
		return CONSENT_ELIMIT;
	if (!is_object(claims))
		return CONSENT_EINVAL;
	copy = secret_copy(claims);
	if (copy == NULL)
		return CONSENT_ENOMEM;
	token = encode(ring, key, copy);
	free(copy);
	if (token == NULL)
		return CONSENT_ENOMEM;
	n = strlen(token);
	rc = n > SEAL_TOKEN_MAX ? CONSENT_ELIMIT
				: buf_append(out, (struct span){token, n});
	free(token);
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

/*
 * The key for a header segment, looked up before libjwt sees the token: libjwt
 * would let the header choose the algorithm, and a public key is no secret.
 */
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

/* Whether the signature over the whole token holds under key. */
static bool
verify(
    const struct seal_ring *ring, const struct seal_key *key, struct span token)
{
	char text[SEAL_TOKEN_MAX + 1];
	jwt_t *jwt = NULL;
	bool holds;

	/* with a NULL key libjwt checks nothing and says yes */
	if (key->check == NULL || key->check_n == 0)
		return false;
	memcpy(text, token.p, token.n);
	text[token.n] = '\0';
	if (jwt_decode(&jwt, text, key_bytes(key->check), (int)key->check_n) !=
	    0)
		return false;
	holds = jwt_get_alg(jwt) == algorithm_of(ring);
	jwt_free(jwt);
	return holds;
}

/* Whether text is base64url in its one spelling (ES256 text is malleable). */
static int
check_spelling(struct span text)
{
	struct buf bytes;
	int rc;

	buf_init(&bytes, SEAL_TOKEN_MAX);
	rc = digest_from_base64url(text, &bytes);
	buf_fini(&bytes);
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
		rc = check_spelling(rest);
	if (rc != CONSENT_OK)
		return rc;
	if (!verify(ring, key, token))
		return CONSENT_EDENIED;
	return digest_from_base64url(payload, claims);
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
