#ifndef CONSENT_PROXY_SCREEN_H
#define CONSENT_PROXY_SCREEN_H

/*
 * Walks message heads and asks the gate about each line: cookies in both
 * directions, Link and our own fields. The only place where a head meets the
 * gate; what caches are told of it stands in proxy/caching.
 */

#include <libconsent/status.h>

struct head;
struct plan;
struct proxy_setup;
struct visit;

/*
 * Readies a request for the origin: cookies without consent go, our token
 * too unless it is configured to be forwarded; a Consent field of the client
 * goes and ours comes; Accept-Encoding is narrowed to what we decode.
 * CONSENT_ELIMIT, CONSENT_ENOMEM, CONSENT_EINVAL.
 */
int screen_request(struct head *h, const struct visit *v,
    const struct proxy_setup *setup) CONSENT_CHECKED;

/*
 * Readies a request's trailers: what a client says of its own consent goes
 * there, too, because some servers add trailers to the head.
 */
void screen_trailers(struct head *trailers);

/*
 * Readies an interim response (103 above all): Set-Cookie lines and Link hints
 * without consent go. CONSENT_ELIMIT, CONSENT_ENOMEM, CONSENT_EINVAL.
 */
int screen_interim(struct head *h, const struct visit *v,
    const struct proxy_setup *setup) CONSENT_CHECKED;

/*
 * Readies a response for the client: Set-Cookie lines without consent go, Link
 * hints too; for a body that is rewritten, lengths, digests, validators and
 * caching fields that no longer hold go. Errors as above.
 */
int screen_response(struct head *h, const struct visit *v,
    const struct plan *plan, const struct proxy_setup *setup) CONSENT_CHECKED;

#endif
