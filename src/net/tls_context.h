#ifndef CONSENT_NET_TLS_CONTEXT_H
#define CONSENT_NET_TLS_CONTEXT_H

/*
 * The inside of what net/tls.h makes, for its own files and the sessions that
 * use it; and what both sides of TLS have in common.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <libconsent/status.h>

#include "net/tls.h"
#include "net/tls_files.h"

enum {
	/* how a certificate must have a host's name (RFC 9525 6) */
	TLS_HOST_FLAGS = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
			 X509_CHECK_FLAG_NEVER_CHECK_SUBJECT
};

/* An OCSP response for one certificate; bytes are owned, NULL: none. */
struct tls_staple {
	unsigned char *bytes;
	size_t n;
	time_t until; /* not sent from then on; 0: it does not say */
};

struct tls_entry {
	struct tls_identity identity;
	struct tls_staple staple;
	char *file, *ocsp; /* their names; ocsp may be NULL */
	time_t until;	   /* the first end of a certificate in file */
};

struct tls_server {
	SSL_CTX *ctx;
	struct tls_entry entries[TLS_CERTIFICATES];
	size_t n;
	bool http2;
	unsigned char secret[TLS_SECRET_BYTES];
};

/* A session that may be resumed (net/tls_resume). */
struct tls_kept {
	SSL_SESSION *session; /* owned; NULL: none */
	int64_t since;	      /* monotonic; its origin was verified then */
};

struct tls_client {
	SSL_CTX *ctx;
	char *name;
	bool is_address; /* it is one, and no SNI is sent */
	struct tls_kept kept;
	char *file;   /* with our own certificate, or NULL */
	time_t until; /* the first end of a certificate in it */
};

/*
 * A context for one side: versions from minimum on, ciphers with forward
 * secrecy, nothing that was ever regretted. NULL without memory.
 */
SSL_CTX *tls_context_new(const SSL_METHOD *method, enum tls_version minimum);

/* Makes the identity the context's own. CONSENT_EINVAL with report->error. */
int tls_context_set_identity(SSL_CTX *ctx, const char *path,
    const struct tls_identity *identity,
    struct tls_report *report) CONSENT_CHECKED;

/* Writes the error for memory that ran out and returns CONSENT_ENOMEM. */
int tls_context_memory(struct tls_report *report);

#endif
