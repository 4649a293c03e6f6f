#ifndef CONSENT_NET_TLS_TICKET_H
#define CONSENT_NET_TLS_TICKET_H

/*
 * Session tickets (RFC 5077, RFC 8446 4.6.1) whose keys follow from a secret
 * and the hour: nothing is stored, and all who have the secret agree. A ticket
 * is made with the key of the hour and taken within this hour and the next.
 * For net/tls_server.c only.
 */

#include <openssl/ssl.h>

#include <libconsent/status.h>

struct tls_server;

/*
 * Lets the server's context, whose secret is set, give and take tickets.
 */
void tls_ticket_use(struct tls_server *server);

#endif
