#ifndef CONSENT_NET_STREAM_IMPL_H
#define CONSENT_NET_STREAM_IMPL_H

/*
 * The inside of net/stream, shared by its two halves: stream_life.c has the
 * life of a stream, its events and timers; stream_io.c moves the bytes. For
 * those two files only. Functions that call the owner run from the loop.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event_struct.h>

#include <libconsent/buf.h>

#include "net/loop.h"
#include "net/stream.h"

struct evbuffer;

enum {
	STREAM_TURN = 4 /* reads before other sockets get their turn */
};

enum stream_state {
	STREAM_CONNECTING,
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
	struct loop_task task;	/* all that must run from the loop */
	struct loop_task guest; /* while lingering */
	struct evbuffer *queue; /* NULL until something must wait */
	struct buf held;	/* bytes the owner left */
	int64_t deadline;	/* the owner's; monotonic, 0: none */
	int64_t write_deadline; /* ours: connect, write progress */
	int64_t armed;		/* when the timer fires; 0: not set */
	uint64_t received, sent;
	size_t discarded; /* while lingering */
	int fd;
	enum stream_state state;
	enum stream_failure why; /* with STREAM_FAILED */
	bool told;		 /* on_fail, once */
	bool greet;		 /* on_connected is due */
	bool readable;		 /* the kernel may have bytes for us */
	bool writable;		 /* the kernel takes bytes, as far as known */
	bool hung_up;		 /* the kernel announced the end */
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

/* stream_life.c */

/* Nothing works any more: drops the queue, on_fail follows from the loop. */
void stream_fail(struct stream *s, enum stream_failure why);

/* Moves the timer when one of the deadlines comes before it. */
void stream_arm(struct stream *s);

/* The monotonic time in ms milliseconds; 0 when ms is 0. */
int64_t stream_after(int64_t ms);

/* stream_io.c */

/* Sets water mark and write deadline by what is queued now. */
void stream_progress(struct stream *s);

/* Sends the FIN that is wanted, once the queue is empty. */
void stream_shut(struct stream *s);

/* The socket takes bytes again: empties the queue as far as it goes. */
void stream_flush(struct stream *s);

/* Lends bytes to the owner and keeps what it leaves. */
void stream_lend(struct stream *s, struct span bytes);

/*
 * Reads once into the loop's buffer: what came, or nothing; notes the end and
 * an error.
 */
struct span stream_pull(struct stream *s);

/* Reads and lends for one turn; the rest follows from the loop. */
void stream_read(struct stream *s);

#endif
