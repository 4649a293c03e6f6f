#ifndef CONSENT_PROXY_SCREEN_H
#define CONSENT_PROXY_SCREEN_H

/*
 * Walks message heads and asks the gate about each line: cookies in both
 * directions, Link, our own fields, and what caching and validators must say
 * when a body is rewritten. The only place where a head meets the gate.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/body.h"
#include "http/coding.h"

struct head;
struct lane;
struct proxy_setup;
struct visit;

/* What becomes of a response's body. */
struct screen_plan {
	bool page;	     /* it is a page, or may be one */
	bool rewrite;	     /* its body goes through the rewriter */
	bool sniff;	     /* only its bytes will tell */
	enum coding coding;  /* as it comes, and as it goes again */
	struct span charset; /* the label in Content-Type, or empty */
	enum body_kind kind; /* how it is sent on */
	uint64_t length;     /* with BODY_LENGTH */
};

/*
 * Readies a request for the origin: cookies without consent go, our token
 * too unless it is configured to be forwarded; a Consent field of the client
 * goes and ours comes; Accept-Encoding is narrowed to what we decode; where a
 * page may be the answer, Range and validators go. CONSENT_ELIMIT,
 * CONSENT_ENOMEM, CONSENT_EINVAL.
 */
int screen_request(struct head *h, const struct visit *v,
    const struct proxy_setup *setup) CONSENT_CHECKED;

/*
 * Readies a request's trailers: what a client says of its own consent goes
 * there, too, because some servers add trailers to the head.
 */
void screen_trailers(struct head *trailers);

/*
 * Decides what becomes of the response's body, from the heads as they came;
 * of several Content-Type lines only the one that counts stays.
 * CONSENT_EBUSY: a part of a page, which cannot be screened; CONSENT_ECODING:
 * a page in a coding that cannot be read.
 */
int screen_plan(struct screen_plan *plan, const struct visit *v,
    struct lane *origin) CONSENT_CHECKED;

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
    const struct screen_plan *plan,
    const struct proxy_setup *setup) CONSENT_CHECKED;

#endif
