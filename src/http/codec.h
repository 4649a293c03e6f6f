#ifndef CONSENT_HTTP_CODEC_H
#define CONSENT_HTTP_CODEC_H

/*
 * Reads HTTP/1.x messages (RFC 9112) out of bytes, in any split: the caller
 * feeds what arrived and gets one event a call. It refuses and never repairs:
 * each doubt in syntax or framing is CODEC_BROKEN, which is for good. No I/O,
 * no policy; memory only for the heads, from first use until codec_next. One
 * codec serves one direction of one connection, message after message.
 *
 *	for (;;) {
 *		switch (codec_feed(c, in, &used, &body)) ...
 *		in = span_sub(in, used, in.n);
 *	}
 *
 * An exchange is HEAD, any number of BODY, END. END may come without a byte
 * consumed, even of an empty input: feed until MORE, END or BROKEN. After END
 * nothing is consumed until codec_next, so pipelined bytes stay the caller's.
 * A response may be preceded by interim ones: a HEAD with a status under 200
 * other than 101 is followed by the next HEAD, without END or codec_next.
 *
 * What is refused is listed in fault.c and shown in the tests by its reason.
 * The lines that RFC 9112 leaves open are drawn so: an empty line before a
 * request is skipped twice, before a response never; a status line may end
 * right after the status; field values may have bytes over 0x7F; a request
 * target may be any of 0x21 to 0x7E but '#'; every chunk extension is checked
 * and dropped. The types stand in http/codec_types.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>

#include "http/codec_types.h"

/* Makes c ready for its first message; limits is copied, NULL: defaults. */
void codec_init(
    struct codec *c, enum codec_role role, const struct codec_limits *limits);

/* Frees the heads; what codec_head and codec_trailers gave ends here. */
void codec_fini(struct codec *c);

/*
 * Reads from in up to the next event. *used is the number of bytes consumed,
 * always written. *body is written with CODEC_BODY: never empty, borrowed
 * from in. Out of memory is CODEC_BROKEN with the fault "no-memory" (503).
 */
enum codec_event codec_feed(
    struct codec *c, struct span in, size_t *used, struct span *body);

/*
 * Tells what the next message answers; for a reader of responses, after
 * codec_init or codec_next and before the first byte of the answer. With
 * CODEC_TUNNEL, also for requests and after END: every further byte is
 * CODEC_BODY. codec_next sets it back to CODEC_ORDINARY.
 */
void codec_expect(struct codec *c, enum codec_expected expected);

/*
 * The peer closed. CODEC_END: this ended a body read until close, or a
 * tunnel. CODEC_MORE: clean, no message had begun or the last one was
 * complete. CODEC_BROKEN: a message was cut short.
 */
enum codec_event codec_eof(struct codec *c);

/*
 * After END: ready for the next message; the head and trailers are gone. Not
 * to be called when codec_keep_alive says no: such a codec stays at its end.
 */
void codec_next(struct codec *c);

/*
 * The head of the message in work, from its HEAD event on; the caller may
 * edit it. Good until codec_next, for an interim response until the next
 * codec_feed.
 */
struct head *codec_head(struct codec *c);

/*
 * The trailer fields, after END; empty when there were none. Fields that
 * RFC 9110 6.5.1 forbids there (framing, routing, authentication, cookies,
 * control, content) are already dropped. Good until codec_next.
 */
struct head *codec_trailers(struct codec *c);

/* Why the codec is broken, NULL while it is not; good until codec_fini. */
const struct codec_fault *codec_fault(const struct codec *c);

/* How the body's end is known; from the HEAD event on. */
enum body_kind codec_body_kind(const struct codec *c);

/* The announced length with BODY_LENGTH, 0 otherwise. */
uint64_t codec_body_length(const struct codec *c);

/*
 * Whether the connection may carry another message after this one (RFC 9112
 * 9.3: version, Connection, framing); from the HEAD event on. False when
 * broken.
 */
bool codec_keep_alive(const struct codec *c);

#endif
