#ifndef CONSENT_NET_STREAM_H
#define CONSENT_NET_STREAM_H

/*
 * One non-blocking stream socket, TCP or unix, plain or by TLS. Reads into the
 * loop's buffer and lends the bytes to the owner; writes at once with writev
 * and queues only what the kernel did not take. Knows nothing of HTTP.
 *
 * Callbacks run from the loop, never inside a call of the owner, and not one
 * comes after stream_close: it takes the stream away from the owner, who
 * forgets the pointer; the memory is given back from the loop, so it may be
 * called inside a callback. A failure is told once, and no callback but that
 * follows; the owner then closes. What is held and queued is bounded; every
 * wait can have a limit.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "net/stream_user.h"

struct address;
struct loop;
struct stream;

/* How a stream is closed. */
enum stream_ending {
	STREAM_NOW, /* at once; what is queued is lost */
	/* at once, after all that was to be said: with TLS, that is said, too;
	 * the others do not say it, but for STREAM_LINGER */
	STREAM_CLEAN,
	STREAM_RESET, /* at once with a reset: nobody takes it for an end */
	/*
	 * What is queued is still written, then our direction is shut and a
	 * bounded number of bytes is discarded for a bounded time, so that
	 * the other side reads our last words and not a reset.
	 */
	STREAM_LINGER
};

/*
 * Takes over an accepted socket, which is already non-blocking and
 * close-on-exec, and starts to read; with TLS on_connected or on_fail follows
 * first. user is copied. NULL without memory: fd is closed then.
 */
struct stream *stream_accept(
    struct loop *loop, int fd, const struct stream_user *user);

/*
 * Starts to connect; on_connected or on_fail follows from the loop. What is
 * written before is queued, but not with TLS. user is copied. NULL without
 * memory or sockets.
 */
struct stream *stream_connect(struct loop *loop, const struct address *to,
    const struct stream_user *user);

/*
 * Writes the spans in order, in one system call if the queue is empty; the
 * rest is copied to the queue. CONSENT_ELIMIT when the queue would pass
 * STREAM_QUEUE_MAX: nothing is taken. CONSENT_EINVAL with TLS that is not
 * agreed on yet. CONSENT_EIO when the stream has failed, was shut, or fails
 * now, CONSENT_ENOMEM: on_fail tells that as well.
 */
int stream_write(
    struct stream *s, const struct span *spans, size_t count) CONSENT_CHECKED;

/* Ends our direction once the queue is empty (FIN); reading goes on. */
void stream_shutdown(struct stream *s);

/* Stops on_read and on_eof until stream_resume. Failures are still told. */
void stream_pause(struct stream *s);

/*
 * Goes on reading after a pause, from the loop. on_read is called first with
 * what was kept, even if that is nothing. No pause, no effect.
 */
void stream_resume(struct stream *s);

/*
 * Looks at the socket once more before waiting. For an owner in the middle of
 * a message, called inside on_read: an error may hide behind the last bytes,
 * and no event would tell.
 */
void stream_look_again(struct stream *s);

/*
 * Sets the one deadline for what the owner waits for: on_timeout comes once,
 * ms milliseconds from now, coarsely; 0 takes it away. What has come by then is
 * read before, and the owner may set another deadline. Cheap enough to be set
 * anew with each message.
 */
void stream_deadline(struct stream *s, int64_t ms);

/*
 * Whether bytes of the other side wait: left over by the owner, or with the
 * kernel. Those that on_read just lends are not counted. One system call.
 */
bool stream_has_input(const struct stream *s);

/* Bytes queued, not yet taken by the kernel; with TLS as they go out. */
size_t stream_pending(const struct stream *s);

/* Bytes that came from and went to the kernel since the start; with TLS what
 * came is counted as the owner gets it. */
void stream_counts(const struct stream *s, uint64_t *received, uint64_t *sent);

/* Ends the stream for its owner, in one of three ways. NULL is fine. */
void stream_close(struct stream *s, enum stream_ending how);

#endif
