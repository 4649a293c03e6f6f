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

/* From a proxy that is believed. */
static const struct forward_facts trusted = {.client = {"10.0.0.1", 8},
    .scheme = {"http", 4},
    .host = {"site.example", 12},
    .is_trusted = true};

/*
 * What a request looks like after it was forwarded; how many fields were
 * dropped as malformed.
 */
static uint64_t
expect_from(const struct forward_facts *who, const char *in, const char *out)
{
	struct codec codec;
	struct span body;
	struct buf text;
	uint64_t dropped = 0;
	size_t used;

	codec_init(&codec, CODEC_READS_REQUESTS, NULL);
	buf_init(&text, 65536);
	assert_int_equal(
	    codec_feed(&codec, span_of(in), &used, &body), CODEC_HEAD);
	assert_int_equal(
	    forward_request(codec_head(&codec), who, &dropped), CONSENT_OK);
	assert_int_equal(head_write(codec_head(&codec), &text), CONSENT_OK);
	assert_int_equal(buf_append_byte(&text, '\0'), CONSENT_OK);
	assert_string_equal(text.p, out);
	buf_fini(&text);
	codec_fini(&codec);
	return dropped;
}

static void
expect_request(const char *in, const char *out)
{
	assert_int_equal(expect_from(&facts, in, out), 0);
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
a_trusted_proxy_is_extended(void **state)
{
	(void)state;
	assert_int_equal(
	    expect_from(&trusted,
		"GET / HTTP/1.1\r\nHost: x.example\r\n"
		"X-Forwarded-For: 192.0.2.7, 2001:db8::1\r\n"
		"X-Forwarded-For: unknown\r\n"
		"Forwarded: for=192.0.2.7;proto=https, "
		"for=\"[2001:db8::1]\"\r\n"
		"X-Forwarded-Proto: https\r\n"
		"X-Forwarded-Host: y.example:8443\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x.example\r\n"
		"X-Forwarded-For: 192.0.2.7, 2001:db8::1, unknown, 10.0.0.1\r\n"
		"Forwarded: for=192.0.2.7;proto=https, "
		"for=\"[2001:db8::1]\", for=10.0.0.1\r\n"
		"X-Forwarded-Proto: https\r\n"
		"X-Forwarded-Host: y.example:8443\r\n"
		"Via: 1.1 consentd\r\n\r\n"),
	    0);
}

static void
a_trusted_proxy_that_says_nothing_is_the_first_hop(void **state)
{
	(void)state;
	assert_int_equal(
	    expect_from(&trusted, "GET / HTTP/1.1\r\nHost: x.example\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x.example\r\n"
		"X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: http\r\n"
		"X-Forwarded-Host: x.example\r\nVia: 1.1 consentd\r\n\r\n"),
	    0);
}

static void
what_a_trusted_proxy_says_wrongly_is_dropped(void **state)
{
	(void)state;
	assert_int_equal(expect_from(&trusted,
			     "GET / HTTP/1.1\r\nHost: x.example\r\n"
			     "X-Forwarded-For: 192.0.2.7\r\n"
			     "X-Forwarded-For: <script>\r\n"
			     "Forwarded: for=192.0.2.7;for=10.0.0.9\r\n"
			     "X-Forwarded-Proto: gopher\r\n"
			     "X-Forwarded-Host: a b\r\n\r\n",
			     "GET / HTTP/1.1\r\nHost: x.example\r\n"
			     "X-Forwarded-For: 10.0.0.1\r\n"
			     "X-Forwarded-Proto: http\r\n"
			     "X-Forwarded-Host: x.example\r\n"
			     "Via: 1.1 consentd\r\n\r\n"),
	    2);
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

static void
trailers_do_not_say_who_asked(void **state)
{
	struct codec codec;
	struct span body;
	struct buf text;
	size_t used;

	(void)state;
	codec_init(&codec, CODEC_READS_REQUESTS, NULL);
	buf_init(&text, 65536);
	assert_int_equal(
	    codec_feed(&codec,
		SPAN("GET / HTTP/1.1\r\nHost: x.example\r\nX-Sum: 1\r\n"
		     "x-forwarded-for: 10.0.0.1\r\nForwarded: for=x\r\n"
		     "X-Forwarded-Proto: http\r\nX-Forwarded-Host: e\r\n"
		     "Via: 1.1 x\r\nX-Real-IP: 10.0.0.1\r\n\r\n"),
		&used, &body),
	    CODEC_HEAD);
	forward_trailers(codec_head(&codec));
	assert_int_equal(head_write(codec_head(&codec), &text), CONSENT_OK);
	assert_int_equal(buf_append_byte(&text, '\0'), CONSENT_OK);
	assert_string_equal(
	    text.p, "GET / HTTP/1.1\r\nHost: x.example\r\nX-Sum: 1\r\n\r\n");
	buf_fini(&text);
	codec_fini(&codec);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_without_host_gets_the_sites),
	    cmocka_unit_test(hop_by_hop_fields_stay_behind),
	    cmocka_unit_test(trailers_do_not_say_who_asked),
	    cmocka_unit_test(a_client_is_not_believed_about_itself),
	    cmocka_unit_test(a_trusted_proxy_is_extended),
	    cmocka_unit_test(
		a_trusted_proxy_that_says_nothing_is_the_first_hop),
	    cmocka_unit_test(what_a_trusted_proxy_says_wrongly_is_dropped),
	    cmocka_unit_test(absolute_form_becomes_origin_form),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
