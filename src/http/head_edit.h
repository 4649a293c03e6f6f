#ifndef CONSENT_HTTP_HEAD_EDIT_H
#define CONSENT_HTTP_HEAD_EDIT_H

/*
 * Changes a message head and writes it. Names and values given here are
 * copied into the head's arena and checked: no byte that could start another
 * line or field ever gets in. A dropped field stays in its place and is
 * skipped by all that reads; fields that were not touched are written byte for
 * byte as they came, in their order. A call that fails changes nothing.
 */

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/head.h"

/*
 * Makes the head a request or changes its request line; fields stay. method
 * must be a token, target non-empty bytes 0x21 to 0x7E. CONSENT_EINVAL,
 * CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int head_start_request(
    struct head *h, struct span method, struct span target) CONSENT_CHECKED;

/*
 * Makes the head a response or changes its status line; fields stay. status
 * is 100 to 999; reason may be empty: then the usual phrase for a well-known
 * status is taken. CONSENT_EINVAL, CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int head_start_response(
    struct head *h, unsigned status, struct span reason) CONSENT_CHECKED;

/*
 * Adds a field at the end. CONSENT_EINVAL when name is no token or value has
 * control bytes other than HTAB (RFC 9110 5.5); CONSENT_ELIMIT when arena or
 * table is full; CONSENT_ENOMEM.
 */
int head_add(
    struct head *h, struct span name, struct span value) CONSENT_CHECKED;

/*
 * Gives field index a new value; name and place stay. index is one that
 * head_find returned. Returns what head_add does.
 */
int head_replace(
    struct head *h, size_t index, struct span value) CONSENT_CHECKED;

/*
 * Leaves exactly one field of this name with this value: the first live one
 * keeps its place, others of the name go, and without any it is added.
 * Returns what head_add does.
 */
int head_set(
    struct head *h, struct span name, struct span value) CONSENT_CHECKED;

/* Takes field index out; dropping twice is harmless. */
void head_drop(struct head *h, size_t index);

/* Takes out all fields of this name, ASCII case folded. */
void head_drop_all(struct head *h, struct span name);

/*
 * Takes out what belongs to one connection only (RFC 9110 7.6.1): Connection,
 * all that it lists but Host and what frames or names content, Keep-Alive,
 * Proxy-Connection, TE, Trailer, Upgrade, Transfer-Encoding; and what is
 * between a client and its own proxy (11.7): Proxy-Authenticate,
 * Proxy-Authorization. Content-Length stays. A caller who relays an upgrade
 * adds Connection and Upgrade again.
 */
void head_drop_hops(struct head *h);

/*
 * Appends start line, live fields and the empty line to out; the version is
 * HTTP/1.1 always (RFC 9110 6.2). CONSENT_EINVAL without a start line;
 * CONSENT_ELIMIT, CONSENT_ENOMEM from out, which then is unchanged.
 */
int head_write(const struct head *h, struct buf *out) CONSENT_CHECKED;

/* The same without a start line: for trailers. */
int head_write_fields(const struct head *h, struct buf *out) CONSENT_CHECKED;

/* The usual phrase for a status ("Not Found"), empty for unknown; static. */
struct span head_reason(unsigned status);

#endif
