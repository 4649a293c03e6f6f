#ifndef CONSENT_UNIT_HTTP_H2_CLIENT_H
#define CONSENT_UNIT_HTTP_H2_CLIENT_H

/*
 * For the tests of http/h2: a session of ours and nghttp2's client, which talk
 * without sockets. What our user hears and what the client sees is written
 * down in words.
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

/* The client's callbacks. */
static inline int
on_near_header(nghttp2_session *session, const nghttp2_frame *frame,
    const uint8_t *name, size_t name_n, const uint8_t *value, size_t value_n,
    uint8_t flags, void *ctx)
{
	struct far_client *c = ctx;

	(void)session;
	(void)frame;
	(void)flags;
	assert_int_equal(
	    buf_printf(&c->seen, "%.*s: %.*s\n", (int)name_n,
		(const char *)name, (int)value_n, (const char *)value),
	    CONSENT_OK);
	return 0;
}

/* The end of a block, or of everything. */
static inline int
on_near_frame(nghttp2_session *session, const nghttp2_frame *frame, void *ctx)
{
	struct far_client *c = ctx;

	(void)session;
	if (frame->hd.type == NGHTTP2_HEADERS)
		far_note(&c->seen, "\n");
	if (frame->hd.type == NGHTTP2_GOAWAY)
		assert_int_equal(
		    buf_printf(&c->seen, "goaway-%d-%u ",
			frame->goaway.last_stream_id, frame->goaway.error_code),
		    CONSENT_OK);
	return 0;
}

/* Some of a body. */
static inline int
on_near_chunk(nghttp2_session *session, uint8_t flags, int32_t id,
    const uint8_t *bytes, size_t n, void *ctx)
{
	struct far_client *c = ctx;

	(void)session;
	(void)flags;
	(void)id;
	assert_int_equal(
	    buf_append(&c->seen, (struct span){(const char *)bytes, n}),
	    CONSENT_OK);
	return 0;
}

/* The end of a stream, with its code. */
static inline int
on_near_close(nghttp2_session *session, int32_t id, uint32_t code, void *ctx)
{
	struct far_client *c = ctx;

	(void)session;
	(void)id;
	assert_int_equal(buf_printf(&c->seen, "$%u ", code), CONSENT_OK);
	return 0;
}

/* Pairs of texts as nghttp2 wants them, behind those that are there. */
static inline size_t
far_pairs(nghttp2_nv *out, const char *const *pairs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = (nghttp2_nv){
		    .name = (uint8_t *)(uintptr_t)pairs[2 * i],
		    .value = (uint8_t *)(uintptr_t)pairs[2 * i + 1],
		    .namelen = strlen(pairs[2 * i]),
		    .valuelen = strlen(pairs[2 * i + 1]),
		};
	return n;
}

/* The body of a request. */
static inline ssize_t
on_near_read(nghttp2_session *session, int32_t id, uint8_t *room, size_t n,
    uint32_t *flags, nghttp2_data_source *source, void *ctx)
{
	struct far_client *c = ctx;
	nghttp2_nv tail[8];

	(void)source;
	if (c->endless > 0) {
		n = n < c->endless ? n : c->endless;
		memset(room, 'x', n);
		c->endless -= n;
		return (ssize_t)n;
	}
	if (c->sending.p == NULL)
		return NGHTTP2_ERR_DEFERRED;
	assert_true(n >= c->sending.n);
	memcpy(room, c->sending.p, c->sending.n);
	*flags |= NGHTTP2_DATA_FLAG_EOF;
	if (c->n_tail > 0) {
		*flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
		assert_int_equal(nghttp2_submit_trailer(session, id, tail,
				     far_pairs(tail, c->tail, c->n_tail)),
		    0);
	}
	return (ssize_t)c->sending.n;
}

/* Both sides; options may be NULL. */
static inline void
far_open(struct far_client *c, const struct h2_options *options)
{
	static const struct h2_options usual = {.streams = 100};
	const struct h2_user user = {&far_events, c};
	nghttp2_session_callbacks *cb;

	*c = (struct far_client){.greedy = true};
	buf_init(&c->log, FAR_MAX);
	buf_init(&c->body, FAR_MAX);
	buf_init(&c->seen, FAR_MAX);
	c->h2 = h2_new(options == NULL ? &usual : options, &user);
	assert_non_null(c->h2);
	assert_int_equal(nghttp2_session_callbacks_new(&cb), 0);
	nghttp2_session_callbacks_set_on_header_callback(cb, on_near_header);
	nghttp2_session_callbacks_set_on_frame_recv_callback(cb, on_near_frame);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
	    cb, on_near_chunk);
	nghttp2_session_callbacks_set_on_stream_close_callback(
	    cb, on_near_close);
	assert_int_equal(nghttp2_session_client_new(&c->session, cb, c), 0);
	nghttp2_session_callbacks_del(cb);
	assert_int_equal(
	    nghttp2_submit_settings(c->session, NGHTTP2_FLAG_NONE, NULL, 0), 0);
}

/* Frees both. */
static inline void
far_close(struct far_client *c)
{
	nghttp2_session_del(c->session);
	h2_free(c->h2);
	buf_fini(&c->log);
	buf_fini(&c->body);
	buf_fini(&c->seen);
}

/* Feeds bytes in steps. */
static inline void
far_feed(struct far_client *c, struct span bytes)
{
	while (bytes.n > 0 && c->rc == CONSENT_OK) {
		size_t n = c->step == 0 ? bytes.n : c->step;

		c->rc = h2_feed(c->h2, span_sub(bytes, 0, n));
		bytes = span_sub(bytes, n, bytes.n);
	}
}

/* From the client to us; whether there was anything. */
static inline bool
far_push(struct far_client *c)
{
	const uint8_t *bytes;
	ssize_t n;
	bool any = false;

	while ((n = nghttp2_session_mem_send(c->session, &bytes)) > 0) {
		far_feed(c, (struct span){(const char *)bytes, (size_t)n});
		any = true;
	}
	assert_true(n == 0);
	return any;
}

/* From us to the client. */
static inline bool
far_pull(struct far_client *c)
{
	struct buf out;
	ssize_t n;

	buf_init(&out, FAR_MAX);
	assert_int_equal(h2_pull(c->h2, &out, 4096), CONSENT_OK);
	n = nghttp2_session_mem_recv(c->session, (const uint8_t *)out.p, out.n);
	assert_int_equal(n, out.n);
	buf_fini(&out);
	return n > 0;
}

/* Both ways until nobody has anything to say. */
static inline void
far_talk(struct far_client *c)
{
	bool any = true;

	while (any) {
		any = far_push(c);
		any = far_pull(c) || any;
	}
}

/* A request, with a body if with_body. */
static inline void
far_ask(struct far_client *c, const char *const *pairs, size_t n, bool body)
{
	const nghttp2_data_provider provider = {{0}, on_near_read};
	nghttp2_nv all[32];

	assert_true(
	    nghttp2_submit_request(c->session, NULL, all,
		far_pairs(all, pairs, n), body ? &provider : NULL, NULL) > 0);
}

/* A request to the usual host with n pairs of fields, with a body or not. */
static inline void
far_begin(struct far_client *c, const char *const line[2],
    const char *const *pairs, size_t n, bool body)
{
	const char *all[64] = {":method", line[0], ":scheme", "http", ":path",
	    line[1], ":authority", "library.example"};

	if (n > 0)
		memcpy(all + 8, pairs, 2 * n * sizeof *pairs);
	far_ask(c, all, 4 + n, body);
}

/* A request without a body. */
static inline void
far_request(struct far_client *c, const char *method, const char *path,
    const char *const *pairs, size_t n)
{
	far_begin(c, (const char *const[]){method, path}, pairs, n, false);
}

/* GET path */
static inline void
far_get(struct far_client *c, const char *path)
{
	far_request(c, "GET", path, NULL, 0);
}

/* A body with trailers. */
static inline void
far_post(
    struct far_client *c, const char *body, const char *const *tail, size_t n)
{
	c->sending = span_of(body);
	c->tail = tail;
	c->n_tail = n;
	far_begin(c, (const char *const[]){"POST", "/"}, NULL, 0, true);
	(void)far_push(c);
}

/* A body with fields. */
static inline void
far_post_with(
    struct far_client *c, const char *body, const char *const *pairs, size_t n)
{
	c->sending = span_of(body);
	c->n_tail = 0;
	far_begin(c, (const char *const[]){"POST", "/"}, pairs, n, true);
	(void)far_push(c);
}

/* A body that goes on and never ends. */
static inline void
far_post_endless(struct far_client *c)
{
	c->sending = (struct span){NULL, 0};
	c->endless = FAR_ENDLESS;
	far_begin(c, (const char *const[]){"POST", "/"}, NULL, 0, true);
	(void)far_push(c);
}

/* Fails unless our user heard exactly this since the last time. */
static inline void
heard(struct far_client *c, const char *text)
{
	if (!span_equal(buf_span(&c->log), span_of(text)))
		fail_msg("heard: %.*s", SPAN_ARG(c->log));
	buf_clear(&c->log);
}

/* Fails unless the client saw exactly this since the last time. */
static inline void
far_saw(struct far_client *c, const char *text)
{
	if (!span_equal(buf_span(&c->seen), span_of(text)))
		fail_msg("saw: %.*s", SPAN_ARG(c->seen));
	buf_clear(&c->seen);
}

/* Sends a head. */
static inline void
send_response_to(
    struct h2_stream *s, unsigned status, enum body_kind kind, uint64_t length)
{
	struct head head;

	head_init(&head, NULL);
	assert_int_equal(
	    head_start_response(&head, status, SPAN("")), CONSENT_OK);
	assert_int_equal(head_add(&head, SPAN("X-A"), SPAN("B")), CONSENT_OK);
	assert_int_equal(h2_send_head(s, &head, kind, length), CONSENT_OK);
	head_fini(&head);
}

/* The same, in answer to the last request. */
static inline void
send_response(
    struct far_client *c, unsigned status, enum body_kind kind, uint64_t length)
{
	send_response_to(c->last, status, kind, length);
}

#endif
