#ifndef CONSENT_PROXY_EXPIRY_H
#define CONSENT_PROXY_EXPIRY_H

/*
 * Tells in time that certificates come to their end, while the daemon runs:
 * nobody looks at the warnings of a start that was months ago. For the parent.
 */

#include <stdint.h>

struct proxy_setup;

enum {
	EXPIRY_EACH = 3600 * 1000 /* ms between two looks */
};

/* Begins as zeros, and again so with each configuration. */
struct expiry {
	int64_t looked; /* wall clock; 0: never */
};

/*
 * Looks, when it is time again, at what setup has of certificates and OCSP
 * responses. Logs certificate.expires when one has come to 30, 14, 7 or 1
 * days before its end, certificate.expired and staple.expired at the end: each
 * once, and at the first look the one that is due. now is the wall clock.
 */
void expiry_look(
    struct expiry *e, const struct proxy_setup *setup, int64_t now);

#endif
