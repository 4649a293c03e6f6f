#include "http/h2_state.h"

#include <stdlib.h>

void
h2_break(struct h2 *h2, const char *why, uint32_t code)
{
	if (h2->why == NULL)
		h2->why = why;
	/* without memory for these last words it ends without them */
	(void)nghttp2_session_terminate_session(h2->session, code);
}

struct h2_stream *
h2_stream_new(struct h2 *h2, int32_t id)
{
	struct h2_stream *s = calloc(1, sizeof *s);
	const struct head_limits tail = {
	    CODEC_TRAILER_BYTES, CODEC_TRAILER_FIELDS};

	if (s == NULL)
		return NULL;
	s->h2 = h2;
	s->id = id;
	head_init(&s->head, &h2->limits.head);
	head_init(&s->trailers, &tail);
	buf_init(&s->queue, H2_QUEUE_MAX);
	s->next = &h2->streams;
	s->prev = h2->streams.prev;
	s->prev->next = s->next->prev = s;
	return s;
}

void
h2_stream_free(struct h2_stream *s)
{
	s->next->prev = s->prev;
	s->prev->next = s->next;
	head_fini(&s->head);
	head_fini(&s->trailers);
	buf_fini(&s->queue);
	if (s->tail != NULL)
		head_fini(s->tail);
	free(s->tail);
	free(s);
}
