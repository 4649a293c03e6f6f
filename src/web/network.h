#ifndef CONSENT_WEB_NETWORK_H
#define CONSENT_WEB_NETWORK_H

/*
 * IP addresses as values and sets of networks (RFC 4632 3.1, RFC 4291 2.3).
 * An IPv4 address is kept as the IPv6 address it is mapped to (RFC 4291
 * 2.5.5.2), so that 192.0.2.1 and ::ffff:192.0.2.1 are one and the same. Never
 * resolves a name, does no I/O.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	NETWORK_BYTES = 16,   /* of an address */
	NETWORK_TEXT = 46,    /* room for the longest spelling and its NUL */
	NETWORK_MEMBERS = 256 /* most networks of a set */
};

/* One address, in network order. */
struct network_address {
	unsigned char bytes[NETWORK_BYTES];
};

/* All addresses from first to last, both included. */
struct network {
	struct network_address first, last;
};

/* Zeros are an empty set; no memory of its own. */
struct network_set {
	struct network at[NETWORK_MEMBERS]; /* ascending, apart */
	size_t n;
};

/*
 * Reads "192.0.2.1" or "2001:db8::1": digits only, no zone, no brackets, no
 * port. CONSENT_EINVAL for anything else.
 */
int network_address_parse(
    struct span text, struct network_address *out) CONSENT_CHECKED;

/* Writes the address in its shortest spelling (RFC 5952), IPv4 with dots. */
void network_address_format(
    const struct network_address *a, char text[NETWORK_TEXT]);

/* Whether the address is of this very machine: 127.0.0.0/8 or ::1. */
bool network_address_is_loopback(const struct network_address *a);

/*
 * Reads "192.0.2.0/24", "2001:db8::/32" or one address. CONSENT_EINVAL with
 * the reason in *why, a static text that goes on behind "TEXT ".
 */
int network_parse(
    struct span text, struct network *out, const char **why) CONSENT_CHECKED;

/* Whether all addresses there are, of IPv4 or of IPv6, are in it. */
bool network_is_all(const struct network *n);

/* Adds a network; order and overlaps are no matter. CONSENT_ELIMIT. */
int network_set_add(
    struct network_set *set, const struct network *n) CONSENT_CHECKED;

/* Whether some network of the set holds the address; O(log n). */
bool network_set_has(
    const struct network_set *set, const struct network_address *a);

#endif
