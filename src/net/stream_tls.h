#ifndef CONSENT_NET_STREAM_TLS_H
#define CONSENT_NET_STREAM_TLS_H

/*
 * The stream whose bytes go by TLS: joins its session (net/tls_session) to its
 * socket and queue. What is queued is what goes over the wire. Calls no owner.
 * For the files of the stream only.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

struct stream;

/* Gives the stream the session that its options want. CONSENT_ENOMEM. */
int stream_tls_begin(struct stream *s) CONSENT_CHECKED;

/*
 * Goes on with the handshake; the stream is open afterwards, still waits, or
 * has failed, and why was logged.
 */
void stream_tls_shake(struct stream *s);

/* stream_put by TLS, with its codes. */
int stream_tls_put(
    struct stream *s, const struct span *spans, size_t count) CONSENT_CHECKED;

/*
 * Reads into the loop's buffer: what came, or nothing. Notes an end that the
 * other side has said; one that it has not said is a failure.
 */
struct span stream_tls_pull(struct stream *s);

/*
 * On a pause, when nobody reads: whether a client has said that it sends no
 * more, as far as no bytes stand before that. Takes nothing from the owner.
 */
void stream_tls_look(struct stream *s);

/* Says once that we send no more; whether all of that is with the kernel. */
bool stream_tls_end(struct stream *s);

/*
 * An origin may refuse us after our half of the handshake (RFC 8446 4.4.2.4),
 * when our bytes break already: its reason is looked for before the stream
 * goes, and logged.
 */
void stream_tls_last_words(struct stream *s);

#endif
