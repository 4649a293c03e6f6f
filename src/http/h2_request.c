#include "http/h2_state.h"

#include "http/chunk.h"
#include "http/framing.h"
#include "http/head_edit.h"
#include "http/head_parse.h"

enum {
	H2_FIELD_COST = 32 /* of a field, beyond its bytes (RFC 9113 6.5.2) */
};

void
h2_block_begin(struct h2 *h2, int32_t id)
{
	h2->block.bytes = h2->block.fields = 0;
	h2->block.fault = FAULT_NONE;
	h2->block.crumbs = false;
	h2->block.port = SPAN("");
	h2->block.id = id;
	h2->block.frames = 0;
	h2->block.number++;
	buf_clear(&h2->block.cookie);
	h2->block.open = true;
}

/* Notes the first thing that is wrong with a head. */
static void
refuse(struct h2 *h2, enum fault fault)
{
	if (h2->block.fault == FAULT_NONE)
		h2->block.fault = fault;
}

/* What a failed edit of the head means. */
static void
refuse_edit(struct h2 *h2, int rc, enum fault invalid)
{
	if (rc == CONSENT_ENOMEM)
		refuse(h2, FAULT_MEMORY);
	else if (rc == CONSENT_ELIMIT)
		refuse(h2, FAULT_HEAD_SIZE);
	else if (rc != CONSENT_OK)
		refuse(h2, invalid);
}

/*
 * Counts a field. Its list has to be read to the end, because later ones
 * depend on the same table, but not for ever: a few bytes on the wire can
 * stand for very many.
 */
static int
count(struct h2 *h2, struct span name, struct span value, size_t max)
{
	struct h2_block *b = &h2->block;

	b->bytes += name.n + value.n + H2_FIELD_COST;
	if (b->bytes > max * H2_BLOCK_FACTOR) {
		h2_break(h2, "head-bomb", NGHTTP2_ENHANCE_YOUR_CALM);
		return NGHTTP2_ERR_CALLBACK_FAILURE;
	}
	if (b->bytes > max)
		refuse(h2, FAULT_HEAD_SIZE);
	return 0;
}

/* The method; until the path comes there is a place-holder. */
static void
take_method(struct h2 *h2, struct h2_stream *s, struct span value)
{
	struct span target = s->head.target;

	if (value.n > HEAD_METHOD_BYTES) {
		refuse(h2, FAULT_METHOD_SIZE);
		return;
	}
	if (target.n == 0)
		target = SPAN("*");
	refuse_edit(
	    h2, head_start_request(&s->head, value, target), FAULT_METHOD);
	s->to_head = span_equal(value, SPAN("HEAD"));
}

static void
take_path(struct h2 *h2, struct h2_stream *s, struct span value)
{
	struct span method = s->head.method;

	if (value.n > h2->limits.start_bytes) {
		refuse(h2, FAULT_TARGET_SIZE);
		return;
	}
	if (method.n == 0)
		method = SPAN("GET");
	refuse_edit(
	    h2, head_start_request(&s->head, method, value), FAULT_TARGET);
}

/* The authority becomes Host, and with CONNECT the target (RFC 9113 8.5). */
static void
take_authority(struct h2 *h2, struct h2_stream *s, struct span value)
{
	if (span_equal(s->head.method, SPAN("CONNECT")))
		take_path(h2, s, value);
	refuse_edit(
	    h2, head_add(&s->head, SPAN("Host"), value), FAULT_HOST_INVALID);
}

static void
take_scheme(struct h2 *h2, struct span value)
{
	if (span_equal_nocase(value, SPAN("https")))
		h2->block.port = SPAN(":443");
	else if (span_equal_nocase(value, SPAN("http")))
		h2->block.port = SPAN(":80");
	else
		refuse(h2, FAULT_TARGET);
}

/* nghttp2 has checked that each comes once, and before the others. */
static void
take_pseudo(
    struct h2 *h2, struct h2_stream *s, struct span name, struct span value)
{
	if (span_equal(name, SPAN(":method")))
		take_method(h2, s, value);
	else if (span_equal(name, SPAN(":path")))
		take_path(h2, s, value);
	else if (span_equal(name, SPAN(":authority")))
		take_authority(h2, s, value);
	else
		take_scheme(h2, value);
}

/* RFC 9113 8.2.3: crumbs are one line, joined with "; ". */
static void
take_crumb(struct h2 *h2, struct span value)
{
	struct h2_block *b = &h2->block;
	int rc = CONSENT_OK;

	if (b->crumbs)
		rc = buf_append(&b->cookie, SPAN("; "));
	b->crumbs = true;
	if (rc == CONSENT_OK)
		rc = buf_append(&b->cookie, value);
	refuse_edit(h2, rc, FAULT_FIELD_VALUE);
}

static struct span
without_port(struct span host, struct span port)
{
	size_t n = host.n < port.n ? 0 : host.n - port.n;

	return span_equal(span_sub(host, n, host.n), port)
		   ? span_sub(host, 0, n)
		   : host;
}

/*
 * A second Host must say the same as the first, but for the usual port of the
 * scheme (RFC 9113 8.3.1), and goes; one that differs makes a malformed
 * request.
 */
static int
take_host(struct h2 *h2, struct h2_stream *s, struct span value)
{
	struct span host = head_value(&s->head, SPAN("Host"));

	if (host.p == NULL) {
		refuse_edit(h2, head_add(&s->head, SPAN("Host"), value),
		    FAULT_HOST_INVALID);
		return 0;
	}
	return span_equal_nocase(without_port(host, h2->block.port),
		   without_port(value, h2->block.port))
		   ? 0
		   : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

int
h2_block_field(
    struct h2 *h2, struct h2_stream *s, struct span name, struct span value)
{
	struct h2_block *b = &h2->block;
	int rc = count(h2, name, value, h2->limits.head.bytes);

	if (rc != 0 || b->fault != FAULT_NONE)
		return rc;
	if (name.n > 0 && name.p[0] == ':') {
		take_pseudo(h2, s, name, value);
		return 0;
	}
	if (span_equal(name, SPAN("cookie"))) {
		take_crumb(h2, value);
		return 0;
	}
	if (++b->fields > h2->limits.head.fields) {
		refuse(h2, FAULT_HEAD_COUNT);
		return 0;
	}
	if (span_equal(name, SPAN("host")))
		return take_host(h2, s, value);
	refuse_edit(h2, head_add(&s->head, name, value), FAULT_FIELD_VALUE);
	return 0;
}

int
h2_block_trailer(
    struct h2 *h2, struct h2_stream *s, struct span name, struct span value)
{
	struct h2_block *b = &h2->block;
	int rc = count(h2, name, value, CODEC_TRAILER_BYTES);

	if (rc != 0 || b->fault != FAULT_NONE)
		return rc;
	if (++b->fields > CODEC_TRAILER_FIELDS)
		refuse(h2, FAULT_HEAD_COUNT);
	else
		refuse_edit(
		    h2, head_add(&s->trailers, name, value), FAULT_FIELD_VALUE);
	return 0;
}

/* Where the body ends, by the rules that HTTP/1 has. */
static enum fault
judge(struct h2 *h2, struct h2_stream *s, bool has_body)
{
	struct framing framing;
	enum fault fault =
	    framing_of_request(&s->head, h2->limits.body_bytes, &framing);

	if (fault != FAULT_NONE)
		return fault;
	s->kind = framing.kind;
	s->length = framing.length;
	if (framing.kind == BODY_NONE && has_body)
		s->kind = BODY_CHUNKED;
	return FAULT_NONE;
}

enum fault
h2_block_end(struct h2 *h2, struct h2_stream *s, bool has_body)
{
	struct h2_block *b = &h2->block;
	struct span cookie = buf_span(&b->cookie);

	s->head.minor = 1;
	s->head.is_h2 = true;
	if (b->crumbs && b->fault == FAULT_NONE)
		refuse_edit(h2, head_add(&s->head, SPAN("Cookie"), cookie),
		    FAULT_FIELD_VALUE);
	buf_fini(&b->cookie);
	b->open = false;
	if (b->fault == FAULT_NONE)
		b->fault = judge(h2, s, has_body);
	return b->fault;
}
