#include "net/peer_h1.h"

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/lane_send.h"
#include "net/peer_lane.h"
#include "net/peer_read.h"
#include "net/peer_send.h"
#include "net/peer_state.h"
#include "net/stream_give.h"

/* Events of the stream that are not about reading. */

static void
peer_on_connected(void *ctx)
{
	struct peer_h1 *p = ctx;

	p->open = true;
	peer_expect(p);
	if (p->owner->on_open != NULL)
		p->owner->on_open(p->ctx, &p->base);
}

static void
peer_on_drained(void *ctx)
{
	struct peer_h1 *p = ctx;
	const struct lane_handler *handler = p->lane.handler;

	if (!p->busy)
		stream_resume(p->stream); /* more may have been asked for */
	if (handler != NULL && handler->on_drain != NULL)
		handler->on_drain(p->lane.ctx, &p->lane);
}

static void
peer_tell_sent(struct peer_h1 *p)
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
peer_free(struct peer_h1 *p)
{
	loop_cancel(&p->task);
	peer_rest(p);
	free(p);
}

/* What is due, one after the other: each may change what comes after. */
static void
on_task(void *arg)
{
	struct peer_h1 *p = arg;

	if (p->fail_due) {
		p->fail_due = false;
		peer_break(p, p->why);
	}
	if (p->close_due) {
		if (p->owner->on_closed != NULL)
			p->owner->on_closed(p->ctx, &p->base);
		peer_free(p);
		return;
	}
	if (p->stream != NULL)
		peer_flush(p);
	if (p->stream != NULL && p->sent_now)
		peer_tell_sent(p);
	if (p->stream != NULL)
		peer_tell_end(p);
	if (p->stream != NULL && p->idle_due && !p->busy) {
		p->idle_due = false;
		if (p->owner->on_idle != NULL)
			p->owner->on_idle(p->ctx, &p->base);
	}
}

/* What the user may ask of a peer. */

static struct peer_h1 *
peer_of(struct peer *peer)
{
	return (void *)((char *)peer - offsetof(struct peer_h1, base));
}

static const struct peer_h1 *
peer_at(const struct peer *peer)
{
	return (
	    const void *)((const char *)peer - offsetof(struct peer_h1, base));
}

static void
peer_drain_h1(struct peer *peer, int64_t idle_ms)
{
	struct peer_h1 *p = peer_of(peer);

	p->draining = true;
	if (idle_ms < p->idle_ms)
		p->idle_ms = idle_ms;
	if (p->stream == NULL || p->busy)
		return;
	if (p->side == PEER_ORIGIN)
		peer_end(p, STREAM_CLEAN);
	else if (p->reading == READ_NONE)
		peer_expect(p);
}

static void
peer_close_h1(struct peer *peer)
{
	struct peer_h1 *p = peer_of(peer);

	if (p->stream == NULL)
		return;
	if (peer_is_held(p) && !p->failed) {
		p->fail_due = true;
		p->why = LANE_IO;
		peer_wake(p);
	}
	/* half a message must not look like a whole one */
	if (p->writing == WRITE_BODY)
		peer_end(p, STREAM_RESET);
	else
		peer_end(p, p->busy ? STREAM_NOW : STREAM_CLEAN);
}

static bool
peer_is_idle_h1(const struct peer *peer)
{
	const struct peer_h1 *p = peer_at(peer);

	return !p->busy && p->reading == READ_NONE;
}

static uint64_t
peer_served_h1(const struct peer *peer)
{
	return peer_at(peer)->served;
}

static struct lane *
peer_lane_h1(struct peer *peer)
{
	struct peer_h1 *p = peer_of(peer);

	if (p->side != PEER_ORIGIN || p->stream == NULL || !p->open ||
	    p->busy || p->eof || p->draining)
		return NULL;
	/* an answer that nobody asked for must not become the next one's */
	if (p->served > 0 && stream_has_input(p->stream)) {
		peer_end(p, STREAM_NOW);
		return NULL;
	}
	peer_begin(p);
	stream_deadline(p->stream, 0);
	return &p->lane;
}

static const struct peer_ops peer_h1_ops = {
    .drain = peer_drain_h1,
    .close = peer_close_h1,
    .is_idle = peer_is_idle_h1,
    .served = peer_served_h1,
    .lane = peer_lane_h1,
};

/* Beginnings. */

static const struct stream_owner peer_stream_owner = {
    .on_connected = peer_on_connected,
    .on_read = peer_on_read,
    .on_eof = peer_on_eof,
    .on_hangup = peer_on_hangup,
    .on_drained = peer_on_drained,
    .on_flushed = peer_on_flushed,
    .on_timeout = peer_on_timeout,
    .on_fail = peer_on_fail,
};

static struct peer_h1 *
peer_new(struct loop *loop, enum peer_side side, const struct peer_user *user)
{
	struct peer_h1 *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->base.ops = &peer_h1_ops;
	p->lane.ops = &peer_lane_ops;
	p->loop = loop;
	p->owner = user->owner;
	p->ctx = user->ctx;
	p->options = user->options;
	p->idle_ms = user->options->idle_ms;
	p->side = side;
	loop_task_init(&p->task, on_task, p);
	return p;
}

static struct stream_user
peer_stream_user(struct peer_h1 *p, struct stream_options *options)
{
	*options = (struct stream_options){
	    .high = p->options->high,
	    .low = p->options->low,
	    .write_ms = p->options->send_ms,
	    .write_rate = p->options->send_rate,
	    .connect_ms = p->options->connect_ms,
	    .tls_client = p->options->tls,
	};
	return (struct stream_user){&peer_stream_owner, options, p};
}

struct peer *
peer_h1_accept(struct loop *loop, int fd, const struct peer_user *user)
{
	struct peer_h1 *p = peer_new(loop, PEER_CLIENT, user);
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
	return &p->base;
}

struct peer *
peer_h1_adopt(
    struct loop *loop, struct stream *stream, const struct peer_user *user)
{
	struct peer_h1 *p = peer_new(loop, PEER_CLIENT, user);
	struct stream_options options;
	struct stream_user mine;

	if (p == NULL) {
		stream_close(stream, STREAM_NOW);
		return NULL;
	}
	mine = peer_stream_user(p, &options);
	stream_give(stream, &mine);
	p->stream = stream;
	p->open = true;
	peer_expect(p);
	return &p->base;
}

struct peer *
peer_h1_open(
    struct loop *loop, const struct address *to, const struct peer_user *user)
{
	struct peer_h1 *p = peer_new(loop, PEER_ORIGIN, user);
	struct stream_options options;
	struct stream_user mine;

	if (p == NULL)
		return NULL;
	mine = peer_stream_user(p, &options);
	if (peer_set_out(p))
		p->stream = stream_connect(loop, to, &mine);
	if (p->stream == NULL) {
		peer_free(p);
		return NULL;
	}
	return &p->base;
}
