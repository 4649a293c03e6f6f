#ifndef CONSENT_CONSENT_SEAL_PUBLIC_H
#define CONSENT_CONSENT_SEAL_PUBLIC_H

/*
 * The public halves of a ring's keys: for others who check tokens, and for
 * processes that are to have nothing else.
 */

#include <libconsent/buf.h>
#include <libconsent/seal.h>
#include <libconsent/status.h>

CONSENT_BEGIN

/*
 * Appends a JWK Set (RFC 7517), the oldest key first; it is empty with HS256,
 * which has no public keys. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int seal_ring_jwks(
    const struct seal_ring *ring, struct buf *out) CONSENT_CHECKED;

/*
 * Forgets what signs and keeps what checks. With HS256 both are one, and
 * nothing is forgotten. CONSENT_ENOMEM: the ring has no keys any more.
 */
int seal_ring_drop_private(struct seal_ring *ring) CONSENT_CHECKED;

CONSENT_END

#endif
