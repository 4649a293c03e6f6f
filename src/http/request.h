#ifndef CONSENT_HTTP_REQUEST_H
#define CONSENT_HTTP_REQUEST_H

/*
 * What a request head says about where it goes and what it expects: the four
 * forms of a request target (RFC 9112 3.2), the host, Expect. Pure functions
 * over borrowed bytes; results point into the head.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/head.h"

enum request_form {
	REQUEST_ORIGIN,	   /* "/path?query" */
	REQUEST_ABSOLUTE,  /* "http://host/path?query" */
	REQUEST_AUTHORITY, /* "host:port", CONNECT only */
	REQUEST_ASTERISK   /* "*", OPTIONS only */
};

struct request_target {
	enum request_form form;
	struct span scheme;    /* "http" or "https"; empty but in absolute */
	struct span authority; /* host and port; empty in origin, asterisk */
	struct span path;      /* with query; "/" or "*" if left out, but for a
				  query alone; empty in authority */
};

enum request_expectation {
	REQUEST_EXPECTS_NOTHING,
	REQUEST_EXPECTS_CONTINUE, /* 100-continue (RFC 9110 10.1.1) */
	REQUEST_EXPECTS_UNKNOWN	  /* answer 417 */
};

enum request_hops {
	REQUEST_HOPS_ANY,    /* it does not say, or it does not matter */
	REQUEST_HOPS_SOME,   /* it may go on, with one less */
	REQUEST_HOPS_NONE,   /* it ends here */
	REQUEST_HOPS_INVALID /* no number, or more than one */
};

/*
 * Takes the target of a request apart. CONSENT_EINVAL when it has no form
 * that its method may have: a fragment, bytes outside 0x21 to 0x7E, another
 * scheme, user information, an invalid authority.
 * *out is written on success only.
 */
int request_target(
    const struct head *h, struct request_target *out) CONSENT_CHECKED;

/*
 * Whether s is uri-host [ ":" port ] (RFC 9110 7.2, RFC 3986 3.2.2) with a
 * non-empty host, and a port of 1 to 65535 if there is a colon.
 */
bool request_is_authority(struct span s);

/*
 * The authority that the request is for: that of its absolute or authority
 * form, else the Host field; empty when it has none (HTTP/1.0). What Host says
 * beside an absolute form does not count (RFC 9112 3.2.2).
 */
struct span request_host(const struct head *h);

/*
 * How often an OPTIONS request may still be forwarded (Max-Forwards, RFC 9110
 * 7.6.2). *left is written with REQUEST_HOPS_SOME and _NONE; a number that is
 * too large is the largest.
 */
enum request_hops request_hops(const struct head *h, uint32_t *left);

/* What the Expect fields ask for; HTTP/1.0 expects nothing. */
enum request_expectation request_expects(const struct head *h);

#endif
