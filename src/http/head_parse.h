#ifndef CONSENT_HTTP_HEAD_PARSE_H
#define CONSENT_HTTP_HEAD_PARSE_H

/*
 * From lines in a head's arena to its start line and fields (RFC 9112 2 to 5).
 * Lines are complete, end in CRLF and have no other CR or LF; what they hold
 * is read in place. Inside http/ only.
 */

#include <stdbool.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/fault.h"
#include "http/head.h"

enum {
	HEAD_METHOD_BYTES = 32 /* of a method */
};

/*
 * Reads a request line (RFC 9112 3) into method, target, minor. FAULT_NONE,
 * _START_LINE, _METHOD, _METHOD_SIZE, _TARGET, _VERSION.
 */
enum fault head_parse_request(struct head *h, struct span line);

/*
 * Reads a status line (RFC 9112 4) into status, reason, minor. FAULT_NONE,
 * _START_LINE, _VERSION.
 */
enum fault head_parse_status(struct head *h, struct span line);

/*
 * Reads a field line (RFC 9112 5) and adds it to the table. FAULT_NONE, _FOLD,
 * _FIELD_NAME, _FIELD_VALUE, _HEAD_COUNT.
 */
enum fault head_parse_field(struct head *h, struct span line);

/* Whether s is a token (RFC 9110 5.6.2). */
bool head_is_token(struct span s);

/* Whether s has no control byte other than HTAB (RFC 9110 5.5). */
bool head_is_value(struct span s);

/* Whether s is not empty and all of it is 0x21 to 0x7E. */
bool head_is_visible(struct span s);

#endif
