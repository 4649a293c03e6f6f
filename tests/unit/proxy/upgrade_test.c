#include "proxy/upgrade.h"

#include "http/codec.h"
#include "http/head_edit.h"

#include "../failing.h"

/* Reads the head of a message; the caller frees the codec. */
static struct head *
read_head(struct codec *codec, enum codec_role role, const char *text)
{
	struct span body;
	size_t used;

	codec_init(codec, role, NULL);
	assert_int_equal(
	    codec_feed(codec, span_of(text), &used, &body), CODEC_HEAD);
	return codec_head(codec);
}

/* What of the wish in these lines of a request passes. */
static void
expect_wanted(const char *start, const char *lines, const char *wanted)
{
	char text[2048];
	struct codec codec;
	struct buf got;
	struct head *head;

	assert_true(snprintf(text, sizeof text, "%s\r\nHost: h\r\n%s\r\n",
			start, lines) > 0);
	head = read_head(&codec, CODEC_READS_REQUESTS, text);
	buf_init(&got, UPGRADE_BYTES);
	assert_int_equal(
	    upgrade_wanted(head, codec_body_kind(&codec), &got), CONSENT_OK);
	if (!span_equal(buf_span(&got), span_of(wanted))) {
		failing_must(!failing.on, lines);
		fail_msg("%s: %.*s", lines, SPAN_ARG(buf_span(&got)));
	}
	buf_fini(&got);
	codec_fini(&codec);
}

static void
passes_what_was_asked_for(void **state)
{
	const char *get = "GET / HTTP/1.1";

	(void)state;
	expect_wanted(get, "", "");
	expect_wanted(get, "Connection: upgrade\r\n", "");
	expect_wanted(
	    get, "Connection: Upgrade\r\nUpgrade: websocket\r\n", "websocket");
	expect_wanted(get,
	    "Connection: a, UPGRADE\r\nUpgrade: a/1 ,b\r\nUpgrade: c\r\n",
	    "a/1, b, c");
	expect_wanted("OPTIONS * HTTP/1.1",
	    "Connection: upgrade\r\nUpgrade: echo\r\n", "echo");
}

static void
leaves_the_rest_as_it_is(void **state)
{
	static const char *const lines[] = {
	    "Upgrade: websocket\r\n",
	    "Connection: upgrade\r\nUpgrade:\r\n",
	    "Connection: upgrade\r\nUpgrade: web socket\r\n",
	    "Connection: upgrade\r\nUpgrade: a, ,b\r\n",
	    "Connection: upgrade\r\nUpgrade: a/\r\n",
	    "Connection: upgrade\r\nUpgrade: a/1/2\r\n",
	    "Connection: upgrade\r\nUpgrade: a\r\nUpgrade: \"b\"\r\n",
	    "Connection: upgrade\r\nUpgrade: a\r\nContent-Length: 0\r\n",
	    "Connection: upgrade\r\nUpgrade: a\r\n"
	    "Transfer-Encoding: chunked\r\n",
	};
	char list[UPGRADE_BYTES + 64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof lines[0]; i++)
		expect_wanted("GET / HTTP/1.1", lines[i], "");
	expect_wanted(
	    "GET / HTTP/1.0", "Connection: upgrade\r\nUpgrade: a\r\n", "");
	assert_true(snprintf(list, sizeof list,
			"Connection: upgrade\r\nUpgrade: %0*d\r\n",
			UPGRADE_BYTES + 1, 7) > 0);
	expect_wanted("GET / HTTP/1.1", list, "");
}

static void
never_asks_for_http(void **state)
{
	const char *get = "GET / HTTP/1.1";

	(void)state;
	expect_wanted(get, "Connection: upgrade\r\nUpgrade: h2c\r\n", "");
	expect_wanted(get,
	    "Connection: upgrade\r\nUpgrade: H2C, a, h2, Http/3, TLS/1.2\r\n",
	    "a");
}

/* Whether a 101 with these lines answers a request with those. */
static bool
answers(const char *asked, const char *version, const char *lines)
{
	char text[1024];
	struct codec request, response;
	struct head *a, *b;
	bool is_answer;

	assert_true(snprintf(text, sizeof text,
			"GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", asked) > 0);
	a = read_head(&request, CODEC_READS_REQUESTS, text);
	assert_true(snprintf(text, sizeof text, "%s 101 X\r\n%s\r\n", version,
			lines) > 0);
	b = read_head(&response, CODEC_READS_RESPONSES, text);
	is_answer = upgrade_is_answer(a, b);
	codec_fini(&request);
	codec_fini(&response);
	return is_answer;
}

static void
knows_its_answer(void **state)
{
	const char *asked = "Connection: Upgrade\r\nUpgrade: a, b/2\r\n";

	(void)state;
	assert_true(answers(
	    asked, "HTTP/1.1", "Connection: upgrade\r\nUpgrade: A\r\n"));
	assert_true(answers(asked, "HTTP/1.1",
	    "Connection: keep-alive, upgrade\r\nUpgrade: b/2, a\r\n"));
	assert_false(answers(
	    asked, "HTTP/1.0", "Connection: upgrade\r\nUpgrade: a\r\n"));
	assert_false(answers(asked, "HTTP/1.1", "Upgrade: a\r\n"));
	assert_false(answers(asked, "HTTP/1.1", "Connection: upgrade\r\n"));
	assert_false(
	    answers(asked, "HTTP/1.1", "Connection: upgrade\r\nUpgrade:\r\n"));
	assert_false(answers(
	    asked, "HTTP/1.1", "Connection: upgrade\r\nUpgrade: b\r\n"));
	assert_false(answers(
	    asked, "HTTP/1.1", "Connection: upgrade\r\nUpgrade: a, c\r\n"));
	assert_false(answers(asked, "HTTP/1.1",
	    "Connection: upgrade\r\nUpgrade: a\r\nUpgrade: a\r\n"));
	assert_false(
	    answers("", "HTTP/1.1", "Connection: upgrade\r\nUpgrade: a\r\n"));
}

/* What a response with these lines becomes, for a client of that version. */
static void
expect_forwarded(const char *version, unsigned status, const char *wanted)
{
	char text[1024];
	struct codec request, response;
	struct buf got;
	struct head *a, *b;

	assert_true(snprintf(text, sizeof text, "GET / %s\r\nHost: h\r\n\r\n",
			version) > 0);
	a = read_head(&request, CODEC_READS_REQUESTS, text);
	assert_true(snprintf(text, sizeof text,
			"HTTP/1.1 %u X\r\nConnection: upgrade, X-A\r\n"
			"Upgrade: a\r\nX-A: 1\r\nDate: 2\r\n\r\n",
			status) > 0);
	b = read_head(&response, CODEC_READS_RESPONSES, text);
	assert_int_equal(upgrade_forward_response(a, b), CONSENT_OK);
	buf_init(&got, 4096);
	assert_int_equal(head_write_fields(b, &got), CONSENT_OK);
	if (!span_equal(buf_span(&got), span_of(wanted))) {
		failing_must(!failing.on, version);
		fail_msg("%u: %.*s", status, SPAN_ARG(buf_span(&got)));
	}
	buf_fini(&got);
	codec_fini(&request);
	codec_fini(&response);
}

static void
names_the_protocol_where_it_must(void **state)
{
	const char *named = "Date: 2\r\nVia: 1.1 consentd\r\nUpgrade: a\r\n"
			    "Connection: Upgrade\r\n\r\n";
	const char *plain = "Date: 2\r\nVia: 1.1 consentd\r\n\r\n";

	(void)state;
	expect_forwarded("HTTP/1.1", 101, named);
	expect_forwarded("HTTP/1.1", 426, named);
	expect_forwarded("HTTP/1.1", 200, plain);
	expect_forwarded("HTTP/1.0", 426, plain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(passes_what_was_asked_for),
	    cmocka_unit_test(leaves_the_rest_as_it_is),
	    cmocka_unit_test(never_asks_for_http),
	    cmocka_unit_test(knows_its_answer),
	    cmocka_unit_test(names_the_protocol_where_it_must),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
