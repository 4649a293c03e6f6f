/*
 * Asks a server for one page, over and over, and tells how long each answer
 * took:
 *	bench-load PORT CONNECTIONS PATH [FIELD...]
 * Keep-alive connections to loopback, of HTTP/1.1. It does what its standard
 * input says and answers each line with a line of JSON:
 *	run COUNT [FLYING]	so many requests, the next as soon as one was
 *				answered, so that FLYING are under way; left
 *				out, one on each connection
 *	pace RATE COUNT		so many requests, RATE a second whether the
 *				server keeps up or not
 *	hold FLYING		opens all connections and asks once on each
 * Connections stay open between two lines, so that what is measured in between
 * are requests alone. At a pace, a request's time counts from when it was due,
 * not from when a connection was free for it: a server that stops for a moment
 * is charged with all that waited meanwhile.
 */

#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http/codec.h"

enum {
	CONNECTIONS_MAX = 20000,
	REQUESTS_MAX = 10000000,
	REQUEST_BYTES = 4096,
	READ_BYTES = 256 * 1024,
	EVENTS = 256,
	LATE_S = 20 /* nothing was answered for so long: given up */
};

struct client {
	int fd; /* -1: not connected */
	bool waiting;
	double began; /* or was due, seconds */
	unsigned status;
	struct codec codec;
};

struct load {
	struct sockaddr_in to;
	size_t n_clients;
	struct client *clients;
	struct client **idle; /* a ring of those without a request */
	size_t first_idle, n_idle;
	char request[REQUEST_BYTES];
	size_t request_n;
	int epoll;
	/* of the line in work */
	size_t count, started, answered, failed, connects;
	size_t flying;	   /* most requests at a time */
	double from, rate; /* 0: as fast as it goes */
	uint64_t bytes;
	float *times; /* of each answer, microseconds */
	char room[READ_BYTES];
};

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
die(const char *what)
{
	(void)fprintf(stderr, "bench-load: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- one client ------------------------------------------------------- */

static void
hang_up(struct client *c)
{
	if (c->fd < 0)
		return;
	(void)close(c->fd);
	c->fd = -1;
	codec_fini(&c->codec);
}

static void
connect_client(struct load *l, struct client *c)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
	int on = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		die("socket");
	/* on loopback this is at once, or when the server has accepted some */
	if (connect(c->fd, (struct sockaddr *)&l->to, sizeof l->to) != 0)
		die("connect");
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
		die("epoll");
	codec_init(&c->codec, CODEC_READS_RESPONSES, NULL);
	l->connects++;
}

static void
ask(struct load *l, struct client *c, double began)
{
	if (c->fd < 0)
		connect_client(l, c);
	c->waiting = true;
	c->began = began;
	l->started++;
	/* a failure shows when the answer is read */
	(void)send(c->fd, l->request, l->request_n, MSG_NOSIGNAL);
}

static void
put_idle(struct load *l, struct client *c)
{
	l->idle[(l->first_idle + l->n_idle++) % l->n_clients] = c;
}

/* The one that has waited longest: all have their turn. */
static struct client *
take_idle(struct load *l)
{
	struct client *c = l->idle[l->first_idle];

	l->first_idle = (l->first_idle + 1) % l->n_clients;
	l->n_idle--;
	return c;
}

/* The request is over, answered or not. */
static void
finish(struct load *l, struct client *c, bool whole)
{
	bool kept = whole && codec_keep_alive(&c->codec);
	double at = now();

	if (whole && c->status == 200)
		l->times[l->answered++] = (float)((at - c->began) * 1e6);
	else
		l->failed++;
	if (kept)
		codec_next(&c->codec);
	else
		hang_up(c);
	c->waiting = false;
	put_idle(l, c);
	if (l->rate == 0 && l->started < l->count)
		ask(l, take_idle(l), at);
}

static void
take(struct load *l, struct client *c, struct span in)
{
	struct span body;
	size_t used;

	l->bytes += in.n;
	while (c->fd >= 0 && c->waiting) {
		switch (codec_feed(&c->codec, in, &used, &body)) {
		case CODEC_MORE:
			return;
		case CODEC_HEAD:
			c->status = codec_head(&c->codec)->status;
			break;
		case CODEC_BODY:
			break;
		case CODEC_END:
			finish(l, c, true);
			return;
		case CODEC_BROKEN:
			finish(l, c, false);
			return;
		}
		in = span_sub(in, used, in.n);
	}
}

static void
read_answer(struct load *l, struct client *c)
{
	ssize_t n = recv(c->fd, l->room, sizeof l->room, MSG_DONTWAIT);

	if (n > 0)
		take(l, c, (struct span){l->room, (size_t)n});
	else if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	else if (c->waiting)
		finish(l, c, n == 0 && codec_eof(&c->codec) == CODEC_END);
	else
		hang_up(c); /* the server's right between two requests */
}

/* ---- a line of work --------------------------------------------------- */

/* Asks what may be asked by now; how long to wait until the next is due. */
static double
start(struct load *l)
{
	double due, at = now();

	while (l->started < l->count && l->n_clients - l->n_idle < l->flying) {
		due =
		    l->rate == 0 ? at : l->from + (double)l->started / l->rate;
		if (due > at)
			return due - at;
		ask(l, take_idle(l), due);
	}
	return LATE_S;
}

static void
work(struct load *l)
{
	struct epoll_event events[EVENTS];
	struct timespec wait;
	double seconds;
	int n, i;

	while (l->answered + l->failed < l->count) {
		seconds = start(l);
		wait.tv_sec = (time_t)seconds;
		wait.tv_nsec = (long)((seconds - floor(seconds)) * 1e9);
		n = epoll_pwait2(l->epoll, events, EVENTS, &wait, NULL);
		if (n < 0 && errno != EINTR)
			die("epoll");
		if (n == 0 && seconds >= LATE_S) {
			l->failed = l->count - l->answered;
			return;
		}
		for (i = 0; i < n; i++)
			read_answer(l, events[i].data.ptr);
	}
}

static int
by_size(const void *a, const void *b)
{
	const float *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The time below which that share of the answers lies. */
static double
share(const struct load *l, double part)
{
	size_t i = (size_t)((double)l->answered * part);

	if (l->answered == 0)
		return 0;
	return (double)l->times[i < l->answered ? i : l->answered - 1];
}

static void
tell(struct load *l)
{
	double seconds = now() - l->from;

	qsort(l->times, l->answered, sizeof *l->times, by_size);
	(void)printf("{\"answers\":%zu,\"failures\":%zu,\"connects\":%zu,"
		     "\"bytes\":%llu,\"seconds\":%.6f,\"p50_us\":%.1f,"
		     "\"p90_us\":%.1f,\"p99_us\":%.1f}\n",
	    l->answered, l->failed, l->connects, (unsigned long long)l->bytes,
	    seconds, share(l, 0.5), share(l, 0.9), share(l, 0.99));
	(void)fflush(stdout);
}

static void
begin(struct load *l, size_t count, double rate)
{
	l->count = count;
	l->rate = rate;
	l->started = l->answered = l->failed = l->connects = 0;
	l->bytes = 0;
	free(l->times);
	l->times = calloc(count + 1, sizeof *l->times);
	if (l->times == NULL)
		die("no memory");
	l->from = now();
}

static bool
read_number(struct span *rest, uint64_t max, uint64_t *out)
{
	return span_to_u64(span_cut(rest, ' '), 10, max, out) == CONSENT_OK;
}

static bool
obey(struct load *l, struct span line)
{
	struct span verb = span_cut(&line, ' ');
	uint64_t rate = 0, count = l->n_clients, flying = l->n_clients;

	if (span_equal(verb, SPAN("pace"))) {
		if (!read_number(&line, 10000000, &rate) || rate == 0)
			return false;
	} else if (!span_equal(verb, SPAN("run")) &&
		   !span_equal(verb, SPAN("hold"))) {
		return false;
	}
	if (!span_equal(verb, SPAN("hold")) &&
	    !read_number(&line, REQUESTS_MAX, &count))
		return false;
	if (line.p != NULL && !read_number(&line, l->n_clients, &flying))
		return false;
	if (flying == 0)
		return false;
	begin(l, count, (double)rate);
	l->flying = flying;
	work(l);
	tell(l);
	return true;
}

/* ---- the program ------------------------------------------------------ */

static bool
write_request(struct load *l, char **words, int n)
{
	int i, wrote;

	wrote = snprintf(l->request, sizeof l->request,
	    "GET %s HTTP/1.1\r\nHost: library.example\r\n", words[0]);
	for (i = 1; i <= n; i++) {
		if (wrote < 0 || (size_t)wrote >= sizeof l->request)
			return false;
		l->request_n = (size_t)wrote;
		wrote = snprintf(l->request + l->request_n,
		    sizeof l->request - l->request_n, "%s\r\n",
		    i < n ? words[i] : "");
		wrote += (int)l->request_n;
	}
	l->request_n = (size_t)wrote;
	return wrote > 0 && (size_t)wrote < sizeof l->request;
}

static bool
init(struct load *l, int argc, char **argv)
{
	uint64_t port, n;
	size_t i;

	if (argc < 4 ||
	    span_to_u64(span_of(argv[1]), 10, UINT16_MAX, &port) !=
		CONSENT_OK ||
	    span_to_u64(span_of(argv[2]), 10, CONNECTIONS_MAX, &n) !=
		CONSENT_OK ||
	    n == 0 || !write_request(l, argv + 3, argc - 3))
		return false;
	l->to.sin_family = AF_INET;
	l->to.sin_port = htons((uint16_t)port);
	l->to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	l->n_clients = n;
	l->clients = calloc(n, sizeof *l->clients);
	l->idle = calloc(n, sizeof(struct client *));
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->clients == NULL || l->idle == NULL || l->epoll < 0)
		die("no memory");
	for (i = 0; i < n; i++) {
		l->clients[i].fd = -1;
		put_idle(l, &l->clients[i]);
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct load *l = calloc(1, sizeof *l);
	struct rlimit files;
	char line[128];
	bool well = true;
	size_t i;

	if (l == NULL || !init(l, argc, argv)) {
		(void)fputs("usage: bench-load PORT CONNECTIONS PATH "
			    "[FIELD...]\n",
		    stderr);
		free(l);
		return 2;
	}
	(void)prctl(PR_SET_TIMERSLACK, 1);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	while (well && fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		well = obey(l, span_of(line));
	}
	for (i = 0; i < l->n_clients; i++)
		hang_up(&l->clients[i]);
	free(l->clients);
	free(l->idle);
	free(l->times);
	free(l);
	return well ? 0 : 2;
}
