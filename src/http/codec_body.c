#include "http/codec_body.h"

#include "http/chunk.h"
#include "http/framing.h"

#include <string.h>

/* Gives up to max bytes of the input as body. */
static enum codec_event
give_body(struct codec *c, struct feed *f, uint64_t max)
{
	size_t n = f->in.n < max ? f->in.n : (size_t)max;

	if (n == 0)
		return CODEC_MORE;
	*f->body = feed_take(f, n);
	c->taken += n;
	return CODEC_BODY;
}

enum codec_event
codec_length_body(struct codec *c, struct feed *f)
{
	enum codec_event event;

	if (c->left == 0)
		return codec_finish(c);
	event = give_body(c, f, c->left);
	if (event == CODEC_BODY)
		c->left -= f->body->n;
	return event;
}

enum codec_event
codec_pass_body(struct codec *c, struct feed *f)
{
	uint64_t max = framing_most(&c->head, c->limits.body_bytes);

	if (c->kind == BODY_TUNNEL)
		return give_body(c, f, UINT64_MAX);
	if (f->in.n > 0 && c->taken == max)
		return codec_refuse(c, FAULT_BODY_SIZE);
	return give_body(c, f, max - c->taken);
}

/* The size is known: data, or the trailers after the last chunk. */
static enum codec_event
begin_chunk(struct codec *c, const struct chunk_line *line)
{
	uint64_t max = framing_most(&c->head, c->limits.body_bytes);

	c->extensions += line->extensions;
	if (c->extensions > CODEC_EXTENSION_BYTES)
		return codec_refuse(c, FAULT_CHUNK_EXTENSION);
	if (line->size > max - c->taken)
		return codec_refuse(c, FAULT_BODY_SIZE);
	c->left = line->size;
	c->line = 0;
	c->chunk_n = 0;
	c->state = line->size == 0 ? STATE_TRAILERS : STATE_CHUNK_DATA;
	return CODEC_MORE;
}

enum codec_event
codec_chunk_size(struct codec *c, struct feed *f)
{
	struct span piece = span_sub(f->in, 0, span_find(f->in, '\n') + 1);
	struct span line = {c->chunk_line, c->chunk_n + piece.n};
	struct chunk_line parsed;
	enum fault fault;

	if (piece.n == 0)
		return CODEC_MORE;
	if (line.n > sizeof c->chunk_line)
		return codec_refuse(c, FAULT_CHUNK_LINE);
	memcpy(c->chunk_line + c->chunk_n, piece.p, piece.n);
	c->chunk_n = line.n;
	(void)feed_take(f, piece.n);
	if (line.p[line.n - 1] != '\n')
		return CODEC_MORE;
	fault = codec_check_line(line);
	if (fault == FAULT_NONE)
		fault = chunk_parse(span_sub(line, 0, line.n - 2), &parsed);
	return fault == FAULT_NONE ? begin_chunk(c, &parsed)
				   : codec_refuse(c, fault);
}

enum codec_event
codec_chunk_data(struct codec *c, struct feed *f)
{
	enum codec_event event = give_body(c, f, c->left);

	if (event != CODEC_BODY)
		return event;
	c->left -= f->body->n;
	if (c->left == 0)
		c->state = STATE_CHUNK_END;
	return CODEC_BODY;
}

/* CRLF and nothing else; chunk_n counts how much of it came. */
enum codec_event
codec_chunk_end(struct codec *c, struct feed *f)
{
	while (f->in.n > 0 && c->chunk_n < 2)
		if (feed_take(f, 1).p[0] != "\r\n"[c->chunk_n++])
			return codec_refuse(c, FAULT_CHUNK_END);
	if (c->chunk_n < 2)
		return CODEC_MORE;
	c->chunk_n = 0;
	c->state = STATE_CHUNK_SIZE;
	return CODEC_MORE;
}

enum codec_event
codec_read_trailers(struct codec *c, struct feed *f)
{
	struct line_room room = {
	    &c->trailers, CODEC_TRAILER_BYTES, FAULT_HEAD_SIZE};
	enum codec_event event = codec_take_fields(c, f, &room);

	if (event != CODEC_END)
		return event;
	chunk_screen_trailers(&c->trailers);
	return codec_finish(c);
}
