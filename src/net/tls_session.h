#ifndef CONSENT_NET_TLS_SESSION_H
#define CONSENT_NET_TLS_SESSION_H

/*
 * One connection's TLS: turns bytes of the wire into the owner's and back. It
 * reads the wire by a function of the owner, as much as it needs and no more;
 * what is to be written it only gathers, and the owner takes it after each
 * call. So it never waits, and never writes by itself. Knows no sockets.
 *
 * An end is believed only when the other side said so (close_notify): a wire
 * that just ends has been cut, RFC 8446 6.1.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

struct tls_client;
struct tls_server;
struct tls_session;

enum {
	TLS_RECORD = 16384,   /* most bytes of the owner's in one record */
	TLS_RECORD_EXTRA = 64 /* and what may come on top of them */
};

enum tls_progress {
	TLS_DONE,  /* what was asked for happened */
	TLS_WAIT,  /* the wire has no more for now */
	TLS_ENDED, /* the other side said that it sends no more */
	TLS_CUT,   /* the wire ended, and nobody had said so */
	TLS_BROKEN /* the wire failed, or what came is no TLS: it is over */
};

/*
 * The way in. read puts up to max bytes to room and tells how many in *n, 0 at
 * the end of the wire; CONSENT_EBUSY when there are none yet, CONSENT_EIO.
 */
struct tls_wire {
	int (*read)(void *ctx, void *room, size_t max, size_t *n);
	void *ctx;
};

/* A session on an accepted wire. wire is copied, server is borrowed. NULL
 * without memory. */
struct tls_session *tls_session_accept(
    struct tls_server *server, const struct tls_wire *wire);

/* The same for one that we opened. */
struct tls_session *tls_session_connect(
    struct tls_client *client, const struct tls_wire *wire);

/*
 * Goes on with the handshake. TLS_DONE when it is complete and, for an origin,
 * its certificate was found good.
 */
enum tls_progress tls_session_shake(struct tls_session *session);

/*
 * Reads up to max bytes to room; TLS_DONE with their number in *n, not 0. With
 * room NULL it only looks what the next call will say, and leaves *n 0: no more
 * than one record is read for that, and kept.
 */
enum tls_progress tls_session_read(
    struct tls_session *session, char *room, size_t max, size_t *n);

/*
 * Writes the spans in as few records as they fit in. CONSENT_EIO when the
 * session is over, CONSENT_ENOMEM, CONSENT_ELIMIT: it is over then.
 */
int tls_session_write(struct tls_session *session, const struct span *spans,
    size_t count) CONSENT_CHECKED;

/* Says that we send no more; once, and after a handshake only. */
void tls_session_end(struct tls_session *session);

/* What is to go over the wire; until the next call with this session. */
struct span tls_session_output(const struct tls_session *session);

/* All of that was taken. */
void tls_session_taken(struct tls_session *session);

/* Whether it holds bytes of the wire that were not read from it yet. */
bool tls_session_has_input(const struct tls_session *session);

/* The protocol that both agreed on (RFC 7301), such as "h2"; or empty. */
struct span tls_session_protocol(const struct tls_session *session);

/* After TLS_BROKEN and TLS_CUT: why, for logs. Never NULL. */
const char *tls_session_reason(const struct tls_session *session);

/* Frees it, without a word to the other side. NULL is fine. */
void tls_session_free(struct tls_session *session);

#endif
