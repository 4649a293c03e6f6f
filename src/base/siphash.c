#include "base/siphash.h"

#include "base/digest.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdlib.h>
#include <string.h>

struct siphash {
	EVP_MAC_CTX *mac;
	unsigned char key[SIPHASH_KEY];
};

/* Fetched at the first need, and kept: to look it up is most of the work. */
static EVP_MAC *kind;

/* A context for hashes of 64 bits; NULL without memory. */
static EVP_MAC_CTX *
mac_new(void)
{
	size_t bytes = sizeof(uint64_t);
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &bytes),
	    OSSL_PARAM_construct_end()};
	EVP_MAC_CTX *mac;

	if (kind == NULL)
		kind = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	mac = kind == NULL ? NULL : EVP_MAC_CTX_new(kind);
	if (mac != NULL && EVP_MAC_CTX_set_params(mac, params) != 1) {
		EVP_MAC_CTX_free(mac);
		return NULL;
	}
	return mac;
}

int
siphash_new(const unsigned char key[SIPHASH_KEY], struct siphash **out)
{
	struct siphash *h = calloc(1, sizeof *h);

	if (h == NULL)
		return CONSENT_ENOMEM;
	memcpy(h->key, key, sizeof h->key);
	h->mac = mac_new();
	if (h->mac == NULL) {
		ERR_clear_error(); /* it is told by what is returned */
		siphash_free(h);
		return CONSENT_ENOMEM;
	}
	*out = h;
	return CONSENT_OK;
}

void
siphash_free(struct siphash *h)
{
	if (h == NULL)
		return;
	EVP_MAC_CTX_free(h->mac);
	digest_wipe(h->key, sizeof h->key);
	free(h);
}

int
siphash(struct siphash *h, struct span s, uint64_t *out)
{
	unsigned char bytes[sizeof *out];
	size_t n, i;

	if (EVP_MAC_init(h->mac, h->key, sizeof h->key, NULL) != 1 ||
	    EVP_MAC_update(h->mac, (const unsigned char *)s.p, s.n) != 1 ||
	    EVP_MAC_final(h->mac, bytes, &n, sizeof bytes) != 1 ||
	    n != sizeof bytes)
		return CONSENT_ENOMEM;
	/* the first byte is the lowest */
	*out = 0;
	for (i = n; i > 0; i--)
		*out = *out << 8 | bytes[i - 1];
	return CONSENT_OK;
}
