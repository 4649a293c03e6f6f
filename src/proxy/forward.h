#ifndef CONSENT_PROXY_FORWARD_H
#define CONSENT_PROXY_FORWARD_H

/*
 * What any HTTP intermediary does to the heads that pass through it (RFC 9110
 * 7.6): fields of one connection go, and the forwarding fields say who asked
 * whom. Nothing here knows of consent.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/head.h"

/* Who asked, for the forwarding fields. */
struct forward_facts {
	struct span client; /* address without a port, or "unknown" */
	struct span scheme; /* "http" or "https", as the visitor sees it */
	struct span host;   /* of the site, for a request without Host */
	bool is_trusted;    /* the client is a proxy that is believed */
};

/*
 * Makes a request ready for the origin: origin-form target, no fields of the
 * client's connection, Via extended, Max-Forwards counted down; Host is that
 * of the target, or the site's where HTTP/1.0 left it out. Fields whose names
 * an origin may take for those of ours go (http/twin.h).
 * X-Forwarded-For, -Proto and -Host are replaced and Forwarded (RFC 7239) is
 * dropped, for a client is not believed; of one that is trusted
 * X-Forwarded-For and, where it is there, Forwarded are extended by the
 * client, and -Proto and -Host stay. What is malformed in these is treated as
 * a stranger's: *dropped counts such fields up. CONSENT_EINVAL,
 * CONSENT_ELIMIT, CONSENT_ENOMEM from the head.
 */
int forward_request(struct head *h, const struct forward_facts *facts,
    uint64_t *dropped) CONSENT_CHECKED;

/*
 * Takes out of a request's trailers what only a proxy may say (the fields that
 * forward_request replaces): some servers add trailers to the head.
 */
void forward_trailers(struct head *trailers);

/*
 * Makes an interim response ready for the client: no fields of the origin's
 * connection, no Content-Length (RFC 9110 8.6).
 */
void forward_interim(struct head *h);

/*
 * Makes a response ready for the client: no fields of the origin's
 * connection, Date if it had none, Via extended. Errors as above.
 */
int forward_response(struct head *h) CONSENT_CHECKED;

#endif
