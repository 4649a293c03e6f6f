#include "net/stream_give.h"

#include "net/stream_state.h"
#include "net/tls_session.h"

struct span
stream_protocol(const struct stream *s)
{
	if (s->tls == NULL)
		return (struct span){NULL, 0};
	return tls_session_protocol(s->tls);
}

void
stream_give(struct stream *s, const struct stream_user *user)
{
	struct stream_options options = *user->options;

	/* what the session was made by stays */
	options.tls_server = s->options.tls_server;
	options.tls_client = s->options.tls_client;
	s->owner = user->owner;
	s->ctx = user->ctx;
	stream_set_options(s, &options);
	s->hang_told = false;
	loop_defer(s->loop, &s->task); /* it may have hung up already */
	s->deadline = 0; /* a timer that is set finds nothing due */
}
