#ifndef CONSENT_NET_TLS_RESUME_H
#define CONSENT_NET_TLS_RESUME_H

/*
 * Keeps the last session that an origin gave, so that the next connection to
 * it needs no certificate and no signature (RFC 5077, RFC 8446 2.2). What was
 * verified stays verified for an hour, and no longer than the origin's
 * certificate is valid; then there is a whole handshake. A session belongs to
 * its tls_client: to the name, the authorities and our own certificate that
 * it was made with. For net/tls_client and net/tls_session only.
 */

#include <openssl/ssl.h>

struct tls_client;

/* Lets the client's context gather sessions. */
void tls_resume_use(struct tls_client *client);

/* Offers the session that is kept, if it is still good, in a handshake. */
void tls_resume_offer(struct tls_client *client, SSL *ssl);

/* Forgets it: a handshake failed, maybe because of it. */
void tls_resume_forget(struct tls_client *client);

#endif
