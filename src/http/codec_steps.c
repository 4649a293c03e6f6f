#include "http/codec_steps.h"

#include <string.h>

#include "http/head_parse.h"

enum codec_event
codec_refuse(struct codec *c, enum fault fault)
{
	c->fault = *fault_row(fault);
	if (c->role == CODEC_READS_RESPONSES)
		c->fault.status = 502;
	c->keep = false;
	c->state = STATE_BROKEN;
	return CODEC_BROKEN;
}

struct span
feed_take(struct feed *f, size_t n)
{
	struct span taken = span_sub(f->in, 0, n);

	f->in = span_sub(f->in, taken.n, f->in.n);
	return taken;
}

enum fault
codec_check_line(struct span line)
{
	size_t cr = span_find(line, '\r');

	if (line.n < 2 || line.p[line.n - 2] != '\r')
		return FAULT_BARE_LF;
	return cr == line.n - 2 ? FAULT_NONE : FAULT_BARE_CR;
}

enum fault
codec_take_line(struct codec *c, struct feed *f, const struct line_room *room,
    struct span *line)
{
	struct head *h = room->head;
	struct span piece = span_sub(f->in, 0, span_find(f->in, '\n') + 1);

	*line = (struct span){NULL, 0};
	if (piece.n == 0)
		return FAULT_NONE;
	if (head_open(h) != CONSENT_OK)
		return FAULT_MEMORY;
	if (piece.n > room->max - h->used)
		return room->full;
	memcpy(h->arena + h->used, piece.p, piece.n);
	h->used += piece.n;
	(void)feed_take(f, piece.n);
	if (piece.p[piece.n - 1] != '\n')
		return FAULT_NONE;
	*line = (struct span){h->arena + c->line, h->used - c->line};
	c->line = h->used;
	return codec_check_line(*line);
}

bool
codec_is_empty_line(struct span line)
{
	return line.n == 2;
}

enum codec_event
codec_take_fields(struct codec *c, struct feed *f, const struct line_room *room)
{
	struct span line;
	enum fault fault;

	for (;;) {
		fault = codec_take_line(c, f, room, &line);
		if (fault == FAULT_NONE && line.p == NULL)
			return CODEC_MORE;
		if (fault == FAULT_NONE && codec_is_empty_line(line))
			return CODEC_END;
		if (fault == FAULT_NONE)
			fault = head_parse_field(room->head, line);
		if (fault != FAULT_NONE)
			return codec_refuse(c, fault);
	}
}

enum codec_event
codec_finish(struct codec *c)
{
	c->state = STATE_DONE;
	return CODEC_END;
}
