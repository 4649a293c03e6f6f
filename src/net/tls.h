#ifndef CONSENT_NET_TLS_H
#define CONSENT_NET_TLS_H

/*
 * TLS 1.2 and 1.3 (RFC 5246, RFC 8446) by OpenSSL: what a listener offers and
 * what we ask of an origin, made once from files and then used by many
 * connections. Made in the parent, where keys may be readable by root alone,
 * and inherited by the workers; nothing is opened later. Moves no bytes of a
 * connection: net/tls_session does, and net/stream uses that one.
 *
 * Ciphers have forward secrecy and authenticate what they encrypt; no
 * compression, no renegotiation, no early data. A context outlives all that
 * uses it.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/status.h>

#include "net/tls_report.h"

struct tls_client;
struct tls_server;

enum {
	TLS_CERTIFICATES = 16, /* most of one listener */
	TLS_SECRET_BYTES = 32  /* behind the keys of session tickets */
};

/* Paths: PEM, the certificate first and those between it and the root after
 * it; its key, PEM; an OCSP response for it, DER, or NULL. */
struct tls_certificate {
	const char *certificate, *key, *ocsp;
};

enum tls_verify {
	TLS_VERIFY_OFF,	     /* clients are not asked for a certificate */
	TLS_VERIFY_OPTIONAL, /* one that they show must be good */
	TLS_VERIFY_REQUIRE   /* without a good one there is no connection */
};

enum tls_version {
	TLS_1_2,
	TLS_1_3
};

/* All borrowed for the call. */
struct tls_server_options {
	const struct tls_certificate *certificates; /* the first: default */
	size_t n_certificates;			    /* 1 to TLS_CERTIFICATES */
	const char *client_ca; /* PEM; wanted unless verify is off */
	enum tls_verify verify;
	enum tls_version minimum;
	bool http2; /* h2 is offered besides http/1.1 (RFC 7301) */
};

/* All borrowed for the call. */
struct tls_client_options {
	const char *name; /* host name or address to ask for and to check */
	const char *ca;	  /* PEM; NULL: the authorities of the system */
	const char *certificate, *key; /* our own, or NULL */
	bool verify;		       /* the origin's certificate and name */
};

/*
 * Makes what a listener offers. The certificate for a connection is the first
 * that has the name that the client asks for, exactly or else by a wildcard
 * (RFC 9525 6.3); without any it is the first of all. CONSENT_EINVAL,
 * CONSENT_EIO, CONSENT_ELIMIT (a file is too long) or CONSENT_ENOMEM with
 * report->error; what is doubtful but can be used is told by
 * report->on_warning.
 */
int tls_server_new(const struct tls_server_options *options,
    struct tls_report *report, struct tls_server **out) CONSENT_CHECKED;

/*
 * Lets sessions be resumed by tickets (RFC 5077, RFC 8446 2.2). Their keys
 * follow from the secret and the hour, so that all who have the secret take
 * them, and are good for this hour and the next. Without this call there are
 * no tickets. The secret is copied.
 */
void tls_server_set_secret(
    struct tls_server *server, const unsigned char secret[TLS_SECRET_BYTES]);

/* Frees it and wipes its secrets; NULL is fine. */
void tls_server_free(struct tls_server *server);

/*
 * Makes what connections to an origin use: http/1.1 by ALPN, and the name by
 * SNI unless it is an address. They resume the last session (net/tls_resume).
 * Codes and report as for tls_server_new; CONSENT_ENOENT: the system has no
 * authorities.
 */
int tls_client_new(const struct tls_client_options *options,
    struct tls_report *report, struct tls_client **out) CONSENT_CHECKED;

/* The name that is asked for, for messages; lives as long as it does. */
const char *tls_client_name(const struct tls_client *client);

/* Frees it; NULL is fine. */
void tls_client_free(struct tls_client *client);

#endif
