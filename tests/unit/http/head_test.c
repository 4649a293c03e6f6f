#include "http/head.h"

#include "http/codec.h"
#include "http/head_edit.h"

#include "../failing.h"

#include <string.h>

static const char request[] = "GET /a HTTP/1.1\r\n"
			      "Host: h\r\n"
			      "accept:a\r\n"
			      "Cookie:  x=1 \r\n"
			      "ACCEPT: b , \"c,d\"\r\n"
			      "X-Empty:\r\n"
			      "\r\n";

static struct head *
read_request(struct codec *c, struct span in)
{
	struct span body;
	size_t used;

	codec_init(c, CODEC_READS_REQUESTS, NULL);
	assert_int_equal(codec_feed(c, in, &used, &body), CODEC_HEAD);
	return codec_head(c);
}

static void
assert_writes(const struct head *h, const char *expected)
{
	struct buf out;

	buf_init(&out, 65536);
	assert_int_equal(head_write(h, &out), CONSENT_OK);
	assert_true(span_equal(buf_span(&out), span_of(expected)));
	buf_fini(&out);
}

static void
finds_fields(void **state)
{
	struct codec c;
	struct head *h = read_request(&c, span_of(request));

	(void)state;
	assert_int_equal(h->count, 5);
	assert_int_equal(head_find(h, SPAN("Accept"), 0), 1);
	assert_int_equal(head_find(h, SPAN("Accept"), 2), 3);
	assert_true(head_find(h, SPAN("Accept"), 4) == HEAD_NONE);
	assert_true(head_find(h, SPAN("Accep"), 0) == HEAD_NONE);
	assert_true(span_equal(head_value(h, SPAN("cookie")), SPAN("x=1")));
	assert_non_null(head_value(h, SPAN("x-empty")).p);
	assert_null(head_value(h, SPAN("absent")).p);
	assert_true(head_lists(h, SPAN("Accept"), SPAN("A")));
	assert_true(head_lists(h, SPAN("Accept"), SPAN("b")));
	assert_false(head_lists(h, SPAN("Accept"), SPAN("c")));
	assert_false(head_lists(h, SPAN("absent"), SPAN("a")));
	codec_fini(&c);
}

static void
writes_what_it_read(void **state)
{
	struct codec c;
	struct head *h = read_request(&c, span_of(request));

	(void)state;
	assert_writes(h, request);
	head_drop(h, 2);
	head_drop(h, 2);
	assert_null(head_value(h, SPAN("Cookie")).p);
	assert_writes(h, "GET /a HTTP/1.1\r\nHost: h\r\naccept:a\r\n"
			 "ACCEPT: b , \"c,d\"\r\nX-Empty:\r\n\r\n");
	head_drop_all(h, SPAN("accept"));
	assert_int_equal(head_add(h, SPAN("Via"), SPAN(" me ")), CONSENT_OK);
	assert_int_equal(head_replace(h, 0, SPAN("other")), CONSENT_OK);
	assert_int_equal(
	    head_start_request(h, SPAN("PUT"), SPAN("/b")), CONSENT_OK);
	assert_writes(h, "PUT /b HTTP/1.1\r\nHost: other\r\nX-Empty:\r\n"
			 "Via: me\r\n\r\n");
	codec_fini(&c);
}

static void
sets_one_field(void **state)
{
	struct head h;

	(void)state;
	head_init(&h, NULL);
	assert_int_equal(head_start_response(&h, 404, SPAN("")), CONSENT_OK);
	assert_int_equal(head_set(&h, SPAN("A"), SPAN("1")), CONSENT_OK);
	assert_int_equal(head_add(&h, SPAN("B"), SPAN("2")), CONSENT_OK);
	assert_int_equal(head_add(&h, SPAN("a"), SPAN("3")), CONSENT_OK);
	assert_int_equal(head_set(&h, SPAN("a"), SPAN("4")), CONSENT_OK);
	assert_writes(&h, "HTTP/1.1 404 Not Found\r\nA: 4\r\nB: 2\r\n\r\n");
	head_clear(&h);
	assert_int_equal(head_start_response(&h, 299, SPAN("")), CONSENT_OK);
	assert_writes(&h, "HTTP/1.1 299 \r\n\r\n");
	head_fini(&h);
}

static void
refuses_to_be_split(void **state)
{
	struct buf out;
	struct head h;

	(void)state;
	head_init(&h, NULL);
	buf_init(&out, 64);
	assert_int_equal(head_write(&h, &out), CONSENT_EINVAL);
	assert_int_equal(
	    head_start_response(&h, 200, SPAN("O\r\nK")), CONSENT_EINVAL);
	assert_int_equal(head_start_response(&h, 99, SPAN("")), CONSENT_EINVAL);
	assert_int_equal(
	    head_start_request(&h, SPAN("GET"), SPAN("/a b")), CONSENT_EINVAL);
	assert_int_equal(
	    head_start_request(&h, SPAN("G T"), SPAN("/")), CONSENT_EINVAL);
	assert_int_equal(
	    head_start_request(&h, SPAN("GET"), SPAN("/\xC3")), CONSENT_EINVAL);
	assert_int_equal(
	    head_add(&h, SPAN("A"), SPAN("b\r\nC: d")), CONSENT_EINVAL);
	assert_int_equal(head_add(&h, SPAN("A"), SPAN("b\0")), CONSENT_EINVAL);
	assert_int_equal(head_add(&h, SPAN("A:"), SPAN("b")), CONSENT_EINVAL);
	assert_int_equal(head_add(&h, SPAN(""), SPAN("b")), CONSENT_EINVAL);
	assert_int_equal(h.count, 0);
	assert_int_equal(h.used, 0);
	head_fini(&h);
	buf_fini(&out);
}

static void
drops_what_is_for_one_hop(void **state)
{
	struct codec c;
	struct head *h = read_request(&c,
	    SPAN("POST / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-b: 2\r\n"
		 "Connection: x-a, host, content-length,\r\n"
		 "connection: X-B , close\r\nKeep-Alive: 5\r\nTE: trailers\r\n"
		 "Upgrade: h2c\r\nProxy-Connection: x\r\nTrailer: X\r\n"
		 "Proxy-Authorization: Basic eA==\r\n"
		 "Proxy-Authenticate: Basic\r\n"
		 "Content-Length: 0\r\nX-C: 3\r\n\r\n"));

	(void)state;
	head_drop_hops(h);
	assert_writes(h, "POST / HTTP/1.1\r\nHost: h\r\n"
			 "Content-Length: 0\r\nX-C: 3\r\n\r\n");
	codec_fini(&c);
}

static void
is_bounded(void **state)
{
	struct head_limits limits = {.bytes = 16, .fields = 1};
	char value[4096];
	struct span long_value = {value, sizeof value};
	struct head h;
	size_t used;
	int i;

	(void)state;
	memset(value, 'v', sizeof value);
	head_init(&h, &limits);
	for (i = 0; i < HEAD_SPARE_FIELDS + 1; i++)
		assert_int_equal(
		    head_add(&h, SPAN("A"), SPAN("b")), CONSENT_OK);
	assert_int_equal(head_add(&h, SPAN("A"), SPAN("b")), CONSENT_ELIMIT);
	head_clear(&h);
	for (i = 0; i < 7; i++)
		assert_int_equal(
		    head_add(&h, SPAN("A"), long_value), CONSENT_OK);
	used = h.used;
	assert_int_equal(head_add(&h, SPAN("A"), long_value), CONSENT_ELIMIT);
	assert_int_equal(head_replace(&h, 0, long_value), CONSENT_ELIMIT);
	assert_int_equal(h.used, used);
	assert_int_equal(h.count, 7);
	head_fini(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_fields),
	    cmocka_unit_test(writes_what_it_read),
	    cmocka_unit_test(sets_one_field),
	    cmocka_unit_test(refuses_to_be_split),
	    cmocka_unit_test(drops_what_is_for_one_hop),
	    cmocka_unit_test(is_bounded),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
