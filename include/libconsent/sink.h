#ifndef CONSENT_BASE_SINK_H
#define CONSENT_BASE_SINK_H

/*
 * Where bytes of a body go: one function and its context. Bodies pass through
 * chains of sinks (decoder, rewriter, encoder, connection). A span given to a
 * sink is borrowed for the call. The first error latches in the chain: after a
 * failure nothing more is written. SINK_LAST comes exactly once, only when
 * the source truly ended; a body that is cut short never sees it.
 */

#include <libconsent/span.h>
#include <libconsent/status.h>

CONSENT_BEGIN

enum sink_mark {
	SINK_MORE,  /* more follows soon */
	SINK_FLUSH, /* pass on what can be passed: the source pauses here */
	SINK_LAST   /* the end; nothing follows */
};

struct buf;

struct sink {
	int (*write)(void *ctx, struct span bytes, enum sink_mark mark);
	void *ctx;
};

/* Takes all and keeps nothing: for who only wants to look while it passes. */
extern const struct sink sink_nowhere;

/* Appends all to a buf, which has no end to mark. */
struct sink sink_into(struct buf *out);

/* Writes to s; returns what it returns: 0 or a negative consent_status. */
int sink_write(const struct sink *s, struct span bytes,
    enum sink_mark mark) CONSENT_CHECKED;

CONSENT_END

#endif
