#ifndef CONSENT_PROXY_ENDPOINT_H
#define CONSENT_PROXY_ENDPOINT_H

/*
 * Answers what is under our own prefix, and /.well-known/gpc.json: the pages,
 * the state, the choice. Without an upstream all else comes here, too: 404. A
 * GET never changes anything. Most answers are ready at once; a choice waits
 * for its record to be on disk.
 */

#include <libconsent/span.h>

#include "proxy/call.h"

struct endpoint;

/* Copies call. NULL without memory. */
struct endpoint *endpoint_new(const struct call *call);

/* Takes some of the request's body; what is too much is noted. */
void endpoint_body(struct endpoint *e, struct span bytes);

/* The request is complete: fills the answer, or begins to. */
enum call_result endpoint_start(struct endpoint *e);

/* Frees; done is not called any more. NULL is nothing. */
void endpoint_free(struct endpoint *e);

#endif
