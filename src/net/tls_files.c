#include "net/tls_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/digest.h"

enum {
	DAY = 86400 /* seconds */
};

const char *
tls_last_error(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *text = code == 0 ? NULL : ERR_reason_error_string(code);

	ERR_clear_error();
	return text == NULL ? "" : text;
}

/* Files. */

/* Room for all of it at once: a key leaves no copies behind by moving. */
static int
read_all(int fd, struct buf *out)
{
	struct stat st;
	char *room;
	int rc;

	if (fstat(fd, &st) != 0)
		return CONSENT_EIO;
	if (st.st_size > TLS_FILE_BYTES)
		return CONSENT_ELIMIT;
	rc = buf_reserve(out, (size_t)st.st_size + 1, &room);
	while (rc == CONSENT_OK) {
		ssize_t n;

		rc = buf_reserve(out, 1, &room);
		if (rc != CONSENT_OK)
			break;
		n = read(fd, room, out->cap - out->n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? CONSENT_OK : CONSENT_EIO;
		out->n += (size_t)n;
	}
	return rc;
}

int
tls_file_read(const char *path, struct buf *out, struct tls_report *report)
{
	int fd, rc = CONSENT_EIO;

	/* a link may stand there, as tools that renew certificates leave it */
	do {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	} while (fd < 0 && errno == EINTR);
	if (fd >= 0)
		rc = read_all(fd, out);
	if (rc == CONSENT_EIO)
		rc = tls_report_error(
		    report, rc, "%s: %s", path, strerror(errno));
	else if (rc != CONSENT_OK)
		rc = tls_report_error(
		    report, rc, "%s: %s", path, status_text(rc));
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

/* Never on a terminal: a daemon has nobody to ask. */
static int
no_password(char *room, int size, int writing, void *ctx)
{
	(void)room;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

/* Opens the file as a BIO over bytes, which the caller wipes and frees. */
static int
open_pem(
    const char *path, struct buf *bytes, struct tls_report *report, BIO **out)
{
	int rc;

	buf_init(bytes, TLS_FILE_BYTES);
	rc = tls_file_read(path, bytes, report);
	if (rc != CONSENT_OK)
		return rc;
	if (bytes->n == 0)
		return tls_report_error(
		    report, CONSENT_EINVAL, "%s: is empty", path);
	*out = BIO_new_mem_buf(bytes->p, (int)bytes->n);
	return *out != NULL ? CONSENT_OK
			    : tls_report_error(report, CONSENT_ENOMEM, "%s: %s",
				  path, status_text(CONSENT_ENOMEM));
}

static void
close_pem(struct buf *bytes, BIO *bio)
{
	BIO_free(bio);
	if (bytes->p != NULL)
		digest_wipe(bytes->p, bytes->cap);
	buf_fini(bytes);
}

/* Certificates. */

/* Whether the last certificate was the end of the file and no mistake. */
static bool
is_end_of_pem(void)
{
	unsigned long code = ERR_peek_last_error();

	if (ERR_GET_LIB(code) != ERR_LIB_PEM ||
	    ERR_GET_REASON(code) != PEM_R_NO_START_LINE)
		return false;
	ERR_clear_error();
	return true;
}

/* All certificates of the file, in order, up to most of them. */
static int
read_certificates(
    const char *path, int most, struct tls_report *report, STACK_OF(X509) * out)
{
	struct buf bytes;
	BIO *bio = NULL;
	int rc;

	ERR_clear_error();
	rc = open_pem(path, &bytes, report, &bio);
	while (rc == CONSENT_OK) {
		X509 *x = PEM_read_bio_X509(bio, NULL, no_password, NULL);

		if (x == NULL)
			break;
		if (sk_X509_num(out) >= most || sk_X509_push(out, x) == 0) {
			X509_free(x);
			rc = tls_report_error(report, CONSENT_EINVAL,
			    "%s: holds more than %d certificates", path, most);
		}
	}
	if (rc == CONSENT_OK && !is_end_of_pem())
		rc = tls_report_error(report, CONSENT_EINVAL,
		    "%s: cannot be read: %s", path, tls_last_error());
	else if (rc == CONSENT_OK && sk_X509_num(out) == 0)
		rc = tls_report_error(report, CONSENT_EINVAL,
		    "%s: holds no certificate in PEM", path);
	close_pem(&bytes, bio);
	return rc;
}

/* Says what the clock has to say about a certificate of the file. */
static void
judge_time(const char *path, const X509 *x, struct tls_report *report)
{
	int days = 0, seconds = 0;

	if (X509_cmp_current_time(X509_get0_notBefore(x)) > 0)
		tls_report_warning(report, "%s: is not valid yet", path);
	else if (X509_cmp_current_time(X509_get0_notAfter(x)) <= 0)
		tls_report_warning(report, "%s: has expired", path);
	else if (ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(x)) ==
		     1 &&
		 days < TLS_EXPIRES_DAYS)
		tls_report_warning(report, "%s: expires in %d days, %d hours",
		    path, days, seconds / (DAY / 24));
}

/* A key that everybody on the machine can read is none. */
static void
judge_mode(const char *path, struct tls_report *report)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & S_IROTH) != 0)
		tls_report_warning(
		    report, "%s: everybody may read this key", path);
}

static int
read_key(const char *path, struct tls_report *report, EVP_PKEY **out)
{
	struct buf bytes;
	BIO *bio = NULL;
	int rc = open_pem(path, &bytes, report, &bio);

	ERR_clear_error();
	if (rc == CONSENT_OK)
		*out = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	if (rc == CONSENT_OK && *out == NULL)
		rc = tls_report_error(report, CONSENT_EINVAL,
		    "%s: holds no private key in PEM without a password", path);
	else if (rc == CONSENT_OK)
		judge_mode(path, report);
	ERR_clear_error();
	close_pem(&bytes, bio);
	return rc;
}

int
tls_identity_read(const char *certificate, const char *key,
    struct tls_report *report, struct tls_identity *out)
{
	int i, rc;

	*out = (struct tls_identity){.chain = sk_X509_new_null()};
	if (out->chain == NULL)
		return tls_report_error(report, CONSENT_ENOMEM, "%s: %s",
		    certificate, status_text(CONSENT_ENOMEM));
	rc = read_certificates(certificate, 1 + TLS_CHAIN, report, out->chain);
	if (rc != CONSENT_OK)
		return rc;
	for (i = 0; i < sk_X509_num(out->chain); i++)
		judge_time(certificate, sk_X509_value(out->chain, i), report);
	out->certificate = sk_X509_shift(out->chain);
	rc = read_key(key, report, &out->key);
	if (rc == CONSENT_OK &&
	    X509_check_private_key(out->certificate, out->key) != 1)
		rc = tls_report_error(report, CONSENT_EINVAL,
		    "%s: is not the key of %s", key, certificate);
	ERR_clear_error();
	return rc;
}

static time_t
end_of(const X509 *x)
{
	struct tm tm;

	return ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) == 1 ? timegm(&tm)
								: 0;
}

time_t
tls_identity_until(const struct tls_identity *identity)
{
	time_t first = end_of(identity->certificate);
	int i;

	for (i = 0; i < sk_X509_num(identity->chain); i++) {
		time_t one = end_of(sk_X509_value(identity->chain, i));

		if (one < first)
			first = one;
	}
	return first;
}

void
tls_identity_fini(struct tls_identity *identity)
{
	X509_free(identity->certificate);
	sk_X509_pop_free(identity->chain, X509_free);
	EVP_PKEY_free(identity->key);
	*identity = (struct tls_identity){NULL, NULL, NULL};
}

int
tls_authorities_read(SSL_CTX *ctx, const char *path, struct tls_report *report)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	STACK_OF(X509) *list = sk_X509_new_null();
	int i, rc = list == NULL ? CONSENT_ENOMEM : CONSENT_OK;

	if (rc == CONSENT_OK)
		rc = read_certificates(path, INT_MAX, report, list);
	for (i = 0; rc == CONSENT_OK && i < sk_X509_num(list); i++)
		if (X509_STORE_add_cert(store, sk_X509_value(list, i)) != 1)
			rc = tls_report_error(report, CONSENT_ENOMEM, "%s: %s",
			    path, tls_last_error());
	if (rc == CONSENT_OK)
		(void)X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	sk_X509_pop_free(list, X509_free);
	return rc;
}
