#ifndef CONSENT_NET_TLS_STAPLE_H
#define CONSENT_NET_TLS_STAPLE_H

/*
 * OCSP responses (RFC 6960) from files, to be sent along with a certificate
 * (RFC 6066 8). What clients would not take is not sent. For net/tls_server.c
 * only.
 */

#include <libconsent/status.h>

#include "net/tls_context.h"

/*
 * Reads the response at path for the certificate of the identity. One for
 * another certificate is an error, and so is one that neither the issuer of
 * the certificate signed nor one whom it let. One that is out of date, says
 * that the certificate is not good, or cannot be checked as the issuer is not
 * in the chain, is warned of and left out. CONSENT_EINVAL,
 * CONSENT_EIO, CONSENT_ELIMIT, CONSENT_ENOMEM with report->error.
 */
int tls_staple_read(const char *path, const struct tls_identity *identity,
    struct tls_report *report, struct tls_staple *out) CONSENT_CHECKED;

/* Gives it to a connection whose client asks; whether there is one to give. */
bool tls_staple_send(const struct tls_staple *staple, SSL *ssl);

/* Frees its bytes. */
void tls_staple_fini(struct tls_staple *staple);

#endif
