#include "net/peer_h2_lane.h"

#include "net/peer_h2_state.h"

static struct lane_h2 *
of(struct lane *lane)
{
	return (struct lane_h2 *)lane;
}

static const struct lane_h2 *
at(const struct lane *lane)
{
	return (const struct lane_h2 *)lane;
}

/* Receiving. */

static struct head *
lane_h2_head(struct lane *lane)
{
	struct lane_h2 *l = of(lane);

	return l->has_head ? &l->stream->head : NULL;
}

static enum body_kind
lane_h2_body_kind(const struct lane *lane)
{
	return at(lane)->stream->kind;
}

static uint64_t
lane_h2_body_length(const struct lane *lane)
{
	return at(lane)->stream->length;
}

static struct head *
lane_h2_trailers(struct lane *lane)
{
	return &of(lane)->stream->trailers;
}

static const struct codec_fault *
lane_h2_fault(const struct lane *lane)
{
	return at(lane)->stream->fault;
}

static bool
lane_h2_is_retryable(const struct lane *lane)
{
	(void)lane;
	return false;
}

static void
lane_h2_pause(struct lane *lane)
{
	of(lane)->paused = true;
	of(lane)->body_due = 0;
	pace_rest(&of(lane)->coming);
}

static void
lane_h2_resume(struct lane *lane)
{
	struct lane_h2 *l = of(lane);

	if (!l->paused)
		return;
	l->paused = false;
	l->resumed = true;
	if (!l->stream->ended && !l->closed)
		peer_h2_await_body(l);
	peer_h2_wake(l->peer);
}

/* Sending. */

static bool
is_open(const struct lane_h2 *l)
{
	return l->peer->stream != NULL && !l->failed;
}

/* Something waits for the client to take it. */
static void
await_client(struct lane_h2 *l)
{
	if (l->send_due == 0) {
		pace_end(&l->taking);
		peer_h2_await_taking(l);
	}
	peer_h2_wake(l->peer);
}

static int
lane_h2_send_interim(struct lane *lane, const struct head *head)
{
	struct lane_h2 *l = of(lane);

	if (!is_open(l))
		return CONSENT_EIO;
	peer_h2_wake(l->peer);
	return h2_send_interim(l->stream, head);
}

static int
lane_h2_send_head(
    struct lane *lane, struct head *head, enum body_kind kind, uint64_t length)
{
	struct lane_h2 *l = of(lane);

	if (!is_open(l))
		return CONSENT_EIO;
	peer_h2_wake(l->peer);
	return h2_send_head(l->stream, head, kind, length);
}

static int
lane_h2_finish(struct lane *lane, const struct head *trailers)
{
	struct lane_h2 *l = of(lane);
	int rc = CONSENT_EIO;

	if (is_open(l))
		rc = h2_finish(l->stream, trailers);
	if (rc != CONSENT_OK)
		return rc;
	if (!l->stream->sent) {
		await_client(l);
		return CONSENT_OK;
	}
	l->sent_due = true;
	peer_h2_wake(l->peer);
	return CONSENT_OK;
}

static int
lane_h2_send(struct lane *lane, struct span bytes, enum sink_mark mark)
{
	struct lane_h2 *l = of(lane);
	int rc = CONSENT_EIO;

	if (is_open(l))
		rc = h2_send(l->stream, bytes);
	if (rc != CONSENT_OK)
		return rc;
	l->queued = h2_queued(l->stream);
	if (mark == SINK_LAST)
		return lane_h2_finish(lane, NULL);
	if (h2_queued(l->stream) >= PEER_H2_HIGH)
		l->full = true;
	if (h2_queued(l->stream) > 0)
		await_client(l);
	return CONSENT_OK;
}

static size_t
lane_h2_pending(const struct lane *lane)
{
	return h2_queued(at(lane)->stream);
}

static bool
lane_h2_is_full(const struct lane *lane)
{
	return is_open(at(lane)) && h2_queued(at(lane)->stream) >= PEER_H2_HIGH;
}

/* Endings. */

/* What is held will not be read: the connection gets its room back. */
static void
drop_held(struct lane_h2 *l)
{
	if (l->held.n > 0)
		h2_consume(l->stream, l->held.n);
	buf_fini(&l->held);
	l->body_due = 0;
}

static void
lane_h2_abort(struct lane *lane)
{
	struct lane_h2 *l = of(lane);

	l->failed = true; /* no event follows */
	l->fail_due = false;
	l->send_due = 0;
	drop_held(l);
	h2_reset(l->stream, H2_INTERNAL_ERROR);
	peer_h2_wake(l->peer);
}

static void
lane_h2_release(struct lane *lane)
{
	struct lane_h2 *l = of(lane);

	drop_held(l);
	l->released = true;
	if (!l->stream->finished)
		l->send_due = 0;
	if (l->stream->finished && !l->stream->ended && !l->closed)
		peer_h2_expect(l->peer, &l->body_due, PEER_H2_REFUSE_MS);
	h2_release(l->stream);
	if (l->closed)
		l->stream = NULL; /* else on_closed still comes */
	peer_h2_wake(l->peer);
}

/* The others of this connection have nothing to do with it. */
static void
lane_h2_close_after(struct lane *lane)
{
	(void)lane;
}

const struct lane_ops lane_h2_ops = {
    .head = lane_h2_head,
    .body_kind = lane_h2_body_kind,
    .body_length = lane_h2_body_length,
    .trailers = lane_h2_trailers,
    .fault = lane_h2_fault,
    .is_retryable = lane_h2_is_retryable,
    .pause = lane_h2_pause,
    .resume = lane_h2_resume,
    .release = lane_h2_release,
    .send_interim = lane_h2_send_interim,
    .send_head = lane_h2_send_head,
    .send = lane_h2_send,
    .finish = lane_h2_finish,
    .abort = lane_h2_abort,
    .close_after = lane_h2_close_after,
    .pending = lane_h2_pending,
    .is_full = lane_h2_is_full,
};
