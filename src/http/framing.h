#ifndef CONSENT_HTTP_FRAMING_H
#define CONSENT_HTTP_FRAMING_H

/*
 * What the fields of a complete head mean for the connection: where the body
 * ends (RFC 9112 6.3), whether another message may follow (9.3), and for a
 * request that it names one host (3.2). Pure functions; inside http/ only.
 */

#include <stdbool.h>
#include <stdint.h>

#include "http/body.h"
#include "http/codec_types.h"
#include "http/fault.h"
#include "http/head.h"

enum {
	FRAMING_OPTIONS = 32 /* members of Connection */
};

struct framing {
	enum body_kind kind;
	uint64_t length; /* with BODY_LENGTH */
	bool keep;	 /* another message may follow */
};

/*
 * Judges a request head. A Content-Length over max is FAULT_BODY_SIZE. *out
 * is written with FAULT_NONE only.
 */
enum fault framing_of_request(
    const struct head *h, uint64_t max, struct framing *out);

/*
 * How long a body with this head may be, out of max: 205 has no content
 * (RFC 9110 15.3.6), though it is framed like one that has.
 */
uint64_t framing_most(const struct head *h, uint64_t max);

/* Judges the head of a response to what answer says; otherwise the same. */
enum fault framing_of_response(const struct head *h, enum codec_expected answer,
    uint64_t max, struct framing *out);

#endif
