#include "demo/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libconsent/span.h>

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	ANSWER_MAX = 256 * 1024,
	WAIT_SECONDS = 20 /* a test that hangs fails */
};

/* The demo in a child, and the last answer that it gave. */
struct running {
	uint16_t origin, collector;
	pid_t child;
	int stop;
	char answer[ANSWER_MAX];
	struct span all, head, body;
};

static struct running demo;

static int
open_listener(uint16_t *port)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, n), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static int
start(void **state)
{
	struct demo_options options;
	int pipes[2];

	(void)state;
	options.origin_fd = open_listener(&demo.origin);
	options.collector_fd = open_listener(&demo.collector);
	options.collector_port = demo.collector;
	if (pipe(pipes) < 0)
		return -1;
	options.stop_fd = pipes[0];
	demo.child = fork();
	if (demo.child == 0) {
		close(pipes[1]);
		_exit(demo_run(&options) == 0 ? 0 : 1);
	}
	close(pipes[0]);
	close(options.origin_fd);
	close(options.collector_fd);
	demo.stop = pipes[1];
	return demo.child < 0;
}

static int
connect_to(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	const struct timeval wait = {WAIT_SECONDS, 0};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), 0);
	assert_int_equal(
	    connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

/* Sends a request with "Connection: close" and reads the answer to its end. */
static void
ask(uint16_t port, const char *line, const char *more)
{
	char request[2048];
	size_t n = 0;
	ssize_t got;
	int length, fd = connect_to(port);

	length = snprintf(request, sizeof request,
	    "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s", line,
	    more[0] == '\0' ? "\r\n" : more);
	assert_true(length > 0 && (size_t)length < sizeof request);
	assert_int_equal(write(fd, request, (size_t)length), length);
	while ((got = read(fd, demo.answer + n, ANSWER_MAX - n)) > 0)
		n += (size_t)got;
	assert_int_equal(got, 0);
	close(fd);
	demo.all = (struct span){demo.answer, n};
	demo.head =
	    span_sub(demo.all, 0, span_search(demo.all, SPAN("\r\n\r\n")) + 4);
	demo.body = span_sub(demo.all, demo.head.n, demo.all.n);
}

static void
get(const char *path, const char *more)
{
	char line[256];

	assert_true(snprintf(line, sizeof line, "GET %s", path) > 0);
	ask(demo.origin, line, more);
}

static bool
holds(struct span all, const char *part)
{
	return span_search(all, span_of(part)) < all.n;
}

/* The bytes behind mark up to the next byte end. */
static void
cut_out(struct span all, const char *mark, char end, char out[64])
{
	struct span at = span_sub(
	    all, span_search(all, span_of(mark)) + strlen(mark), all.n);
	struct span value = span_cut(&at, end);

	assert_true(value.n > 0 && value.n < 64);
	memcpy(out, value.p, value.n);
	out[value.n] = '\0';
}

static void
root_goes_to_the_language(void **state)
{
	(void)state;
	get("/", "Accept-Language: ar-EG, en;q=0.5\r\n\r\n");
	assert_true(holds(demo.head, "HTTP/1.1 302 "));
	assert_true(holds(demo.head, "Location: /ar/\r\n"));
	assert_true(holds(demo.head, "Vary: Accept-Language\r\n"));
	get("/cookie-policy", "");
	assert_true(holds(demo.head, "Location: /en/cookie-policy\r\n"));
	get("/tr", "");
	assert_true(holds(demo.head, "HTTP/1.1 301 "));
	assert_true(holds(demo.head, "Location: /tr/\r\n"));
}

static void
pages_set_the_cookies_that_are_missing(void **state)
{
	(void)state;
	get("/tr/knee-replacement", "Cookie: a=1; _pulse=x\r\n\r\n");
	assert_true(holds(demo.head, "HTTP/1.1 200 "));
	assert_true(holds(demo.head, "Content-Language: tr\r\n"));
	assert_true(holds(demo.head, "Set-Cookie: session="));
	assert_true(holds(demo.head, "Set-Cookie: csrf="));
	assert_true(holds(demo.head, "Set-Cookie: _mb_uid="));
	assert_false(holds(demo.head, "Set-Cookie: _pulse="));
	assert_true(holds(demo.body, "<html lang=\"tr\" dir=\"ltr\">"));
}

static void
head_has_the_length_and_no_body(void **state)
{
	char full[64], head[64];

	(void)state;
	get("/en/", "");
	assert_true(demo.body.n > 1000);
	cut_out(demo.head, "Content-Length: ", '\r', full);
	ask(demo.origin, "HEAD /en/", "");
	assert_true(holds(demo.head, "HTTP/1.1 200 "));
	cut_out(demo.head, "Content-Length: ", '\r', head);
	assert_string_equal(full, head);
	assert_int_equal(demo.body.n, 0);
	ask(demo.origin, "HEAD /demo/big?bytes=77", "");
	assert_true(holds(demo.head, "Content-Length: 77\r\n"));
	assert_int_equal(demo.body.n, 0);
}

static void
etag_answers_with_not_modified(void **state)
{
	char tag[64], line[128];

	(void)state;
	get("/assets/site.css", "");
	assert_true(holds(demo.head, "Content-Type: text/css"));
	cut_out(demo.head, "ETag: ", '\r', tag);
	assert_true(
	    snprintf(line, sizeof line, "If-None-Match: %s\r\n\r\n", tag) > 0);
	get("/assets/site.css", line);
	assert_true(holds(demo.head, "HTTP/1.1 304 "));
	assert_int_equal(demo.body.n, 0);
}

static void
unknown_paths_are_not_found(void **state)
{
	static const char *const paths[] = {"/en/nothing", "/xx/", "/en/home",
	    "/assets/../template.html", "/assets/nothing.css", "/ar/not-found",
	    "/en/../../etc/passwd"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		get(paths[i], "");
		assert_true(holds(demo.head, "HTTP/1.1 404 "));
		assert_true(holds(demo.body, "class=\"page-not-found\""));
	}
	get("/ar/nothing", "");
	assert_true(holds(demo.body, "dir=\"rtl\""));
}

static void
form_needs_its_token(void **state)
{
	(void)state;
	ask(demo.origin, "POST /en/appointment",
	    "Cookie: csrf=abc\r\nContent-Length: 8\r\n\r\ncsrf=abd");
	assert_true(holds(demo.head, "HTTP/1.1 403 "));
	ask(demo.origin, "POST /en/appointment",
	    "Content-Length: 5\r\n\r\ncsrf=");
	assert_true(holds(demo.head, "HTTP/1.1 403 "));
	ask(demo.origin, "POST /en/appointment",
	    "Cookie: csrf=abc\r\nContent-Length: 15\r\n\r\nname=x&csrf=abc");
	assert_true(holds(demo.head, "HTTP/1.1 303 "));
	assert_true(holds(demo.head, "Location: /en/appointment?sent=1\r\n"));
	get("/en/appointment", "Cookie: csrf=\"><script>1</script>\r\n\r\n");
	assert_true(holds(demo.head, "Set-Cookie: csrf="));
	assert_false(holds(demo.body, "><script>1"));
	get("/en/appointment", "Cookie: csrf=abcdefghijklmnopqrstuv\r\n\r\n");
	assert_false(holds(demo.head, "Set-Cookie: csrf="));
	assert_true(holds(demo.body, "value=\"abcdefghijklmnopqrstuv\""));
	ask(demo.origin, "POST /en/", "Content-Length: 0\r\n\r\n");
	assert_true(holds(demo.head, "HTTP/1.1 405 "));
}

static void
collector_counts_by_vendor_and_kind(void **state)
{
	(void)state;
	ask(demo.origin, "POST /demo/reset", "Content-Length: 0\r\n\r\n");
	assert_true(holds(demo.head, "HTTP/1.1 204 "));
	ask(demo.collector, "GET /pulse/js?id=1",
	    "Origin: http://localhost:1\r\n\r\n");
	assert_true(holds(
	    demo.head, "Access-Control-Allow-Origin: http://localhost:1\r\n"));
	assert_true(holds(demo.head, "Content-Type: text/javascript"));
	assert_true(holds(demo.head, "SameSite=None; Secure\r\n"));
	ask(demo.collector, "POST /pulse/collect?v=2",
	    "Content-Length: 1\r\n\r\nx");
	assert_true(holds(demo.head, "HTTP/1.1 204 "));
	ask(demo.collector, "GET /socialpixel/tr?id=1", "");
	assert_true(holds(demo.head, "Content-Type: image/gif\r\n"));
	ask(demo.collector, "GET /nobody/x.js", "");
	assert_true(holds(demo.head, "HTTP/1.1 404 "));
	get("/ff/p.gif", "");
	get("/demo/hits", "");
	assert_true(holds(demo.body, "{\"total\":5,"));
	assert_true(holds(demo.body, "\"other\":1,"));
	assert_true(holds(demo.body,
	    "\"pulse\":{\"name\":\"Pulse Analytics\",\"total\":2,"
	    "\"scripts\":1,\"beacons\":1,\"images\":0,\"frames\":0}"));
	ask(demo.collector, "GET /count", "");
	assert_true(holds(demo.body, "{\"total\":5,"));
	ask(demo.origin, "GET /demo/reset", "");
	assert_true(holds(demo.head, "HTTP/1.1 405 "));
}

static void
cookies_are_shown_as_received(void **state)
{
	(void)state;
	get("/demo/cookies",
	    "Cookie: a=\"1\"; b=\\2\r\nConsent: essential\r\n\r\n");
	assert_true(
	    holds(demo.body, "{\"cookie\":\"a=\\u00221\\u0022; b=\\u005c2\","
			     "\"consent\":\"essential\"}"));
}

static void
big_bodies_have_their_length(void **state)
{
	char path[64];
	size_t n;

	(void)state;
	for (n = 0; n < 200000; n += 65535 + n / 65535) {
		assert_true(
		    snprintf(path, sizeof path, "/demo/big?bytes=%zu", n) > 0);
		get(path, "");
		assert_true(holds(demo.head, "HTTP/1.1 200 "));
		assert_int_equal(demo.body.n, n);
	}
	get("/demo/big?bytes=-1", "");
	assert_true(holds(demo.head, "HTTP/1.1 400 "));
}

static void
client_may_leave_a_big_body(void **state)
{
	static const char request[] =
	    "GET /demo/big?bytes=60000000000 HTTP/1.1\r\nHost: x\r\n\r\n";
	char some[4096];
	int fd = connect_to(demo.origin);

	(void)state;
	assert_int_equal(
	    write(fd, request, sizeof request - 1), sizeof request - 1);
	assert_true(read(fd, some, sizeof some) > 0);
	close(fd);
	get("/en/", "");
	assert_true(holds(demo.head, "HTTP/1.1 200 "));
}

static void
signals_leave_the_end_to_the_pipe(void **state)
{
	int status = 0;

	(void)state;
	assert_int_equal(kill(demo.child, SIGTERM), 0);
	assert_int_equal(kill(demo.child, SIGINT), 0);
	get("/en/", "");
	assert_true(holds(demo.head, "HTTP/1.1 200 "));
	close(demo.stop);
	assert_int_equal(waitpid(demo.child, &status, 0), demo.child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(root_goes_to_the_language),
	    cmocka_unit_test(pages_set_the_cookies_that_are_missing),
	    cmocka_unit_test(head_has_the_length_and_no_body),
	    cmocka_unit_test(etag_answers_with_not_modified),
	    cmocka_unit_test(unknown_paths_are_not_found),
	    cmocka_unit_test(form_needs_its_token),
	    cmocka_unit_test(collector_counts_by_vendor_and_kind),
	    cmocka_unit_test(cookies_are_shown_as_received),
	    cmocka_unit_test(big_bodies_have_their_length),
	    cmocka_unit_test(client_may_leave_a_big_body),
	    cmocka_unit_test(signals_leave_the_end_to_the_pipe), /* last */
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start, NULL);
}
