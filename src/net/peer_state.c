#include "net/peer_state.h"

#include <stdlib.h>

#include "net/lane_send.h"

enum {
	/* heads and trailers, several interim ones with them */
	PEER_OUT_BYTES = 4 * (HEAD_BYTES + HEAD_SPARE_BYTES)
};

void
peer_wake(struct peer_h1 *p)
{
	loop_defer(p->loop, &p->task);
}

/* Bytes of the connection so far, both ways. */
static uint64_t
peer_total(const struct peer_h1 *p)
{
	uint64_t received, sent;

	stream_counts(p->stream, &received, &sent);
	return received + sent;
}

bool
peer_has_moved(const struct peer_h1 *p)
{
	return p->work->moved != peer_total(p);
}

/* Of a body; a tunnel is quiet when nothing goes in either direction. */
static int64_t
peer_body_wait(struct peer_h1 *p)
{
	const struct pace_limit limit = {
	    p->options->body_ms, p->options->body_rate};
	uint64_t received, sent;

	if (codec_body_kind(&p->work->codec) != BODY_TUNNEL) {
		stream_counts(p->stream, &received, &sent);
		return pace_wait(&p->work->coming, &limit, received);
	}
	p->work->moved = peer_total(p);
	return p->options->tunnel_ms;
}

bool
peer_is_half(const struct peer_h1 *p)
{
	return p->hung_up && p->side == PEER_CLIENT && peer_is_held(p) &&
	       (p->paused || p->reading == READ_DONE) &&
	       p->work->framer.kind != BODY_TUNNEL;
}

void
peer_expect(struct peer_h1 *p)
{
	const struct peer_options *options = p->options;
	int64_t ms = 0;

	switch (p->reading) {
	case READ_NONE:
		if (p->busy || !p->open)
			break;
		ms = p->idle_ms;
		break;
	case READ_HEAD:
		/* an origin answers when it likes, but not for ever */
		if (p->side == PEER_CLIENT || p->writing == WRITE_DONE)
			ms = options->head_ms;
		break;
	case READ_BODY:
		if (p->paused)
			pace_rest(&p->work->coming);
		else
			ms = peer_body_wait(p);
		break;
	case READ_DONE:
	case READ_FAILED:
		break;
	}
	if (p->paused)
		ms = 0;
	if (ms == 0 && peer_is_half(p)) {
		p->work->moved = peer_total(p);
		ms = options->half_ms;
	}
	stream_deadline(p->stream, ms);
}

bool
peer_is_held(const struct peer_h1 *p)
{
	return p->busy && !p->released;
}

/* Endings. */

/* Once nobody holds a lane of a connection that is gone: on_closed follows. */
static void
peer_bury(struct peer_h1 *p)
{
	if (p->stream != NULL || peer_is_held(p))
		return;
	p->close_due = true;
	peer_wake(p);
}

void
peer_end(struct peer_h1 *p, enum stream_ending how)
{
	if (p->stream == NULL)
		return;
	stream_counts(p->stream, &p->received, &p->sent);
	stream_close(p->stream, how);
	p->stream = NULL;
	if (p->reading != READ_DONE)
		p->reading = READ_FAILED;
	if (p->writing != WRITE_DONE)
		p->writing = WRITE_ABORTED;
	peer_bury(p);
}

/* The exchange. */

bool
peer_set_out(struct peer_h1 *p)
{
	struct peer_work *work = p->work;

	if (work != NULL)
		return true;
	work = calloc(1, sizeof *work);
	if (work == NULL)
		return false;
	codec_init(&work->codec,
	    p->side == PEER_CLIENT ? CODEC_READS_REQUESTS
				   : CODEC_READS_RESPONSES,
	    &p->options->limits);
	buf_init(&work->out, PEER_OUT_BYTES);
	buf_init(&work->gather, LANE_GATHER_BYTES);
	buf_init(&work->tail, PEER_OUT_BYTES);
	p->work = work;
	return true;
}

void
peer_rest(struct peer_h1 *p)
{
	if (p->work == NULL)
		return;
	codec_fini(&p->work->codec);
	buf_fini(&p->work->out);
	buf_fini(&p->work->gather);
	buf_fini(&p->work->tail);
	free(p->work);
	p->work = NULL;
}

void
peer_begin(struct peer_h1 *p)
{
	p->busy = true;
	p->released = p->paused = p->has_head = p->close_after = false;
	p->old = p->connect = p->to_head = p->bodyless = p->waits = false;
	p->idempotent = p->body_sent = p->retryable = false;
	p->fail_due = p->failed = p->sent_due = p->sent_now = false;
	p->end_due = false;
	p->work->discarded = 0;
	p->served++;
	pace_end(&p->work->coming);
	p->writing = WRITE_NONE;
	p->lane.handler = NULL;
	stream_counts(
	    p->stream, &p->work->received_before, &p->work->sent_before);
}

static bool
peer_may_go_on(const struct peer_h1 *p)
{
	return codec_keep_alive(&p->work->codec) && !p->close_after &&
	       !p->eof && p->reading == READ_DONE &&
	       !(p->draining && p->side == PEER_ORIGIN);
}

/*
 * The exchange is over and so is the connection. When all that the other side
 * sent was read, and all of ours is with the kernel, a plain close does; one
 * over unread bytes would be a reset that may overtake our answer. An origin
 * that answered had all of the request.
 */
static void
peer_finish_last(struct peer_h1 *p)
{
	bool answered =
	    p->side == PEER_ORIGIN && p->work->framer.kind != BODY_TUNNEL;

	if (answered ||
	    (p->reading == READ_DONE && stream_pending(p->stream) == 0 &&
		!stream_has_input(p->stream)))
		peer_end(p, STREAM_CLEAN);
	else
		peer_end(p, STREAM_LINGER);
}

/* Whether the rest of a request that nobody wants is worth reading. */
static bool
peer_may_discard(const struct peer_h1 *p)
{
	return !p->close_after && !p->waits && !p->paused &&
	       codec_body_length(&p->work->codec) <= p->options->discard;
}

/* An origin lane that was given back as it was. */
static bool
peer_is_unused(const struct peer_h1 *p)
{
	return p->side == PEER_ORIGIN && p->writing == WRITE_NONE &&
	       p->reading == READ_NONE && !p->close_after && !p->eof &&
	       !p->draining;
}

/* Ready for the next exchange. */
static void
peer_free_up(struct peer_h1 *p)
{
	p->busy = false;
	p->reading = READ_NONE;
	p->writing = WRITE_NONE;
	if (!p->feeding || p->paused)
		stream_resume(p->stream);
	p->paused = false;
	peer_expect(p);
	if (p->side == PEER_ORIGIN) {
		p->idle_due = true;
		peer_wake(p);
	}
}

/* All was handed on: what it took is given back until the next one. */
static void
peer_put_by(struct peer_h1 *p)
{
	if (p->side == PEER_CLIENT) {
		peer_rest(p);
		return;
	}
	codec_next(&p->work->codec);
	buf_fini(&p->work->out);
	buf_fini(&p->work->gather);
	buf_fini(&p->work->tail);
}

void
peer_turn(struct peer_h1 *p)
{
	if (p->stream == NULL) {
		peer_bury(p);
		return;
	}
	if (!p->released)
		return;
	if (peer_is_unused(p)) {
		peer_free_up(p);
		return;
	}
	if (p->writing != WRITE_DONE) {
		peer_end(p, STREAM_RESET);
		return;
	}
	if (p->reading == READ_BODY && p->side == PEER_CLIENT &&
	    peer_may_discard(p))
		return;
	if (!peer_may_go_on(p)) {
		peer_finish_last(p);
		return;
	}
	peer_put_by(p);
	peer_free_up(p);
}

/* Failures. */

/*
 * Whether the request may go out once more, RFC 9110 9.2.2: an idle
 * connection may have been closed by the origin as we began to use it. With
 * the counts that peer_end left.
 */
static bool
peer_may_retry(const struct peer_h1 *p, enum lane_failure why)
{
	if (p->side != PEER_ORIGIN || p->served < 2 || p->body_sent ||
	    (why != LANE_CLOSED && why != LANE_IO))
		return false;
	return p->received == p->work->received_before &&
	       (p->idempotent || p->sent == p->work->sent_before);
}

/* Whether an origin gave no answer at all, which is not an idle end. */
static bool
peer_is_silent(const struct peer_h1 *p, enum lane_failure why)
{
	bool broke = why == LANE_CLOSED || why == LANE_IO;

	return p->side == PEER_ORIGIN && why != LANE_FAULT &&
	       !(broke && p->served > 1) &&
	       p->received == p->work->received_before;
}

void
peer_break(struct peer_h1 *p, enum lane_failure why)
{
	bool asked = p->writing != WRITE_NONE;

	/* what the kernel still has would be kept for who takes nothing */
	peer_end(p, why == LANE_TIMEOUT_SEND ? STREAM_RESET : STREAM_NOW);
	if (!peer_is_held(p) || p->failed)
		return;
	p->retryable = peer_may_retry(p, why);
	if (asked && peer_is_silent(p, why) && p->owner->on_silent != NULL)
		p->owner->on_silent(p->ctx, &p->base);
	p->failed = true;
	if (p->lane.handler != NULL)
		p->lane.handler->on_fail(p->lane.ctx, &p->lane, why);
}

void
peer_fail(struct peer_h1 *p, enum lane_failure why)
{
	if (p->side == PEER_ORIGIN) {
		peer_break(p, why);
		return;
	}
	if (p->stream == NULL)
		return;
	p->reading = READ_FAILED;
	p->close_after = true;
	stream_deadline(p->stream, 0);
	if (p->released)
		peer_turn(p);
	else if (p->lane.handler != NULL)
		p->lane.handler->on_fail(p->lane.ctx, &p->lane, why);
}
