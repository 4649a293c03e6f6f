#ifndef CONSENT_UNIT_HTTP_H2_CLIENT_H
#define CONSENT_UNIT_HTTP_H2_CLIENT_H

/*
 * For the tests of http/h2: both sides, which talk until nobody has anything
 * to say.
 */

#include "h2_check.h"

/* Frees both. */
static inline void
far_close(void *ctx)
{
	struct far_client *c = ctx;
	bool strict = failing_ends(c);

	nghttp2_session_del(c->session);
	h2_free(c->h2);
	far_check(c);
	buf_fini(&c->log);
	buf_fini(&c->body);
	buf_fini(&c->seen);
	buf_fini(&c->told);
	buf_fini(&c->asked);
	buf_fini(&c->shown);
	failing_ended(strict);
}

/* The client, without any session of ours. */
static inline void
far_init(struct far_client *c)
{
	bool on = failing_pause();
	nghttp2_session_callbacks *cb;

	*c = (struct far_client){.greedy = true};
	buf_init(&c->log, FAR_MAX);
	buf_init(&c->body, FAR_MAX);
	buf_init(&c->seen, FAR_MAX);
	buf_init(&c->told, FAR_MAX);
	buf_init(&c->asked, FAR_MAX);
	buf_init(&c->shown, FAR_MAX);
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
	c->heard = heard_next();
	(void)heard_next();
	(void)heard_next();
	failing_later(far_close, c);
	failing_resume(on);
}

/* Both sides; options may be NULL. */
static inline void
far_open(struct far_client *c, const struct h2_options *options)
{
	static const struct h2_options usual = {.streams = 100};
	const struct h2_user user = {&far_events, c};

	far_init(c);
	c->h2 = h2_new(options == NULL ? &usual : options, &user);
	assert_non_null(c->h2);
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

/* What the client sends next, 0 when that is nothing. */
static inline size_t
far_next(struct far_client *c, const uint8_t **bytes)
{
	bool on = failing_pause();
	ssize_t n = nghttp2_session_mem_send(c->session, bytes);

	assert_true(n >= 0);
	failing_resume(on);
	return (size_t)n;
}

/* From the client to us; whether there was anything. */
static inline bool
far_push(struct far_client *c)
{
	const uint8_t *bytes;
	size_t n;
	bool any = false;

	while ((n = far_next(c, &bytes)) > 0) {
		far_feed(c, (struct span){(const char *)bytes, n});
		any = true;
	}
	return any;
}

/* From us to the client. */
static inline bool
far_pull(struct far_client *c)
{
	struct buf out;
	ssize_t n;
	bool on;

	buf_init(&out, FAR_MAX);
	assert_int_equal(h2_pull(c->h2, &out, 4096), CONSENT_OK);
	on = failing_pause();
	n = nghttp2_session_mem_recv(c->session, (const uint8_t *)out.p, out.n);
	assert_int_equal(n, out.n);
	failing_resume(on);
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
	assert_non_null(c->last);
	send_response_to(c->last, status, kind, length);
}

#endif
