#include "proxy/access.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/log_room.h"
#include "fixture.h"
#include "proxy/access_out.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
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

static void
on_line(void *ctx)
{
	(void)ctx;
}

/* The longest of all: what syslog takes at most, and still whole. */
static void
the_longest_line_is_one_message(void **state)
{
	struct access_plan plan = {.to = ACCESS_SYSLOG, .sample = 1000000};
	struct log_room *room = log_room_map(1);
	char folder[] = "/tmp/consentd-access-XXXXXX", request[512], want[64];
	char quotes[300] = "";
	unsigned i;
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct access_user user = {
	    .plan = &plan, .room = room, .on_line = on_line};
	struct access_line line = {.status = 200,
	    .bytes = UINT64_MAX,
	    .received = UINT64_MAX,
	    .stage = "0123456789abcdef",
	    .failure = "0123456789abcdef0123456789abcdef"};
	int receiver = socket(AF_UNIX, SOCK_DGRAM, 0);
	ssize_t n;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s/log", folder);
	assert_int_equal(bind(receiver, (struct sockaddr *)&at, sizeof at), 0);
	plan.file = at.sun_path;
	assert_int_equal(access_open(&plan, &user.fd), CONSENT_OK);
	access_join(&user);
	line.begun = clock_monotonic() - INT32_MAX;
	memset(line.naming.id, 'x', sizeof line.naming.id - 1);
	memset(line.naming.trace, 'x', sizeof line.naming.trace - 1);
	memset(quotes, '"', sizeof quotes - 1);
	(void)snprintf(request, sizeof request,
	    "METHODMETHODMETHODMETHODMETHODME /%s HTTP/1.1\r\n"
	    "Host: site.example\r\n\r\n",
	    quotes);
	for (i = 1; i < plan.sample; i++)
		assert_false(access_is_due());
	access_write(&line, fixture_read(&f, CODEC_READS_REQUESTS, request));
	access_flush();
	n = recv(receiver, text, sizeof text - 1, 0);
	assert_in_range(n, 800, ACCESS_DATAGRAM);
	text[n] = '\0';
	n = snprintf(want, sizeof want, "<30>consentd[%ld]: {", (long)getpid());
	assert_memory_equal(text, want, (size_t)n);
	assert_string_equal(text + strlen(text) - 18, ",\"sample\":1000000}");
	access_join(NULL);
	access_close(&plan, user.fd);
	log_room_unmap(room, 1);
	fixture_unread(&f);
	assert_int_equal(close(receiver), 0);
	assert_int_equal(unlink(at.sun_path), 0);
	assert_int_equal(rmdir(folder), 0);
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
	    TEST(the_longest_line_is_one_message),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
