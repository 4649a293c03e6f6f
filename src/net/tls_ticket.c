#include "net/tls_ticket.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "base/clock.h"
#include "base/digest.h"
#include "net/tls_context.h"

enum {
	HOUR = 3600000,	 /* ms */
	LIFE = 2 * 3600, /* seconds that a session may be resumed */
	NAME = 16,	 /* bytes of a key's name in the ticket */
	IV = 16,
	CIPHER = 32, /* AES-256 */
	MAC = 32,
	MATERIAL = NAME + CIPHER + MAC
};

/* The key of one hour, in the order of its bytes. */
struct key {
	unsigned char name[NAME], cipher[CIPHER], mac[MAC];
};

_Static_assert(sizeof(struct key) == MATERIAL, "a key is its bytes");

/* HMAC-SHA256 of what the block is for, until there is enough of it: the
 * expanding half of HKDF (RFC 5869 2.3) in counter mode. */
static bool
derive(const struct tls_server *server, int64_t hour, struct key *out)
{
	unsigned char all[3 * DIGEST_BYTES], info[16] = "consentd ticket";
	unsigned char input[sizeof info + sizeof hour + 1];
	unsigned n = 0;
	size_t i;
	bool good = true;

	memcpy(input, info, sizeof info);
	memcpy(input + sizeof info, &hour, sizeof hour);
	for (i = 0; i < 3; i++) {
		input[sizeof input - 1] = (unsigned char)i;
		good = good && HMAC(EVP_sha256(), server->secret,
				   sizeof server->secret, input, sizeof input,
				   all + i * DIGEST_BYTES, &n) != NULL;
	}
	memcpy(out, all, sizeof *out);
	digest_wipe(all, sizeof all);
	return good;
}

/* Whether the key could be put to its two uses. */
static bool
apply(const struct key *key, const unsigned char *iv, EVP_CIPHER_CTX *cipher,
    EVP_MAC_CTX *mac, int encrypt)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
	    OSSL_PARAM_construct_end()};

	return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->cipher,
		   iv, encrypt) == 1 &&
	       EVP_MAC_init(mac, key->mac, sizeof key->mac, params) == 1;
}

/* Finds the key by its name, that of this hour or of the one before. */
static int
find(
    const struct tls_server *server, const unsigned char *name, struct key *key)
{
	int64_t hour = clock_now() / HOUR;
	int age;

	for (age = 0; age < 2; age++)
		if (derive(server, hour - age, key) &&
		    digest_equal((struct span){(const char *)key->name, NAME},
			(struct span){(const char *)name, NAME}))
			return age;
	return -1;
}

/*
 * OpenSSL's callback. For a new ticket: 1, or -1 for an error. For one that
 * came: 0 unknown, 1 good, 2 good and to be renewed.
 */
static int
on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt)
{
	const struct tls_server *server =
	    SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	struct key key;
	int age = 0, rc = -1;

	if (encrypt) {
		if (derive(server, clock_now() / HOUR, &key) &&
		    RAND_bytes(iv, IV) == 1) {
			memcpy(name, key.name, NAME);
			rc = apply(&key, iv, cipher, mac, 1) ? 1 : -1;
		}
	} else {
		age = find(server, name, &key);
		if (age < 0)
			rc = 0;
		else if (apply(&key, iv, cipher, mac, 0))
			rc = 1 + age;
	}
	digest_wipe(&key, sizeof key);
	return rc;
}

void
tls_ticket_use(struct tls_server *server)
{
	SSL_CTX *ctx = server->ctx;

	(void)SSL_CTX_clear_options(ctx, SSL_OP_NO_TICKET);
	(void)SSL_CTX_set_num_tickets(ctx, 2);
	(void)SSL_CTX_set_timeout(ctx, LIFE);
	(void)SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, on_ticket);
}
