#include "net/peer_lane.h"

#include "net/peer_send.h"
#include "net/peer_state.h"

static void
peer_release(struct lane *lane)
{
	struct peer_h1 *p = (struct peer_h1 *)lane;

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
	struct peer_h1 *p = (struct peer_h1 *)lane;

	/* what was sent is the client's, though the rest never comes */
	if (p->side == PEER_CLIENT && p->stream != NULL &&
	    p->writing == WRITE_BODY)
		peer_flush(p);
	p->failed = true; /* no event follows */
	p->sent_due = p->sent_now = p->fail_due = false;
	peer_end(p, STREAM_RESET);
}

/* The lane's half that is no message. */

static struct head *
peer_head(struct lane *lane)
{
	struct peer_h1 *p = (struct peer_h1 *)lane;

	return p->has_head ? codec_head(&p->work->codec) : NULL;
}

static enum body_kind
peer_body_kind(const struct lane *lane)
{
	return codec_body_kind(&((const struct peer_h1 *)lane)->work->codec);
}

static uint64_t
peer_body_length(const struct lane *lane)
{
	return codec_body_length(&((const struct peer_h1 *)lane)->work->codec);
}

static struct head *
peer_trailers(struct lane *lane)
{
	return codec_trailers(&((struct peer_h1 *)lane)->work->codec);
}

static const struct codec_fault *
peer_fault(const struct lane *lane)
{
	return codec_fault(&((const struct peer_h1 *)lane)->work->codec);
}

static bool
peer_is_retryable(const struct lane *lane)
{
	return ((const struct peer_h1 *)lane)->retryable;
}

static void
peer_pause(struct lane *lane)
{
	struct peer_h1 *p = (struct peer_h1 *)lane;

	p->paused = true;
	if (p->stream == NULL)
		return;
	stream_pause(p->stream);
	peer_expect(p);
}

static void
peer_resume(struct lane *lane)
{
	struct peer_h1 *p = (struct peer_h1 *)lane;

	if (!p->paused)
		return;
	p->paused = false;
	if (p->stream == NULL)
		return;
	peer_expect(p);
	stream_resume(p->stream);
	if (p->end_due)
		peer_wake(p);
}

static void
peer_close_after(struct lane *lane)
{
	((struct peer_h1 *)lane)->close_after = true;
}

static size_t
peer_pending(const struct lane *lane)
{
	const struct peer_h1 *p = (const struct peer_h1 *)lane;
	size_t queued = p->stream == NULL ? 0 : stream_pending(p->stream);

	return queued + p->work->out.n + p->work->gather.n;
}

static bool
peer_is_full(const struct lane *lane)
{
	const struct peer_h1 *p = (const struct peer_h1 *)lane;

	/* what is gathered does not count: no on_drain comes for that */
	return p->stream != NULL &&
	       stream_pending(p->stream) >= p->options->high;
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
