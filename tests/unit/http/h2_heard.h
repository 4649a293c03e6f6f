#ifndef CONSENT_UNIT_HTTP_H2_HEARD_H
#define CONSENT_UNIT_HTTP_H2_HEARD_H

/*
 * For the tests of http/h2: a session of ours and nghttp2's client, which talk
 * without sockets. What our user hears is written down in words. The client's
 * memory is never refused.
 */

#include "../failing.h"

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
	/* all that our user heard, what it was told of requests, and all that
	   the client saw, for failing.h */
	struct buf told, asked, shown;
	size_t heard; /* number of told; the others follow */
};

/* Writes bytes down. */
static inline void
far_keep(struct buf *b, struct span bytes)
{
	bool on = failing_pause();

	assert_int_equal(buf_append(b, bytes), CONSENT_OK);
	failing_resume(on);
}

/* Writes a word of our user's down. */
static inline void
far_note(struct far_client *c, const char *word)
{
	far_keep(&c->log, span_of(word));
	far_keep(&c->told, span_of(word));
}

/* Writes down the fields of a request. */
static inline void
far_keep_fields(struct far_client *c, const struct head *head)
{
	size_t i;

	for (i = 0; i < head->count; i++) {
		if (!head->fields[i].live)
			continue;
		far_keep(&c->asked, head->fields[i].name);
		far_keep(&c->asked, SPAN(": "));
		far_keep(&c->asked, head->fields[i].value);
		far_keep(&c->asked, SPAN("\n"));
	}
}

/* h2_events */
static inline void
on_far_request(void *ctx, struct h2_stream *s)
{
	struct far_client *c = ctx;

	far_note(c, s->fault == NULL ? "request " : "refused ");
	if (c->first == NULL)
		c->first = s;
	c->last = s;
	s->user = c;
	buf_clear(&c->body);
	if (s->fault != NULL)
		return;
	far_keep(&c->asked, s->head.method);
	far_keep(&c->asked, s->head.target);
	far_keep_fields(c, &s->head);
}

/* h2_events */
static inline void
on_far_body(void *ctx, struct h2_stream *s, struct span bytes)
{
	struct far_client *c = ctx;

	if (!span_ends(buf_span(&c->log), SPAN("body ")))
		far_note(c, "body ");
	far_keep(&c->body, bytes);
	if (c->greedy)
		h2_consume(s, bytes.n);
}

/* h2_events */
static inline void
on_far_end(void *ctx, struct h2_stream *s)
{
	struct far_client *c = ctx;

	assert_true(s->ended);
	far_note(c, "end ");
	far_keep(&c->asked, buf_span(&c->body));
	far_keep(&c->asked, SPAN("|"));
	far_keep_fields(c, &s->trailers);
	far_keep(&c->asked, SPAN("|"));
}

/* h2_events */
static inline void
on_far_fault(void *ctx, struct h2_stream *s)
{
	struct far_client *c = ctx;

	assert_non_null(s->fault);
	far_note(c, "fault ");
}

/* h2_events */
static inline void
on_far_taken(void *ctx, struct h2_stream *s)
{
	struct far_client *c = ctx;

	(void)s;
	far_note(c, "taken ");
}

/* h2_events */
static inline void
on_far_sent(void *ctx, struct h2_stream *s)
{
	struct far_client *c = ctx;

	(void)s;
	far_note(c, "sent ");
}

/* h2_events */
static inline void
on_far_closed(void *ctx, struct h2_stream *s)
{
	struct far_client *c = ctx;

	assert_ptr_equal(s->user, c);
	far_note(c, "closed ");
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
