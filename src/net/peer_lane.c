#include "net/peer_impl.h"
#include "net/peer_send.h"

void
peer_begin(struct peer *p)
{
	p->busy = true;
	p->released = p->paused = p->has_head = p->close_after = false;
	p->old = p->connect = p->to_head = p->bodyless = p->waits = false;
	p->idempotent = p->body_sent = p->retryable = false;
	p->fail_due = p->failed = p->sent_due = p->sent_now = false;
	p->discarded = 0;
	p->served++;
	p->writing = WRITE_NONE;
	p->lane.handler = NULL;
	stream_counts(p->stream, &p->received_before, &p->sent_before);
}

static bool
peer_may_go_on(const struct peer *p)
{
	return codec_keep_alive(&p->codec) && !p->close_after && !p->eof &&
	       p->reading == READ_DONE &&
	       !(p->draining && p->side == PEER_ORIGIN);
}

/*
 * The exchange is over and so is the connection. When all that the client
 * sent was read, and all of ours is with the kernel, a plain close does.
 */
static void
peer_finish_last(struct peer *p)
{
	if (p->side == PEER_ORIGIN ||
	    (p->reading == READ_DONE && stream_pending(p->stream) == 0))
		peer_end(p, STREAM_NOW);
	else
		peer_end(p, STREAM_LINGER);
}

/* Whether the rest of a request that nobody wants is worth reading. */
static bool
peer_may_discard(const struct peer *p)
{
	return !p->close_after && !p->waits && !p->paused &&
	       codec_body_length(&p->codec) <= p->options.discard;
}

/* An origin lane that was given back as it was. */
static bool
peer_is_unused(const struct peer *p)
{
	return p->side == PEER_ORIGIN && p->writing == WRITE_NONE &&
	       p->reading == READ_NONE && !p->close_after && !p->eof &&
	       !p->draining;
}

/* Ready for the next exchange. */
static void
peer_free_up(struct peer *p)
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

void
peer_turn(struct peer *p)
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
	codec_next(&p->codec);
	peer_free_up(p);
}

static void
peer_release(struct lane *lane)
{
	struct peer *p = (struct peer *)lane;

	p->released = true;
	if (p->stream != NULL && p->paused && p->reading == READ_BODY &&
	    p->writing == WRITE_DONE) {
		p->paused = false; /* the rest is discarded */
		peer_expect(p);
		stream_resume(p->stream);
	}
	peer_turn(p);
}

static void
peer_abort(struct lane *lane)
{
	struct peer *p = (struct peer *)lane;

	p->failed = true; /* no event follows */
	p->sent_due = p->sent_now = p->fail_due = false;
	peer_end(p, STREAM_RESET);
}

/* The lane's half that is no message. */

static struct head *
peer_head(struct lane *lane)
{
	struct peer *p = (struct peer *)lane;

	return p->has_head ? codec_head(&p->codec) : NULL;
}

static enum body_kind
peer_body_kind(const struct lane *lane)
{
	return codec_body_kind(&((const struct peer *)lane)->codec);
}

static uint64_t
peer_body_length(const struct lane *lane)
{
	return codec_body_length(&((const struct peer *)lane)->codec);
}

static struct head *
peer_trailers(struct lane *lane)
{
	return codec_trailers(&((struct peer *)lane)->codec);
}

static const struct codec_fault *
peer_fault(const struct lane *lane)
{
	return codec_fault(&((const struct peer *)lane)->codec);
}

static bool
peer_is_retryable(const struct lane *lane)
{
	return ((const struct peer *)lane)->retryable;
}

static void
peer_pause(struct lane *lane)
{
	struct peer *p = (struct peer *)lane;

	p->paused = true;
	if (p->stream == NULL)
		return;
	stream_pause(p->stream);
	stream_deadline(p->stream, 0);
}

static void
peer_resume(struct lane *lane)
{
	struct peer *p = (struct peer *)lane;

	if (!p->paused)
		return;
	p->paused = false;
	if (p->stream == NULL)
		return;
	peer_expect(p);
	stream_resume(p->stream);
}

static void
peer_close_after(struct lane *lane)
{
	((struct peer *)lane)->close_after = true;
}

static size_t
peer_pending(const struct lane *lane)
{
	const struct peer *p = (const struct peer *)lane;
	size_t queued = p->stream == NULL ? 0 : stream_pending(p->stream);

	return queued + p->out.n + p->gather.n;
}

static bool
peer_is_full(const struct lane *lane)
{
	const struct peer *p = (const struct peer *)lane;

	/* what is gathered does not count: no on_drain comes for that */
	return p->stream != NULL &&
	       stream_pending(p->stream) >= p->options.high;
}

const struct lane_ops peer_lane_ops = {
    .head = peer_head,
    .body_kind = peer_body_kind,
    .body_length = peer_body_length,
    .trailers = peer_trailers,
    .fault = peer_fault,
    .is_retryable = peer_is_retryable,
    .pause = peer_pause,
    .resume = peer_resume,
    .release = peer_release,
    .send_interim = peer_send_interim,
    .send_head = peer_send_head,
    .send = peer_send,
    .finish = peer_finish,
    .abort = peer_abort,
    .close_after = peer_close_after,
    .pending = peer_pending,
    .is_full = peer_is_full,
};
