#ifndef CONSENT_HTTP_FORWARDED_H
#define CONSENT_HTTP_FORWARDED_H

/*
 * Reads by which hops a request came, from Forwarded (RFC 7239) and from
 * X-Forwarded-For. Pure functions over borrowed bytes. Nothing that they read
 * is true by itself: who sent the field decides that.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "web/network.h"

enum {
	FORWARDED_NODES = 32 /* most hops of a request */
};

struct forwarded_node {
	bool is_known; /* false: "unknown", or a name that hides it */
	struct network_address address;
};

/* The hops, the first one first; zeros are an empty chain. */
struct forwarded_chain {
	struct forwarded_node nodes[FORWARDED_NODES];
	size_t n;
};

/*
 * Appends the "for" nodes of a Forwarded value; an element without one is a
 * hop that is not known. CONSENT_EINVAL when the value is not of the grammar
 * (RFC 7239 4 and 6), CONSENT_ELIMIT for too many hops; the chain may then
 * hold some of them.
 */
int forwarded_read(
    struct span value, struct forwarded_chain *chain) CONSENT_CHECKED;

/*
 * The same for an X-Forwarded-For value: addresses, each with or without a
 * port, IPv6 with or without brackets, "unknown" or a hidden name.
 */
int forwarded_read_for(
    struct span value, struct forwarded_chain *chain) CONSENT_CHECKED;

/*
 * Who the request is from: the last hop that is not trusted, for all behind it
 * are believed to tell it; the first hop when all are. False when that hop is
 * not known: *out is not written then.
 */
bool forwarded_client(const struct forwarded_chain *chain,
    const struct network_set *trusted, struct network_address *out);

#endif
