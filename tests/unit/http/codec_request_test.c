#include "http/codec.h"

#include <stdio.h>

#include "codec_failing.h"

struct example {
	const char *in;
	const char *says;
};

static const struct codec_limits small = {
    .head = {.bytes = 200, .fields = 4},
    .start_bytes = 64,
    .body_bytes = 10,
};

static void
check(const struct codec_limits *limits, struct span in, const char *says)
{
	unsigned cut;

	for (cut = TRACE_WHOLE; cut < 8; cut++) {
		struct trace t = {.own = trace_spared};
		char *text;

		if (!failing_part())
			continue;
		codec_init(&t.codec, CODEC_READS_REQUESTS, limits);
		text = trace_run(&t, in, cut);
		trace_check(text, says);
		free(text);
	}
}

static void
check_all(const struct codec_limits *limits, const struct example *e, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		check(limits, span_of(e[i].in), e[i].says);
}

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define HOST "Host: h\r\n"

static const struct example messages[] = {
    {"", "EOF clean\n"},
    {"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
	"HEAD GET / 1.1 [Host: h] none 0 keep\nEND\nEOF clean\n"},
    {"\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
	"HEAD GET / 1.1 [Host: h] none 0 keep\nEND\nEOF clean\n"},
    {"GET / HTTP/1.0\r\n\r\n", "HEAD GET / 1.0 none 0\nEND\n"},
    {"GET / HTTP/1.0\r\nConnection: a, Keep-Alive\r\n\r\n",
	"HEAD GET / 1.0 [Connection: a, Keep-Alive] none 0 keep\n"
	"END\nEOF clean\n"},
    {"GET / HTTP/1.1\r\n" HOST "Connection: x\r\nCONNECTION:,close\r\n"
     "\r\nrest",
	"HEAD GET / 1.1 [Host: h] [Connection: x]"
	" [CONNECTION: ,close] none 0\nEND\n"},
    {"GET / HTTP/1.1\r\n" HOST "Connection: keep-alive, close\r\n\r\n",
	"HEAD GET / 1.1 [Host: h] [Connection: keep-alive, close]"
	" none 0\nEND\n"},
    {"POST /a?b|{}\"<>\\^` HTTP/1.1\r\nHost:h\r\n"
     "Content-Length: 5\r\n\r\nhello",
	"HEAD POST /a?b|{}\"<>\\^` 1.1 [Host: h] [Content-Length: 5]"
	" length 5 keep\nBODY hello\nEND\nEOF clean\n"},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n",
	"HEAD POST / 1.1 [Host: h] [Content-Length: 0]"
	" length 0 keep\nEND\nEOF clean\n"},
    {"GET / HTTP/1.1\r\nHost: \t h \t\r\nX:\r\nY: \t \r\n"
     "Z: a\tb \xC3\xA4\r\n\r\n",
	"HEAD GET / 1.1 [Host: h] [X: ] [Y: ] [Z: a\tb \xC3\xA4]"
	" none 0 keep\nEND\nEOF clean\n"},
    {"OPTIONS * HTTP/1.1\r\n" HOST "\r\n",
	"HEAD OPTIONS * 1.1 [Host: h] none 0 keep\nEND\n"
	"EOF clean\n"},
    {"CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n",
	"HEAD CONNECT h:443 1.1 [Host: h:443] none 0 keep\nEND\n"
	"EOF clean\n"},
    {"GET http://h/x HTTP/1.1\r\nHost: H\r\n\r\n",
	"HEAD GET http://h/x 1.1 [Host: H] none 0 keep\nEND\n"
	"EOF clean\n"},
};

static void
reads_messages(void **state)
{
	(void)state;
	check_all(NULL, messages, COUNT(messages));
}

static void
reads_pipelines(void **state)
{
	(void)state;
	check(NULL,
	    SPAN("POST /1 HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
		 "\r\nGET /2 HTTP/1.1\r\n" HOST "\r\n"
		 "POST /3 HTTP/1.1\r\n" HOST "Transfer-Encoding: CHUNKED\r\n"
		 "\r\n2\r\nde\r\n0\r\n\r\n"
		 "GET /4 HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"
		 "GET /5 HTTP/1.1\r\n" HOST "\r\n"),
	    "HEAD POST /1 1.1 [Host: h] [Content-Length: 3] length 3 keep\n"
	    "BODY abc\nEND\n"
	    "HEAD GET /2 1.1 [Host: h] none 0 keep\nEND\n"
	    "HEAD POST /3 1.1 [Host: h] [Transfer-Encoding: CHUNKED]"
	    " chunked 0 keep\nBODY de\nEND\n"
	    "HEAD GET /4 1.1 [Host: h] [Connection: close] none 0\nEND\n");
}

static void
leaves_pipelined_bytes(void **state)
{
	struct span in = SPAN("GET / HTTP/1.1\r\n" HOST "\r\nGET /2"), body;
	struct codec c;
	size_t used;

	(void)state;
	codec_init(&c, CODEC_READS_REQUESTS, NULL);
	assert_int_equal(codec_feed(&c, in, &used, &body), CODEC_HEAD);
	assert_int_equal(used, in.n - 6);
	in = span_sub(in, used, in.n);
	assert_int_equal(codec_feed(&c, in, &used, &body), CODEC_END);
	assert_int_equal(used, 0);
	assert_int_equal(codec_feed(&c, in, &used, &body), CODEC_MORE);
	assert_int_equal(used, 0);
	assert_true(span_equal(codec_head(&c)->target, SPAN("/")));
	codec_next(&c);
	assert_int_equal(codec_feed(&c, in, &used, &body), CODEC_MORE);
	assert_int_equal(used, 6);
	assert_int_equal(codec_eof(&c), CODEC_BROKEN);
	codec_fini(&c);
}

static const struct example chunked_bodies[] = {
    {"5\r\nhello\r\n0\r\n\r\n", "BODY hello\nEND\nEOF clean\n"},
    {"0\r\n\r\n", "END\nEOF clean\n"},
    {"0000000000000002\r\nab\r\n000\r\n\r\n", "BODY ab\nEND\nEOF clean\n"},
    {"1;a\r\na\r\na;b=c;d=\"e \\\" ;\"\r\n0123456789\r\n0;x\r\n\r\n",
	"BODY a0123456789\nEND\nEOF clean\n"},
    {"1\r\n\n\r\n2\r\n\r\n\r\n0\r\nX-Sum: 1\r\nSet-Cookie: a=b\r\n"
     "content-length: 3\r\nHost: x\r\nServer-Timing: t\r\n\r\n",
	"BODY \n\r\n\nEND [X-Sum: 1] [Server-Timing: t]\n"
	"EOF clean\n"},
    {"", "EOF cut-short\n"},
    {"5", "EOF cut-short\n"},
    {"5\r\nhell", "BODY hell\nEOF cut-short\n"},
    {"5\r\nhello", "BODY hello\nEOF cut-short\n"},
    {"5\r\nhello\r\n", "BODY hello\nEOF cut-short\n"},
    {"0\r\n", "EOF cut-short\n"},
    {"0\r\nA: b\r\n", "EOF cut-short\n"},
    {"\r\n", "BROKEN chunk-size\n"},
    {"5\nhello", "BROKEN bare-lf\n"},
    {"5\r\r\nhello", "BROKEN bare-cr\n"},
    {"5\r;a\r\nhello", "BROKEN bare-cr\n"},
    {"0x5\r\nhello\r\n", "BROKEN chunk-size\n"},
    {"+5\r\nhello\r\n", "BROKEN chunk-size\n"},
    {"-5\r\nhello\r\n", "BROKEN chunk-size\n"},
    {" 5\r\nhello\r\n", "BROKEN chunk-size\n"},
    {"5 \r\nhello\r\n", "BROKEN chunk-size\n"},
    {"5 a\r\nhello\r\n", "BROKEN chunk-size\n"},
    {"5_0\r\nhello\r\n", "BROKEN chunk-size\n"},
    {"g\r\n", "BROKEN chunk-size\n"},
    {"8000000000000000\r\n", "BROKEN chunk-size\n"},
    {"ffffffffffffffff\r\n", "BROKEN chunk-size\n"},
    {"00000000000000001\r\na\r\n", "BROKEN chunk-size\n"},
    {"10000000000000000\r\n", "BROKEN chunk-size\n"},
    {"5;\r\nhello\r\n", "BROKEN chunk-extension\n"},
    {"5;a=\r\nhello\r\n", "BROKEN chunk-extension\n"},
    {"5; a \r\nhello\r\n", "BROKEN chunk-extension\n"},
    {"5 ; \r\nhello\r\n", "BROKEN chunk-extension\n"},
    {"5;a=\"b\r\nhello\r\n", "BROKEN chunk-extension\n"},
    {"5;a=\"b\\\r\nhello\r\n", "BROKEN chunk-extension\n"},
    {"5;a=\"\x01\"\r\nhello\r\n", "BROKEN chunk-extension\n"},
    {"5;a=\"\\\x01\"\r\nhello\r\n", "BROKEN chunk-extension\n"},
    {"5;a b\r\nhello\r\n", "BROKEN chunk-extension\n"},
    {"5\r\nhello0\r\n\r\n", "BODY hello\nBROKEN chunk-end\n"},
    {"5\r\nhello\n0\r\n\r\n", "BODY hello\nBROKEN chunk-end\n"},
    {"5\r\nhello\r0\r\n\r\n", "BODY hello\nBROKEN chunk-end\n"},
    {"0\r\nA : b\r\n\r\n", "BROKEN field-name\n"},
    {"0\r\n b\r\n\r\n", "BROKEN fold\n"},
    {"0\r\nA: b\n\r\n", "BROKEN bare-lf\n"},
    {"0\r\n\n", "BROKEN bare-lf\n"},
};

static void
reads_chunks(void **state)
{
	char in[512], says[512];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(chunked_bodies); i++) {
		(void)snprintf(in, sizeof in,
		    "PUT / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n"
		    "\r\n%s",
		    chunked_bodies[i].in);
		(void)snprintf(says, sizeof says,
		    "HEAD PUT / 1.1 [Host: h] [Transfer-Encoding: chunked]"
		    " chunked 0 keep\n%s",
		    chunked_bodies[i].says);
		check(NULL, span_of(in), says);
	}
}

static void
bounds_chunk_extensions(void **state)
{
	struct buf in;
	struct trace t = {.own = trace_spared};
	char *text;
	bool is_broken;
	int i;

	(void)state;
	buf_init(&in, 1 << 20);
	assert_int_equal(
	    buf_append(&in, SPAN("PUT / HTTP/1.1\r\n" HOST
				 "Transfer-Encoding: chunked\r\n\r\n")),
	    CONSENT_OK);
	for (i = 0; i < 200; i++)
		assert_int_equal(
		    buf_printf(&in, "1;%0200d\r\nx\r\n", 1), CONSENT_OK);
	codec_init(&t.codec, CODEC_READS_REQUESTS, NULL);
	text = trace_run(&t, buf_span(&in), TRACE_WHOLE);
	is_broken = strstr(text, "xxx\nBROKEN chunk-extension\n") != NULL;
	free(text);
	assert_true(is_broken);

	buf_clear(&in);
	assert_int_equal(buf_printf(&in,
			     "PUT / HTTP/1.1\r\n" HOST
			     "Transfer-Encoding: chunked\r\n\r\n1;%0300d\r\n",
			     1),
	    CONSENT_OK);
	check(NULL, buf_span(&in),
	    "HEAD PUT / 1.1 [Host: h] [Transfer-Encoding: chunked]"
	    " chunked 0 keep\nBROKEN chunk-line\n");
	buf_fini(&in);
}

static const struct example bad_lines[] = {
    {"\r\n\r\n\r\nGET / HTTP/1.1\r\n", "empty-lines"},
    {"\nGET / HTTP/1.1\r\n", "bare-lf"},
    {"\rGET / HTTP/1.1\r\n", "bare-cr"},
    {"GET / HTTP/1.1\nHost: h\n\n", "bare-lf"},
    {"GET / HTTP/1.1\r\nHost: h\n\r\n", "bare-lf"},
    {"GET / HTTP/1.1\r\nHost: h\r\n\n", "bare-lf"},
    {"GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", "bare-cr"},
    {"GET /\r HTTP/1.1\r\nHost: h\r\n\r\n", "bare-cr"},
    {"GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", "bare-cr"},
    {"GET / HTTP/1.1\r\nHo\rst: h\r\n\r\n", "bare-cr"},
    {"GET / HTTP/1.1\r\nHost: h\r\n\r\r\n", "bare-cr"},
    {" GET / HTTP/1.1\r\n", "method"},
    {"\x16\x03\x01", "method"},
    {"G@T / HTTP/1.1\r\n", "method"},
    {"G\xC3\xA4T / HTTP/1.1\r\n", "method"},
    {"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1\r\n", "method-size"},
    {"GET /\r\n", "start-line"},
    {"GET\r\n", "start-line"},
    {"GET /a b HTTP/1.1\r\n", "start-line"},
    {"GET  / HTTP/1.1\r\n", "start-line"},
    {"GET /  HTTP/1.1\r\n", "start-line"},
    {"GET / HTTP/1.1 \r\n", "start-line"},
    {"GET /\tHTTP/1.1\r\n", "start-line"},
    {"GET / http/1.1\r\n", "start-line"},
    {"GET / HTTP/1\r\n", "start-line"},
    {"GET / HTTP/1.\r\n", "start-line"},
    {"GET / HTTP/1.10\r\n", "start-line"},
    {"GET / HTTP/01.1\r\n", "start-line"},
    {"GET / HTTP/1,1\r\n", "start-line"},
    {"GET / HTTPS/1.1\r\n", "start-line"},
    {"GET / ICAP/1.0\r\n", "start-line"},
    {"GET / HTTP/1.2\r\n", "version"},
    {"GET / HTTP/1.9\r\n", "version"},
    {"GET / HTTP/0.9\r\n", "version"},
    {"GET / HTTP/2.0\r\n", "version"},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "version"},
    {"GET /a#b HTTP/1.1\r\n", "target"},
    {"GET /\x7F HTTP/1.1\r\n", "target"},
    {"GET /\x01 HTTP/1.1\r\n", "target"},
    {"GET /\xC3\xA4 HTTP/1.1\r\n", "target"},
    {"GET / HTTP/1.1\r\n Host: h\r\n\r\n", "fold"},
    {"GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n", "fold"},
    {"GET / HTTP/1.1\r\nX: a\r\n\tb\r\n\r\n", "fold"},
    {"GET / HTTP/1.1\r\nX: a\r\n \r\n\r\n", "fold"},
    {"GET / HTTP/1.1\r\nHost : h\r\n\r\n", "field-name"},
    {"GET / HTTP/1.1\r\nHost\t: h\r\n\r\n", "field-name"},
    {"GET / HTTP/1.1\r\n: h\r\n\r\n", "field-name"},
    {"GET / HTTP/1.1\r\nHost\r\n\r\n", "field-name"},
    {"GET / HTTP/1.1\r\nX(y): h\r\n\r\n", "field-name"},
    {"GET / HTTP/1.1\r\nX\xC3\xA4: h\r\n\r\n", "field-name"},
    {"GET / HTTP/1.1\r\n\x0BHost: h\r\n\r\n", "field-name"},
    {"GET / HTTP/1.1\r\nX: 1234567\x01"
     "9012345678\r\n\r\n",
	"field-value"},
    {"GET / HTTP/1.1\r\nX: 12345678\t012345\x7F\r\n\r\n", "field-value"},
    {"GET / HTTP/1.1\r\nX: \x0B\r\n\r\n", "field-value"},
};

static void
refuses_bad_lines(void **state)
{
	char says[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad_lines); i++) {
		(void)snprintf(
		    says, sizeof says, "BROKEN %s\n", bad_lines[i].says);
		check(NULL, span_of(bad_lines[i].in), says);
	}
	check(NULL, SPAN("GET / HTTP/1.1\r\nX: a\0b\r\n\r\n"),
	    "BROKEN field-value\n");
	check(NULL, SPAN("GET / HTTP/1.1\r\nX\0: ab\r\n\r\n"),
	    "BROKEN field-name\n");
	check(NULL, SPAN("GET /\0 HTTP/1.1\r\n"), "BROKEN target\n");
	check(NULL, SPAN("\0GET / HTTP/1.1\r\n"), "BROKEN method\n");
}

static const struct example bad_fields[] = {
    {"", "host-missing"},
    {HOST "Host: h\r\n", "host-repeated"},
    {HOST "hOST: other\r\n", "host-repeated"},
    {"Host:\r\n", "host-invalid"},
    {"Host: h i\r\n", "host-invalid"},
    {"Host: h/\r\n", "host-invalid"},
    {"Host: u@h\r\n", "host-invalid"},
    {"Host: h:\r\n", "host-invalid"},
    {"Host: h:0\r\n", "host-invalid"},
    {"Host: h:65536\r\n", "host-invalid"},
    {"Host: h:+1\r\n", "host-invalid"},
    {"Host: h:80:80\r\n", "host-invalid"},
    {"Host: \"h\"\r\n", "host-invalid"},
    {HOST "Content-Length: 5\r\nContent-Length: 5\r\n", "length-repeated"},
    {HOST "Content-Length: 5\r\ncontent-length: 6\r\n", "length-repeated"},
    {HOST "Content_Length: 5\r\n", "field-twin"},
    {HOST "transfer.encoding: chunked\r\n", "field-twin"},
    {HOST "Content-Length: 5, 5\r\n", "length-invalid"},
    {HOST "Content-Length: +5\r\n", "length-invalid"},
    {HOST "Content-Length: -5\r\n", "length-invalid"},
    {HOST "Content-Length: 0x5\r\n", "length-invalid"},
    {HOST "Content-Length: 5 5\r\n", "length-invalid"},
    {HOST "Content-Length: 5;\r\n", "length-invalid"},
    {HOST "Content-Length: \"5\"\r\n", "length-invalid"},
    {HOST "Content-Length:\r\n", "length-invalid"},
    {HOST "Content-Length: five\r\n", "length-invalid"},
    {HOST "Content-Length: 9223372036854775808\r\n", "length-invalid"},
    {HOST "Content-Length: 99999999999999999999\r\n", "length-invalid"},
    {HOST "Content-Length: 184467440737095516160\r\n", "length-invalid"},
    {HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
	"both-lengths"},
    {HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
	"both-lengths"},
    {HOST "Transfer-Encoding: gzip, chunked\r\n", "coding-unknown"},
    {HOST "Transfer-Encoding: chunked, chunked\r\n", "coding-final"},
    {HOST "Transfer-Encoding: chunked,\r\n", "coding-final"},
    {HOST "Transfer-Encoding: identity\r\n", "coding-final"},
    {HOST "Transfer-Encoding: xchunked\r\n", "coding-final"},
    {HOST "Transfer-Encoding: \"chunked\"\r\n", "coding-final"},
    {HOST "Transfer-Encoding: chunked;q=1\r\n", "coding-final"},
    {HOST "Transfer-Encoding:\r\n", "coding-final"},
    {HOST "Transfer-Encoding: \x80"
	  "chunked\r\n",
	"coding-final"},
    {HOST "Transfer-Encoding: chunked\r\n"
	  "Transfer-Encoding: chunked\r\n",
	"coding-repeated"},
    {HOST "Transfer-Encoding: chunked\r\n"
	  "Transfer-Encoding: identity\r\n",
	"coding-repeated"},
    {HOST "Connection: a,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n", "connection"},
};

static void
refuses_bad_fields(void **state)
{
	char in[256], says[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad_fields); i++) {
		(void)snprintf(in, sizeof in, "POST / HTTP/1.1\r\n%s\r\n",
		    bad_fields[i].in);
		(void)snprintf(
		    says, sizeof says, "BROKEN %s\n", bad_fields[i].says);
		check(NULL, span_of(in), says);
	}
}

static const struct example bad_pairs[] = {
    {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
	"BROKEN coding-version\n"},
    {"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", "BROKEN host-repeated\n"},
    {"GET / HTTP/1.0\r\nHost: a b\r\n\r\n", "BROKEN host-invalid\n"},
    {"GET http://a/ HTTP/1.1\r\nHost: a/b\r\n\r\n", "BROKEN host-invalid\n"},
    {"GET http://a/ HTTP/1.1\r\n\r\n", "BROKEN host-missing\n"},
    {"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "BROKEN target\n"},
    {"GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", "BROKEN target\n"},
    {"GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", "BROKEN target\n"},
    {"GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "BROKEN target\n"},
    {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", "BROKEN target\n"},
    {"GET x HTTP/1.1\r\nHost: a\r\n\r\n", "BROKEN target\n"},
    {"OPTIONS *x HTTP/1.1\r\nHost: a\r\n\r\n", "BROKEN target\n"},
    {"CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", "BROKEN target\n"},
    {"CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", "BROKEN target\n"},
    {"GET / HTTP/1.1\r\nHost: h\r\n", "EOF cut-short\n"},
    {"GET / HT", "EOF cut-short\n"},
    {"\r", "EOF cut-short\n"},
};

static void
refuses_bad_pairs(void **state)
{
	(void)state;
	check_all(NULL, bad_pairs, COUNT(bad_pairs));
}

static void
keeps_its_limits(void **state)
{
	static const struct example examples[] = {
	    {"GET /23456789012345678901234567890123456789012345678901 "
	     "HTTP/1.1\r\n" HOST "\r\n",
		"BROKEN target-size\n"},
	    {"GET /2345678901234567890123456789012345678901234567 "
	     "HTTP/1.1\r\n" HOST "\r\n",
		"HEAD GET /2345678901234567890123456789012345678901234567 1.1"
		" [Host: h] none 0 keep\nEND\nEOF clean\n"},
	    {"GET / HTTP/1.1\r\n" HOST "A:\r\nB:\r\nC:\r\n\r\n",
		"HEAD GET / 1.1 [Host: h] [A: ] [B: ] [C: ] none 0 keep\n"
		"END\nEOF clean\n"},
	    {"GET / HTTP/1.1\r\n" HOST "A:\r\nB:\r\nC:\r\nD:\r\n\r\n",
		"BROKEN head-count\n"},
	    {"PUT / HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\n",
		"BROKEN body-size\n"},
	    {"PUT / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
	     "a\r\n0123456789\r\n0\r\n\r\n",
		"HEAD PUT / 1.1 [Host: h] [Transfer-Encoding: chunked]"
		" chunked 0 keep\nBODY 0123456789\nEND\nEOF clean\n"},
	    {"PUT / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
	     "6\r\n012345\r\n5\r\n67890\r\n0\r\n\r\n",
		"HEAD PUT / 1.1 [Host: h] [Transfer-Encoding: chunked]"
		" chunked 0 keep\nBODY 012345\nBROKEN body-size\n"},
	};
	char in[512];

	(void)state;
	check_all(&small, examples, COUNT(examples));
	(void)snprintf(in, sizeof in,
	    "GET / HTTP/1.1\r\n" HOST "A: %0*d\r\n\r\n", 200 - 16 - 9 - 5 - 2,
	    0);
	assert_int_equal(strlen(in), 200);
	in[199] = '\0';
	check(&small, span_of(in), "EOF cut-short\n");
	(void)snprintf(in, sizeof in,
	    "GET / HTTP/1.1\r\n" HOST "A: %0*d\r\n\r\n", 201 - 16 - 9 - 5 - 2,
	    0);
	check(&small, span_of(in), "BROKEN head-size\n");
}

static void
tells_the_status(void **state)
{
	static const struct {
		const char *in;
		unsigned status;
	} examples[] = {
	    {"GET / HTTP/1.1\n", 400},
	    {"GET / HTTP/3.0\r\n", 505},
	    {"GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: x\r\n\r\n", 400},
	    {"GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: x, chunked\r\n\r\n",
		501},
	    {"GET / HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\n", 413},
	    {"GET / HTTP/1.1\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\n\r\n", 431},
	};
	size_t i, used;
	struct span body;

	(void)state;
	for (i = 0; i < COUNT(examples); i++) {
		struct codec c;

		codec_init(&c, CODEC_READS_REQUESTS, &small);
		assert_null(codec_fault(&c));
		assert_int_equal(
		    codec_feed(&c, span_of(examples[i].in), &used, &body),
		    CODEC_BROKEN);
		assert_int_equal(codec_fault(&c)->status, examples[i].status);
		assert_true(strlen(codec_fault(&c)->text) > 10);
		assert_int_equal(
		    codec_feed(&c, SPAN("GET / HTTP/1.1\r\n"), &used, &body),
		    CODEC_BROKEN);
		assert_int_equal(codec_eof(&c), CODEC_BROKEN);
		codec_fini(&c);
	}
}

static void
becomes_a_tunnel(void **state)
{
	struct span in = SPAN("GET / HTTP/1.1\r\n" HOST "\r\n"), body;
	struct codec c;
	size_t used;

	(void)state;
	codec_init(&c, CODEC_READS_REQUESTS, NULL);
	assert_int_equal(codec_feed(&c, in, &used, &body), CODEC_HEAD);
	assert_int_equal(codec_feed(&c, SPAN(""), &used, &body), CODEC_END);
	codec_expect(&c, CODEC_TUNNEL);
	assert_int_equal(codec_body_kind(&c), BODY_TUNNEL);
	assert_int_equal(
	    codec_feed(&c, SPAN("\x81\x00"), &used, &body), CODEC_BODY);
	assert_true(span_equal(body, SPAN("\x81\x00")));
	assert_int_equal(codec_feed(&c, SPAN(""), &used, &body), CODEC_MORE);
	assert_false(codec_keep_alive(&c));
	assert_int_equal(codec_eof(&c), CODEC_END);
	codec_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_messages),
	    cmocka_unit_test(reads_pipelines),
	    cmocka_unit_test(leaves_pipelined_bytes),
	    cmocka_unit_test(reads_chunks),
	    cmocka_unit_test(bounds_chunk_extensions),
	    cmocka_unit_test(refuses_bad_lines),
	    cmocka_unit_test(refuses_bad_fields),
	    cmocka_unit_test(refuses_bad_pairs),
	    cmocka_unit_test(keeps_its_limits),
	    cmocka_unit_test(tells_the_status),
	    cmocka_unit_test(becomes_a_tunnel),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
