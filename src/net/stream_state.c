#include "net/stream_state.h"

#include <event2/buffer.h>
#include <event2/event.h>

#include "base/clock.h"

void
stream_set_options(struct stream *s, const struct stream_options *options)
{
	s->options = *options;
	if (s->options.high == 0)
		s->options.high = STREAM_HIGH;
	if (s->options.low == 0)
		s->options.low = STREAM_LOW;
}

size_t
stream_queued(const struct stream *s)
{
	return s->queue == NULL ? 0 : evbuffer_get_length(s->queue);
}

bool
stream_has_more(const struct stream *s)
{
	return s->readable || s->more;
}

/* Timers. One libevent timer serves both deadlines; it is moved only when it
 * would fire too late, and looks at the clock when it fires too early. */

void
stream_arm(struct stream *s)
{
	int64_t next = s->deadline, wait;
	struct timeval tv;

	if (next == 0 || (s->write_deadline != 0 && s->write_deadline < next))
		next = s->write_deadline;
	if (next == 0 || (s->armed != 0 && s->armed <= next))
		return;
	wait = next - clock_monotonic();
	if (wait < 1)
		wait = 1;
	tv.tv_sec = (time_t)(wait / 1000);
	tv.tv_usec = (suseconds_t)(wait % 1000 * 1000);
	if (evtimer_add(&s->timer, &tv) == 0)
		s->armed = next;
}

int64_t
stream_after(int64_t ms)
{
	return ms <= 0 ? 0 : clock_monotonic() + ms;
}

void
stream_silence(struct stream *s)
{
	if (s->fd >= 0)
		(void)event_del(&s->io);
	(void)evtimer_del(&s->timer);
	s->deadline = s->write_deadline = s->armed = 0;
	if (s->queue != NULL)
		evbuffer_free(s->queue);
	s->queue = NULL;
}

void
stream_fail(struct stream *s, enum stream_failure why)
{
	if (s->state > STREAM_OPEN)
		return;
	s->state = STREAM_FAILED;
	s->why = why;
	stream_silence(s);
	loop_defer(s->loop, &s->task);
}
