#include "net/peer_read.h"

#include "http/request.h"
#include "net/peer_state.h"

/* Client side: hands out the lane; whether somebody took it. */
static bool
peer_hand_out(struct peer_h1 *p)
{
	peer_begin(p);
	p->owner->on_lane(p->ctx, &p->base, &p->lane);
	if (p->lane.handler != NULL)
		return true;
	p->released = true;
	peer_turn(p);
	return false;
}

/* What the sending half needs to know of the request. */
static void
peer_note_request(struct peer_h1 *p)
{
	const struct head *head = codec_head(&p->work->codec);

	p->has_head = true;
	p->old = head->minor == 0;
	p->to_head = span_equal(head->method, SPAN("HEAD"));
	p->connect = span_equal(head->method, SPAN("CONNECT"));
	p->waits = request_expects(head) == REQUEST_EXPECTS_CONTINUE;
}

static void
peer_take_request(struct peer_h1 *p)
{
	p->reading = READ_BODY;
	if (!peer_hand_out(p) || p->stream == NULL)
		return;
	peer_note_request(p);
	p->lane.handler->on_head(p->lane.ctx, &p->lane);
}

static void
peer_take_response(struct peer_h1 *p)
{
	unsigned status = codec_head(&p->work->codec)->status;
	bool interim = status < 200 && status != 101;

	p->has_head = true;
	if (p->owner->on_answer != NULL)
		p->owner->on_answer(p->ctx, &p->base);
	if (!interim)
		p->reading = READ_BODY;
	if (codec_body_kind(&p->work->codec) == BODY_TUNNEL && !interim) {
		p->close_after = true;
		if (p->writing == WRITE_DONE) {
			p->writing = WRITE_BODY;
			framer_begin(&p->work->framer, BODY_TUNNEL, 0);
		}
	}
	peer_expect(p);
	if (p->lane.handler != NULL)
		p->lane.handler->on_head(p->lane.ctx, &p->lane);
	if (interim)
		p->has_head = false;
}

static void
peer_take_body(struct peer_h1 *p, struct span body)
{
	p->waits = false;
	if (p->lane.handler != NULL) {
		p->told = true;
		p->lane.handler->on_body(p->lane.ctx, &p->lane, body);
		return;
	}
	p->work->discarded += body.n;
	if (p->work->discarded > p->options->discard)
		p->close_after = true;
	peer_turn(p);
}

static void
peer_take_end(struct peer_h1 *p)
{
	p->reading = READ_DONE;
	peer_expect(p);
	if (p->lane.handler != NULL)
		p->lane.handler->on_end(p->lane.ctx, &p->lane);
	else
		peer_turn(p);
}

/* A client hears of its fault even if it got no lane for a request. */
static void
peer_refuse(struct peer_h1 *p, enum lane_failure why)
{
	if (p->busy || p->side == PEER_ORIGIN || peer_hand_out(p))
		peer_fail(p, why);
}

/* One event of the codec; whether to go on feeding. */
static bool
peer_take(struct peer_h1 *p, enum codec_event event, struct span body)
{
	switch (event) {
	case CODEC_MORE:
		/* what is discarded has no more than one such time */
		if (p->reading == READ_BODY && !p->released)
			peer_expect(p);
		stream_look_again(p->stream);
		return false;
	case CODEC_HEAD:
		if (p->side == PEER_CLIENT)
			peer_take_request(p);
		else
			peer_take_response(p);
		return true;
	case CODEC_BODY:
		peer_take_body(p, body);
		return true;
	case CODEC_END:
		peer_take_end(p);
		return true;
	case CODEC_BROKEN:
		peer_refuse(p, LANE_FAULT);
		return false;
	}
	return false;
}

/* Bytes of an origin that nobody asked for. */
static void
peer_unasked(struct peer_h1 *p)
{
	if (p->reading == READ_NONE)
		peer_fail(p, LANE_IO);
	else
		p->close_after = true;
}

/* Whether the codec is to be fed, when so many bytes are left. */
static bool
peer_wants(struct peer_h1 *p, size_t left)
{
	if (p->stream == NULL || p->paused)
		return false;
	if (p->reading == READ_HEAD || p->reading == READ_BODY)
		return true;
	if (left == 0 || p->reading == READ_FAILED)
		return false;
	if (p->side == PEER_ORIGIN) {
		peer_unasked(p);
		return false;
	}
	/* what is pipelined waits until the exchange before it is over, and
	 * until the client has taken its answers: peer_on_drained */
	if (p->reading == READ_DONE ||
	    stream_pending(p->stream) >= p->options->high)
		return false;
	if (!peer_set_out(p)) {
		peer_end(p, STREAM_NOW);
		return false;
	}
	p->reading = READ_HEAD;
	peer_expect(p);
	return true;
}

/* What was read is used up. */
static void
peer_tell_pause(struct peer_h1 *p)
{
	const struct lane_handler *handler = p->lane.handler;

	if (p->told && p->stream != NULL && p->reading == READ_BODY &&
	    handler != NULL && handler->on_pause != NULL)
		handler->on_pause(p->lane.ctx, &p->lane);
	p->told = false;
}

size_t
peer_on_read(void *ctx, struct span bytes)
{
	struct peer_h1 *p = ctx;
	size_t used = 0;

	p->feeding = true;
	while (peer_wants(p, bytes.n - used)) {
		struct span body = {NULL, 0};
		enum codec_event event;
		size_t n;

		event = codec_feed(
		    &p->work->codec, span_sub(bytes, used, bytes.n), &n, &body);
		used += n;
		p->more = used < bytes.n;
		if (!peer_take(p, event, body))
			break;
	}
	peer_tell_pause(p);
	p->feeding = p->more = false;
	return used;
}

void
peer_on_hangup(void *ctx)
{
	struct peer_h1 *p = ctx;

	p->hung_up = true;
	if (p->stream != NULL && peer_is_half(p))
		peer_expect(p);
}

void
peer_on_eof(void *ctx)
{
	struct peer_h1 *p = ctx;
	enum codec_event event;

	p->eof = true;
	peer_on_hangup(p);
	if (p->reading == READ_DONE || p->reading == READ_FAILED)
		return; /* a client that closed its half waits for the answer */
	if (!p->busy) {
		peer_end(p, STREAM_CLEAN); /* between messages, or in a head */
		return;
	}
	event =
	    p->reading == READ_NONE ? CODEC_MORE : codec_eof(&p->work->codec);
	if (event == CODEC_END)
		peer_take_end(p);
	else
		peer_fail(p, LANE_CLOSED);
}

void
peer_tell_end(struct peer_h1 *p)
{
	if (!p->end_due || p->paused || p->reading != READ_BODY)
		return;
	p->end_due = false;
	(void)codec_eof(&p->work->codec); /* of a tunnel: its end */
	peer_take_end(p);
}

/* Whether the time was not idle, though nothing was read. */
static bool
is_in_use(struct peer_h1 *p)
{
	if (p->work != NULL &&
	    codec_body_kind(&p->work->codec) == BODY_TUNNEL &&
	    peer_has_moved(p))
		return true; /* slowly, but it is */
	/* our last answer still goes out */
	return p->reading != READ_BODY && stream_pending(p->stream) != 0;
}

/* Whether nothing went to a client that sends no more. */
static bool
peer_is_gone(const struct peer_h1 *p)
{
	return !peer_has_moved(p) && stream_pending(p->stream) == 0;
}

/* What it got so far must not look whole. */
static void
peer_give_up(struct peer_h1 *p)
{
	peer_end(p, STREAM_RESET);
	peer_break(p, LANE_IO);
}

void
peer_on_timeout(void *ctx)
{
	struct peer_h1 *p = ctx;

	if (peer_is_half(p) && peer_is_gone(p))
		peer_give_up(p);
	else if (peer_is_half(p) || (p->reading != READ_HEAD && is_in_use(p)))
		peer_expect(p);
	else if (p->reading == READ_HEAD)
		peer_refuse(p, LANE_TIMEOUT_HEAD);
	else if (p->reading == READ_BODY)
		peer_fail(p, LANE_TIMEOUT_BODY);
	else
		peer_end(p, STREAM_CLEAN);
}
