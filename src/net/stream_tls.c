#include "net/stream_tls.h"

#include "base/log.h"
#include "net/stream_raw.h"
#include "net/stream_state.h"
#include "net/tls.h"
#include "net/tls_session.h"

/* What the session reads: the socket, a few times in each turn. */
static int
on_wire_read(void *ctx, void *room, size_t max, size_t *n)
{
	struct stream *s = ctx;
	ssize_t got;

	if (!s->readable || s->reads == 0)
		return CONSENT_EBUSY;
	s->reads--;
	got = stream_raw_read(s, room, max);
	if (got < 0)
		return s->broken ? CONSENT_EIO : CONSENT_EBUSY;
	*n = (size_t)got;
	return CONSENT_OK;
}

int
stream_tls_begin(struct stream *s)
{
	const struct tls_wire wire = {on_wire_read, s};
	const struct stream_options *options = &s->options;

	if (options->tls_server != NULL)
		s->tls = tls_session_accept(options->tls_server, &wire);
	else
		s->tls = tls_session_connect(options->tls_client, &wire);
	return s->tls == NULL ? CONSENT_ENOMEM : CONSENT_OK;
}

/* Writes what the session has for the wire. */
static int
stream_tls_emit(struct stream *s)
{
	struct span output = tls_session_output(s->tls);
	int rc = CONSENT_OK;

	if (output.n != 0)
		rc = s->broken ? CONSENT_EIO : stream_raw_put(s, &output, 1);
	tls_session_taken(s->tls);
	return rc;
}

/* A client that we refuse is its own matter; an origin is ours. */
static void
stream_tls_complain(const struct stream *s)
{
	const char *reason = tls_session_reason(s->tls);

	if (s->options.tls_server != NULL)
		log_info("tls.refused", "reason=\"%s\"", reason);
	else
		log_warn("tls.failed", "origin=%s reason=\"%s\"",
		    tls_client_name(s->options.tls_client), reason);
}

/* Bytes that nobody took would turn our alert into a reset. */
static void
stream_tls_empty(struct stream *s)
{
	int turn;

	for (turn = 0; turn < STREAM_TURN; turn++)
		if (stream_raw_read(s, loop_buffer(s->loop), LOOP_READ_BYTES) <=
		    0)
			return;
}

void
stream_tls_shake(struct stream *s)
{
	enum tls_progress progress;
	int rc;

	s->reads = STREAM_TURN;
	progress = tls_session_shake(s->tls);
	rc = stream_tls_emit(s); /* an alert, too: it says why */
	if (progress == TLS_WAIT && rc == CONSENT_OK && !s->broken) {
		if (s->readable)
			loop_defer(s->loop, &s->task);
		return;
	}
	if (progress == TLS_DONE && rc == CONSENT_OK) {
		s->state = STREAM_OPEN;
		s->greet = true;
		s->more = true; /* of what was read for the handshake */
		s->write_deadline = 0;
		stream_progress(s);
		return;
	}
	stream_tls_complain(s);
	stream_tls_empty(s);
	stream_fail(s, STREAM_INSECURE);
}

int
stream_tls_put(struct stream *s, const struct span *spans, size_t count)
{
	size_t i, total = 0, room = STREAM_QUEUE_MAX - stream_queued(s);
	int rc;

	if (s->state < STREAM_OPEN)
		return CONSENT_EINVAL;
	for (i = 0; i < count; i++) {
		if (spans[i].n > room - total)
			return CONSENT_ELIMIT;
		total += spans[i].n;
	}
	if (total / TLS_RECORD * TLS_RECORD_EXTRA + TLS_RECORD_EXTRA >
	    room - total)
		return CONSENT_ELIMIT;
	rc = tls_session_write(s->tls, spans, count);
	if (rc == CONSENT_OK)
		rc = stream_tls_emit(s);
	/* half of it may have left; with a broken socket the rest of theirs
	 * is read before that is told */
	if (rc != CONSENT_OK && !s->broken)
		stream_fail(s, STREAM_BROKEN);
	return rc;
}

/* Reads; what the session has against their bytes, or they against ours, is
 * said, but not that the socket broke. */
static enum tls_progress
stream_tls_read(struct stream *s, char *room, size_t max, size_t *n)
{
	bool broken = s->broken;
	enum tls_progress progress;

	s->broken = false;
	progress = tls_session_read(s->tls, room, max, n);
	if (progress == TLS_BROKEN && !s->broken)
		stream_tls_complain(s);
	s->broken = s->broken || broken;
	return progress;
}

struct span
stream_tls_pull(struct stream *s)
{
	char *buffer = loop_buffer(s->loop);
	enum tls_progress progress;
	size_t n = 0;
	int rc;

	s->reads = STREAM_TURN;
	progress = stream_tls_read(s, buffer, LOOP_READ_BYTES, &n);
	s->more = progress == TLS_DONE;
	rc = stream_tls_emit(s); /* an answer of the protocol's own */
	if (progress == TLS_ENDED) {
		s->ended = true;
		s->readable = false;
	}
	if (progress == TLS_CUT && !s->broken)
		stream_fail(s, STREAM_TRUNCATED);
	else if (progress == TLS_CUT || progress == TLS_BROKEN ||
		 (rc != CONSENT_OK && n == 0))
		stream_fail(s, STREAM_BROKEN);
	s->received += n;
	return (struct span){buffer, n};
}

void
stream_tls_look(struct stream *s)
{
	enum tls_progress progress;
	size_t none;

	if (s->options.tls_server == NULL || s->state != STREAM_OPEN ||
	    !s->paused || s->hung_up || !stream_has_more(s))
		return;
	s->reads = STREAM_TURN;
	progress = tls_session_read(s->tls, NULL, 0, &none);
	(void)stream_tls_emit(s); /* the stream tells when that fails */
	s->hung_up = progress == TLS_ENDED;
	/* what was found, bad or good, is for him who reads next */
	s->more = progress != TLS_WAIT;
	if (progress == TLS_WAIT && s->readable)
		loop_defer(s->loop, &s->task);
}

bool
stream_tls_end(struct stream *s)
{
	tls_session_end(s->tls); /* does nothing the second time */
	return stream_tls_emit(s) == CONSENT_OK && stream_queued(s) == 0;
}

void
stream_tls_last_words(struct stream *s)
{
	char room[512]; /* the loop's buffer may be on loan */
	size_t n;

	if (s->options.tls_client == NULL || s->state != STREAM_OPEN ||
	    !s->broken)
		return;
	s->readable = true;
	s->reads = 1;
	(void)stream_tls_read(s, room, sizeof room, &n); /* it is said */
}
