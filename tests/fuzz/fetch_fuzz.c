#include "net/fetch.h"

#include "fuzz.h"

#include <libconsent/url.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BODY = 4096, /* most that is asked for */
	PLENTY_MS = 5000
};

/*
 * A server in a thread answers with the input, in two writes, and closes. What
 * is fetched stays within its bounds, and a failure has words.
 */

struct server {
	int listener;
	const uint8_t *data;
	size_t n;
};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
give(int fd, const uint8_t *data, size_t n)
{
	while (n > 0) {
		ssize_t did = send(fd, data, n, MSG_NOSIGNAL);

		if (did <= 0)
			return; /* it has hung up, as it may */
		data += did;
		n -= (size_t)did;
	}
}

static void *
serve(void *ctx)
{
	const struct server *s = ctx;
	size_t half = s->n > 0 ? s->data[0] % s->n : 0;
	char asked[2048];
	int fd = accept(s->listener, NULL, NULL);

	must(fd >= 0);
	must(recv(fd, asked, sizeof asked, 0) > 0);
	give(fd, s->data, half);
	give(fd, s->data + half, s->n - half);
	(void)shutdown(fd, SHUT_WR);
	while (recv(fd, asked, sizeof asked, 0) > 0)
		continue;
	(void)close(fd);
	return NULL;
}

static int
listen_somewhere(struct url *url, struct buf *scratch)
{
	struct sockaddr_in to = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof to;
	static char text[64];

	must(bind(fd, (void *)&to, sizeof to) == 0 && listen(fd, 4) == 0);
	must(getsockname(fd, (void *)&to, &size) == 0);
	(void)snprintf(text, sizeof text, "http://127.0.0.1:%u/",
	    (unsigned)ntohs(to.sin_port));
	buf_init(scratch, URL_SCRATCH);
	must(url_parse((struct span){text, strlen(text)}, NULL, scratch, url) ==
	     CONSENT_OK);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct server server = {.listener = -1};
	static struct url url;
	static struct buf scratch;
	const struct fetch_request request = {
	    .url = &url, .agent = SPAN("fuzz"), .bytes = BODY, .ms = PLENTY_MS};
	struct fetch_answer answer;
	pthread_t thread;
	int rc;

	if (server.listener < 0)
		server.listener = listen_somewhere(&url, &scratch);
	server.data = data;
	server.n = n;
	must(pthread_create(&thread, NULL, serve, &server) == 0);
	fetch_answer_init(&answer);
	rc = fetch_get(&request, &answer);
	must(pthread_join(thread, NULL) == 0);
	must(answer.body.n <= BODY);
	must((rc == CONSENT_OK) == (answer.error[0] == '\0'));
	must(rc != CONSENT_OK || answer.head.status >= 200);
	must(rc == CONSENT_OK || rc == CONSENT_EIO || rc == CONSENT_ELIMIT);
	fetch_answer_fini(&answer);
	return 0;
}
