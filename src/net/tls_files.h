#ifndef CONSENT_NET_TLS_FILES_H
#define CONSENT_NET_TLS_FILES_H

/*
 * Reads certificates, keys and authorities from PEM files, whole and bounded,
 * and says by name which file is wrong and why. Never asks for a password:
 * a key that needs one is refused. Bytes of keys are wiped after use. For the
 * files of net/tls only, as OpenSSL's types show.
 */

#include <stdbool.h>
#include <time.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <libconsent/buf.h>
#include <libconsent/status.h>

#include "net/tls_report.h"

enum {
	TLS_FILE_BYTES = 4 * 1024 * 1024, /* longest file */
	TLS_CHAIN = 16,			  /* certificates above the first */
	TLS_EXPIRES_DAYS = 14		  /* from here on it is said */
};

/* One certificate with all that belongs to it; owned. */
struct tls_identity {
	X509 *certificate;
	STACK_OF(X509) * chain; /* above it, may be empty */
	EVP_PKEY *key;
};

/*
 * Appends the file to out, which is empty and can hold it. CONSENT_EIO,
 * CONSENT_ELIMIT, CONSENT_ENOMEM with report->error.
 */
int tls_file_read(const char *path, struct buf *out,
    struct tls_report *report) CONSENT_CHECKED;

/*
 * Reads a certificate, those above it and its key, which must fit. Warns when
 * one has expired or soon will, is not valid yet, or when others may read the
 * key. CONSENT_EINVAL, CONSENT_EIO, CONSENT_ELIMIT, CONSENT_ENOMEM with
 * report->error; what was read so far is in *out all the same.
 */
int tls_identity_read(const char *certificate, const char *key,
    struct tls_report *report, struct tls_identity *out) CONSENT_CHECKED;

/* When the first of its certificates ends, in seconds since 1970. */
time_t tls_identity_until(const struct tls_identity *identity);

/* Frees what an identity holds; fine for one of zeros. */
void tls_identity_fini(struct tls_identity *identity);

/*
 * Makes the certificates of the file the authorities that ctx checks the other
 * side by. They need not be roots: who lists one trusts it. Codes as above.
 */
int tls_authorities_read(
    SSL_CTX *ctx, const char *path, struct tls_report *report) CONSENT_CHECKED;

/* The text of OpenSSL's last error, whose queue is emptied; static or "". */
const char *tls_last_error(void);

#endif
