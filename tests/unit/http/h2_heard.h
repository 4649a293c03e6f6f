#ifndef CONSENT_UNIT_HTTP_H2_HEARD_H
#define CONSENT_UNIT_HTTP_H2_HEARD_H

/*
 * For the tests of http/h2: a session of ours and nghttp2's client, which talk
 * without sockets. What our user hears is written down in words.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <nghttp2/nghttp2.h>

#include "http/h2.h"
#include "http/h2_stream.h"
#include "http/head_edit.h"

enum {
	FAR_MAX = 16 << 20,	 /* most bytes kept of anything */
	FAR_ENDLESS = 512 * 1024 /* of a body that does not end */
};

struct far_client {
	struct h2 *h2;
	nghttp2_session *session;
	struct buf log;	 /* "request body end " */
	struct buf body; /* of the last request */
	struct buf seen; /* by the client */
	struct h2_stream *first, *last;
	struct span sending; /* body of the request */
	const char *const *tail;
	size_t n_tail;	/* pairs in it */
	size_t endless; /* bytes of such a body still to be sent */
	size_t step;	/* most bytes fed at once; 0: all */
	bool greedy;	/* bodies are consumed as they come */
	int rc;		/* of the last h2_feed */
};

/* Writes a word down. */
static inline void
far_note(struct buf *b, const char *word)
{
	assert_int_equal(buf_append(b, span_of(word)), CONSENT_OK);
}

/* h2_events */
static inline void
on_far_request(void *ctx, struct h2_stream *s)
{
	struct far_client *c = ctx;

	far_note(&c->log, s->fault == NULL ? "request " : "refused ");
	if (c->first == NULL)
		c->first = s;
	c->last = s;
	s->user = c;
	buf_clear(&c->body);
}

/* h2_events */
static inline void
on_far_body(void *ctx, struct h2_stream *s, struct span bytes)
{
	struct far_client *c = ctx;

	if (!span_ends(buf_span(&c->log), SPAN("body ")))
		far_note(&c->log, "body ");
	assert_int_equal(buf_append(&c->body, bytes), CONSENT_OK);
	if (c->greedy)
		h2_consume(s, bytes.n);
}

/* h2_events */
static inline void
on_far_end(void *ctx, struct h2_stream *s)
{
	struct far_client *c = ctx;

	assert_true(s->ended);
	far_note(&c->log, "end ");
}

/* h2_events */
static inline void
on_far_fault(void *ctx, struct h2_stream *s)
{
	struct far_client *c = ctx;

	assert_non_null(s->fault);
	far_note(&c->log, "fault ");
}

/* h2_events */
static inline void
on_far_taken(void *ctx, struct h2_stream *s)
{
	struct far_client *c = ctx;

	(void)s;
	far_note(&c->log, "taken ");
}

/* h2_events */
static inline void
on_far_sent(void *ctx, struct h2_stream *s)
{
	struct far_client *c = ctx;

	(void)s;
	far_note(&c->log, "sent ");
}

/* h2_events */
static inline void
on_far_closed(void *ctx, struct h2_stream *s)
{
	struct far_client *c = ctx;

	assert_ptr_equal(s->user, c);
	far_note(&c->log, "closed ");
}

static const struct h2_events far_events = {
    .on_request = on_far_request,
    .on_body = on_far_body,
    .on_end = on_far_end,
    .on_fault = on_far_fault,
    .on_taken = on_far_taken,
    .on_sent = on_far_sent,
    .on_closed = on_far_closed,
};

#endif
