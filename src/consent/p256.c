#include "consent/p256.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

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
p256_generate(char **pem)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
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

static int
get_coordinate(
    const EVP_PKEY *key, const char *name, unsigned char out[P256_COORDINATE])
{
	BIGNUM *number = NULL;
	int n = -1;

	if (EVP_PKEY_get_bn_param(key, name, &number) == 1)
		n = BN_bn2binpad(number, out, P256_COORDINATE);
	BN_free(number);
	return n == P256_COORDINATE ? CONSENT_OK : CONSENT_EINVAL;
}

static int
get_public(EVP_PKEY *key, struct p256_public *out)
{
	BIO *bio;
	int rc;

	if (!is_p256(key))
		return CONSENT_EINVAL;
	rc = get_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, out->x);
	if (rc == CONSENT_OK)
		rc = get_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, out->y);
	if (rc != CONSENT_OK)
		return rc;
	bio = BIO_new(BIO_s_mem());
	if (bio != NULL && PEM_write_bio_PUBKEY(bio, key) == 1)
		out->pem = bio_text(bio);
	BIO_free(bio);
	return out->pem != NULL ? CONSENT_OK : CONSENT_ENOMEM;
}

/* The key in pem, private when it has that half, or NULL. */
static EVP_PKEY *
read_key(struct span pem, bool *is_private)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	EVP_PKEY *key = NULL;

	if (bio == NULL)
		return NULL;
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	*is_private = key != NULL;
	if (key == NULL && BIO_reset(bio) == 1)
		key = PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	return key;
}

int
p256_read(struct span pem, struct p256_public *out)
{
	struct p256_public found = {.pem = NULL};
	EVP_PKEY *key;
	int rc;

	if (pem.n == 0 || pem.n > P256_PEM_MAX)
		return CONSENT_EINVAL;
	key = read_key(pem, &found.is_private);
	rc = key == NULL ? CONSENT_EINVAL : get_public(key, &found);
	EVP_PKEY_free(key);
	ERR_clear_error();
	if (rc == CONSENT_OK)
		*out = found;
	return rc;
}
