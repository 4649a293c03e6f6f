#include "proxy/withheld.h"

#include "proxy/answer.h"

#include "fixture.h"

#include <stdio.h>

static void
the_answer_is_of_the_kind_asked_for(void **state)
{
	static const struct {
		const char *request;
		unsigned status;
		const char *type; /* NULL: none */
		size_t n;
	} cases[] = {
	    {"GET /x HTTP/1.1\r\nSec-Fetch-Dest: script\r\n", 200,
		"text/javascript; charset=utf-8", 0},
	    {"GET /x HTTP/1.1\r\nSec-Fetch-Dest: serviceworker\r\n", 200,
		"text/javascript; charset=utf-8", 0},
	    {"GET /x HTTP/1.1\r\nSec-Fetch-Dest: style\r\n", 200,
		"text/css; charset=utf-8", 0},
	    {"GET /x.js HTTP/1.1\r\nSec-Fetch-Dest: image\r\n", 200,
		"image/gif", 43},
	    {"GET /x.js HTTP/1.1\r\nSec-Fetch-Dest: empty\r\n", 204, NULL, 0},
	    {"GET /x HTTP/1.1\r\nSec-Fetch-Dest: document\r\n", 204, NULL, 0},
	    {"GET /x HTTP/1.1\r\nAccept: image/avif,*/*\r\n", 200, "image/gif",
		43},
	    {"GET /x HTTP/1.1\r\nAccept: text/css,*/*;q=0.1\r\n", 200,
		"text/css; charset=utf-8", 0},
	    {"GET /x.mjs?a=.css HTTP/1.1\r\nAccept: */*\r\n", 200,
		"text/javascript; charset=utf-8", 0},
	    {"HEAD /x.gif HTTP/1.1\r\n", 200, "image/gif", 43},
	    {"GET /x HTTP/1.1\r\n", 204, NULL, 0},
	    {"POST /x.gif HTTP/1.1\r\nContent-Length: 0\r\n", 204, NULL, 0},
	};
	static struct fixture f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[256];
		struct answer a;
		struct head *h;

		(void)snprintf(text, sizeof text,
		    "%sHost: site.example\r\n\r\n", cases[i].request);
		h = fixture_read(&f, CODEC_READS_REQUESTS, text);
		answer_init(&a);
		withheld_answer(&a, h);
		assert_int_equal(a.rc, CONSENT_OK);
		assert_int_equal(a.head.status, cases[i].status);
		assert_int_equal(a.body.n, cases[i].n);
		assert_true(
		    span_equal(head_value(&a.head, SPAN("Content-Type")),
			span_of(cases[i].type)));
		assert_true(
		    span_equal(head_value(&a.head, SPAN("Cache-Control")),
			SPAN("no-store")));
		answer_fini(&a);
		fixture_unread(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_answer_is_of_the_kind_asked_for),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
