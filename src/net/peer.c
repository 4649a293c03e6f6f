#include "net/peer.h"

#include <stdlib.h>
#include <unistd.h>

#include "net/lane_send.h"
#include "net/peer_lane.h"
#include "net/peer_read.h"
#include "net/peer_send.h"
#include "net/peer_state.h"

enum {
	PEER_CONNECT_MS = 5000,
	PEER_HEAD_MS = 10000,
	PEER_BODY_MS = 30000,
	PEER_SEND_MS = 30000,
	PEER_IDLE_MS = 60000,
	PEER_DRAIN_MS = 500,
	PEER_DISCARD = 256 * 1024,
	/* an origin thinks longer than a client and forgets sooner */
	PEER_ORIGIN_HEAD_MS = 60000,
	PEER_ORIGIN_BODY_MS = 60000,
	PEER_ORIGIN_IDLE_MS = 4000,
	/* heads and trailers, several interim ones with them */
	PEER_OUT_BYTES = 4 * (HEAD_BYTES + HEAD_SPARE_BYTES)
};

void
peer_options_init(struct peer_options *options, enum peer_side side)
{
	*options = (struct peer_options){
	    .connect_ms = PEER_CONNECT_MS,
	    .head_ms = PEER_HEAD_MS,
	    .body_ms = PEER_BODY_MS,
	    .send_ms = PEER_SEND_MS,
	    .idle_ms = PEER_IDLE_MS,
	    .drain_ms = PEER_DRAIN_MS,
	    .high = STREAM_HIGH,
	    .low = STREAM_LOW,
	    .discard = PEER_DISCARD,
	};
	if (side == PEER_CLIENT)
		return;
	options->head_ms = PEER_ORIGIN_HEAD_MS;
	options->body_ms = PEER_ORIGIN_BODY_MS;
	options->idle_ms = PEER_ORIGIN_IDLE_MS;
}

/* Events of the stream that are not about reading. */

static void
peer_on_connected(void *ctx)
{
	struct peer *p = ctx;

	p->open = true;
	peer_expect(p);
	if (p->owner->on_open != NULL)
		p->owner->on_open(p->ctx, p);
}

static void
peer_on_drained(void *ctx)
{
	struct peer *p = ctx;
	const struct lane_handler *handler = p->lane.handler;

	if (!p->busy)
		stream_resume(p->stream); /* more may have been asked for */
	if (handler != NULL && handler->on_drain != NULL)
		handler->on_drain(p->lane.ctx, &p->lane);
}

static void
peer_tell_sent(struct peer *p)
{
	const struct lane_handler *handler = p->lane.handler;

	if (!p->sent_due)
		return;
	p->sent_due = p->sent_now = false;
	if (handler != NULL && handler->on_sent != NULL)
		handler->on_sent(p->lane.ctx, &p->lane);
}

static void
peer_on_flushed(void *ctx)
{
	peer_tell_sent(ctx);
}

static void
peer_on_fail(void *ctx, enum stream_failure why)
{
	peer_break(
	    ctx, why == STREAM_WRITE_TIMEOUT ? LANE_TIMEOUT_SEND : LANE_IO);
}

static void
peer_free(struct peer *p)
{
	loop_cancel(&p->task);
	codec_fini(&p->codec);
	buf_fini(&p->out);
	buf_fini(&p->gather);
	buf_fini(&p->tail);
	free(p);
}

/* What is due, one after the other: each may change what comes after. */
static void
on_task(void *arg)
{
	struct peer *p = arg;

	if (p->fail_due) {
		p->fail_due = false;
		peer_break(p, p->why);
	}
	if (p->close_due) {
		if (p->owner->on_closed != NULL)
			p->owner->on_closed(p->ctx, p);
		peer_free(p);
		return;
	}
	if (p->stream != NULL)
		peer_flush(p);
	if (p->stream != NULL && p->sent_now)
		peer_tell_sent(p);
	if (p->stream != NULL && p->idle_due && !p->busy) {
		p->idle_due = false;
		if (p->owner->on_idle != NULL)
			p->owner->on_idle(p->ctx, p);
	}
}

/* Beginnings. */

static const struct stream_owner peer_stream_owner = {
    .on_connected = peer_on_connected,
    .on_read = peer_on_read,
    .on_eof = peer_on_eof,
    .on_drained = peer_on_drained,
    .on_flushed = peer_on_flushed,
    .on_timeout = peer_on_timeout,
    .on_fail = peer_on_fail,
};

static struct peer *
peer_new(struct loop *loop, enum peer_side side, const struct peer_user *user)
{
	struct peer *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->lane.ops = &peer_lane_ops;
	p->loop = loop;
	p->owner = user->owner;
	p->ctx = user->ctx;
	p->options = *user->options;
	p->side = side;
	loop_task_init(&p->task, on_task, p);
	codec_init(&p->codec,
	    side == PEER_CLIENT ? CODEC_READS_REQUESTS : CODEC_READS_RESPONSES,
	    &p->options.limits);
	buf_init(&p->out, PEER_OUT_BYTES);
	buf_init(&p->gather, LANE_GATHER_BYTES);
	buf_init(&p->tail, PEER_OUT_BYTES);
	return p;
}

static struct stream_user
peer_stream_user(struct peer *p, struct stream_options *options)
{
	*options = (struct stream_options){
	    .high = p->options.high,
	    .low = p->options.low,
	    .write_ms = p->options.send_ms,
	    .connect_ms = p->options.connect_ms,
	};
	return (struct stream_user){&peer_stream_owner, options, p};
}

struct peer *
peer_accept(struct loop *loop, int fd, const struct peer_user *user)
{
	struct peer *p = peer_new(loop, PEER_CLIENT, user);
	struct stream_options options;
	struct stream_user mine;

	if (p == NULL) {
		(void)close(fd);
		return NULL;
	}
	mine = peer_stream_user(p, &options);
	p->stream = stream_accept(loop, fd, &mine);
	if (p->stream == NULL) {
		peer_free(p);
		return NULL;
	}
	p->open = true;
	peer_expect(p);
	return p;
}

struct peer *
peer_open(
    struct loop *loop, const struct address *to, const struct peer_user *user)
{
	struct peer *p = peer_new(loop, PEER_ORIGIN, user);
	struct stream_options options;
	struct stream_user mine;

	if (p == NULL)
		return NULL;
	mine = peer_stream_user(p, &options);
	p->stream = stream_connect(loop, to, &mine);
	if (p->stream == NULL) {
		peer_free(p);
		return NULL;
	}
	return p;
}

struct lane *
peer_lane(struct peer *p)
{
	if (p->side != PEER_ORIGIN || p->stream == NULL || !p->open ||
	    p->busy || p->eof || p->draining)
		return NULL;
	peer_begin(p);
	stream_deadline(p->stream, 0);
	return &p->lane;
}

void
peer_drain(struct peer *p)
{
	p->draining = true;
	if (p->stream == NULL || p->busy)
		return;
	if (p->side == PEER_ORIGIN)
		peer_end(p, STREAM_NOW);
	else if (p->reading == READ_NONE)
		peer_expect(p);
}

void
peer_close(struct peer *p)
{
	if (p->stream == NULL)
		return;
	if (peer_is_held(p) && !p->failed) {
		p->fail_due = true;
		p->why = LANE_IO;
		peer_wake(p);
	}
	peer_end(p, STREAM_NOW);
}

bool
peer_is_idle(const struct peer *p)
{
	return !p->busy && p->reading == READ_NONE;
}

uint64_t
peer_served(const struct peer *p)
{
	return p->served;
}

void
peer_counts(const struct peer *p, uint64_t *received, uint64_t *sent)
{
	*received = p->received;
	*sent = p->sent;
	if (p->stream != NULL)
		stream_counts(p->stream, received, sent);
}
