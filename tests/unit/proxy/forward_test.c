#include "proxy/forward.h"

#include "http/codec.h"
#include "http/head_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct forward_facts facts = {.client = {"192.0.2.7", 9},
    .scheme = {"https", 5},
    .host = {"site.example:8", 14}};

/* What a request looks like after it was forwarded. */
static void
expect_request(const char *in, const char *out)
{
	struct codec codec;
	struct span body;
	struct buf text;
	size_t used;

	codec_init(&codec, CODEC_READS_REQUESTS, NULL);
	buf_init(&text, 65536);
	assert_int_equal(
	    codec_feed(&codec, span_of(in), &used, &body), CODEC_HEAD);
	assert_int_equal(
	    forward_request(codec_head(&codec), &facts), CONSENT_OK);
	assert_int_equal(head_write(codec_head(&codec), &text), CONSENT_OK);
	assert_int_equal(buf_append_byte(&text, '\0'), CONSENT_OK);
	assert_string_equal(text.p, out);
	buf_fini(&text);
	codec_fini(&codec);
}

static void
hop_by_hop_fields_stay_behind(void **state)
{
	(void)state;
	expect_request("GET /a?b HTTP/1.1\r\nHost: x.example\r\n"
		       "Connection: keep-alive, X-Secret\r\n"
		       "X-Secret: 1\r\nKeep-Alive: timeout=5\r\n"
		       "TE: trailers\r\nUpgrade: h2c\r\nX-Kept: 2\r\n\r\n",
	    "GET /a?b HTTP/1.1\r\nHost: x.example\r\nX-Kept: 2\r\n"
	    "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n"
	    "X-Forwarded-Host: x.example\r\nVia: 1.1 consentd\r\n\r\n");
}

static void
a_client_is_not_believed_about_itself(void **state)
{
	(void)state;
	expect_request("GET / HTTP/1.1\r\nHost: x.example\r\n"
		       "X-Forwarded-For: 10.0.0.1\r\n"
		       "X-Forwarded-For: 10.0.0.2\r\n"
		       "Forwarded: for=10.0.0.3\r\nX-Real-IP: 10.0.0.4\r\n"
		       "X-Forwarded-Proto: gopher\r\nVia: 1.0 cache\r\n\r\n",
	    "GET / HTTP/1.1\r\nHost: x.example\r\n"
	    "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n"
	    "Via: 1.0 cache\r\nX-Forwarded-Host: x.example\r\n"
	    "Via: 1.1 consentd\r\n\r\n");
}

static void
absolute_form_becomes_origin_form(void **state)
{
	(void)state;
	expect_request("GET http://x.example/p?q HTTP/1.1\r\n"
		       "Host: x.example\r\n\r\n",
	    "GET /p?q HTTP/1.1\r\nHost: x.example\r\n"
	    "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n"
	    "X-Forwarded-Host: x.example\r\nVia: 1.1 consentd\r\n\r\n");
}

static void
a_request_without_host_gets_the_sites(void **state)
{
	(void)state;
	expect_request("GET / HTTP/1.0\r\n\r\n",
	    "GET / HTTP/1.1\r\nHost: site.example:8\r\n"
	    "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n"
	    "X-Forwarded-Host: site.example:8\r\nVia: 1.0 consentd\r\n\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_without_host_gets_the_sites),
	    cmocka_unit_test(hop_by_hop_fields_stay_behind),
	    cmocka_unit_test(a_client_is_not_believed_about_itself),
	    cmocka_unit_test(absolute_form_becomes_origin_form),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
