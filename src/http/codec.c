#include "http/codec.h"

#include "base/ascii.h"
#include "http/codec_body.h"
#include "http/codec_steps.h"
#include "http/framing.h"
#include "http/head_parse.h"

#include <assert.h>

void
codec_init(
    struct codec *c, enum codec_role role, const struct codec_limits *limits)
{
	const struct head_limits trailers = {
	    CODEC_TRAILER_BYTES, CODEC_TRAILER_FIELDS};

	*c = (struct codec){.role = role};
	if (limits != NULL)
		c->limits = *limits;
	if (c->limits.start_bytes == 0)
		c->limits.start_bytes = CODEC_START_BYTES;
	if (c->limits.body_bytes == 0)
		c->limits.body_bytes = UINT64_MAX;
	head_init(&c->head, &c->limits.head);
	head_init(&c->trailers, &trailers);
	c->limits.head = c->head.limits;
	if (c->limits.start_bytes > c->limits.head.bytes)
		c->limits.start_bytes = c->limits.head.bytes;
}

void
codec_fini(struct codec *c)
{
	head_fini(&c->head);
	head_fini(&c->trailers);
}

/* Refuses what cannot be HTTP at its first byte: TLS, LF, blanks. */
static enum codec_event
start(struct codec *c, struct feed *f)
{
	if (f->in.n == 0)
		return CODEC_MORE;
	if (c->role == CODEC_READS_RESPONSES && f->in.p[0] != 'H')
		return codec_refuse(c, FAULT_START_LINE);
	if (c->role == CODEC_READS_REQUESTS && f->in.p[0] != '\r' &&
	    f->in.p[0] != '\n' && !ascii_is(f->in.p[0], ASCII_TCHAR))
		return codec_refuse(c, FAULT_METHOD);
	head_clear(&c->head);
	c->line = 0;
	c->state = STATE_START_LINE;
	return CODEC_MORE;
}

/* RFC 9112 2.2: empty lines before a request are skipped, within reason. */
static enum codec_event
skip_empty_line(struct codec *c)
{
	if (++c->empties > CODEC_EMPTY_LINES)
		return codec_refuse(c, FAULT_EMPTY_LINES);
	c->state = STATE_START;
	return CODEC_MORE;
}

static enum codec_event
start_line(struct codec *c, struct feed *f)
{
	bool request = c->role == CODEC_READS_REQUESTS;
	struct line_room room = {&c->head, c->limits.start_bytes,
	    request ? FAULT_TARGET_SIZE : FAULT_HEAD_SIZE};
	struct span line;
	enum fault fault = codec_take_line(c, f, &room, &line);

	if (fault != FAULT_NONE)
		return codec_refuse(c, fault);
	if (line.p == NULL)
		return CODEC_MORE;
	if (codec_is_empty_line(line))
		return skip_empty_line(c);
	fault = request ? head_parse_request(&c->head, line)
			: head_parse_status(&c->head, line);
	if (fault != FAULT_NONE)
		return codec_refuse(c, fault);
	c->state = STATE_FIELDS;
	return CODEC_MORE;
}

/* An interim response is a head alone; the next head follows. */
static enum codec_event
finish_interim(struct codec *c)
{
	if (++c->interims > CODEC_INTERIMS)
		return codec_refuse(c, FAULT_INTERIMS);
	c->kind = BODY_NONE;
	c->state = STATE_START;
	return CODEC_HEAD;
}

static enum codec_event
finish_head(struct codec *c)
{
	static const enum state first[] = {
	    [BODY_NONE] = STATE_EMPTY,
	    [BODY_LENGTH] = STATE_LENGTH,
	    [BODY_CHUNKED] = STATE_CHUNK_SIZE,
	    [BODY_UNTIL_CLOSE] = STATE_PASS,
	    [BODY_TUNNEL] = STATE_PASS,
	};
	uint64_t max = c->limits.body_bytes;
	struct framing framing;
	enum fault fault;

	fault = c->role == CODEC_READS_REQUESTS
		    ? framing_of_request(&c->head, max, &framing)
		    : framing_of_response(&c->head, c->expected, max, &framing);
	if (fault != FAULT_NONE)
		return codec_refuse(c, fault);
	if (framing.kind == BODY_NONE && c->head.status >= 100 &&
	    c->head.status < 200)
		return finish_interim(c);
	c->kind = framing.kind;
	c->length = c->left = framing.length;
	c->keep = framing.keep;
	c->state = first[framing.kind];
	return CODEC_HEAD;
}

static enum codec_event
fields(struct codec *c, struct feed *f)
{
	struct line_room room = {
	    &c->head, c->limits.head.bytes, FAULT_HEAD_SIZE};
	enum codec_event event = codec_take_fields(c, f, &room);

	return event == CODEC_END ? finish_head(c) : event;
}

static enum codec_event
empty_body(struct codec *c, struct feed *f)
{
	(void)f; /* the end needs no bytes */
	return codec_finish(c);
}

static enum codec_event
done(struct codec *c, struct feed *f)
{
	(void)c; /* what follows is the next message's */
	(void)f;
	return CODEC_MORE;
}

static enum codec_event
broken(struct codec *c, struct feed *f)
{
	(void)c; /* for good */
	(void)f;
	return CODEC_BROKEN;
}

static enum codec_event (*const states[STATE_COUNT])(
    struct codec *c, struct feed *f) = {
    [STATE_START] = start,
    [STATE_START_LINE] = start_line,
    [STATE_FIELDS] = fields,
    [STATE_EMPTY] = empty_body,
    [STATE_LENGTH] = codec_length_body,
    [STATE_PASS] = codec_pass_body,
    [STATE_CHUNK_SIZE] = codec_chunk_size,
    [STATE_CHUNK_DATA] = codec_chunk_data,
    [STATE_CHUNK_END] = codec_chunk_end,
    [STATE_TRAILERS] = codec_read_trailers,
    [STATE_DONE] = done,
    [STATE_BROKEN] = broken,
};

enum codec_event
codec_feed(struct codec *c, struct span in, size_t *used, struct span *body)
{
	struct feed f = {in, body};
	enum codec_event event;
	unsigned before;

	do {
		before = c->state;
		event = states[before](c, &f);
	} while (event == CODEC_MORE && c->state != before);
	*used = in.n - f.in.n;
	return event;
}

void
codec_expect(struct codec *c, enum codec_expected expected)
{
	if (c->state == STATE_BROKEN)
		return;
	c->expected = expected;
	if (expected != CODEC_TUNNEL)
		return;
	assert(c->state == STATE_START || c->state == STATE_DONE);
	c->kind = BODY_TUNNEL;
	c->keep = false;
	c->state = STATE_PASS;
}

/* The end is only due, or it is the connection's own. */
static bool
may_end_here(const struct codec *c)
{
	return c->state == STATE_PASS || c->state == STATE_EMPTY ||
	       (c->state == STATE_LENGTH && c->left == 0);
}

enum codec_event
codec_eof(struct codec *c)
{
	if (c->state == STATE_BROKEN)
		return CODEC_BROKEN;
	if (c->state == STATE_DONE)
		return CODEC_MORE;
	if (c->state == STATE_START && c->interims == 0)
		return CODEC_MORE;
	return may_end_here(c) ? codec_finish(c) : codec_refuse(c, FAULT_CUT);
}

void
codec_next(struct codec *c)
{
	if (c->state != STATE_DONE || !c->keep)
		return;
	/* memory is for messages: most connections are idle most of the time */
	head_fini(&c->head);
	head_fini(&c->trailers);
	c->expected = CODEC_ORDINARY;
	c->kind = BODY_NONE;
	c->length = c->left = c->taken = 0;
	c->extensions = 0;
	c->chunk_n = 0;
	c->interims = c->empties = 0;
	c->keep = false;
	c->state = STATE_START;
}

struct head *
codec_head(struct codec *c)
{
	return &c->head;
}

struct head *
codec_trailers(struct codec *c)
{
	return &c->trailers;
}

const struct codec_fault *
codec_fault(const struct codec *c)
{
	return c->fault.reason == NULL ? NULL : &c->fault;
}

enum body_kind
codec_body_kind(const struct codec *c)
{
	return c->kind;
}

uint64_t
codec_body_length(const struct codec *c)
{
	return c->length;
}

bool
codec_keep_alive(const struct codec *c)
{
	return c->keep;
}
