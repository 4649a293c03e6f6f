#include "http/h2_stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/h2_state.h"
#include "http/head_edit.h"

/* Heads. */

/* nghttp2 copies name and value, and makes the name lower-case. */
static nghttp2_nv
pair_of(struct span name, struct span value)
{
	bool secret = span_equal_nocase(name, SPAN("Set-Cookie"));

	return (nghttp2_nv){
	    .name = (uint8_t *)(uintptr_t)name.p,
	    .value = (uint8_t *)(uintptr_t)value.p,
	    .namelen = name.n,
	    .valuelen = value.n,
	    .flags = secret ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE,
	};
}

/* The live fields behind room for one more; the caller frees. */
static nghttp2_nv *
pairs_of(const struct head *head, size_t *n)
{
	nghttp2_nv *pairs = calloc(head->count + 1, sizeof *pairs);
	size_t i;

	*n = 1;
	for (i = 0; pairs != NULL && i < head->count; i++)
		if (head->fields[i].live)
			pairs[(*n)++] = pair_of(
			    head->fields[i].name, head->fields[i].value);
	return pairs;
}

/* Submits a head of this status, final or not. */
static int
submit(struct h2_stream *s, const struct head *head,
    const nghttp2_data_provider *body)
{
	char text[3] = {(char)('0' + head->status / 100 % 10),
	    (char)('0' + head->status / 10 % 10),
	    (char)('0' + head->status % 10)};
	size_t n;
	nghttp2_nv *pairs = pairs_of(head, &n);
	int rc;

	if (pairs == NULL)
		return CONSENT_ENOMEM;
	pairs[0] = pair_of(SPAN(":status"), (struct span){text, sizeof text});
	if (head->status < 200)
		rc = nghttp2_submit_headers(s->h2->session, NGHTTP2_FLAG_NONE,
		    s->id, NULL, pairs, n, NULL);
	else
		rc = nghttp2_submit_response(
		    s->h2->session, s->id, pairs, n, body);
	free(pairs);
	if (rc == 0)
		return CONSENT_OK;
	return rc == NGHTTP2_ERR_NOMEM ? CONSENT_ENOMEM : CONSENT_EIO;
}

int
h2_send_interim(struct h2_stream *s, const struct head *head)
{
	if (s->closed || s->reset)
		return CONSENT_EIO;
	if (s->responded || head->status < 100 || head->status > 199 ||
	    head->status == 101)
		return CONSENT_EINVAL;
	return submit(s, head, NULL);
}

/* Whether the response has no body, whatever its head says. */
static bool
is_bodyless(const struct h2_stream *s, const struct head *head)
{
	return s->to_head || head->status == 204 || head->status == 304;
}

/* Makes the head say what follows (RFC 9110 8.6, RFC 9113 8.1.1, 8.2.2). */
static int
shape(struct head *head, bool bodyless, enum body_kind kind, uint64_t length)
{
	struct span name = SPAN("Content-Length");
	char text[24];
	int n;

	head_drop_hops(head);
	if (head->status == 204 || kind == BODY_CHUNKED ||
	    kind == BODY_UNTIL_CLOSE) {
		head_drop_all(head, name);
		return CONSENT_OK;
	}
	if (kind == BODY_NONE && bodyless)
		return CONSENT_OK;
	n = snprintf(text, sizeof text, "%" PRIu64, length);
	return head_set(head, name, (struct span){text, (size_t)n});
}

int
h2_send_head(struct h2_stream *s, struct head *head, enum body_kind kind,
    uint64_t length)
{
	const nghttp2_data_provider body = {{.ptr = s}, h2_on_read};
	bool bodyless = is_bodyless(s, head), counted;
	int rc;

	if (s->closed || s->reset)
		return CONSENT_EIO;
	if (s->responded || head->status < 200 || kind == BODY_TUNNEL)
		return CONSENT_EINVAL;
	if (kind != BODY_LENGTH)
		length = 0;
	counted = kind == BODY_LENGTH || kind == BODY_NONE;
	rc = shape(head, bodyless, kind, length);
	if (rc == CONSENT_OK)
		rc = submit(s, head,
		    bodyless || (counted && length == 0) ? NULL : &body);
	if (rc != CONSENT_OK)
		return rc;
	s->responded = true;
	s->bodyless = bodyless;
	s->counted = counted && !bodyless;
	s->left = length;
	return CONSENT_OK;
}

/* The body. */

size_t
h2_queued(const struct h2_stream *s)
{
	return s->queue.n - s->at;
}

/* The session asks again for the body that it found empty. */
static void
go_on(struct h2_stream *s)
{
	if (!s->deferred || s->closed)
		return;
	s->deferred = false;
	/* fails without memory alone; then the client waits in vain, until
	 * the time for sending is over */
	(void)nghttp2_session_resume_data(s->h2->session, s->id);
}

/* Gives back what was taken, before the queue grows. */
static void
tidy(struct h2_stream *s)
{
	if (s->at == s->queue.n) {
		buf_clear(&s->queue);
		s->at = 0;
		if (s->queue.cap > H2_QUEUE_KEEP)
			buf_fini(&s->queue);
	} else if (s->at > s->queue.n / 2) {
		buf_drain(&s->queue, s->at);
		s->at = 0;
	}
}

int
h2_send(struct h2_stream *s, struct span bytes)
{
	int rc;

	if (s->reset || (s->closed && !s->sent))
		return CONSENT_EIO;
	if (!s->responded || s->finished)
		return CONSENT_EINVAL;
	if (s->bodyless || bytes.n == 0)
		return CONSENT_OK;
	if (s->counted && bytes.n > s->left)
		return CONSENT_ELIMIT;
	tidy(s);
	rc = buf_append(&s->queue, bytes);
	if (rc != CONSENT_OK)
		return rc;
	if (s->counted)
		s->left -= bytes.n;
	go_on(s);
	return CONSENT_OK;
}

/* Keeps a copy of trailers until the body before them has left. */
static int
keep_trailers(struct h2_stream *s, const struct head *trailers)
{
	const struct head_limits limits = {
	    CODEC_TRAILER_BYTES, CODEC_TRAILER_FIELDS};
	int rc = CONSENT_OK;
	size_t i;

	s->tail = calloc(1, sizeof *s->tail);
	if (s->tail == NULL)
		return CONSENT_ENOMEM;
	head_init(s->tail, &limits);
	for (i = 0; i < trailers->count && rc == CONSENT_OK; i++)
		if (trailers->fields[i].live)
			rc = head_add(s->tail, trailers->fields[i].name,
			    trailers->fields[i].value);
	head_drop_hops(s->tail);
	return rc;
}

static bool
has_fields(const struct head *head)
{
	size_t i;

	for (i = 0; head != NULL && i < head->count; i++)
		if (head->fields[i].live)
			return true;
	return false;
}

int
h2_finish(struct h2_stream *s, const struct head *trailers)
{
	int rc = CONSENT_OK;

	if (s->reset || (s->closed && !s->sent))
		return CONSENT_EIO;
	if (!s->responded || s->finished || (s->counted && s->left > 0))
		return CONSENT_EINVAL;
	if (!s->counted && !s->bodyless && has_fields(trailers))
		rc = keep_trailers(s, trailers);
	if (rc != CONSENT_OK)
		return rc;
	s->finished = true;
	go_on(s);
	return CONSENT_OK;
}

static int
submit_tail(struct h2_stream *s)
{
	size_t n;
	nghttp2_nv *pairs = pairs_of(s->tail, &n);
	int rc = NGHTTP2_ERR_NOMEM;

	if (pairs != NULL)
		rc = nghttp2_submit_trailer(
		    s->h2->session, s->id, pairs + 1, n - 1);
	free(pairs);
	return rc;
}

ssize_t
h2_on_read(nghttp2_session *session, int32_t id, uint8_t *room, size_t n,
    uint32_t *flags, nghttp2_data_source *source, void *ctx)
{
	struct h2_stream *s = source->ptr;
	size_t queued = h2_queued(s);

	(void)session;
	(void)id;
	(void)room;
	(void)ctx;
	if (s->reset || (queued == 0 && !s->finished)) {
		s->deferred = true;
		return NGHTTP2_ERR_DEFERRED;
	}
	*flags |= NGHTTP2_DATA_FLAG_NO_COPY;
	if (n < queued)
		return (ssize_t)n;
	if (!s->finished)
		return (ssize_t)queued;
	*flags |= NGHTTP2_DATA_FLAG_EOF;
	if (s->tail == NULL)
		return (ssize_t)queued;
	*flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
	return submit_tail(s) == 0 ? (ssize_t)queued
				   : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

/* The length of the padding, which we never ask for, is always zero. */
int
h2_on_data(nghttp2_session *session, nghttp2_frame *frame,
    const uint8_t *frame_head, size_t n, nghttp2_data_source *source, void *ctx)
{
	struct h2_stream *s = source->ptr;
	struct h2 *h2 = ctx;
	char *room;

	(void)session;
	(void)frame;
	if (s->reset) /* what this frame was made for is gone */
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	if (h2->out->n >= h2->want)
		return NGHTTP2_ERR_WOULDBLOCK;
	if (buf_reserve(h2->out, H2_FRAME_HEAD + n, &room) != CONSENT_OK)
		return NGHTTP2_ERR_CALLBACK_FAILURE;
	memcpy(room, frame_head, H2_FRAME_HEAD);
	if (n > 0)
		memcpy(room + H2_FRAME_HEAD, s->queue.p + s->at, n);
	h2->out->n += H2_FRAME_HEAD + n;
	s->at += n;
	if (n > 0)
		h2->events->on_taken(h2->ctx, s);
	return 0;
}

/* Endings. */

void
h2_reset(struct h2_stream *s, enum h2_code code)
{
	if (s->closed || s->reset)
		return;
	s->reset = true;
	s->at = s->queue.n;
	tidy(s);
	if (nghttp2_submit_rst_stream(
		s->h2->session, NGHTTP2_FLAG_NONE, s->id, (uint32_t)code) != 0)
		h2_break(s->h2, "memory", NGHTTP2_INTERNAL_ERROR);
}

void
h2_consume(struct h2_stream *s, size_t n)
{
	int rc;

	if (s->closed)
		rc = nghttp2_session_consume_connection(s->h2->session, n);
	else
		rc = nghttp2_session_consume(s->h2->session, s->id, n);
	if (rc != 0)
		h2_break(s->h2, "memory", NGHTTP2_INTERNAL_ERROR);
}

void
h2_release(struct h2_stream *s)
{
	s->released = true;
	if (s->closed)
		h2_stream_free(s);
	else if (!s->finished)
		h2_reset(s, H2_INTERNAL_ERROR);
}
