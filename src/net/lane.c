#include "net/lane.h"

#include "net/lane_ops.h"
#include "net/lane_send.h"

void
lane_attach(struct lane *lane, const struct lane_handler *handler, void *ctx)
{
	lane->handler = handler;
	lane->ctx = ctx;
}

struct head *
lane_head(struct lane *lane)
{
	return lane->ops->head(lane);
}

enum body_kind
lane_body_kind(const struct lane *lane)
{
	return lane->ops->body_kind(lane);
}

uint64_t
lane_body_length(const struct lane *lane)
{
	return lane->ops->body_length(lane);
}

struct head *
lane_trailers(struct lane *lane)
{
	return lane->ops->trailers(lane);
}

const struct codec_fault *
lane_fault(const struct lane *lane)
{
	return lane->ops->fault(lane);
}

bool
lane_is_retryable(const struct lane *lane)
{
	return lane->ops->is_retryable(lane);
}

void
lane_pause(struct lane *lane)
{
	lane->ops->pause(lane);
}

void
lane_resume(struct lane *lane)
{
	lane->ops->resume(lane);
}

void
lane_release(struct lane *lane)
{
	lane->handler = NULL;
	lane->ops->release(lane);
}

int
lane_send_interim(struct lane *lane, const struct head *head)
{
	return lane->ops->send_interim(lane, head);
}

int
lane_send_head(
    struct lane *lane, struct head *head, enum body_kind kind, uint64_t length)
{
	return lane->ops->send_head(lane, head, kind, length);
}

int
lane_send(struct lane *lane, struct span bytes, enum sink_mark mark)
{
	return lane->ops->send(lane, bytes, mark);
}

int
lane_finish(struct lane *lane, const struct head *trailers)
{
	return lane->ops->finish(lane, trailers);
}

void
lane_abort(struct lane *lane)
{
	lane->ops->abort(lane);
}

void
lane_close_after(struct lane *lane)
{
	lane->ops->close_after(lane);
}

size_t
lane_pending(const struct lane *lane)
{
	return lane->ops->pending(lane);
}

bool
lane_is_full(const struct lane *lane)
{
	return lane->ops->is_full(lane);
}
