#ifndef CONSENT_PROXY_UPGRADE_H
#define CONSENT_PROXY_UPGRADE_H

/*
 * The heads of a change to another protocol on the same connection (RFC 9110
 * 7.8), as WebSocket begins (RFC 6455 4): what of a request's wish passes, and
 * whether a 101 is what was asked for. What a tunnel carries is not screened,
 * so protocols that are HTTP once more, or hide it (h2c, HTTP, TLS), never
 * pass. Pure functions over heads.
 */

#include <stdbool.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/body.h"

struct head;

enum {
	UPGRADE_BYTES = 256 /* longest list of protocols that passes */
};

/*
 * Appends the protocols that a request asks for and may have, as a list, to
 * an empty wanted; nothing where it must stay as it is: over HTTP/2 and
 * HTTP/1.0 (RFC 9110 7.8), without the option in Connection, with a body (it
 * is still HTTP while the protocol changes), or with a list that is malformed
 * or longer than wanted holds. CONSENT_ENOMEM.
 */
int upgrade_wanted(const struct head *request, enum body_kind body,
    struct buf *wanted) CONSENT_CHECKED;

/*
 * Adds the fields that ask for a protocol, or name it, to a head whose own
 * ones of one hop are gone. CONSENT_EINVAL, CONSENT_ELIMIT, CONSENT_ENOMEM
 * from the head.
 */
int upgrade_write(struct head *h, struct span protocols) CONSENT_CHECKED;

/*
 * Whether a 101 changes to what the request, as it went to the origin, asked
 * for: its only Upgrade names nothing else (RFC 9110 15.2.2).
 */
bool upgrade_is_answer(const struct head *request, const struct head *response);

/*
 * forward_response for an answer to request. A 101 and a 426 go on naming
 * their protocols (RFC 9110 15.2.2, 15.5.22); where HTTP/2 or HTTP/1.0 is
 * spoken to the client they cannot. Errors as there.
 */
int upgrade_forward_response(
    const struct head *request, struct head *h) CONSENT_CHECKED;

#endif
