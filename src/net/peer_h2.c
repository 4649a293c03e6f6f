#include "net/peer_h2.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/peer_h2_events.h"
#include "net/peer_h2_state.h"
#include "net/stream_give.h"

/* The end of one connection: logged once, after its last words. */
static void
finish(struct peer_h2 *p)
{
	const char *why = h2_why(p->h2);

	if (why != NULL && !p->told_broken)
		log_info("http2.refused", "why=%s", why);
	p->told_broken = true;
	peer_h2_end(p, STREAM_LINGER, LANE_IO);
}

/*
 * One system call for all that the streams have, and only when the one before
 * was taken whole: what waits stays with the streams, where it is bounded.
 */
static void
write_out(struct peer_h2 *p)
{
	struct span bytes;
	int rc;

	if (p->stream == NULL || stream_pending(p->stream) > 0)
		return;
	rc = h2_pull(p->h2, &p->out, PEER_H2_WRITE);
	bytes = buf_span(&p->out);
	if (rc == CONSENT_OK && bytes.n > 0)
		rc = stream_write(p->stream, &bytes, 1);
	buf_clear(&p->out);
	if (rc != CONSENT_OK) {
		peer_h2_end(p, STREAM_RESET, LANE_IO);
		return;
	}
	if (p->choked && !h2_is_choked(p->h2)) {
		p->choked = false;
		stream_resume(p->stream);
	}
	if (h2_is_over(p->h2))
		finish(p);
	else if (bytes.n > 0 && stream_pending(p->stream) == 0)
		peer_h2_wake(p); /* there may be more, after the others */
}

static void
peer_free(struct peer_h2 *p)
{
	loop_cancel(&p->task);
	h2_free(p->h2);
	buf_fini(&p->out);
	free(p);
}

static void
on_task(void *arg)
{
	struct peer_h2 *p = arg;

	if (p->close_due) {
		if (p->owner->on_closed != NULL)
			p->owner->on_closed(p->ctx, &p->base);
		peer_free(p);
		return;
	}
	peer_h2_tell(p);
	write_out(p);
	peer_h2_tell(p);
	peer_h2_reap(p);
}

/* Events of the stream. */

/* A head that is awaited has its time, each one its own. */
static void
watch_head(struct peer_h2 *p)
{
	uint64_t midway = h2_midway(p->h2);

	if (midway != p->midway)
		peer_h2_expect(
		    p, &p->head_due, midway == 0 ? 0 : p->options->head_ms);
	p->midway = midway;
}

static size_t
on_read(void *ctx, struct span bytes)
{
	struct peer_h2 *p = ctx;
	int rc;

	p->choked = h2_is_choked(p->h2);
	peer_h2_wake(p);
	if (p->choked)
		return 0;
	rc = h2_feed(p->h2, bytes);
	if (p->stream == NULL)
		return bytes.n; /* somebody closed it meanwhile */
	if (rc == CONSENT_OK)
		watch_head(p);
	return bytes.n;
}

static void
on_eof(void *ctx)
{
	/* without it nobody could grant us room to send in */
	peer_h2_end(ctx, STREAM_NOW, LANE_IO);
}

static void
on_flushed(void *ctx)
{
	peer_h2_wake(ctx);
}

static void
on_fail(void *ctx, enum stream_failure why)
{
	/* what the kernel still has would be kept for who takes nothing */
	if (why == STREAM_WRITE_TIMEOUT)
		peer_h2_end(ctx, STREAM_RESET, LANE_TIMEOUT_SEND);
	else
		peer_h2_end(ctx, STREAM_NOW, LANE_IO);
}

/* Takes a deadline away that has passed. */
static bool
has_passed(int64_t *due, int64_t now)
{
	if (*due == 0 || *due > now)
		return false;
	*due = 0;
	return true;
}

static void
check_lanes(struct peer_h2 *p, int64_t now)
{
	struct lane_h2 *l;

	for (l = p->lanes.next; l != &p->lanes; l = l->next) {
		if (has_passed(&l->send_due, now))
			peer_h2_stall(l);
		if (!has_passed(&l->body_due, now))
			continue;
		if (!l->released)
			peer_h2_fail(l, LANE_TIMEOUT_BODY);
		else if (l->stream->sent)
			h2_reset(l->stream, H2_NO_ERROR);
		else
			peer_h2_expect(p, &l->body_due, PEER_H2_REFUSE_MS);
	}
}

/* Tells the last stream, once. */
static void
say_goodbye(struct peer_h2 *p)
{
	if (!p->gone)
		h2_goaway(p->h2);
	p->gone = true;
}

static void
on_timeout(void *ctx)
{
	struct peer_h2 *p = ctx;
	int64_t now = clock_monotonic();

	p->armed = 0;
	if (has_passed(&p->head_due, now)) {
		log_info("http2.refused", "why=%s", "slow-head");
		p->told_broken = true;
		say_goodbye(p);
		write_out(p);
		peer_h2_end(p, STREAM_LINGER, LANE_TIMEOUT_HEAD);
		return;
	}
	if (has_passed(&p->idle_due, now) || has_passed(&p->drain_due, now))
		say_goodbye(p);
	check_lanes(p, now);
	peer_h2_arm(p);
	peer_h2_wake(p);
}

static const struct stream_owner stream_owner = {
    .on_read = on_read,
    .on_eof = on_eof,
    .on_flushed = on_flushed,
    .on_timeout = on_timeout,
    .on_fail = on_fail,
};

/* What the user may ask of a peer. */

static struct lane *
no_lane(struct peer *peer)
{
	(void)peer;
	return NULL;
}

static void
drain(struct peer *peer, int64_t idle_ms)
{
	struct peer_h2 *p = (struct peer_h2 *)peer;

	if (p->stream == NULL || p->gone)
		return;
	if (!p->draining)
		h2_goaway_soon(p->h2);
	p->draining = true;
	peer_h2_expect(p, &p->drain_due, idle_ms);
	peer_h2_wake(p);
}

static void
close_peer(struct peer *peer)
{
	peer_h2_end((struct peer_h2 *)peer, STREAM_NOW, LANE_IO);
}

static bool
is_idle(const struct peer *peer)
{
	return ((const struct peer_h2 *)peer)->live == 0;
}

static uint64_t
served(const struct peer *peer)
{
	return ((const struct peer_h2 *)peer)->served;
}

static const struct peer_ops peer_h2_ops = {
    .lane = no_lane,
    .drain = drain,
    .close = close_peer,
    .is_idle = is_idle,
    .served = served,
};

/* Beginnings. */

static struct peer_h2 *
peer_new(struct loop *loop, const struct peer_user *user)
{
	struct peer_h2 *p = calloc(1, sizeof *p);
	const struct h2_options options = {
	    user->options->limits, user->options->streams};
	const struct h2_user mine = {&peer_h2_events, p};

	if (p == NULL)
		return NULL;
	p->base.ops = &peer_h2_ops;
	p->loop = loop;
	p->owner = user->owner;
	p->ctx = user->ctx;
	p->options = user->options;
	p->lanes.next = p->lanes.prev = &p->lanes;
	loop_task_init(&p->task, on_task, p);
	buf_init(&p->out, H2_PULL_BYTES);
	p->h2 = h2_new(&options, &mine);
	if (p->h2 == NULL) {
		free(p);
		return NULL;
	}
	return p;
}

/* The connection stands: our settings leave with the first round. */
static void
start(struct peer_h2 *p)
{
	watch_head(p);
	peer_h2_expect(p, &p->idle_due, p->options->idle_ms);
	peer_h2_wake(p);
}

struct peer *
peer_h2_accept(struct loop *loop, int fd, const struct peer_user *user)
{
	struct peer_h2 *p = peer_new(loop, user);
	const struct stream_options options = {
	    .write_ms = user->options->send_ms,
	    .write_rate = user->options->send_rate};
	const struct stream_user mine = {&stream_owner, &options, p};

	if (p == NULL) {
		(void)close(fd);
		return NULL;
	}
	p->stream = stream_accept(loop, fd, &mine);
	if (p->stream == NULL) {
		peer_free(p);
		return NULL;
	}
	start(p);
	return &p->base;
}

struct peer *
peer_h2_adopt(
    struct loop *loop, struct stream *stream, const struct peer_user *user)
{
	struct peer_h2 *p = peer_new(loop, user);
	const struct stream_options options = {
	    .write_ms = user->options->send_ms,
	    .write_rate = user->options->send_rate};
	const struct stream_user mine = {&stream_owner, &options, p};

	if (p == NULL) {
		stream_close(stream, STREAM_NOW);
		return NULL;
	}
	stream_give(stream, &mine);
	p->stream = stream;
	start(p);
	return &p->base;
}
