#include "proxy/access.h"

#include "base/clock.h"
#include "base/log.h"
#include "fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define STAMP "2026-11-01T10:00:00.007Z info worker access "

static struct fixture f;
static int kept, out; /* the real stderr; what is written instead */
static char text[8192];

static int64_t
stopped_clock(void)
{
	return 1793527200007;
}

static int
setup(void **state)
{
	int ends[2];

	(void)state;
	memset(&f, 0, sizeof f);
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return -1;
	kept = dup(STDERR_FILENO);
	out = ends[0];
	if (kept < 0 || dup2(ends[1], STDERR_FILENO) < 0)
		return -1;
	clock_replace(stopped_clock);
	log_set_role("worker");
	return close(ends[1]);
}

static int
teardown(void **state)
{
	(void)state;
	clock_replace(NULL);
	(void)close(out);
	if (dup2(kept, STDERR_FILENO) < 0)
		return -1;
	return close(kept);
}

/* The line for a request; NULL: none was read. */
static const char *
line_for(const struct access_line *line, const char *request)
{
	ssize_t n;

	if (request == NULL) {
		access_write(line, NULL);
	} else {
		access_write(
		    line, fixture_read(&f, CODEC_READS_REQUESTS, request));
		fixture_unread(&f);
	}
	n = read(out, text, sizeof text - 1);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void
an_exchange_is_a_line(void **state)
{
	struct access_line line;

	(void)state;
	access_start(&line, clock_monotonic() - 12);
	line.status = 200;
	line.bytes = 5000000000;
	line.stage = "body";
	assert_string_equal(
	    line_for(&line, "GET /a/b HTTP/1.1\r\nHost: site.example\r\n\r\n"),
	    STAMP
	    "method=GET path=/a/b status=200 bytes=5000000000 received=0 ms=12 "
	    "step=body why=- id=- trace=-\n");
}

static void
r23_nothing_personal_is_in_it(void **state)
{
	struct access_line line;
	const char *got;

	(void)state;
	access_start(&line, clock_monotonic());
	got = line_for(&line,
	    "POST /search?term=secret1 HTTP/1.1\r\nHost: secret2.example\r\n"
	    "Cookie: a=secret3\r\nUser-Agent: secret4\r\n"
	    "Referer: https://secret5.example/\r\n"
	    "X-Forwarded-For: 192.0.2.77\r\n\r\n");
	assert_non_null(strstr(got, "method=POST path=/search status=0 "));
	assert_null(strstr(got, "secret"));
	assert_null(strstr(got, "192.0.2"));
	assert_null(strchr(got, '?'));
}

static void
without_a_request_there_is_a_line_too(void **state)
{
	struct access_line line;

	(void)state;
	access_start(&line, clock_monotonic());
	line.failure = "header-timeout";
	line.status = 408;
	assert_string_equal(line_for(&line, NULL), STAMP
	    "method=- path=- status=408 bytes=0 received=0 ms=0 step=none "
	    "why=header-timeout id=- trace=-\n");
}

static void
a_long_path_is_cut(void **state)
{
	char request[2048];
	struct access_line line;
	struct span got;
	size_t at;

	(void)state;
	access_start(&line, clock_monotonic());
	(void)snprintf(request, sizeof request,
	    "GET /%0999d HTTP/1.1\r\nHost: site.example\r\n\r\n", 0);
	got = span_of(line_for(&line, request));
	at = span_search(got, SPAN("path=/")) + 5;
	assert_int_equal(span_find(span_sub(got, at, got.n), ' '), 256);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_exchange_is_a_line),
	    TEST(r23_nothing_personal_is_in_it),
	    TEST(without_a_request_there_is_a_line_too),
	    TEST(a_long_path_is_cut),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
