#ifndef CONSENT_HTTP_TWIN_H
#define CONSENT_HTTP_TWIN_H

/*
 * Names that many origins cannot tell apart. Interfaces in the manner of CGI
 * (RFC 3875 4.1.18) make HTTP_CONTENT_LENGTH of Content-Length, and of
 * Content_Length or Content.Length as well; what was checked under one name
 * could then be smuggled under the other. Inside http/ and proxy/; pure.
 */

#include <stdbool.h>

#include <libconsent/span.h>

#include "http/head.h"

/*
 * Whether name is another spelling of of: the same letters and digits, ASCII
 * case folded, but other signs between them. The name itself is no twin.
 */
bool twin_is(struct span name, struct span of);

/* Whether a live field is a twin of this name. */
bool twin_in(const struct head *h, struct span of);

/* Takes out all twins of this name. */
void twin_drop(struct head *h, struct span of);

#endif
