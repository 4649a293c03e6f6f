#include "h2_ask.h"

#include "http/h2_limit.h"

/* What a client may not do: malformed requests end their stream (RFC 9113
 * 8.1.1), refused ones are told, floods end the connection. The client writes
 * its frames by hand here, for nghttp2 would not. */

/* Frames written by hand. */
struct wire {
	struct buf bytes;
};

static void
wire_open(struct wire *w)
{
	static const char greeting[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
				       "\0\0\0\4\0\0\0\0\0";

	buf_init(&w->bytes, FAR_MAX);
	far_keep(&w->bytes, (struct span){greeting, sizeof greeting - 1});
}

static void
wire_frame(struct wire *w, unsigned char type, unsigned char flags,
    unsigned char id, struct span payload)
{
	const char head[9] = {(char)(payload.n >> 16), (char)(payload.n >> 8),
	    (char)payload.n, (char)type, (char)flags, 0, 0, 0, (char)id};

	far_keep(&w->bytes, (struct span){head, sizeof head});
	far_keep(&w->bytes, payload);
}

/*
 * Plays what was written; the client is not asked what it thinks. Whether we
 * reset stream 1 with PROTOCOL_ERROR.
 */
static bool
wire_play(struct wire *w, struct far_client *c)
{
	static const struct span reset = {"\0\0\4\3\0\0\0\0\1\0\0\0\1", 13};
	struct buf out;
	bool is_reset;

	far_feed(c, buf_span(&w->bytes));
	buf_fini(&w->bytes);
	buf_init(&out, FAR_MAX);
	assert_int_equal(h2_pull(c->h2, &out, FAR_MAX), CONSENT_OK);
	is_reset = span_search(buf_span(&out), reset) < out.n;
	buf_fini(&out);
	return is_reset;
}

/* Fails unless this is why the connection ended. */
static void
broke(const struct far_client *c, const char *why)
{
	assert_non_null(h2_why(c->h2));
	assert_string_equal(h2_why(c->h2), why);
}

/* GET / to https://h by the static table (RFC 7541 A), and more behind it. */
#define REQUEST "\x82\x84\x87\x41\x01h"
enum {
	END_STREAM = 1,
	END_HEADERS = 4
};

/* One request of this block, and what our user heard of it. */
static void
play_block(struct span block, const char *log)
{
	struct far_client c;
	struct wire w;

	far_open(&c, NULL);
	wire_open(&w);
	wire_frame(&w, NGHTTP2_HEADERS, END_STREAM | END_HEADERS, 1, block);
	assert_int_equal(wire_play(&w, &c), log[0] == '\0');
	assert_int_equal(c.rc, CONSENT_OK);
	assert_null(h2_why(c.h2));
	heard(&c, log);
	far_close(&c);
}

static void
ends_malformed_streams(void **state)
{
	/* a literal without indexing is \0, length, name, length, value */
	static const struct {
		const char *what;
		struct span block;
	} rows[] = {
	    {"upper case", {REQUEST "\0\3X-A\1b", 6 + 7}},
	    {"connection", {REQUEST "\0\12connection\5close", 6 + 18}},
	    {"keep-alive", {REQUEST "\0\12keep-alive\1x", 6 + 14}},
	    {"upgrade", {REQUEST "\0\7upgrade\1x", 6 + 11}},
	    {"transfer-encoding",
		{REQUEST "\0\21transfer-encoding\7chunked", 6 + 27}},
	    {"te", {REQUEST "\0\2te\4gzip", 6 + 9}},
	    {"path missing", {"\x82\x87\x41\x01h", 5}},
	    {"method missing", {"\x84\x87\x41\x01h", 5}},
	    {"scheme missing", {"\x82\x84\x41\x01h", 5}},
	    {"authority missing", {"\x82\x84\x87", 3}},
	    {"path twice", {REQUEST "\x84", 7}},
	    {"empty path", {"\x82\x87\x41\x01h\x04\0", 7}},
	    {"pseudo-field late", {"\x82\x84\x87\0\1a\1b\x41\x01h", 11}},
	    {"pseudo-field unknown", {REQUEST "\0\4:who\1b", 6 + 8}},
	    {"status", {REQUEST "\x88", 7}},
	    {"value with CR", {REQUEST "\0\1a\3b\rc", 6 + 7}},
	    {"value with NUL", {REQUEST "\0\1a\3b\0c", 6 + 7}},
	    {"value with a blank before it", {REQUEST "\0\1a\2 b", 6 + 6}},
	    {"name with a blank", {REQUEST "\0\3a b\1c", 6 + 7}},
	    {"name empty", {REQUEST "\0\0\1c", 6 + 4}},
	    {"host differs", {REQUEST "\0\4host\1g", 6 + 8}},
	    {"length of a body that is not there",
		{REQUEST "\0\16content-length\0015", 6 + 18}},
	    {"length twice",
		{REQUEST "\0\16content-length\0010\0\16content-length\0010",
		    6 + 36}},
	    {"length signed", {REQUEST "\0\16content-length\2+0", 6 + 19}},
	    {"protocol without CONNECT", {REQUEST "\0\11:protocol\1w", 6 + 13}},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (!far_part(1))
			continue;
		if (!failing.on)
			print_message("# %s\n", rows[i].what);
		play_block(rows[i].block, "");
	}
}

static void
tells_what_may_be_answered(void **state)
{
	(void)state;
	play_block((struct span){REQUEST "\0\4host\1h", 6 + 8}, "request end ");
	play_block(
	    (struct span){REQUEST "\0\2te\10trailers", 6 + 13}, "request end ");
	/* an authority that is none, a scheme that is none of ours */
	play_block((struct span){"\x82\x84\x87\x41\x03h:x", 8}, "refused ");
	play_block((struct span){"\x82\x84\x06\3ftp\x41\1h", 10}, "refused ");
}

static void
refuses_heads_that_are_too_large(void **state)
{
	const struct h2_options options = {
	    .limits.head = {.bytes = 1000, .fields = 4}};
	const char *many[2 * 8];
	char big[1001];
	const char *one[] = {"x-big", big};
	struct far_client c;
	size_t i;

	(void)state;
	memset(big, 'b', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	for (i = 0; i < 8; i++) {
		many[2 * i] = "x";
		many[2 * i + 1] = "y";
	}
	far_open(&c, &options);
	far_request(&c, "GET", "/", one, 1);
	far_talk(&c);
	heard(&c, "refused ");
	assert_int_equal(c.last->fault->status, 431);
	far_request(&c, "GET", "/", many, 8);
	far_talk(&c);
	heard(&c, "refused ");
	assert_int_equal(c.last->fault->status, 431);
	send_response(&c, 431, BODY_NONE, 0);
	assert_int_equal(h2_finish(c.last, NULL), CONSENT_OK);
	far_talk(&c);
	far_saw(&c, ":status: 431\nx-a: B\ncontent-length: 0\n\n$0 ");
	far_close(&c);
}

static void
refuses_bodies_that_are_too_large(void **state)
{
	static const char *const length[] = {"content-length", "11"};
	const struct h2_options options = {.limits.body_bytes = 10};
	struct far_client c;

	(void)state;
	far_open(&c, &options);
	far_post_with(&c, "12345678901", length, 1);
	heard(&c, "refused ");
	assert_int_equal(c.last->fault->status, 413);
	far_post(&c, "12345678901", NULL, 0);
	heard(&c, "request fault ");
	assert_int_equal(c.last->fault->status, 413);
	far_post(&c, "1234567890", NULL, 0);
	heard(&c, "request body end ");
	far_close(&c);
}

/* So many frames, and then whether and why the connection ended. */
static const char *
play_many(unsigned char type, unsigned char flags, unsigned char id,
    struct span payload, unsigned n)
{
	struct far_client c;
	const char *why;
	struct wire w;

	far_open(&c, NULL);
	wire_open(&w);
	if (id != 0)
		wire_frame(&w, NGHTTP2_HEADERS, END_HEADERS, id,
		    (struct span){REQUEST, 6});
	while (n-- > 0)
		wire_frame(&w, type, flags, id, payload);
	(void)wire_play(&w, &c);
	why = h2_why(c.h2);
	if (why != NULL)
		assert_true(h2_is_over(c.h2));
	far_close(&c);
	return why;
}

static void
ends_floods(void **state)
{
	static const char zeros[64] = "";
	static const struct {
		unsigned char type, id, n;
		char byte; /* the last of the payload */
		unsigned most;
		const char *why;
	} rows[] = {
	    {NGHTTP2_PING, 0, 8, 0, H2_PINGS, "pings"},
	    {NGHTTP2_SETTINGS, 0, 0, 0, H2_SETTINGS_FRAMES - 1, "settings"},
	    {NGHTTP2_PRIORITY, 1, 5, 0, H2_PRIORITIES, "priorities"},
	    {NGHTTP2_WINDOW_UPDATE, 1, 4, 1, H2_WINDOWS, "windows"},
	    {NGHTTP2_DATA, 1, 0, 0, H2_EMPTY, "empty-data"},
	};
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char payload[sizeof zeros];
		struct span bytes = {payload, rows[i].n};

		if (!far_part(2))
			continue;
		memcpy(payload, zeros, sizeof zeros);
		if (bytes.n > 0)
			payload[bytes.n - 1] = rows[i].byte;
		if (!failing.on)
			print_message("# %s\n", rows[i].why);
		assert_null(play_many(
		    rows[i].type, 0, rows[i].id, bytes, rows[i].most / 2));
		/* some come back while it is played */
		why = play_many(
		    rows[i].type, 0, rows[i].id, bytes, rows[i].most * 2 + 100);
		assert_non_null(why);
		assert_string_equal(why, rows[i].why);
	}
}

static void
ends_continuation_floods(void **state)
{
	struct far_client c;
	struct wire w;
	unsigned i;

	(void)state;
	far_open(&c, NULL);
	wire_open(&w);
	wire_frame(
	    &w, NGHTTP2_HEADERS, END_STREAM, 1, (struct span){REQUEST, 6});
	for (i = 0; i < 2 * H2_CONTINUATIONS; i++)
		wire_frame(&w, NGHTTP2_CONTINUATION, 0, 1,
		    (struct span){"\0\1a\1b", 5});
	(void)wire_play(&w, &c);
	assert_int_equal(c.rc, CONSENT_EINVAL);
	broke(&c, "continuations");
	heard(&c, "");
	far_close(&c);
}

/* As many frames as a block may have, in reads as small as can be. */
static void
takes_continuations_in_small_reads(void **state)
{
	struct far_client c;
	struct wire w;
	unsigned i;

	(void)state;
	far_open(&c, NULL);
	c.step = 1;
	wire_open(&w);
	wire_frame(
	    &w, NGHTTP2_HEADERS, END_STREAM, 1, (struct span){REQUEST, 6});
	for (i = 1; i <= H2_CONTINUATIONS; i++)
		wire_frame(&w, NGHTTP2_CONTINUATION,
		    i == H2_CONTINUATIONS ? NGHTTP2_FLAG_END_HEADERS : 0, 1,
		    (struct span){"\0\1a\1b", 5});
	(void)wire_play(&w, &c);
	assert_int_equal(c.rc, CONSENT_OK);
	heard(&c, "request end ");
	far_close(&c);
}

/* A large field in the table, then one byte for each time it is meant. */
static void
ends_head_bombs(void **state)
{
	char block[6 + 4 + 3800 + 200];
	struct far_client c;
	struct wire w;

	(void)state;
	memcpy(block, REQUEST "\x40\1a\x7f\xd9\x1c", 12);
	memset(block + 12, 'b', sizeof block - 12);
	memset(block + 12 + 3800 - 16, '\xbe', sizeof block - 12 - 3800 + 16);
	far_open(&c, NULL);
	wire_open(&w);
	wire_frame(&w, NGHTTP2_HEADERS, END_STREAM | END_HEADERS, 1,
	    (struct span){block, sizeof block});
	(void)wire_play(&w, &c);
	assert_int_equal(c.rc, CONSENT_EINVAL);
	broke(&c, "head-bomb");
	heard(&c, "");
	far_close(&c);
}

/* Streams that are broken off as soon as they begin. */
static void
ends_rapid_resets(void **state)
{
	struct far_client c;
	struct wire w;
	/* where memory ends at any point, a few show as much */
	unsigned i, n = failing.on ? 8 : 127;

	(void)state;
	far_open(&c, NULL);
	wire_open(&w);
	for (i = 0; i < n; i++) {
		unsigned char id = (unsigned char)(2 * i + 1);

		wire_frame(&w, NGHTTP2_HEADERS, END_STREAM | END_HEADERS, id,
		    (struct span){REQUEST, 6});
		wire_frame(&w, NGHTTP2_RST_STREAM, 0, id,
		    (struct span){"\0\0\0\10", 4});
	}
	(void)wire_play(&w, &c);
	assert_null(h2_why(c.h2)); /* as a browser that goes elsewhere */
	buf_init(&w.bytes, FAR_MAX);
	for (i = 0; i < 3 * H2_RESETS; i++)
		wire_frame(&w, NGHTTP2_RST_STREAM, 0, 1,
		    (struct span){"\0\0\0\10", 4});
	(void)wire_play(&w, &c);
	broke(&c, "resets");
	far_close(&c);
}

/* A client that makes us reset its streams is no better. */
static void
ends_resets_that_are_provoked(void **state)
{
	struct far_client c;
	struct wire w;
	unsigned i;

	(void)state;
	far_open(&c, NULL);
	wire_open(&w);
	for (i = 0; i < 3 * H2_RESETS && c.rc == CONSENT_OK; i++) {
		char head[9] = {0, 0, 3, NGHTTP2_HEADERS, 5, 0, 0,
		    (char)((2 * i + 1) >> 8), (char)(2 * i + 1)};

		far_keep(&w.bytes, (struct span){head, 9});
		far_keep(&w.bytes, SPAN("\x82\x84\x87"));
		(void)wire_play(&w, &c);
		buf_init(&w.bytes, FAR_MAX);
	}
	broke(&c, "resets");
	heard(&c, "");
	far_close(&c);
}

static void
ends_what_is_no_http2(void **state)
{
	struct far_client c;

	(void)state;
	far_open(&c, NULL);
	far_feed(&c, SPAN("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
	assert_int_equal(c.rc, CONSENT_EINVAL);
	broke(&c, "preface");
	assert_int_equal(h2_feed(c.h2, SPAN("x")), CONSENT_EINVAL);
	(void)far_pull(&c);
	assert_true(h2_is_over(c.h2));
	far_close(&c);
}

static void
knows_what_it_waits_for(void **state)
{
	struct far_client c;
	struct wire w;

	(void)state;
	far_open(&c, NULL);
	assert_int_equal(h2_midway(c.h2), 1);
	wire_open(&w);
	(void)wire_play(&w, &c);
	assert_int_equal(h2_midway(c.h2), 0);
	buf_init(&w.bytes, FAR_MAX);
	wire_frame(
	    &w, NGHTTP2_HEADERS, END_STREAM, 1, (struct span){REQUEST, 6});
	(void)wire_play(&w, &c);
	assert_int_equal(h2_midway(c.h2), 2);
	buf_init(&w.bytes, FAR_MAX);
	wire_frame(&w, NGHTTP2_CONTINUATION, END_HEADERS, 1, SPAN(""));
	(void)wire_play(&w, &c);
	assert_int_equal(h2_midway(c.h2), 0);
	heard(&c, "request end ");
	far_close(&c);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ends_malformed_streams),
    cmocka_unit_test(tells_what_may_be_answered),
    cmocka_unit_test(refuses_heads_that_are_too_large),
    cmocka_unit_test(refuses_bodies_that_are_too_large),
    cmocka_unit_test(ends_floods),
    cmocka_unit_test(ends_continuation_floods),
    cmocka_unit_test(takes_continuations_in_small_reads),
    cmocka_unit_test(ends_head_bombs),
    cmocka_unit_test(ends_rapid_resets),
    cmocka_unit_test(ends_resets_that_are_provoked),
    cmocka_unit_test(ends_what_is_no_http2),
    cmocka_unit_test(knows_what_it_waits_for),
};

int
main(void)
{
	return failing_run(tests, sizeof tests / sizeof *tests);
}
