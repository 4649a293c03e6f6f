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
	s->owner = user->owner;
	s->ctx = user->ctx;
	stream_set_options(s, user->options);
	s->deadline = 0; /* a timer that is set finds nothing due */
}
