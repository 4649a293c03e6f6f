#ifndef CONSENT_UNIT_HTTP_H2_SEEN_H
#define CONSENT_UNIT_HTTP_H2_SEEN_H

/*
 * For the tests of http/h2: what the client sees is written down, and what it
 * sends as a body.
 */

#include "h2_heard.h"

/* Writes down what the client sees. */
static inline void
far_show(struct far_client *c, struct span bytes)
{
	far_keep(&c->seen, bytes);
	far_keep(&c->shown, bytes);
}

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
	far_show(c, (struct span){(const char *)name, name_n});
	far_show(c, SPAN(": "));
	far_show(c, (struct span){(const char *)value, value_n});
	far_show(c, SPAN("\n"));
	return 0;
}

/* The end of a block, or of everything. */
static inline int
on_near_frame(nghttp2_session *session, const nghttp2_frame *frame, void *ctx)
{
	struct far_client *c = ctx;
	char text[64];

	(void)session;
	(void)snprintf(text, sizeof text, "goaway-%d-%u ",
	    frame->goaway.last_stream_id, frame->goaway.error_code);
	if (frame->hd.type == NGHTTP2_HEADERS)
		far_show(c, SPAN("\n"));
	if (frame->hd.type == NGHTTP2_GOAWAY)
		far_show(c, span_of(text));
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
	far_show(c, (struct span){(const char *)bytes, n});
	return 0;
}

/* The end of a stream, with its code. */
static inline int
on_near_close(nghttp2_session *session, int32_t id, uint32_t code, void *ctx)
{
	struct far_client *c = ctx;
	char text[16];

	(void)session;
	(void)id;
	(void)snprintf(text, sizeof text, "$%u ", code);
	far_show(c, span_of(text));
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

#endif
