#include "net/peer_send.h"

#include "http/head_edit.h"
#include "net/lane_send.h"
#include "net/peer_state.h"

/* One write: what was gathered, some more, and perhaps the end. */
struct batch {
	struct span spans[2 + 2 * FRAMER_PARTS];
	size_t n;
	char scratch[2][FRAMER_SCRATCH];
};

/* Frames the gathered bytes and data behind what is in out. */
static int
batch_fill(struct batch *b, struct peer_h1 *p, struct span data)
{
	const struct span pieces[2] = {buf_span(&p->work->gather), data};
	size_t i;

	b->n = 0;
	b->spans[b->n++] = buf_span(&p->work->out);
	for (i = 0; i < 2; i++) {
		int rc;

		if (pieces[i].n == 0)
			continue;
		rc = framer_piece(&p->work->framer, pieces[i], b->spans + b->n,
		    b->scratch[i]);
		if (rc != CONSENT_OK)
			return rc;
		b->n += FRAMER_PARTS;
	}
	return CONSENT_OK;
}

static int
batch_write(struct batch *b, struct peer_h1 *p)
{
	int rc = stream_write(p->stream, b->spans, b->n);

	buf_clear(&p->work->out);
	buf_clear(&p->work->tail);
	buf_clear(&p->work->gather);
	/* who reads slowly has a copy of it in the queue already */
	if (stream_pending(p->stream) != 0)
		buf_fini(&p->work->gather);
	return rc;
}

void
peer_flush(struct peer_h1 *p)
{
	const struct span nothing = {NULL, 0};
	struct batch batch;

	if (p->work == NULL || p->work->out.n + p->work->gather.n == 0)
		return;
	if (batch_fill(&batch, p, nothing) == CONSENT_OK &&
	    batch_write(&batch, p) == CONSENT_OK)
		return;
	/* nobody is here to be told: the stream has failed or is full beyond
	 * its ceiling, and the message cannot be completed */
	p->writing = WRITE_ABORTED;
	p->fail_due = !p->failed;
	p->why = LANE_IO;
	peer_wake(p);
}

int
peer_send_interim(struct lane *lane, const struct head *head)
{
	struct peer_h1 *p = (struct peer_h1 *)lane;
	int rc;

	if (p->stream == NULL)
		return CONSENT_EIO;
	if (p->side != PEER_CLIENT || p->writing != WRITE_NONE ||
	    head->status < 100 || head->status > 199 || head->status == 101)
		return CONSENT_EINVAL;
	if (p->old)
		return CONSENT_OK;
	rc = head_write(head, &p->work->out);
	if (rc != CONSENT_OK)
		return rc;
	if (head->status == 100)
		p->waits = false;
	peer_wake(p);
	return CONSENT_OK;
}

/* Who draws off still answers what came before it could say so. */
static bool
peer_is_last(const struct peer_h1 *p)
{
	return p->draining && (p->reading != READ_DONE ||
				  (!p->more && !stream_has_input(p->stream)));
}

/* Whether another exchange may follow, as far as can be told with the head. */
static bool
peer_may_persist(const struct peer_h1 *p)
{
	if (p->close_after || p->eof || p->reading == READ_FAILED)
		return false;
	if (p->side == PEER_ORIGIN)
		return !p->draining;
	if (peer_is_last(p))
		return false;
	if (p->reading == READ_BODY &&
	    (p->waits ||
		codec_body_length(&p->work->codec) > p->options->discard))
		return false;
	return codec_keep_alive(&p->work->codec);
}

/*
 * Makes Connection say what happens (RFC 9112 9.3, 9.6). Upgrade is never
 * without its option there (RFC 9110 7.8).
 */
static int
peer_shape_connection(struct peer_h1 *p, struct head *head)
{
	if (!peer_may_persist(p))
		p->close_after = true;
	if (head_value(head, SPAN("Upgrade")).p != NULL)
		return head_set(head, SPAN("Connection"),
		    p->close_after && head->status != 101
			? SPAN("Upgrade, close")
			: SPAN("Upgrade"));
	head_drop_all(head, SPAN("Connection"));
	if (p->close_after)
		return head_add(head, SPAN("Connection"), SPAN("close"));
	if (p->old)
		return head_add(head, SPAN("Connection"), SPAN("keep-alive"));
	return CONSENT_OK;
}

/* Whether kind and status go together, and come at the right time. */
static bool
peer_fits_response(
    const struct peer_h1 *p, const struct head *head, enum body_kind kind)
{
	bool switching =
	    head->status == 101 || (p->connect && head->status / 100 == 2);

	if (head->status < 200 && head->status != 101)
		return false;
	if (kind != BODY_TUNNEL)
		return head->status != 101;
	return switching && p->reading == READ_DONE;
}

/* Whether a response has no body, whatever its head says (RFC 9112 6.3). */
static bool
peer_is_bodyless(const struct peer_h1 *p, const struct head *head)
{
	return p->to_head || head->status == 204 || head->status == 304;
}

/* Sets the framing of a response and makes its head say so (RFC 9112 6.3). */
static int
peer_shape_response(
    struct peer_h1 *p, struct head *head, enum body_kind kind, struct framer *f)
{
	bool none = peer_is_bodyless(p, head);
	int rc = CONSENT_OK;

	if (!peer_fits_response(p, head, kind))
		return CONSENT_EINVAL;
	if (kind == BODY_CHUNKED || kind == BODY_UNTIL_CLOSE)
		kind = p->old ? BODY_UNTIL_CLOSE : BODY_CHUNKED;
	if (kind == BODY_NONE && !none)
		kind = BODY_LENGTH; /* of the 0 that f already has */
	if (head->status == 204)
		kind = BODY_NONE;
	framer_begin(f, kind, f->left);
	if (kind != BODY_NONE || head->status == 204)
		rc = framer_announce(f, head);
	else
		head_drop_all(head, SPAN("Transfer-Encoding"));
	if (none)
		framer_begin(f, BODY_NONE, 0);
	if (f->kind == BODY_UNTIL_CLOSE || f->kind == BODY_TUNNEL)
		p->close_after = true;
	return rc;
}

/* Notes what decides about a second try (RFC 9110 9.2.2). */
static void
peer_note_method(struct peer_h1 *p, struct span method)
{
	static const struct span idempotent[] = {{"GET", 3}, {"HEAD", 4},
	    {"OPTIONS", 7}, {"TRACE", 5}, {"PUT", 3}, {"DELETE", 6}};
	size_t i;

	for (i = 0; i < sizeof idempotent / sizeof idempotent[0]; i++)
		p->idempotent |= span_equal(method, idempotent[i]);
}

static int
peer_shape_request(
    struct head *head, enum body_kind kind, const struct framer *f)
{
	if (head->method.n == 0 || kind == BODY_UNTIL_CLOSE ||
	    kind == BODY_TUNNEL)
		return CONSENT_EINVAL;
	return framer_announce(f, head);
}

/* The request's head is out: the response may come. */
static void
peer_await_response(struct peer_h1 *p, const struct head *head)
{
	peer_note_method(p, head->method);
	if (span_equal(head->method, SPAN("HEAD")))
		codec_expect(&p->work->codec, CODEC_ANSWER_TO_HEAD);
	else if (span_equal(head->method, SPAN("CONNECT")))
		codec_expect(&p->work->codec, CODEC_ANSWER_TO_CONNECT);
	p->reading = READ_HEAD;
}

/* Client side: what comes in from here on is no longer HTTP. */
static void
peer_open_tunnel(struct peer_h1 *p)
{
	codec_expect(&p->work->codec, CODEC_TUNNEL);
	p->reading = READ_BODY;
	p->end_due = p->eof;
	peer_expect(p);
	stream_resume(p->stream);
}

int
peer_send_head(
    struct lane *lane, struct head *head, enum body_kind kind, uint64_t length)
{
	struct peer_h1 *p = (struct peer_h1 *)lane;
	struct framer framer;
	int rc;

	if (p->stream == NULL)
		return CONSENT_EIO;
	if (p->writing != WRITE_NONE)
		return CONSENT_EINVAL;
	framer_begin(&framer, kind, length);
	if (kind != BODY_LENGTH)
		framer.left = 0;
	rc = p->side == PEER_CLIENT
		 ? peer_shape_response(p, head, kind, &framer)
		 : peer_shape_request(head, kind, &framer);
	if (rc == CONSENT_OK)
		rc = peer_shape_connection(p, head);
	if (rc == CONSENT_OK)
		rc = head_write(head, &p->work->out);
	if (rc != CONSENT_OK)
		return rc;
	p->work->framer = framer;
	p->writing = WRITE_BODY;
	p->bodyless = p->side == PEER_CLIENT && peer_is_bodyless(p, head);
	if (p->side == PEER_ORIGIN)
		peer_await_response(p, head);
	else if (kind == BODY_TUNNEL)
		peer_open_tunnel(p);
	peer_wake(p);
	return CONSENT_OK;
}

/* Whether a piece can wait for others of this round of the loop. */
static bool
peer_may_gather(const struct peer_h1 *p, size_t n)
{
	return n <= LANE_GATHER_PIECE &&
	       n <= LANE_GATHER_BYTES - p->work->gather.n;
}

/* Whether a piece is still within the announced length. */
static bool
peer_owes(const struct peer_h1 *p, size_t n)
{
	return p->work->framer.kind != BODY_LENGTH ||
	       n <= p->work->framer.left - p->work->gather.n;
}

/* Our message is complete; on_sent follows when the kernel has it. */
static void
peer_note_finish(struct peer_h1 *p)
{
	p->writing = WRITE_DONE;
	if (p->work->framer.kind == BODY_TUNNEL)
		stream_shutdown(p->stream);
	p->sent_due = true;
	if (p->side == PEER_ORIGIN)
		peer_expect(p);
	if (stream_pending(p->stream) != 0)
		return;
	p->sent_now = true;
	if (p->lane.handler != NULL && p->lane.handler->on_sent != NULL)
		peer_wake(p);
}

static int
peer_send_last(struct peer_h1 *p, struct span data, const struct head *trailers)
{
	struct batch batch;
	int rc = batch_fill(&batch, p, data);

	if (rc == CONSENT_OK)
		rc = framer_end(&p->work->framer, trailers, &p->work->tail);
	if (rc != CONSENT_OK)
		return rc;
	batch.spans[batch.n++] = buf_span(&p->work->tail);
	rc = batch_write(&batch, p);
	if (rc == CONSENT_OK)
		peer_note_finish(p);
	return rc;
}

int
peer_send(struct lane *lane, struct span bytes, enum sink_mark mark)
{
	struct peer_h1 *p = (struct peer_h1 *)lane;
	struct batch batch;
	int rc;

	if (p->stream == NULL || p->writing == WRITE_ABORTED)
		return CONSENT_EIO;
	if (p->writing != WRITE_BODY)
		return CONSENT_EINVAL;
	if (p->bodyless)
		bytes.n = 0;
	if (!peer_owes(p, bytes.n))
		return CONSENT_ELIMIT;
	p->body_sent = p->body_sent || bytes.n != 0;
	if (p->work->framer.kind == BODY_TUNNEL && p->reading == READ_BODY)
		peer_expect(p); /* it is in use, if only in one direction */
	if (mark == SINK_LAST)
		return peer_send_last(p, bytes, NULL);
	if (mark == SINK_MORE && peer_may_gather(p, bytes.n)) {
		peer_wake(p);
		return buf_append(&p->work->gather, bytes);
	}
	rc = batch_fill(&batch, p, bytes);
	return rc == CONSENT_OK ? batch_write(&batch, p) : rc;
}

int
peer_finish(struct lane *lane, const struct head *trailers)
{
	struct peer_h1 *p = (struct peer_h1 *)lane;
	const struct span nothing = {NULL, 0};

	if (p->stream == NULL || p->writing == WRITE_ABORTED)
		return CONSENT_EIO;
	if (p->writing != WRITE_BODY)
		return CONSENT_EINVAL;
	return peer_send_last(p, nothing, trailers);
}
