#ifndef CONSENT_HTTP_H2_STATE_H
#define CONSENT_HTTP_H2_STATE_H

/*
 * The inside of http/h2: the session, and what its parts ask of one another.
 * Inside http/h2*.c only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nghttp2/nghttp2.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>

#include "http/fault.h"
#include "http/h2_limit.h"
#include "http/h2_memory.h"
#include "http/h2_stream.h"
#include "http/h2_types.h"

enum {
	H2_FRAME_HEAD = 9 /* bytes before a frame (RFC 9113 4.1) */
};

/* A field block that is being read: one at a time (RFC 9113 4.3). */
struct h2_block {
	struct buf cookie; /* crumbs, joined */
	size_t bytes;	   /* names, values and 32 for each (RFC 9113 6.5.2) */
	size_t fields;	   /* crumbs and pseudo-fields left out */
	uint64_t number;   /* of all blocks, from 2 */
	unsigned frames;   /* CONTINUATION frames so far */
	int32_t id;	   /* of its stream */
	enum fault fault;  /* what the request is refused for */
	struct span port;  /* the usual one of its scheme: ":80" */
	bool crumbs;	   /* there were any */
	bool open;	   /* its end is awaited */
};

struct h2 {
	nghttp2_session *session;
	struct h2_memory memory; /* its */
	const struct h2_events *events;
	void *ctx;
	struct codec_limits limits; /* no zeros left in it */
	struct h2_limit floods;
	struct h2_block block;
	struct h2_stream streams; /* head of a ring */
	struct buf *out;	  /* inside h2_pull */
	size_t want;
	const char *why; /* NULL: nothing is wrong */
	bool greeted;	 /* the client's first frame came */
	bool broken;	 /* nothing is read any more */
};

/* Notes why the connection ends, once, and queues a GOAWAY with this code. */
void h2_break(struct h2 *h2, const char *why, uint32_t code);

/* Makes a stream of this session; NULL without memory. */
struct h2_stream *h2_stream_new(struct h2 *h2, int32_t id);

/* Frees it. */
void h2_stream_free(struct h2_stream *s);

/* Names to nghttp2 what it calls. */
void h2_set_callbacks(nghttp2_session_callbacks *callbacks);

/* A block of this stream begins. */
void h2_block_begin(struct h2 *h2, int32_t id);

/*
 * A field of a request's head, in the order of the wire. 0, or what the
 * callback of nghttp2 returns: the stream or the connection ends.
 */
int h2_block_field(
    struct h2 *h2, struct h2_stream *s, struct span name, struct span value);

/* A field of its trailers, likewise. */
int h2_block_trailer(
    struct h2 *h2, struct h2_stream *s, struct span name, struct span value);

/* The head is complete: what it is refused for, or FAULT_NONE. */
enum fault h2_block_end(struct h2 *h2, struct h2_stream *s, bool has_body);

/* The body of s is asked for; nghttp2_data_source_read_callback. */
ssize_t h2_on_read(nghttp2_session *session, int32_t id, uint8_t *room,
    size_t n, uint32_t *flags, nghttp2_data_source *source, void *ctx);

/* A DATA frame leaves; nghttp2_send_data_callback. */
int h2_on_data(nghttp2_session *session, nghttp2_frame *frame,
    const uint8_t *frame_head, size_t n, nghttp2_data_source *source,
    void *ctx);

#endif
