#ifndef CONSENT_HTTP_CHUNK_H
#define CONSENT_HTTP_CHUNK_H

/*
 * The size line of a chunk and the trailers after the last one (RFC 9112 7.1).
 * Pure functions; inside http/ only.
 */

#include <stdint.h>

#include "http/fault.h"
#include "http/head.h"

struct chunk_line {
	uint64_t size;	   /* 0: the last chunk */
	size_t extensions; /* bytes of chunk extensions */
};

/*
 * Reads a size line without its CRLF: 1 to 16 hexadecimal digits, then
 * extensions of the strict grammar, without the blanks that RFC 9112 7.1.1
 * calls bad. FAULT_NONE, _CHUNK_SIZE, _CHUNK_EXTENSION; *out is written with
 * FAULT_NONE only.
 */
enum fault chunk_parse(struct span line, struct chunk_line *out);

/*
 * Drops the fields that must not stand in trailers (RFC 9110 6.5.1): framing,
 * routing, modifiers, authentication, cookies, and how to process content.
 */
void chunk_screen_trailers(struct head *trailers);

#endif
