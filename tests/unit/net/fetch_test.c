#include "net/fetch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "sockets.h"

#include <libconsent/url.h>

enum {
	ASKED_BYTES = 4096
};

/* A server that answers once with these bytes, and tells what it was asked. */
struct server {
	int listener, told;
	pid_t child;
	struct address at;
	char url[256];
};

static void
serve(const struct server *s, const char *answer, int told)
{
	char asked[ASKED_BYTES];
	size_t n = 0;
	ssize_t got;
	int fd = accept(s->listener, NULL, NULL);

	while (n < sizeof asked) {
		got = read(fd, asked + n, sizeof asked - n);
		if (got <= 0)
			break;
		n += (size_t)got;
		if (n >= 4 && memcmp(asked + n - 4, "\r\n\r\n", 4) == 0)
			break;
	}
	if (answer != NULL)
		(void)send(fd, answer, strlen(answer), MSG_NOSIGNAL);
	if (write(told, asked, n) < 0)
		_exit(1);
	if (answer == NULL) /* silent until the other side goes */
		while (read(fd, asked, sizeof asked) > 0)
			continue;
	_exit(0);
}

static void
server_start(struct server *s, const char *answer)
{
	struct sockaddr_in to = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof to;
	int ends[2];

	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->listener, (void *)&to, sizeof to), 0);
	assert_int_equal(listen(s->listener, 4), 0);
	assert_int_equal(getsockname(s->listener, (void *)&to, &n), 0);
	assert_int_equal(pipe(ends), 0);
	(void)snprintf(s->url, sizeof s->url, "http://127.0.0.1:%u/p/a?b=c#d",
	    ntohs(to.sin_port));
	s->child = fork();
	assert_true(s->child >= 0);
	if (s->child == 0)
		serve(s, answer, ends[1]);
	(void)close(ends[1]);
	s->told = ends[0];
}

/* Ends it; asked gets what it was asked, as text. */
static void
server_stop(struct server *s, char asked[ASKED_BYTES + 1])
{
	ssize_t n = read(s->told, asked, ASKED_BYTES);

	assert_true(n >= 0);
	asked[n] = '\0';
	(void)close(s->told);
	(void)close(s->listener);
	assert_int_equal(waitpid(s->child, NULL, 0), s->child);
}

static int
fetch(const char *text, struct fetch_request *request, struct fetch_answer *a)
{
	struct buf scratch;
	struct url url;
	int rc;

	buf_init(&scratch, URL_SCRATCH);
	assert_int_equal(
	    url_parse(span_of(text), NULL, &scratch, &url), CONSENT_OK);
	request->url = &url;
	request->agent = SPAN("tester/1");
	fetch_answer_init(a);
	rc = fetch_get(request, a);
	request->url = NULL; /* gone with this call */
	buf_fini(&scratch);
	return rc;
}

static void
it_asks_once_and_says_who_asks(void **state)
{
	struct fetch_request request = {.language = SPAN("tr")};
	struct fetch_answer a;
	struct server s;
	char asked[ASKED_BYTES + 1], host[64];

	(void)state;
	server_start(&s,
	    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
	    "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n"
	    "\r\n");
	assert_int_equal(fetch(s.url, &request, &a), CONSENT_OK);
	assert_int_equal(a.head.status, 404);
	assert_true(span_equal(
	    head_value(&a.head, SPAN("content-type")), SPAN("text/html")));
	assert_true(head_value(&a.head, SPAN("Link")).p == NULL);
	assert_true(span_equal(buf_span(&a.body), SPAN("abcde")));
	fetch_answer_fini(&a);
	server_stop(&s, asked);
	assert_true(
	    span_starts(span_of(asked), SPAN("GET /p/a?b=c HTTP/1.1\r\n")));
	(void)snprintf(host, sizeof host, "\r\nHost: %.*s\r\n",
	    (int)strcspn(s.url + 7, "/"), s.url + 7);
	assert_non_null(strstr(asked, host));
	assert_non_null(strstr(asked, "\r\nUser-Agent: tester/1\r\n"));
	assert_non_null(strstr(asked, "\r\nAccept-Language: tr\r\n"));
	assert_non_null(strstr(asked, "\r\nAccept-Encoding: identity\r\n"));
	assert_null(strstr(asked, "Cookie"));
}

#define INTERIM "HTTP/1.1 103 Early Hints\r\n\r\n"
#define INTERIMS INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM

static const char interims[] = INTERIMS INTERIMS INTERIMS;

/* What is too long, breaks off, is no HTTP or does not come. */
static void
failures_have_words(void **state)
{
	static const struct {
		const char *answer;
		int rc;
		const char *error;
	} rows[] = {
	    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
		CONSENT_ELIMIT, "it is too long"},
	    {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", CONSENT_EIO,
		"the answer broke off"},
	    {"what?\r\n\r\n", CONSENT_EIO,
		"its answer is no HTTP (start-line)"},
	    {"HTTP/1.1 200 OK\r\nX: \x1b[2J\r\n\r\n", CONSENT_EIO,
		"its answer is no HTTP (field-value)"},
	    {interims, CONSENT_EIO, "its answer is no HTTP (interims)"},
	    {NULL, CONSENT_EBUSY, "it took too long"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fetch_request request = {.bytes = 4, .ms = 300};
		struct fetch_answer a;
		struct server s;
		char asked[ASKED_BYTES + 1];

		if (rows[i].answer != NULL)
			request.ms = 0;
		server_start(&s, rows[i].answer);
		assert_int_equal(fetch(s.url, &request, &a), rows[i].rc);
		assert_string_equal(a.error, rows[i].error);
		/* what there is room for is kept */
		if (rows[i].rc == CONSENT_ELIMIT)
			assert_true(
			    span_equal(buf_span(&a.body), SPAN("abcd")));
		fetch_answer_fini(&a);
		server_stop(&s, asked);
	}
}

static void
what_cannot_be_asked_is_told(void **state)
{
	struct fetch_request request = {.bytes = 4};
	struct fetch_answer a;

	(void)state;
	assert_int_equal(
	    fetch("ftp://a.example/", &request, &a), CONSENT_EINVAL);
	assert_string_equal(a.error, "only http: and https: can be asked");
	fetch_answer_fini(&a);
	assert_int_equal(
	    fetch("mailto:a@b.example", &request, &a), CONSENT_EINVAL);
	fetch_answer_fini(&a);
	assert_int_equal(
	    fetch("http://u:p@127.0.0.1:1/", &request, &a), CONSENT_EINVAL);
	assert_string_equal(
	    a.error, "a URL with a name or password is not asked for");
	fetch_answer_fini(&a);
	assert_int_equal(
	    fetch("http://127.0.0.1:1/", &request, &a), CONSENT_EIO);
	assert_string_equal(a.error, "cannot connect");
	fetch_answer_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_asks_once_and_says_who_asks),
	    cmocka_unit_test(failures_have_words),
	    cmocka_unit_test(what_cannot_be_asked_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
