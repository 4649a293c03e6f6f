#include "net/tls_throwaway.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/digest.h"

enum {
	SEASON = 90 * 86400,
	YESTERDAY = -86400 /* clocks differ */
};

static bool
extend(X509 *x, int kind, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;
	bool good;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, kind, value);
	good = extension != NULL && X509_add_ext(x, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good;
}

static bool
describe(X509 *x)
{
	static const unsigned char host[] = "localhost";
	X509_NAME *name = X509_get_subject_name(x);
	uint64_t serial;

	return digest_random(&serial, sizeof serial) == CONSENT_OK &&
	       X509_set_version(x, X509_VERSION_3) == 1 &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1) ==
		   1 &&
	       X509_gmtime_adj(X509_getm_notBefore(x), YESTERDAY) != NULL &&
	       X509_gmtime_adj(X509_getm_notAfter(x), SEASON) != NULL &&
	       X509_NAME_add_entry_by_txt(
		   name, "CN", MBSTRING_ASC, host, -1, -1, 0) == 1 &&
	       X509_set_issuer_name(x, name) == 1 &&
	       extend(x, NID_basic_constraints, "critical,CA:FALSE") &&
	       extend(x, NID_ext_key_usage, "serverAuth") &&
	       extend(x, NID_subject_alt_name,
		   "DNS:localhost,DNS:*.localhost,IP:127.0.0.1,IP:::1");
}

/* What is in the file is wiped from memory: it may be a key. */
static int
write_file(const char *path, BIO *pem)
{
	char *bytes = NULL;
	long n = BIO_get_mem_data(pem, &bytes), done = 0;
	int rc = CONSENT_OK,
	    fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		    S_IRUSR | S_IWUSR);

	while (fd >= 0 && rc == CONSENT_OK && done < n) {
		ssize_t wrote = write(fd, bytes + done, (size_t)(n - done));

		if (wrote >= 0)
			done += wrote;
		else if (errno != EINTR)
			rc = CONSENT_EIO;
	}
	if (n > 0)
		digest_wipe(bytes, (size_t)n);
	if (fd < 0 || close(fd) != 0)
		rc = CONSENT_EIO;
	return rc;
}

int
tls_throwaway_write(const char *certificate, const char *key)
{
	EVP_PKEY *pair = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	BIO *first = BIO_new(BIO_s_mem()), *second = BIO_new(BIO_s_mem());
	int rc = CONSENT_ENOMEM;

	if (pair != NULL && x != NULL && first != NULL && second != NULL &&
	    describe(x) && X509_set_pubkey(x, pair) == 1 &&
	    X509_sign(x, pair, EVP_sha256()) > 0 &&
	    PEM_write_bio_X509(first, x) == 1 &&
	    PEM_write_bio_PrivateKey(second, pair, NULL, NULL, 0, NULL, NULL) ==
		1)
		rc = write_file(certificate, first);
	if (rc == CONSENT_OK)
		rc = write_file(key, second);
	ERR_clear_error();
	BIO_free(first);
	BIO_free(second);
	X509_free(x);
	EVP_PKEY_free(pair);
	return rc;
}
