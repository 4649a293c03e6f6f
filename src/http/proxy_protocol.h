#ifndef CONSENT_HTTP_PROXY_PROTOCOL_H
#define CONSENT_HTTP_PROXY_PROTOCOL_H

/*
 * Reads the header of the PROXY protocol, version 1 and 2, by which a proxy
 * in front says who has connected to it. A pure function of the bytes seen so
 * far; it keeps nothing. Whether the sender may be believed is decided by
 * whoever calls it, before.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>

#include "web/network.h"

enum {
	PROXY_PROTOCOL_V1 = 107,  /* longest header of version 1 */
	PROXY_PROTOCOL_MAX = 4096 /* longest that is taken of version 2 */
};

enum proxy_protocol_result {
	PROXY_PROTOCOL_MORE,  /* good so far: ask again with more bytes */
	PROXY_PROTOCOL_DONE,  /* a whole header */
	PROXY_PROTOCOL_BROKEN /* no header, whatever may follow */
};

struct proxy_protocol {
	size_t n; /* bytes of the header; what follows is the client's */
	/*
	 * False: the header names nobody (LOCAL, as for a health check of the
	 * proxy's own; UNKNOWN; a family that is not IP over a stream): the
	 * connection's own address counts.
	 */
	bool has_client;
	struct network_address client; /* who connected to the proxy */
	uint16_t port;		       /* from there */
};

/*
 * Reads a header at the beginning of seen, which must hold all bytes of the
 * connection so far, at least until PROXY_PROTOCOL_MAX. Everything that the
 * protocol does not allow is BROKEN, as early as it can be told: addresses and
 * ports in another spelling than the canonical, unknown commands and families,
 * lengths that do not fit, additions (TLV) that do not fill their room, a
 * CRC32C that is wrong. *out is written with DONE only.
 */
enum proxy_protocol_result proxy_protocol_parse(
    struct span seen, struct proxy_protocol *out);

#endif
