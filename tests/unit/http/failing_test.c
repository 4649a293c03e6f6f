#include "../failing.h"

#include "http/coding.h"
#include "http/framer.h"
#include "http/h2.h"
#include "http/h2_stream.h"
#include "http/head_edit.h"

/* Messages, when memory ends at any point. */

/* Edits of a head, its framing, its text. */
static bool
edits_heads(void)
{
	struct head h;
	struct buf out;
	struct framer f;
	int rc;

	head_init(&h, NULL);
	buf_init(&out, 65536);
	framer_begin(&f, BODY_CHUNKED, 0);
	if ((rc = head_start_request(&h, SPAN("GET"), SPAN("/"))) ==
		CONSENT_OK &&
	    (rc = head_add(&h, SPAN("Host"), SPAN("h"))) == CONSENT_OK &&
	    (rc = head_set(&h, SPAN("Accept-Encoding"),
		 SPAN("gzip;q=0.5, br, x"))) == CONSENT_OK &&
	    (rc = coding_narrow_accept(&h)) == CONSENT_OK &&
	    (rc = framer_announce(&f, &h)) == CONSENT_OK &&
	    (rc = head_write(&h, &out)) == CONSENT_OK)
		rc = framer_end(&f, &h, &out);
	if (rc != CONSENT_OK)
		assert_int_equal(rc, CONSENT_ENOMEM);
	buf_fini(&out);
	head_fini(&h);
	return rc == CONSENT_OK;
}

/* What came out of a coder. */
struct coded {
	struct buf bytes;
	bool last;
};

static int
coded_write(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct coded *to = ctx;
	int rc = buf_append(&to->bytes, bytes);

	if (rc == CONSENT_OK && mark == SINK_LAST)
		to->last = true;
	return rc;
}

/* Passes text through a coder; NULL is one that found no memory. */
static int
pass(struct coder *c, struct span text)
{
	struct sink to;

	if (c == NULL)
		return CONSENT_ENOMEM;
	to = coder_sink(c);
	return sink_write(&to, text, SINK_LAST);
}

/* There and back: an end never without all of the text. */
static bool
codes(enum coding coding)
{
	struct coded there = {.last = false}, back = {.last = false};
	const struct sink to = {coded_write, &there},
			  from = {coded_write, &back};
	struct coder *encoder = coder_new_encoder(coding, to);
	struct coder *decoder = coder_new_decoder(coding, NULL, from);
	int rc;

	buf_init(&there.bytes, 65536);
	buf_init(&back.bytes, 65536);
	rc = pass(encoder, SPAN("hello hello"));
	if (rc == CONSENT_OK)
		rc = pass(decoder, buf_span(&there.bytes));
	/* zstd does not tell lack of memory from damage */
	if (rc != CONSENT_OK && coding != CODING_ZSTD)
		assert_int_equal(rc, CONSENT_ENOMEM);
	if (back.last)
		assert_true(
		    span_equal(buf_span(&back.bytes), SPAN("hello hello")));
	assert_true(back.last == (rc == CONSENT_OK));
	coder_free(decoder);
	coder_free(encoder);
	buf_fini(&there.bytes);
	buf_fini(&back.bytes);
	return rc == CONSENT_OK;
}

static bool
codes_gzip(void)
{
	return codes(CODING_GZIP);
}

static bool
codes_deflate(void)
{
	return codes(CODING_DEFLATE);
}

static bool
codes_br(void)
{
	return codes(CODING_BR);
}

static bool
codes_zstd(void)
{
	return codes(CODING_ZSTD);
}

/* What the user of a session heard of its two requests. */
struct talk {
	unsigned ends, sent, closed, faults;
	bool well;
};

/* h2_events: answered once it is whole */
static void
on_talk_request(void *ctx, struct h2_stream *s)
{
	struct talk *t = ctx;

	s->user = t;
	if (s->fault != NULL) {
		t->faults++;
		t->well = false;
		h2_release(s);
	}
}

static void
on_talk_body(void *ctx, struct h2_stream *s, struct span bytes)
{
	(void)ctx;
	h2_consume(s, bytes.n);
}

static void
on_talk_end(void *ctx, struct h2_stream *s)
{
	struct talk *t = ctx;
	struct head head;
	int rc;

	t->ends++;
	head_init(&head, NULL);
	if ((rc = head_start_response(&head, 200, SPAN(""))) == CONSENT_OK &&
	    (rc = head_add(&head, SPAN("X-A"), SPAN("b"))) == CONSENT_OK &&
	    (rc = h2_send_head(s, &head, BODY_CHUNKED, 0)) == CONSENT_OK &&
	    (rc = h2_send(s, SPAN("hello"))) == CONSENT_OK)
		rc = h2_finish(s, &head);
	t->well = t->well && rc == CONSENT_OK;
	head_fini(&head);
	h2_release(s);
}

static void
on_talk_fault(void *ctx, struct h2_stream *s)
{
	struct talk *t = ctx;

	t->faults++;
	h2_release(s);
}

static void
on_talk_taken(void *ctx, struct h2_stream *s)
{
	(void)ctx;
	(void)s;
}

static void
on_talk_sent(void *ctx, struct h2_stream *s)
{
	struct talk *t = ctx;

	(void)s;
	t->sent++;
}

static void
on_talk_closed(void *ctx, struct h2_stream *s)
{
	struct talk *t = ctx;

	(void)s;
	t->closed++;
}

static const struct h2_events talk_events = {
    .on_request = on_talk_request,
    .on_body = on_talk_body,
    .on_end = on_talk_end,
    .on_fault = on_talk_fault,
    .on_taken = on_talk_taken,
    .on_sent = on_talk_sent,
    .on_closed = on_talk_closed,
};

/* GET and POST with crumbs, a body and trailers; :authority is "h". */
#define BLOCK(flags, id, n) "\0\0" n "\1" flags "\0\0\0" id
#define CRUMBS "\x40\6cookie\3a=1\x40\6cookie\3b=2"
static const char session[] =
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    "\0\0\0\4\0\0\0\0\0" BLOCK(
	"\5", "\1", "\x1e") "\x82\x86\x84\1\1h" CRUMBS BLOCK("\4", "\3",
	"\6") "\x83\x86\x84\1\1h"
	      "\0\0\2\0\0\0\0\0\3hi" BLOCK("\5", "\3", "\7") "\0\3x-s\1"
							     "2";

/* A whole session. */
static bool
speaks_h2(void)
{
	struct talk t = {.well = true};
	const struct h2_options options = {.streams = 100};
	const struct h2_user user = {&talk_events, &t};
	struct h2 *h2 = h2_new(&options, &user);
	struct buf out;
	int rc = h2 == NULL ? CONSENT_ENOMEM : CONSENT_OK;
	size_t i;

	buf_init(&out, 1 << 20);
	for (i = 0; rc == CONSENT_OK && i < sizeof session - 1; i += 16) {
		rc = h2_feed(
		    h2, span_sub(
			    (struct span){session, sizeof session - 1}, i, 16));
		if (rc == CONSENT_OK)
			rc = h2_pull(h2, &out, 65536);
	}
	assert_true(t.sent <= t.ends && t.closed <= 2);
	h2_free(h2);
	buf_fini(&out);
	return rc == CONSENT_OK && t.well && t.sent == 2 && t.closed == 2;
}

#define CASE(f)                                                                \
	static void f##_without_memory(void **state)                           \
	{                                                                      \
		(void)state;                                                   \
		failing_scenario(f);                                           \
	}
CASE(edits_heads)
CASE(codes_gzip)
CASE(codes_deflate)
CASE(codes_br)
CASE(codes_zstd)
CASE(speaks_h2)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(edits_heads_without_memory),
	    cmocka_unit_test(codes_gzip_without_memory),
	    cmocka_unit_test(codes_deflate_without_memory),
	    cmocka_unit_test(codes_br_without_memory),
	    cmocka_unit_test(codes_zstd_without_memory),
	    cmocka_unit_test(speaks_h2_without_memory),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
