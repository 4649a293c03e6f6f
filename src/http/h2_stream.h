#ifndef CONSENT_HTTP_H2_STREAM_H
#define CONSENT_HTTP_H2_STREAM_H

/*
 * One request and its response on an HTTP/2 connection (RFC 9113 5, 8). The
 * upper fields may be read by the user, the lower ones are the session's own.
 * A stream lives until it is closed (on_closed) and released, whichever comes
 * last, and no longer than its session. Sending queues, h2_pull sends; nothing
 * here calls back.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/body.h"
#include "http/codec_types.h"
#include "http/head.h"

struct h2;

enum {
	H2_QUEUE_MAX = 8 * 1024 * 1024, /* ceiling of a body that waits */
	H2_QUEUE_KEEP = 64 * 1024	/* memory an empty queue may keep */
};

/* Why a stream is reset (RFC 9113 7). */
enum h2_code {
	H2_NO_ERROR = 0, /* our message is complete, theirs is not wanted */
	H2_INTERNAL_ERROR = 2,
	H2_REFUSED_STREAM = 7,
	H2_CANCEL = 8
};

struct h2_stream {
	void *user;	      /* set and read by the user */
	struct head head;     /* of the request, open to edits */
	struct head trailers; /* empty when there were none */
	enum body_kind kind;  /* NONE, LENGTH or CHUNKED: of any length */
	uint64_t length;      /* with BODY_LENGTH */
	const struct codec_fault *fault; /* NULL: none */
	bool ended;			 /* the request is complete */
	bool finished;			 /* h2_finish was called */
	bool sent;			 /* the end of our message was pulled */
	bool closed;			 /* nothing goes either way */

	struct h2 *h2;
	struct h2_stream *next, *prev;
	int32_t id;
	uint64_t taken;	  /* bytes of the request's body */
	struct buf queue; /* our body: from at on it waits */
	size_t at;
	uint64_t left;	   /* of an announced length */
	bool counted;	   /* it was announced */
	bool told;	   /* on_request was */
	bool released;	   /* the user has gone */
	bool responded;	   /* a final head was sent */
	bool to_head;	   /* the request was HEAD */
	bool bodyless;	   /* no body may follow our head */
	bool deferred;	   /* the session waits for h2_send */
	bool reset;	   /* by us */
	struct head *tail; /* trailers of ours, NULL: none */
};

/* Sends an interim head (1xx but 101). Returns as h2_send_head. */
int h2_send_interim(
    struct h2_stream *s, const struct head *head) CONSENT_CHECKED;

/*
 * Sends the final head. It is edited first: what belongs to a connection goes,
 * Content-Length becomes what kind and length say, by the rules of
 * lane_send_head. CONSENT_EINVAL out of turn, for a 1xx or BODY_TUNNEL;
 * CONSENT_EIO when the stream is closed, CONSENT_ENOMEM, CONSENT_ELIMIT:
 * nothing was sent then.
 */
int h2_send_head(struct h2_stream *s, struct head *head, enum body_kind kind,
    uint64_t length) CONSENT_CHECKED;

/*
 * Queues some of the body; dropped where none may be. CONSENT_EINVAL out of
 * turn, CONSENT_ELIMIT beyond what was announced or H2_QUEUE_MAX, CONSENT_EIO,
 * CONSENT_ENOMEM.
 */
int h2_send(struct h2_stream *s, struct span bytes) CONSENT_CHECKED;

/*
 * Completes our message; trailers are copied, may be NULL, and go where the
 * length was not announced. CONSENT_EINVAL out of turn or when the announced
 * length was not reached, CONSENT_EIO, CONSENT_ENOMEM.
 */
int h2_finish(struct h2_stream *s, const struct head *trailers) CONSENT_CHECKED;

/* Breaks the stream off both ways: what is queued is lost. */
void h2_reset(struct h2_stream *s, enum h2_code code);

/* Gives the client room for n more bytes of this body. */
void h2_consume(struct h2_stream *s, size_t n);

/* Bytes of our body that wait. */
size_t h2_queued(const struct h2_stream *s);

/*
 * The user goes: on_taken, on_sent and on_closed still come, with the last the
 * handle is gone; it is gone at once when the stream is closed already. A
 * message of ours that is not finished is reset. More of a request that is
 * not complete is dropped and no room for it is granted; once ours was sent,
 * a reset with H2_NO_ERROR ends it (RFC 9113 8.1).
 */
void h2_release(struct h2_stream *s);

#endif
