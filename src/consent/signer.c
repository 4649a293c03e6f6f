#include "consent/signer.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "base/digest.h"

enum {
	DER_MAX = 80 /* a P-256 signature as DER: at most 72 bytes */
};

struct signer {
	enum signer_algorithm algorithm;
	bool can_sign;
	size_t n; /* HS256: bytes of secret */
	unsigned char *secret;
	EVP_PKEY *key; /* of the others */
};

/* Never asks on a terminal: an encrypted key is simply no key. */
static int
no_passphrase(char *text, int size, int writing, void *ctx)
{
	(void)text;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

/* A NUL-terminated copy of what bio holds, or NULL. */
static char *
bio_text(BIO *bio)
{
	char *bytes, *text;
	long n = BIO_get_mem_data(bio, &bytes);

	if (n <= 0)
		return NULL;
	text = malloc((size_t)n + 1);
	if (text == NULL)
		return NULL;
	memcpy(text, bytes, (size_t)n);
	text[n] = '\0';
	return text;
}

int
signer_generate(enum signer_algorithm algorithm, char **pem)
{
	EVP_PKEY *key = algorithm == SIGNER_ES256
			    ? EVP_EC_gen("P-256")
			    : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	BIO *bio = BIO_new(BIO_s_secmem());
	char *text = NULL;

	if (key != NULL && bio != NULL &&
	    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1)
		text = bio_text(bio);
	BIO_free(bio);
	EVP_PKEY_free(key);
	ERR_clear_error();
	if (text == NULL)
		return CONSENT_ENOMEM;
	*pem = text;
	return CONSENT_OK;
}

static bool
is_p256(const EVP_PKEY *key)
{
	char group[32];

	return EVP_PKEY_is_a(key, "EC") == 1 &&
	       EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1 &&
	       strcmp(group, "prime256v1") == 0;
}

static bool
is_of(const EVP_PKEY *key, enum signer_algorithm algorithm)
{
	return algorithm == SIGNER_ES256 ? is_p256(key)
					 : EVP_PKEY_is_a(key, "ED25519") == 1;
}

static int
set_secret(struct signer *s, struct span key)
{
	if (key.n < SIGNER_SECRET_MIN)
		return CONSENT_EINVAL;
	s->secret = malloc(key.n);
	if (s->secret == NULL)
		return CONSENT_ENOMEM;
	memcpy(s->secret, key.p, key.n);
	s->n = key.n;
	s->can_sign = true;
	return CONSENT_OK;
}

/* Takes the private key in the PEM text, or the public one. */
static int
set_pem(struct signer *s, struct span pem)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);

	if (bio == NULL)
		return CONSENT_ENOMEM;
	s->key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	s->can_sign = s->key != NULL;
	if (s->key == NULL && BIO_reset(bio) == 1)
		s->key = PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	ERR_clear_error();
	return s->key != NULL && is_of(s->key, s->algorithm) ? CONSENT_OK
							     : CONSENT_EINVAL;
}

int
signer_new(
    enum signer_algorithm algorithm, struct span key, struct signer **out)
{
	struct signer *s;
	int rc;

	if (key.n == 0 || key.n > SIGNER_TEXT_MAX)
		return CONSENT_EINVAL;
	s = calloc(1, sizeof *s);
	if (s == NULL)
		return CONSENT_ENOMEM;
	s->algorithm = algorithm;
	rc = algorithm == SIGNER_HS256 ? set_secret(s, key) : set_pem(s, key);
	if (rc == CONSENT_OK)
		*out = s;
	else
		signer_free(s);
	return rc;
}

static const unsigned char *
bytes_of(struct span s)
{
	return (const unsigned char *)s.p;
}

int
signer_new_ed25519(struct span key, struct signer **out)
{
	struct signer *s;

	if (key.n != SIGNER_ED25519_BYTES)
		return CONSENT_EINVAL;
	s = calloc(1, sizeof *s);
	if (s == NULL)
		return CONSENT_ENOMEM;
	s->algorithm = SIGNER_ED25519;
	s->key = EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, bytes_of(key), key.n);
	ERR_clear_error();
	if (s->key == NULL) {
		signer_free(s);
		return CONSENT_ENOMEM;
	}
	*out = s;
	return CONSENT_OK;
}

void
signer_free(struct signer *s)
{
	if (s == NULL)
		return;
	if (s->secret != NULL)
		digest_wipe(s->secret, s->n);
	free(s->secret);
	EVP_PKEY_free(s->key);
	free(s);
}

bool
signer_can_sign(const struct signer *s)
{
	return s->can_sign;
}

int
signer_write_checker(const struct signer *s, struct buf *out)
{
	int rc = CONSENT_ENOMEM;
	char *bytes;
	long n;
	BIO *bio;

	if (s->algorithm == SIGNER_HS256)
		return buf_append(
		    out, (struct span){(const char *)s->secret, s->n});
	bio = BIO_new(BIO_s_mem());
	if (bio != NULL && PEM_write_bio_PUBKEY(bio, s->key) == 1) {
		n = BIO_get_mem_data(bio, &bytes);
		rc = buf_append(out, (struct span){bytes, (size_t)n});
	}
	BIO_free(bio);
	ERR_clear_error();
	return rc;
}

static int
get_coordinate(
    const EVP_PKEY *key, const char *name, unsigned char out[SIGNER_COORDINATE])
{
	BIGNUM *number = NULL;
	int n = -1;

	if (EVP_PKEY_get_bn_param(key, name, &number) == 1)
		n = BN_bn2binpad(number, out, SIGNER_COORDINATE);
	BN_free(number);
	return n == SIGNER_COORDINATE ? CONSENT_OK : CONSENT_EINVAL;
}

int
signer_point(const struct signer *s, unsigned char x[SIGNER_COORDINATE],
    unsigned char y[SIGNER_COORDINATE])
{
	int rc;

	if (s->key == NULL)
		return CONSENT_EINVAL;
	rc = get_coordinate(s->key, OSSL_PKEY_PARAM_EC_PUB_X, x);
	return rc != CONSENT_OK
		   ? rc
		   : get_coordinate(s->key, OSSL_PKEY_PARAM_EC_PUB_Y, y);
}

int
signer_ed25519(const struct signer *s, unsigned char out[SIGNER_ED25519_BYTES])
{
	size_t n = SIGNER_ED25519_BYTES;

	if (s->algorithm != SIGNER_ED25519 ||
	    EVP_PKEY_get_raw_public_key(s->key, out, &n) != 1)
		return CONSENT_EINVAL;
	return CONSENT_OK;
}

static int
sign_hmac(const struct signer *s, struct span text,
    unsigned char out[SIGNER_BYTES], size_t *n)
{
	unsigned made = 0;

	if (HMAC(EVP_sha256(), s->secret, (int)s->n, bytes_of(text), text.n,
		out, &made) == NULL ||
	    made != DIGEST_BYTES)
		return CONSENT_ENOMEM;
	*n = made;
	return CONSENT_OK;
}

/* The signature as OpenSSL has it: DER, or as it is; *n: room, then bytes. */
static int
sign_with_key(
    const struct signer *s, struct span text, unsigned char *out, size_t *n)
{
	const EVP_MD *md = s->algorithm == SIGNER_ES256 ? EVP_sha256() : NULL;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int good;

	good = ctx != NULL &&
	       EVP_DigestSignInit(ctx, NULL, md, NULL, s->key) == 1 &&
	       EVP_DigestSign(ctx, out, n, bytes_of(text), text.n) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good ? CONSENT_OK : CONSENT_ENOMEM;
}

/* r and s side by side, each in 32 bytes (RFC 7518 3.4). */
static int
sign_p256(const struct signer *s, struct span text,
    unsigned char out[SIGNER_BYTES], size_t *n)
{
	unsigned char der[DER_MAX];
	const unsigned char *p = der;
	ECDSA_SIG *pair;
	size_t der_n = sizeof der;
	int good, rc = sign_with_key(s, text, der, &der_n);

	if (rc != CONSENT_OK)
		return rc;
	pair = d2i_ECDSA_SIG(NULL, &p, (long)der_n);
	good = pair != NULL &&
	       BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, SIGNER_COORDINATE) ==
		   SIGNER_COORDINATE &&
	       BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + SIGNER_COORDINATE,
		   SIGNER_COORDINATE) == SIGNER_COORDINATE;
	ECDSA_SIG_free(pair);
	if (!good)
		return CONSENT_ENOMEM;
	*n = SIGNER_BYTES;
	return CONSENT_OK;
}

int
signer_sign(const struct signer *s, struct span text,
    unsigned char signature[SIGNER_BYTES], size_t *n)
{
	if (!s->can_sign)
		return CONSENT_EDENIED;
	switch (s->algorithm) {
	case SIGNER_HS256:
		return sign_hmac(s, text, signature, n);
	case SIGNER_ES256:
		return sign_p256(s, text, signature, n);
	case SIGNER_ED25519:
		break;
	}
	*n = SIGNER_BYTES;
	return sign_with_key(s, text, signature, n);
}

static bool
verify_hmac(const struct signer *s, struct span text, struct span signature)
{
	unsigned char want[SIGNER_BYTES];
	size_t n;

	if (sign_hmac(s, text, want, &n) != CONSENT_OK)
		return false;
	return digest_equal(signature, (struct span){(const char *)want, n});
}

/* The DER spelling of r and s, or 0. */
static size_t
pair_to_der(const unsigned char *pair, unsigned char der[DER_MAX])
{
	BIGNUM *r = BN_bin2bn(pair, SIGNER_COORDINATE, NULL);
	BIGNUM *s =
	    BN_bin2bn(pair + SIGNER_COORDINATE, SIGNER_COORDINATE, NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	unsigned char *p = der;
	int n = 0;

	if (r == NULL || s == NULL || sig == NULL ||
	    ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
	} else {
		n = i2d_ECDSA_SIG(sig, &p);
	}
	ECDSA_SIG_free(sig);
	return n > 0 ? (size_t)n : 0;
}

static bool
verify_with_key(const struct signer *s, struct span text, struct span signature)
{
	const EVP_MD *md = s->algorithm == SIGNER_ES256 ? EVP_sha256() : NULL;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool holds = ctx != NULL &&
		     EVP_DigestVerifyInit(ctx, NULL, md, NULL, s->key) == 1 &&
		     EVP_DigestVerify(ctx, bytes_of(signature), signature.n,
			 bytes_of(text), text.n) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return holds;
}

static bool
verify_p256(const struct signer *s, struct span text, struct span signature)
{
	unsigned char der[DER_MAX];
	size_t n = pair_to_der(bytes_of(signature), der);

	return n > 0 &&
	       verify_with_key(s, text, (struct span){(const char *)der, n});
}

bool
signer_verify(const struct signer *s, struct span text, struct span signature)
{
	if (s->algorithm == SIGNER_HS256)
		return verify_hmac(s, text, signature);
	if (signature.n != SIGNER_BYTES)
		return false;
	return s->algorithm == SIGNER_ES256
		   ? verify_p256(s, text, signature)
		   : verify_with_key(s, text, signature);
}
