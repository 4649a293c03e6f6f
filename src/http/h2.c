#include "http/h2.h"

#include <stdlib.h>

#include "http/h2_state.h"

/* The session. */

static nghttp2_option *
options_new(void)
{
	nghttp2_option *o = NULL;

	if (nghttp2_option_new(&o) != 0)
		return NULL;
	nghttp2_option_set_no_auto_window_update(o, 1);
	nghttp2_option_set_no_closed_streams(o, 1);
	nghttp2_option_set_max_outbound_ack(o, H2_ACKS);
	nghttp2_option_set_max_settings(o, H2_SETTINGS);
	/* it counts reads, not frames: a head of nine bytes may take as many.
	   We count frames, and leave it those of blocks that it ignores. */
	nghttp2_option_set_max_continuations(
	    o, (H2_FRAME_HEAD + 1) * H2_CONTINUATIONS);
	nghttp2_option_set_max_deflate_dynamic_table_size(o, H2_TABLE_BYTES);
	nghttp2_option_set_max_send_header_block_length(o, H2_BLOCK_BYTES);
	return o;
}

static int
session_new(struct h2 *h2)
{
	nghttp2_session_callbacks *callbacks = NULL;
	nghttp2_option *options = options_new();
	int rc = -1;

	if (options != NULL && nghttp2_session_callbacks_new(&callbacks) == 0) {
		h2_set_callbacks(callbacks);
		rc = nghttp2_session_server_new3(&h2->session, callbacks, h2,
		    options, &h2->memory.functions);
	}
	nghttp2_session_callbacks_del(callbacks);
	nghttp2_option_del(options);
	return rc == 0 ? CONSENT_OK : CONSENT_ENOMEM;
}

/* Our first words: settings, and the room of the whole connection. */
static int
session_greet(struct h2 *h2, uint32_t streams)
{
	const nghttp2_settings_entry settings[] = {
	    {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, streams},
	    {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, H2_STREAM_WINDOW},
	    {NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, H2_TABLE_BYTES},
	    {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
		(uint32_t)h2->limits.head.bytes},
	    {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
	};
	int rc = nghttp2_submit_settings(h2->session, NGHTTP2_FLAG_NONE,
	    settings, sizeof settings / sizeof settings[0]);

	if (rc == 0)
		rc = nghttp2_session_set_local_window_size(
		    h2->session, NGHTTP2_FLAG_NONE, 0, H2_WINDOW);
	return rc == 0 ? CONSENT_OK : CONSENT_ENOMEM;
}

static void
set_limits(struct h2 *h2, const struct codec_limits *limits)
{
	h2->limits = *limits;
	if (h2->limits.head.bytes == 0)
		h2->limits.head.bytes = HEAD_BYTES;
	if (h2->limits.head.fields == 0)
		h2->limits.head.fields = HEAD_FIELDS;
	if (h2->limits.start_bytes == 0)
		h2->limits.start_bytes = CODEC_START_BYTES;
	if (h2->limits.body_bytes == 0)
		h2->limits.body_bytes = UINT64_MAX;
}

struct h2 *
h2_new(const struct h2_options *options, const struct h2_user *user)
{
	struct h2 *h2 = calloc(1, sizeof *h2);
	uint32_t streams = options->streams;

	if (h2 == NULL)
		return NULL;
	h2->events = user->events;
	h2->ctx = user->ctx;
	h2->streams.next = h2->streams.prev = &h2->streams;
	set_limits(h2, &options->limits);
	h2_limit_init(&h2->floods);
	h2_memory_init(&h2->memory);
	h2->block.number = 1;
	buf_init(&h2->block.cookie, h2->limits.head.bytes);
	if (session_new(h2) == CONSENT_OK &&
	    session_greet(h2, streams == 0 ? H2_STREAMS : streams) ==
		CONSENT_OK)
		return h2;
	h2_free(h2);
	return NULL;
}

void
h2_free(struct h2 *h2)
{
	struct h2_stream *s, *next;

	if (h2 == NULL)
		return;
	if (!h2->memory.starved)
		nghttp2_session_del(h2->session);
	h2_memory_fini(&h2->memory);
	for (s = h2->streams.next; s != &h2->streams; s = next) {
		next = s->next;
		h2_stream_free(s);
	}
	buf_fini(&h2->block.cookie);
	free(h2);
}

/* Bytes in. */

/* What nghttp2 itself does not stand for. */
static void
note_refusal(struct h2 *h2, ssize_t error)
{
	switch ((int)error) {
	case NGHTTP2_ERR_CALLBACK_FAILURE:
		break; /* h2_break was called */
	case NGHTTP2_ERR_BAD_CLIENT_MAGIC:
		h2_break(h2, "preface", NGHTTP2_PROTOCOL_ERROR);
		break;
	case NGHTTP2_ERR_FLOODED:
		h2_break(h2, "acks", NGHTTP2_ENHANCE_YOUR_CALM);
		break;
	case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS:
		h2_break(h2, "continuations", NGHTTP2_ENHANCE_YOUR_CALM);
		break;
	default:
		h2_break(h2, "protocol", NGHTTP2_PROTOCOL_ERROR);
		break;
	}
}

int
h2_feed(struct h2 *h2, struct span bytes)
{
	ssize_t n;

	if (h2->broken)
		return CONSENT_EINVAL;
	if (h2->memory.starved)
		return CONSENT_ENOMEM;
	if (bytes.n == 0)
		return CONSENT_OK;
	n = nghttp2_session_mem_recv(
	    h2->session, (const uint8_t *)bytes.p, bytes.n);
	if (n >= 0 && h2->why == NULL)
		return CONSENT_OK;
	h2->broken = true;
	if (n == NGHTTP2_ERR_NOMEM) {
		h2_break(h2, "memory", NGHTTP2_INTERNAL_ERROR);
		return CONSENT_ENOMEM;
	}
	if (n < 0)
		note_refusal(h2, n);
	return CONSENT_EINVAL;
}

/* Bytes out. */

int
h2_pull(struct h2 *h2, struct buf *out, size_t want)
{
	int rc = h2->memory.starved ? CONSENT_ENOMEM : CONSENT_OK;

	h2->out = out;
	h2->want = want;
	while (out->n < want && rc == CONSENT_OK) {
		const uint8_t *bytes;
		ssize_t n = nghttp2_session_mem_send(h2->session, &bytes);

		if (n < 0 || h2->memory.starved)
			rc = CONSENT_ENOMEM;
		if (n <= 0 || rc != CONSENT_OK)
			break;
		rc = buf_append(
		    out, (struct span){(const char *)bytes, (size_t)n});
	}
	h2->out = NULL;
	return rc;
}

bool
h2_is_choked(const struct h2 *h2)
{
	return nghttp2_session_get_outbound_queue_size(h2->session) >
	       H2_BACKLOG;
}

/* Endings. */

void
h2_goaway_soon(struct h2 *h2)
{
	/* without memory for it the client just learns later */
	(void)nghttp2_submit_shutdown_notice(h2->session);
}

void
h2_goaway(struct h2 *h2)
{
	int32_t last = nghttp2_session_get_last_proc_stream_id(h2->session);

	if (nghttp2_submit_goaway(h2->session, NGHTTP2_FLAG_NONE, last,
		NGHTTP2_NO_ERROR, NULL, 0) != 0)
		h2->broken = true;
}

bool
h2_is_over(const struct h2 *h2)
{
	if (nghttp2_session_want_write(h2->session) != 0)
		return false;
	return h2->broken || nghttp2_session_want_read(h2->session) == 0;
}

uint64_t
h2_midway(const struct h2 *h2)
{
	if (!h2->greeted)
		return 1;
	return h2->block.open ? h2->block.number : 0;
}

const char *
h2_why(const struct h2 *h2)
{
	return h2->why;
}
