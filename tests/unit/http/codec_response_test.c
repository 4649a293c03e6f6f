#include "http/codec.h"

#include <stdio.h>

#include "codec_failing.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* What up to four messages answer. */
struct example {
	enum codec_expected to[4];
	const char *in;
	const char *says;
};

static void
check(const struct codec_limits *limits, const struct example *e)
{
	unsigned cut;

	for (cut = TRACE_WHOLE; cut < 8; cut++) {
		struct trace t = {.expected = e->to, .own = trace_spared};
		char *text;

		if (!failing_part())
			continue;
		codec_init(&t.codec, CODEC_READS_RESPONSES, limits);
		text = trace_run(&t, span_of(e->in), cut);
		trace_check(text, e->says);
		free(text);
	}
}

static void
check_all(const struct example *e, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		check(NULL, &e[i]);
}

static void
reads_bodies(void **state)
{
	static const struct example examples[] = {
	    {{0}, "", "EOF clean\n"},
	    {{0}, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
		"HEAD 200 OK 1.1 [Content-Length: 2] length 2 keep\n"
		"BODY ab\nEND\nEOF clean\n"},
	    {{0},
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		"2\r\nab\r\n0\r\n\r\n",
		"HEAD 200 OK 1.1 [Transfer-Encoding: chunked] chunked 0 keep\n"
		"BODY ab\nEND\nEOF clean\n"},
	    {{0}, "HTTP/1.1 200 OK\r\nA: b\r\n\r\nab",
		"HEAD 200 OK 1.1 [A: b] until-close 0\nBODY ab\nEOF end\n"},
	    {{0}, "HTTP/1.1 200 OK\r\n\r\n",
		"HEAD 200 OK 1.1 until-close 0\nEOF end\n"},
	    {{0},
		"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n"
		"Connection: keep-alive\r\n\r\nab",
		"HEAD 200 OK 1.0 [Content-Length: 2]"
		" [Connection: keep-alive] length 2 keep\n"
		"BODY ab\nEND\nEOF clean\n"},
	    {{0}, "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
		"HEAD 200  1.1 [Content-Length: 0] length 0 keep\nEND\n"
		"EOF clean\n"},
	    {{0}, "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
		"HEAD 200  1.1 [Content-Length: 0] length 0 keep\nEND\n"
		"EOF clean\n"},
	    {{0},
		"HTTP/1.1 404 N\xC3\xB6t\tfound here\r\n"
		"Content-Length: 0\r\n\r\n",
		"HEAD 404 N\xC3\xB6t\tfound here 1.1 [Content-Length: 0]"
		" length 0 keep\nEND\nEOF clean\n"},
	    {{0}, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
		"HEAD 200 OK 1.1 [Content-Length: 5] length 5 keep\n"
		"BODY ab\nEOF cut-short\n"},
	    {{0},
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		"2\r\nab\r\n",
		"HEAD 200 OK 1.1 [Transfer-Encoding: chunked] chunked 0 keep\n"
		"BODY ab\nEOF cut-short\n"},
	    {{0}, "HTTP/1.1 200 OK\r\nContent-Le", "EOF cut-short\n"},
	    {{0},
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
		"Connection: close\r\n\r\naHTTP/1.1 200 OK\r\n\r\n",
		"HEAD 200 OK 1.1 [Content-Length: 1] [Connection: close]"
		" length 1\nBODY a\nEND\n"},
	};

	(void)state;
	check_all(examples, COUNT(examples));
}

static void
knows_what_has_no_body(void **state)
{
	static const struct example examples[] = {
	    {{CODEC_ANSWER_TO_HEAD},
		"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n"
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
		"HEAD 200 OK 1.1 [Content-Length: 50] none 0 keep\nEND\n"
		"HEAD 200 OK 1.1 [Content-Length: 1] length 1 keep\n"
		"BODY a\nEND\nEOF clean\n"},
	    {{CODEC_ANSWER_TO_HEAD, CODEC_ANSWER_TO_HEAD},
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		"HTTP/1.1 200 OK\r\n\r\n",
		"HEAD 200 OK 1.1 [Transfer-Encoding: chunked] none 0 keep\n"
		"END\nHEAD 200 OK 1.1 none 0 keep\nEND\nEOF clean\n"},
	    {{0},
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"
		"HTTP/1.1 204 No Content\r\n\r\n"
		"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
		"HEAD 304 Not Modified 1.1 [Content-Length: 9] none 0 keep\n"
		"END\nHEAD 204 No Content 1.1 none 0 keep\nEND\n"
		"HEAD 204 No Content 1.1 [Content-Length: 0] none 0 keep\n"
		"END\nEOF clean\n"},
	    {{0}, "HTTP/1.1 204 No Content\r\nContent-Length: 1\r\n\r\na",
		"HEAD 204 No Content 1.1 [Content-Length: 1] none 0\nEND\n"},
	    {{0},
		"HTTP/1.1 204 No Content\r\n"
		"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"HEAD 204 No Content 1.1 [Transfer-Encoding: chunked]"
		" none 0\nEND\n"},
	};

	(void)state;
	check_all(examples, COUNT(examples));
}

static void
passes_interim_responses(void **state)
{
	static const struct example examples[] = {
	    {{0},
		"HTTP/1.1 100 Continue\r\n\r\n"
		"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
		"HEAD 100 Continue 1.1 none 0\n"
		"HEAD 103 Early Hints 1.1 [Link: </a>] none 0\n"
		"HEAD 200 OK 1.1 [Content-Length: 1] length 1 keep\n"
		"BODY a\nEND\nEOF clean\n"},
	    {{CODEC_ANSWER_TO_HEAD},
		"HTTP/1.1 103 Early Hints\r\nContent-Length: 4\r\n\r\n"
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
		"HEAD 103 Early Hints 1.1 [Content-Length: 4] none 0\n"
		"HEAD 200 OK 1.1 [Content-Length: 9] none 0 keep\nEND\n"
		"EOF clean\n"},
	    {{0}, "HTTP/1.1 100 Continue\r\n\r\n",
		"HEAD 100 Continue 1.1 none 0\nEOF cut-short\n"},
	};
	struct buf in, says;
	struct example flood = {{0}, NULL, NULL};
	int i;

	(void)state;
	check_all(examples, COUNT(examples));
	buf_init(&in, 4096);
	buf_init(&says, 4096);
	for (i = 0; i <= CODEC_INTERIMS; i++) {
		assert_int_equal(
		    buf_append(&in, SPAN("HTTP/1.1 102 P\r\n\r\n")),
		    CONSENT_OK);
		if (i < CODEC_INTERIMS)
			assert_int_equal(
			    buf_append(&says, SPAN("HEAD 102 P 1.1 none 0\n")),
			    CONSENT_OK);
	}
	assert_int_equal(
	    buf_append(&says, SPAN("BROKEN interims\n")), CONSENT_OK);
	flood.in = buf_take(&in);
	flood.says = buf_take(&says);
	check(NULL, &flood);
	free((void *)(uintptr_t)flood.in);
	free((void *)(uintptr_t)flood.says);
}

static void
opens_tunnels(void **state)
{
	static const struct example examples[] = {
	    {{0},
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"
		"HTTP/1.1 200 OK\r\n",
		"HEAD 101 Switching Protocols 1.1 [Upgrade: x] tunnel 0\n"
		"BODY HTTP/1.1 200 OK\r\n\nEOF end\n"},
	    {{CODEC_ANSWER_TO_CONNECT},
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nabc",
		"HEAD 200 OK 1.1 [Content-Length: 0] tunnel 0\n"
		"BODY abc\nEOF end\n"},
	    {{CODEC_ANSWER_TO_CONNECT},
		"HTTP/1.1 407 No\r\nContent-Length: 1\r\n\r\na",
		"HEAD 407 No 1.1 [Content-Length: 1] length 1 keep\n"
		"BODY a\nEND\nEOF clean\n"},
	};

	(void)state;
	check_all(examples, COUNT(examples));
}

static void
refuses(void **state)
{
	static const struct example examples[] = {
	    {{0}, "\r\nHTTP/1.1 200 OK\r\n", "BROKEN start-line\n"},
	    {{0}, "<html>", "BROKEN start-line\n"},
	    {{0}, "HTTP/1.1  200 OK\r\n", "BROKEN start-line\n"},
	    {{0}, "HTTP/1.1\t200 OK\r\n", "BROKEN start-line\n"},
	    {{0}, "HTTP/1.1\r\n", "BROKEN start-line\n"},
	    {{0}, "HTTP/1.1 \r\n", "BROKEN start-line\n"},
	    {{0}, "HTTP/1.1 20 OK\r\n", "BROKEN start-line\n"},
	    {{0}, "HTTP/1.1 2000 OK\r\n", "BROKEN start-line\n"},
	    {{0}, "HTTP/1.1 099 OK\r\n", "BROKEN start-line\n"},
	    {{0}, "HTTP/1.1 +20 OK\r\n", "BROKEN start-line\n"},
	    {{0}, "HTTP/1.1 200 O\x01K\r\n", "BROKEN start-line\n"},
	    {{0}, "HTTP/2.0 200 OK\r\n", "BROKEN version\n"},
	    {{0}, "HTTP/1.2 200 OK\r\n", "BROKEN version\n"},
	    {{0}, "HTTP/1.1 200 OK\n\n", "BROKEN bare-lf\n"},
	    {{0}, "HTTP/1.1 200 O\rK\r\n", "BROKEN bare-cr\n"},
	    {{0}, "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "BROKEN fold\n"},
	    {{0}, "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "BROKEN field-name\n"},
	    {{0},
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
		"Content-Length: 1\r\n\r\n",
		"BROKEN length-repeated\n"},
	    {{0}, "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n",
		"BROKEN length-invalid\n"},
	    {{0},
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
		"Transfer-Encoding: chunked\r\n\r\n",
		"BROKEN both-lengths\n"},
	    {{0},
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n"
		"\r\n",
		"BROKEN coding-unknown\n"},
	    {{0}, "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n",
		"BROKEN coding-final\n"},
	    {{0}, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"BROKEN coding-version\n"},
	};
	struct span body;
	struct codec c;
	size_t used;

	(void)state;
	check_all(examples, COUNT(examples));
	codec_init(&c, CODEC_READS_RESPONSES, NULL);
	assert_int_equal(
	    codec_feed(&c, SPAN("oops"), &used, &body), CODEC_BROKEN);
	assert_int_equal(codec_fault(&c)->status, 502);
	assert_false(codec_keep_alive(&c));
	codec_fini(&c);
}

static void
keeps_its_limits(void **state)
{
	static const struct codec_limits limits = {.body_bytes = 3};
	static const struct example examples[] = {
	    {{0}, "HTTP/1.1 200 OK\r\n\r\nabc",
		"HEAD 200 OK 1.1 until-close 0\nBODY abc\nEOF end\n"},
	    {{0}, "HTTP/1.1 200 OK\r\n\r\nabcd",
		"HEAD 200 OK 1.1 until-close 0\nBODY abc\n"
		"BROKEN body-size\n"},
	    {{0}, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n",
		"BROKEN body-size\n"},
	    {{CODEC_ANSWER_TO_HEAD},
		"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n",
		"HEAD 200 OK 1.1 [Content-Length: 4] none 0 keep\nEND\n"
		"EOF clean\n"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(examples); i++)
		check(&limits, &examples[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_bodies),
	    cmocka_unit_test(knows_what_has_no_body),
	    cmocka_unit_test(passes_interim_responses),
	    cmocka_unit_test(opens_tunnels),
	    cmocka_unit_test(refuses),
	    cmocka_unit_test(keeps_its_limits),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
