#ifndef CONSENT_NET_ADDRESS_H
#define CONSENT_NET_ADDRESS_H

/*
 * Socket addresses (IPv4, IPv6, unix) and the spelling of an origin in the
 * configuration. Never resolves a name: that is net/resolver. Pure values.
 */

#include <stdint.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <sys/un.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	ADDRESS_TEXT = 128,	 /* room for address_format and its NUL */
	ADDRESS_LIST = 8,	 /* most addresses of one name */
	ADDRESS_HOST_BYTES = 253 /* longest host name (RFC 1035 2.3.4) */
};

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un local;
	} to;
	socklen_t n; /* bytes of it in use */
};

enum address_scheme {
	ADDRESS_HTTP,
	ADDRESS_HTTPS,
	ADDRESS_UNIX /* plain HTTP */
};

/* Where an origin is, as written; spans point into the text. */
struct address_origin {
	enum address_scheme scheme;
	struct span host; /* name or number, without brackets; empty: unix */
	uint16_t port;
	struct span path; /* of a unix socket; empty otherwise */
};

/*
 * Takes "http://host[:port][/]", "https://host[:port][/]", either with [v6],
 * or "unix:PATH" apart; the port is 80 or 443 when left out. CONSENT_EINVAL for
 * anything else.
 */
int address_parse_origin(
    struct span text, struct address_origin *out) CONSENT_CHECKED;

/*
 * A TCP address from digits ("127.0.0.1", "::1"). CONSENT_ENOENT when host is
 * not a number: it may be a name.
 */
int address_from_ip(
    struct span host, uint16_t port, struct address *out) CONSENT_CHECKED;

/* A unix socket. CONSENT_ELIMIT when the path is too long, CONSENT_EINVAL
 * when it is empty or holds a NUL. */
int address_from_path(struct span path, struct address *out) CONSENT_CHECKED;

/* Writes "127.0.0.1:80", "[::1]:80" or "unix:/path", for our own sockets. */
void address_format(const struct address *a, char text[ADDRESS_TEXT]);

#endif
