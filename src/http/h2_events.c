#include "http/h2_state.h"

#include "http/chunk.h"

static struct h2_stream *
stream_of(nghttp2_session *session, int32_t id)
{
	return nghttp2_session_get_stream_user_data(session, id);
}

static struct span
span_from(const uint8_t *p, size_t n)
{
	return (struct span){(const char *)p, n};
}

/* Ends the connection where a sort of frames comes too often. */
static int
spend(struct h2 *h2, enum h2_flood flood)
{
	if (h2_limit_spend(&h2->floods, flood))
		return 0;
	h2_break(h2, h2_limit_name(flood), NGHTTP2_ENHANCE_YOUR_CALM);
	return NGHTTP2_ERR_CALLBACK_FAILURE;
}

/* A block in too many frames (CVE-2024-27316 and its kin) ends all. */
static int
count_continuation(struct h2 *h2)
{
	if (++h2->block.frames <= H2_CONTINUATIONS)
		return 0;
	h2_break(h2, "continuations", NGHTTP2_ENHANCE_YOUR_CALM);
	return NGHTTP2_ERR_CALLBACK_FAILURE;
}

/* A frame begins: what costs the client nothing is counted. */
static int
on_begin_frame(
    nghttp2_session *session, const nghttp2_frame_hd *frame, void *ctx)
{
	struct h2 *h2 = ctx;

	(void)session;
	h2->greeted = true;
	switch (frame->type) {
	case NGHTTP2_CONTINUATION:
		return count_continuation(h2);
	case NGHTTP2_RST_STREAM:
		return spend(h2, H2_FLOOD_RESETS);
	case NGHTTP2_PING:
		return spend(h2, H2_FLOOD_PINGS);
	case NGHTTP2_SETTINGS:
		return spend(h2, H2_FLOOD_SETTINGS);
	case NGHTTP2_PRIORITY:
		if (frame->stream_id != 0)
			return spend(h2, H2_FLOOD_PRIORITIES);
		/* RFC 9113 6.3: nghttp2 only looks where it uses them */
		h2_break(h2, "protocol", NGHTTP2_PROTOCOL_ERROR);
		return NGHTTP2_ERR_CALLBACK_FAILURE;
	case NGHTTP2_WINDOW_UPDATE:
		return spend(h2, H2_FLOOD_WINDOWS);
	case NGHTTP2_DATA:
		if (frame->length > 0 ||
		    (frame->flags & NGHTTP2_FLAG_END_STREAM) != 0)
			return 0;
		return spend(h2, H2_FLOOD_EMPTY);
	default:
		return 0;
	}
}

static int
on_begin_headers(
    nghttp2_session *session, const nghttp2_frame *frame, void *ctx)
{
	struct h2 *h2 = ctx;
	struct h2_stream *s;

	h2_block_begin(h2, frame->hd.stream_id);
	if (frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	h2_limit_earn(&h2->floods, H2_FLOOD_PRIORITIES, H2_PRIORITIES_EARNED);
	s = h2_stream_new(h2, frame->hd.stream_id);
	if (s == NULL || nghttp2_session_set_stream_user_data(
			     session, frame->hd.stream_id, s) != 0)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	return 0;
}

/* A malformed request (RFC 9113 8.1.1). */
static int
refuse_malformed(nghttp2_session *session, int32_t id)
{
	if (nghttp2_submit_rst_stream(
		session, NGHTTP2_FLAG_NONE, id, NGHTTP2_PROTOCOL_ERROR) != 0)
		return NGHTTP2_ERR_CALLBACK_FAILURE;
	return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

static int
on_header(nghttp2_session *session, const nghttp2_frame *frame,
    const uint8_t *name, size_t name_n, const uint8_t *value, size_t value_n,
    uint8_t flags, void *ctx)
{
	struct h2_stream *s = stream_of(session, frame->hd.stream_id);
	struct h2 *h2 = ctx;
	int rc;

	(void)flags;
	if (s == NULL)
		return 0;
	rc = frame->headers.cat == NGHTTP2_HCAT_REQUEST
		 ? h2_block_field(h2, s, span_from(name, name_n),
		       span_from(value, value_n))
		 : h2_block_trailer(h2, s, span_from(name, name_n),
		       span_from(value, value_n));
	if (rc == NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE)
		return refuse_malformed(session, frame->hd.stream_id);
	return rc;
}

/* nghttp2 would leave such a field out; a malformed request is refused. */
static int
on_invalid_header(nghttp2_session *session, const nghttp2_frame *frame,
    const uint8_t *name, size_t name_n, const uint8_t *value, size_t value_n,
    uint8_t flags, void *ctx)
{
	(void)name;
	(void)name_n;
	(void)value;
	(void)value_n;
	(void)flags;
	(void)ctx;
	return refuse_malformed(session, frame->hd.stream_id);
}

/* The user has to answer without reading more. */
static void
tell_fault(struct h2_stream *s, enum fault fault)
{
	struct h2 *h2 = s->h2;

	s->fault = fault_row(fault);
	if (!s->told) {
		s->told = true;
		h2->events->on_request(h2->ctx, s);
	} else if (!s->released) {
		h2->events->on_fault(h2->ctx, s);
	}
}

static void
take_end(struct h2_stream *s)
{
	s->ended = true;
	if (s->fault == NULL && !s->released)
		s->h2->events->on_end(s->h2->ctx, s);
}

/* Streams that do not say otherwise share the connection (RFC 9218 4.2). */
static void
share(struct h2_stream *s)
{
	const nghttp2_extpri fair = {NGHTTP2_EXTPRI_DEFAULT_URGENCY, 1};

	if (head_find(&s->head, SPAN("Priority"), 0) == HEAD_NONE)
		/* fails without memory alone: it is served in its turn then */
		(void)nghttp2_session_change_extpri_stream_priority(
		    s->h2->session, s->id, &fair, 0);
}

static void
take_request(struct h2 *h2, struct h2_stream *s, bool last)
{
	enum fault fault = h2_block_end(h2, s, !last);

	s->ended = last;
	if (fault != FAULT_NONE) {
		tell_fault(s, fault);
		return;
	}
	share(s);
	s->told = true;
	h2->events->on_request(h2->ctx, s);
	if (last)
		take_end(s);
}

static void
take_trailers(struct h2 *h2, struct h2_stream *s)
{
	h2->block.open = false;
	chunk_screen_trailers(&s->trailers);
	if (h2->block.fault != FAULT_NONE && s->fault == NULL)
		tell_fault(s, h2->block.fault);
	take_end(s);
}

static int
on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *ctx)
{
	bool last = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
	struct h2 *h2 = ctx;
	struct h2_stream *s;

	if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
		return 0;
	s = stream_of(session, frame->hd.stream_id);
	if (s == NULL || s->reset)
		h2->block.open = false;
	else if (frame->hd.type == NGHTTP2_DATA && last)
		take_end(s);
	else if (frame->hd.type == NGHTTP2_DATA)
		return 0;
	else if (frame->headers.cat == NGHTTP2_HCAT_REQUEST)
		take_request(h2, s, last);
	else
		take_trailers(h2, s);
	return 0;
}

/* A frame was refused; a block that it began is over. */
static int
on_invalid_frame(
    nghttp2_session *session, const nghttp2_frame *frame, int error, void *ctx)
{
	struct h2 *h2 = ctx;

	(void)session;
	(void)error;
	if (frame->hd.type == NGHTTP2_HEADERS)
		h2->block.open = false;
	return 0;
}

/* Bytes that nobody wants: their stream gets no more room for others. */
static int
drop(struct h2 *h2, size_t n)
{
	return nghttp2_session_consume_connection(h2->session, n) == 0
		   ? 0
		   : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int
on_chunk(nghttp2_session *session, uint8_t flags, int32_t id,
    const uint8_t *bytes, size_t n, void *ctx)
{
	struct h2_stream *s = stream_of(session, id);
	struct h2 *h2 = ctx;

	(void)flags;
	if (s == NULL)
		return drop(h2, n);
	s->taken += n;
	if (s->fault == NULL && s->taken > h2->limits.body_bytes)
		tell_fault(s, FAULT_BODY_SIZE);
	if (s->fault != NULL || s->released || s->reset)
		return drop(h2, n);
	if (n > 0)
		h2->events->on_body(h2->ctx, s, span_from(bytes, n));
	return 0;
}

/*
 * Both the client's mistakes and its resets make work for nothing. After a
 * mistake in a block nobody awaits the rest of it.
 */
static void
note_sent_reset(struct h2 *h2, const struct h2_stream *s, int32_t id)
{
	if (h2->block.id == id)
		h2->block.open = false;
	if (s == NULL || !s->reset)
		(void)spend(h2, H2_FLOOD_RESETS);
}

static int
on_frame_sent(nghttp2_session *session, const nghttp2_frame *frame, void *ctx)
{
	struct h2_stream *s = stream_of(session, frame->hd.stream_id);
	struct h2 *h2 = ctx;

	if (frame->hd.type == NGHTTP2_RST_STREAM)
		note_sent_reset(h2, s, frame->hd.stream_id);
	if (frame->hd.type == NGHTTP2_GOAWAY && h2->why == NULL &&
	    frame->goaway.error_code != NGHTTP2_NO_ERROR)
		h2->why = "protocol";
	if (frame->hd.type == NGHTTP2_DATA)
		h2_limit_earn(&h2->floods, H2_FLOOD_WINDOWS, H2_WINDOWS_EARNED);
	if ((frame->hd.type != NGHTTP2_DATA &&
		frame->hd.type != NGHTTP2_HEADERS) ||
	    (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0 || s == NULL)
		return 0;
	s->sent = true;
	h2->events->on_sent(h2->ctx, s);
	return 0;
}

static int
on_close(nghttp2_session *session, int32_t id, uint32_t code, void *ctx)
{
	struct h2_stream *s = stream_of(session, id);
	struct h2 *h2 = ctx;
	bool gone;

	if (s == NULL)
		return 0;
	s->closed = true;
	if (s->sent && code == NGHTTP2_NO_ERROR)
		h2_limit_earn(&h2->floods, H2_FLOOD_RESETS, H2_RESETS_EARNED);
	gone = s->released || !s->told;
	if (s->told)
		h2->events->on_closed(h2->ctx, s);
	if (gone)
		h2_stream_free(s);
	return 0;
}

void
h2_set_callbacks(nghttp2_session_callbacks *c)
{
	nghttp2_session_callbacks_set_on_begin_frame_callback(
	    c, on_begin_frame);
	nghttp2_session_callbacks_set_on_begin_headers_callback(
	    c, on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(c, on_header);
	nghttp2_session_callbacks_set_on_invalid_header_callback(
	    c, on_invalid_header);
	nghttp2_session_callbacks_set_on_frame_recv_callback(c, on_frame);
	nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(
	    c, on_invalid_frame);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, on_chunk);
	nghttp2_session_callbacks_set_on_frame_send_callback(c, on_frame_sent);
	nghttp2_session_callbacks_set_on_stream_close_callback(c, on_close);
	nghttp2_session_callbacks_set_send_data_callback(c, h2_on_data);
}
