#ifndef CONSENT_NET_TLS_EXPIRY_H
#define CONSENT_NET_TLS_EXPIRY_H

/*
 * Until when the files are good that TLS was configured with: of each file
 * with certificates the earliest end in it, and the end of each OCSP response
 * that is sent. Times are milliseconds since 1970.
 */

#include <stddef.h>
#include <stdint.h>

#include "net/tls.h"

enum tls_expiry_kind {
	TLS_EXPIRY_CERTIFICATE,
	TLS_EXPIRY_STAPLE
};

enum {
	TLS_EXPIRIES = 2 * TLS_CERTIFICATES /* most of one listener */
};

struct tls_expiry {
	enum tls_expiry_kind kind;
	const char *file; /* borrowed; as it was configured */
	int64_t until;
};

/* Writes those of a listener, in their order; how many there are. */
size_t tls_server_expiries(
    const struct tls_server *server, struct tls_expiry out[TLS_EXPIRIES]);

/* The same for our certificate at an origin: 0 or 1 of them. */
size_t tls_client_expiries(
    const struct tls_client *client, struct tls_expiry *out);

#endif
