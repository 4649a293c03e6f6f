#ifndef CONSENT_HTTP_H2_TYPES_H
#define CONSENT_HTTP_H2_TYPES_H

/*
 * What an HTTP/2 session and its user agree on: how much one connection may
 * hold, the options and the events. http/h2.h says when events come.
 */

#include <stdint.h>

#include <libconsent/span.h>

#include "http/codec_types.h"

struct h2_stream;

/* What one connection may hold, whoever asks. Sizes of the waiting bodies:
 * see http/h2_stream.h; floods: see http/h2_limit.h. */
enum {
	H2_STREAMS = 128,	  /* default of streams at once */
	H2_STREAM_WINDOW = 65535, /* bytes of one body on their way to us */
	H2_WINDOW = 1024 * 1024,  /* of all bodies of the connection */
	H2_TABLE_BYTES = 4096,	  /* compression table (RFC 7541 4.2), each */
	H2_CONTINUATIONS = 8,	  /* CONTINUATION frames of one block */
	H2_SETTINGS = 32,	  /* settings in one frame */
	H2_ACKS = 256,		  /* answers to PING, SETTINGS not taken */
	H2_BACKLOG = 512,	  /* our frames not taken: stop reading */
	H2_BLOCK_FACTOR = 4,	  /* a head beyond limit x this ends all */
	H2_BLOCK_BYTES = 256 * 1024, /* of a head that we send, packed */
	H2_PULL_BYTES = 1024 * 1024  /* ceiling of what h2_pull appends to */
};

struct h2_options {
	struct codec_limits limits; /* of what is read */
	uint32_t streams;	    /* at once; 0: H2_STREAMS */
};

struct h2_events {
	/*
	 * A request begins; its head is complete unless fault is set: then
	 * it may be answered all the same, and no body or end follows. The
	 * callee may set the stream's user, and releases it in the end.
	 */
	void (*on_request)(void *ctx, struct h2_stream *s);
	/* some of the body; h2_consume gives the room back */
	void (*on_body)(void *ctx, struct h2_stream *s, struct span bytes);
	/* the request is complete, its trailers too */
	void (*on_end)(void *ctx, struct h2_stream *s);
	/* the body is refused: fault is set; no body or end follows */
	void (*on_fault)(void *ctx, struct h2_stream *s);
	/* some of what h2_send queued was pulled */
	void (*on_taken)(void *ctx, struct h2_stream *s);
	/* the end of our message was pulled */
	void (*on_sent)(void *ctx, struct h2_stream *s);
	/* the stream is closed, by its end or before; nothing follows */
	void (*on_closed)(void *ctx, struct h2_stream *s);
};

/* Who hears; events is borrowed until h2_free. */
struct h2_user {
	const struct h2_events *events;
	void *ctx;
};

#endif
