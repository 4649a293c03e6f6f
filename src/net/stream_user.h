#ifndef CONSENT_NET_STREAM_USER_H
#define CONSENT_NET_STREAM_USER_H

/*
 * What a stream and its owner agree on: the events that the owner hears, the
 * limits that it sets and those that nobody sets. net/stream.h says when events
 * come.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>

struct tls_client;
struct tls_server;

enum {
	STREAM_SPANS = 16,	/* most spans in one stream_write */
	STREAM_HIGH = 8 * 1024, /* default high water of the queue */
	STREAM_LOW = 2 * 1024,	/* default low water */
	STREAM_QUEUE_MAX = 8 * 1024 * 1024, /* ceiling of the queue */
	STREAM_LINGER_BYTES = 256 * 1024,   /* discarded before giving up */
	STREAM_LINGER_MS = 2000		    /* and for how long */
};

enum stream_failure {
	STREAM_UNREACHABLE,	/* connect was refused or found no way */
	STREAM_CONNECT_TIMEOUT, /* connect took too long */
	STREAM_WRITE_TIMEOUT,	/* the other side takes nothing */
	STREAM_INSECURE,	/* no TLS came about; why is in the log */
	STREAM_TRUNCATED,	/* TLS: cut off, without an end of theirs */
	STREAM_BROKEN		/* reset or another error of the socket */
};

struct stream_owner {
	/* stream_connect or a TLS handshake succeeded; before all else */
	void (*on_connected)(void *ctx);
	/*
	 * Bytes arrived; borrowed for the call. Returns how many were used.
	 * The rest is kept, and the stream pauses itself if there is a rest;
	 * after stream_resume it comes again, with nothing lost.
	 */
	size_t (*on_read)(void *ctx, struct span bytes);
	/* the other side sends no more; all that it sent was used */
	void (*on_eof)(void *ctx);
	/*
	 * The kernel says, or a client by TLS, that the other side sends no
	 * more, perhaps before all was read, and also during a pause; once.
	 * May be NULL.
	 */
	void (*on_hangup)(void *ctx);
	/* the queue was over high water and fell to low water */
	void (*on_drained)(void *ctx);
	/* the queue was not empty and now is */
	void (*on_flushed)(void *ctx);
	/* the deadline of stream_deadline passed; the stream goes on */
	void (*on_timeout)(void *ctx);
	/* nothing works any more; the queue is lost */
	void (*on_fail)(void *ctx, enum stream_failure why);
};

struct stream_options {
	size_t high; /* water marks of the queue; 0: the defaults */
	size_t low;
	int64_t write_ms;    /* longest wait for the kernel; 0: none */
	uint64_t write_rate; /* bytes a second it must take; 0: any */
	int64_t connect_ms;  /* for connect and handshake; 0: no limit */
	/* TLS, by one of them for its side; borrowed to the end. NULL: none */
	struct tls_server *tls_server;
	struct tls_client *tls_client;
};

/* Who uses a stream; owner is borrowed until stream_close, options copied. */
struct stream_user {
	const struct stream_owner *owner;
	const struct stream_options *options;
	void *ctx;
};

#endif
