#include "net/peer_h2.h"

#include "client.h"
#include "net/peer_h2_state.h"

#include <stdio.h>

/*
 * A connection of HTTP/2 behind its lanes; the client writes its frames by hand
 * (RFC 9113 4.1). What comes to it is told in words: "H1" is a head on stream
 * 1, "D1:hi" data, "." behind them the end of the stream, "R1-2" a reset with
 * its code, "G1-0" a GOAWAY with the last stream and its code. With memory
 * refused no other words come, but for resets and ends that tell an error.
 */

enum {
	FRAME_HEAD = 9,
	DATA = 0,
	HEADERS = 1,
	RST_STREAM = 3,
	GOAWAY = 7,
	WINDOW_UPDATE = 8,
	END_STREAM = 1,
	END_HEADERS = 4
};

/* A user, its client's bytes in words, and the number of these. */
struct visit {
	struct user u; /* first: it is freed as one */
	struct buf words;
	size_t read; /* of far.got */
	size_t heard;
};

static uint32_t
number_at(const char *p, size_t n)
{
	uint32_t value = 0;

	while (n-- > 0)
		value = value << 8 | (unsigned char)*p++;
	return value;
}

/* A frame of the far side, in words. */
static void
note_frame(struct visit *v, const char *p, struct span payload)
{
	unsigned id = number_at(p + 5, 4), type = (unsigned char)p[3];
	char text[64] = "";

	if (type == HEADERS)
		(void)snprintf(text, sizeof text, "H%u", id);
	else if (type == DATA)
		(void)snprintf(text, sizeof text, "D%u:", id);
	else if (type == RST_STREAM)
		(void)snprintf(
		    text, sizeof text, "R%u-%u ", id, number_at(payload.p, 4));
	else if (type == GOAWAY)
		(void)snprintf(text, sizeof text, "G%u-%u ",
		    number_at(payload.p, 4), number_at(payload.p + 4, 4));
	far_note(&v->words, span_of(text));
	if (type == DATA)
		far_note(&v->words, payload);
	if (type == HEADERS || type == DATA)
		far_note(&v->words,
		    (p[4] & END_STREAM) != 0 ? SPAN(". ") : SPAN(" "));
}

/* A condition: these words came. */
struct words {
	struct visit *visit;
	const char *text;
};

static bool
has_words(void *ctx)
{
	struct words *w = ctx;
	struct visit *v = w->visit;
	const struct buf *got = &v->u.far.got;

	far_take(&v->u.far, 65536);
	while (got->n - v->read >= FRAME_HEAD) {
		const char *p = got->p + v->read;
		size_t n = number_at(p, 3);

		if (got->n - v->read - FRAME_HEAD < n)
			break;
		note_frame(v, p, (struct span){p + FRAME_HEAD, n});
		v->read += FRAME_HEAD + n;
	}
	return span_search(buf_span(&v->words), span_of(w->text)) < v->words.n;
}

/* The client hears this. */
static void
hears(struct visit *v, const char *text)
{
	struct words w = {v, text};

	if (!harness_until(&v->u.h, has_words, &w))
		fail_msg("no %s in: %.*s", text,
		    SPAN_ARG(span_sub(buf_span(&v->words), 0, 400)));
}

/* Less than with memory, or the same until an error is told. */
static bool
is_less(struct span words, struct span whole)
{
	while (words.n > 0) {
		struct span word = span_cut(&words, ' ');
		struct span other = span_cut(&whole, ' ');

		if (span_equal(word, other) ||
		    (words.p == NULL && span_starts(other, word) &&
			!span_ends(word, SPAN("."))))
			continue;
		return (span_starts(word, SPAN("R")) ||
			   span_starts(word, SPAN("G"))) &&
		       !span_ends(word, SPAN("-0"));
	}
	return true;
}

static void
visit_fini(void *ctx)
{
	struct visit *v = ctx;
	bool strict = failing_ends(v);
	struct words none = {v, "\n"};

	(void)has_words(&none);
	v->u.far.forgot = true; /* the words are compared */
	user_fini(&v->u);
	if (heard_whole.is_first)
		heard_keep(v->heard, buf_span(&v->words));
	if (failing.on)
		failing_must(
		    is_less(buf_span(&v->words), heard_whole.texts[v->heard]),
		    "the client heard something else");
	buf_fini(&v->words);
	failing_ended(strict);
}

/* A client that has sent its preface and settings. */
static void
visit_init(struct visit *v)
{
	static const char greeting[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
				       "\0\0\0\4\0\0\0\0\0";

	v->read = 0;
	buf_init(&v->words, FAR_MAX);
	user_init(&v->u, PEER_CLIENT);
	v->heard = heard_next();
	failing_later(visit_fini, v);
	client_init(&v->u, PEER_HTTP2);
	far_send(&v->u.far, (struct span){greeting, sizeof greeting - 1});
}

static void
send_frame(struct visit *v, unsigned type, unsigned flags, unsigned id,
    struct span payload)
{
	const char head[FRAME_HEAD] = {(char)(payload.n >> 16),
	    (char)(payload.n >> 8), (char)payload.n, (char)type, (char)flags, 0,
	    0, 0, (char)id};

	far_send(&v->u.far, (struct span){head, sizeof head});
	if (payload.n > 0)
		far_send(&v->u.far, payload);
}

/* GET or POST / to http://h by the static table (RFC 7541 A). */
static void
get(struct visit *v, unsigned id)
{
	send_frame(v, HEADERS, END_HEADERS | END_STREAM, id,
	    (struct span){"\x82\x86\x84\x41\1h", 6});
}

static void
post(struct visit *v, unsigned id)
{
	send_frame(v, HEADERS, END_HEADERS, id,
	    (struct span){"\x83\x86\x84\x41\1h", 6});
}

static void
answers_one_after_the_other(void **state)
{
	struct visit v;

	(void)state;
	visit_init(&v);
	v.u.react = answer_each;
	get(&v, 1);
	hears(&v, "H1 D1:1. ");
	post(&v, 3);
	send_frame(&v, DATA, 0, 3, SPAN("hel"));
	send_frame(&v, DATA, END_STREAM, 3, SPAN("lo"));
	hears(&v, "H3 D3:2. ");
	user_hears(&v.u, "sent", 2);
	user_logged(&v.u, "lane head end sent lane head body end sent ");
	assert_true(span_equal(buf_span(&v.u.body), SPAN("hello")));
	assert_int_equal(peer_served(v.u.peer), 2);
	harness_turn(&v.u.h);
	assert_true(peer_is_idle(v.u.peer));
	visit_fini(&v);
}

static void
cuts_one_stream_alone(void **state)
{
	struct visit v;

	(void)state;
	visit_init(&v);
	get(&v, 1);
	user_hears(&v.u, "end", 1);
	assert_int_equal(send_head(&v.u, 200, BODY_CHUNKED, 0), CONSENT_OK);
	assert_int_equal(
	    lane_send(v.u.lane, SPAN("half"), SINK_FLUSH), CONSENT_OK);
	hears(&v, "H1 D1:half ");
	user_release(&v.u);
	hears(&v, "R1-2 ");
	v.u.react = answer_each;
	get(&v, 3);
	hears(&v, "H3 D3:1. ");
	visit_fini(&v);
}

static void
hears_who_gives_up(void **state)
{
	struct visit v;

	(void)state;
	visit_init(&v);
	get(&v, 1);
	user_hears(&v.u, "end", 1);
	send_frame(&v, RST_STREAM, 0, 1, (struct span){"\0\0\0\10", 4});
	user_hears(&v.u, "fail", 1);
	assert_int_equal(v.u.why, LANE_IO);
	assert_int_equal(send_head(&v.u, 200, BODY_CHUNKED, 0), CONSENT_EIO);
	user_release(&v.u);
	v.u.react = answer_each;
	get(&v, 3);
	hears(&v, "H3 D3:1. ");
	far_close(&v.u.far);
	user_hears(&v.u, "closed", 1);
	visit_fini(&v);
}

/* A body that nobody wants yet is held, and no more of it than fits. */
static void
holds_what_is_not_wanted_yet(void **state)
{
	struct visit v;

	(void)state;
	visit_init(&v);
	post(&v, 1);
	user_hears(&v.u, "head", 1);
	lane_pause(v.u.lane);
	send_frame(&v, DATA, 0, 1, SPAN("hel"));
	send_frame(&v, DATA, END_STREAM, 1, SPAN("lo"));
	harness_turn(&v.u.h);
	user_logged(&v.u, "lane head ");
	v.u.react = answer_each;
	lane_resume(v.u.lane);
	hears(&v, "H1 D1:1. ");
	user_hears(&v.u, "sent", 1);
	assert_true(span_equal(buf_span(&v.u.body), SPAN("hello")));
	visit_fini(&v);
}

/* What the client grants no room for waits, and its source is told. */
static void
waits_for_room(void **state)
{
	static char bytes[PEER_H2_HIGH + 65535];
	const struct span body = {bytes, sizeof bytes};
	struct visit v;

	(void)state;
	memset(bytes, 'b', sizeof bytes);
	visit_init(&v);
	get(&v, 1);
	user_hears(&v.u, "end", 1);
	assert_int_equal(send_head(&v.u, 200, BODY_LENGTH, body.n), CONSENT_OK);
	assert_int_equal(lane_send(v.u.lane, body, SINK_MORE), CONSENT_OK);
	assert_true(lane_is_full(v.u.lane));
	hears(&v, "H1 ");
	harness_turn(&v.u.h);
	assert_true(lane_pending(v.u.lane) >= PEER_H2_HIGH);
	send_frame(&v, WINDOW_UPDATE, 0, 0, (struct span){"\0\1\0\1", 4});
	send_frame(&v, WINDOW_UPDATE, 0, 1, (struct span){"\0\1\0\1", 4});
	user_hears(&v.u, "drain", 1);
	assert_int_equal(lane_finish(v.u.lane, NULL), CONSENT_OK);
	user_hears(&v.u, "sent", 1);
	hears(&v, "D1:. ");
	visit_fini(&v);
}

/* RFC 9113 6.8: who asks meanwhile is served, and then it is over. */
static void
says_when_it_ends(void **state)
{
	struct visit v;

	(void)state;
	visit_init(&v);
	v.u.react = answer_each;
	get(&v, 1);
	hears(&v, "H1 D1:1. ");
	peer_drain(v.u.peer, 50);
	hears(&v, "G2147483647-0 ");
	get(&v, 3);
	hears(&v, "H3 D3:2. ");
	hears(&v, "G3-0 ");
	user_hears(&v.u, "closed", 1);
	visit_fini(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers_one_after_the_other),
	    cmocka_unit_test(cuts_one_stream_alone),
	    cmocka_unit_test(hears_who_gives_up),
	    cmocka_unit_test(holds_what_is_not_wanted_yet),
	    cmocka_unit_test(waits_for_room),
	    cmocka_unit_test(says_when_it_ends),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
