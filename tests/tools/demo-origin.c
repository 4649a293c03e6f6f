/*
 * Runs the demo's origin and collector without the daemon in front of them,
 * for work on the pages and for their tests:
 *	demo-origin [ORIGIN_PORT [COLLECTOR_PORT]]
 * A port left out or 0 is picked by the system. Prints both addresses and
 * runs until standard input ends.
 */

#include "demo/origin.h"

#include <libconsent/span.h>

#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BACKLOG = 64
};

/* A listening loopback socket; *port becomes the port that it got. */
static int
open_listener(uint16_t *port)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET,
	    .sin_port = htons(*port),
	    .sin_addr = {htonl(INADDR_LOOPBACK)},
	};
	socklen_t n = sizeof address;
	int fd, on = 1;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
	    listen(fd, BACKLOG) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &n) < 0) {
		close(fd);
		return -1;
	}
	*port = ntohs(address.sin_port);
	return fd;
}

static int
read_port(const char *text, uint16_t *port)
{
	uint64_t value;

	if (span_to_u64(span_of(text), 10, UINT16_MAX, &value) < 0)
		return -1;
	*port = (uint16_t)value;
	return 0;
}

int
main(int argc, char **argv)
{
	struct demo_options options = {.stop_fd = STDIN_FILENO};
	uint16_t port[2] = {0, 0};

	if (argc > 3 || (argc > 1 && read_port(argv[1], &port[0]) < 0) ||
	    (argc > 2 && read_port(argv[2], &port[1]) < 0)) {
		(void)fputs("usage: demo-origin [PORT [PORT]]\n", stderr);
		return 2;
	}
	options.origin_fd = open_listener(&port[0]);
	options.collector_fd = open_listener(&port[1]);
	if (options.origin_fd < 0 || options.collector_fd < 0) {
		perror("demo-origin");
		return 1;
	}
	options.collector_port = port[1];
	(void)printf("http://localhost:%u/\n"
		     "http://collector.localhost:%u/count\n",
	    port[0], port[1]);
	(void)fflush(stdout);
	return demo_run(&options) < 0 ? 1 : 0;
}
