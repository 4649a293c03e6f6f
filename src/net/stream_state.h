#ifndef CONSENT_NET_STREAM_STATE_H
#define CONSENT_NET_STREAM_STATE_H

/*
 * The inside of net/stream: what a stream is, its deadlines, and how it fails.
 * Only notes what is due; calls no owner and moves no bytes. For the files of
 * the stream only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event_struct.h>

#include <libconsent/buf.h>

#include "net/loop.h"
#include "net/pace.h"
#include "net/stream_user.h"

struct evbuffer;
struct tls_session;

enum {
	STREAM_TURN = 4 /* reads before other sockets get their turn */
};

enum stream_state {
	STREAM_CONNECTING,
	STREAM_SHAKING, /* TLS is being agreed on */
	STREAM_OPEN,
	STREAM_FAILED,	  /* on_fail is due or was told */
	STREAM_LINGERING, /* without an owner */
	STREAM_CLOSED	  /* memory goes with the next task */
};

struct stream {
	struct loop *loop;
	const struct stream_owner *owner;
	void *ctx;
	struct stream_options options; /* no zeros in the water marks */
	struct event io;
	struct event timer;
	struct loop_task task;	 /* all that must run from the loop */
	struct loop_task guest;	 /* while lingering */
	struct tls_session *tls; /* NULL: plain */
	struct evbuffer *queue;	 /* NULL until something must wait */
	struct buf held;	 /* bytes the owner left */
	int64_t deadline;	 /* the owner's; monotonic, 0: none */
	int64_t write_deadline;	 /* ours: connect, write progress: */
	struct pace taking;	 /* while something is queued */
	int64_t armed;		 /* when the timer fires; 0: not set */
	uint64_t received, sent;
	size_t discarded; /* while lingering */
	int fd;
	int reads; /* that TLS may still do in this turn */
	enum stream_state state;
	enum stream_failure why; /* with STREAM_FAILED */
	bool told;		 /* on_fail, once */
	bool greet;		 /* on_connected is due */
	bool readable;		 /* the kernel may have bytes for us */
	bool more;		 /* TLS may have, without the kernel */
	bool writable;		 /* the kernel takes bytes, as far as known */
	bool hung_up;		 /* kernel or client announced the end */
	bool hang_told;		 /* on_hangup, once */
	bool broken;		 /* a write failed: read what is left, fail */
	bool full;		 /* over high water since */
	bool paused;		 /* by the owner or by held bytes */
	bool resumed;		 /* show held bytes to the owner, first */
	bool reading;		 /* inside on_read */
	bool ended;		 /* read to the end */
	bool end_told;		 /* on_eof, once */
	bool shut_wanted;	 /* FIN once the queue is empty */
	bool shut;		 /* FIN sent */
};

/* Takes the options over, defaults in place of zeros. */
void stream_set_options(struct stream *s, const struct stream_options *options);

/* Bytes queued, not yet taken by the kernel. */
size_t stream_queued(const struct stream *s);

/* Whether there may be something to read, from the kernel or from TLS. */
bool stream_has_more(const struct stream *s);

/* The monotonic time in ms milliseconds; 0 when ms is 0. */
int64_t stream_after(int64_t ms);

/* Moves the timer when one of the deadlines comes before it. */
void stream_arm(struct stream *s);

/* No event of the socket or the timer comes any more; the queue is lost. */
void stream_silence(struct stream *s);

/* Nothing works any more: drops the queue, on_fail follows from the loop. */
void stream_fail(struct stream *s, enum stream_failure why);

#endif
