/*
 * Keeps a server under load over HTTP/1.1 and tells the outcome of each
 * request exactly:
 *	http-load PORT CONNECTIONS MS THINK CHOICES PATH...
 * Keep-alive connections to loopback ask for the paths in turn, with a pause
 * of 0 to THINK milliseconds before each request; every CHOICES-th request
 * posts a choice instead (0: none). It ends after MS milliseconds or when its
 * standard input ends, once all that was asked is answered.
 *
 * A connection is given up only between two requests, when the server has
 * closed it or said so: who asks on one that is closed already asks for a
 * failure. Nothing is asked twice. At the end it writes, times being those of
 * CLOCK_MONOTONIC in milliseconds:
 *	failure KIND PORT BEGAN ENDED WHAT	each that was not answered
 *	entry NUMBER			each choice that was, by its log entry
 *	NAME VALUE			the sums
 * PORT is the client's own, WHAT is page or choice. A failure's KIND is
 * refused, reset (before a byte of the answer), closed (likewise, by an orderly
 * end), truncated, malformed, unasked (bytes behind an answer), unconnected or
 * late (in LATE_MS), or status-NNN. away_ms is the longest time that the
 * program itself was kept from looking; a machine that stood still shows there.
 */

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http/codec.h"

enum {
	CONNECTIONS_MAX = 1024,
	MS_MAX = 12 * 3600 * 1000,
	LATE_MS = 20000,	/* a request has so long for its answer */
	READ_BYTES = 64 * 1024, /* of one read */
	REQUEST_BYTES = 1024,
	BUCKETS = 200000, /* of latency, the last takes all above */
	BUCKET_US = 100
};

struct client {
	int fd; /* -1: not connected */
	unsigned port;
	unsigned asked;	 /* requests on this connection */
	unsigned turn;	 /* which request is next */
	bool connecting; /* the request follows */
	bool waiting;	 /* for an answer, since began */
	bool answered;	 /* a byte of it came */
	bool is_choice;	 /* what was asked for */
	double began;	 /* ms, the connecting included */
	double due;	 /* when to ask next */
	uint64_t entry;	 /* of the choice */
	unsigned status; /* of the answer */
	struct codec codec;
};

struct load {
	uint16_t port;
	size_t n;
	double think, end;
	uint64_t noise;
	unsigned choices;
	char **paths;
	unsigned n_paths;
	struct client clients[CONNECTIONS_MAX];
	struct pollfd polls[CONNECTIONS_MAX + 1];
	bool told_to_end;
	unsigned long requests, answers, pages, posts, failures;
	unsigned long connects, last, idle; /* closed as said; between two */
	uint32_t latency[BUCKETS];
	double slowest, away;
	char room[READ_BYTES];
};

static double
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1e6;
}

/* The pauses are the same in each run: a plain congruential generator. */
static double
pause_of(struct load *l)
{
	l->noise = l->noise * 6364136223846793005u + 1442695040888963407u;
	return l->think * (double)(l->noise >> 40) / (1 << 24);
}

static void
hang_up(struct client *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
	c->connecting = false;
	codec_fini(&c->codec);
}

/* ---- outcomes --------------------------------------------------------- */

/* The request is over; the next one is due after a pause. */
static void
finish(struct load *l, struct client *c, double now)
{
	c->waiting = false;
	c->turn++;
	c->due = now + pause_of(l);
}

static void
fail(struct load *l, struct client *c, const char *kind)
{
	double now = now_ms();

	printf("failure %s %u %.3f %.3f %s\n", kind, c->port, c->began, now,
	    c->is_choice ? "choice" : "page");
	l->failures++;
	hang_up(c);
	finish(l, c, now);
}

static void
count_latency(struct load *l, double ms)
{
	double bucket = ms * 1000 / BUCKET_US;

	l->latency[bucket < BUCKETS - 1 ? (size_t)bucket : BUCKETS - 1]++;
	if (ms > l->slowest)
		l->slowest = ms;
}

/* A whole answer came. */
static void
succeed(struct load *l, struct client *c)
{
	unsigned wanted = c->is_choice ? 303 : 200;
	double now = now_ms();
	char kind[32];

	if (c->status != wanted) {
		(void)snprintf(kind, sizeof kind, "status-%u", c->status);
		fail(l, c, kind);
		return;
	}
	count_latency(l, now - c->began);
	l->answers++;
	if (c->is_choice) {
		printf("entry %llu\n", (unsigned long long)c->entry);
		l->posts++;
	} else {
		l->pages++;
	}
	if (codec_keep_alive(&c->codec)) {
		codec_next(&c->codec);
	} else {
		l->last++;
		hang_up(c);
	}
	finish(l, c, now);
}

/* ---- asking ----------------------------------------------------------- */

static int
connect_client(struct client *c, uint16_t port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof to;
	int on = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		return -1;
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	codec_init(&c->codec, CODEC_READS_RESPONSES, NULL);
	c->asked = 0;
	c->connecting = connect(c->fd, (struct sockaddr *)&to, length) != 0;
	if (c->connecting && errno != EINPROGRESS)
		return -1;
	if (getsockname(c->fd, (struct sockaddr *)&to, &length) == 0)
		c->port = ntohs(to.sin_port);
	return 0;
}

static int
write_request(const struct load *l, struct client *c, char *out)
{
	static const char *const forms[] = {"action=accept", "action=reject"};
	const char *form;

	c->is_choice = l->choices != 0 && c->turn % l->choices == 0;
	if (!c->is_choice)
		return snprintf(out, REQUEST_BYTES,
		    "GET %s HTTP/1.1\r\nHost: library.example\r\n"
		    "Accept-Encoding: gzip\r\n\r\n",
		    l->paths[c->turn % l->n_paths]);
	form = forms[c->turn / l->choices % 2];
	return snprintf(out, REQUEST_BYTES,
	    "POST /.consent/choice HTTP/1.1\r\nHost: library.example\r\n"
	    "Sec-Fetch-Site: same-origin\r\nContent-Length: %zu\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\n\r\n%s",
	    strlen(form), form);
}

/* Lets go of a connection that the server has closed between two requests. */
static void
look_for_end(struct load *l, struct client *c)
{
	char byte;

	if (c->fd < 0 || (recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
			     errno == EAGAIN))
		return;
	l->idle++;
	hang_up(c);
}

static void
send_request(struct load *l, struct client *c)
{
	char request[REQUEST_BYTES];
	int n = write_request(l, c, request);

	c->asked++;
	if (n < 0 || n >= REQUEST_BYTES ||
	    send(c->fd, request, (size_t)n, MSG_NOSIGNAL) != (ssize_t)n)
		fail(l, c, "reset");
}

static void
ask(struct load *l, struct client *c)
{
	look_for_end(l, c);
	l->requests++;
	c->began = now_ms();
	c->waiting = true;
	c->answered = false;
	c->entry = UINT64_MAX;
	c->port = c->fd < 0 ? 0 : c->port;
	if (c->fd < 0) {
		l->connects++;
		if (connect_client(c, l->port) != 0) {
			fail(l, c, "refused");
			return;
		}
	}
	if (!c->connecting)
		send_request(l, c);
}

/* The connecting came to an end. */
static void
finish_connecting(struct load *l, struct client *c)
{
	int error = 0;
	socklen_t n = sizeof error;

	c->connecting = false;
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0 ||
	    error != 0)
		fail(l, c, "refused");
	else
		send_request(l, c);
}

/* ---- answers ---------------------------------------------------------- */

static void
note_head(struct client *c)
{
	const struct head *head = codec_head(&c->codec);
	struct span entry = head_value(head, SPAN("Consent-Entry"));

	c->status = head->status;
	if (entry.p != NULL &&
	    span_to_u64(entry, 10, UINT64_MAX - 1, &c->entry) != CONSENT_OK)
		c->entry = UINT64_MAX;
}

/* Feeds what came; the request may be over then. */
static void
take(struct load *l, struct client *c, struct span in)
{
	struct span body;
	size_t used;

	while (c->fd >= 0 && c->waiting) {
		switch (codec_feed(&c->codec, in, &used, &body)) {
		case CODEC_MORE:
			return;
		case CODEC_HEAD:
			note_head(c);
			break;
		case CODEC_BODY:
			break;
		case CODEC_END:
			succeed(l, c);
			break;
		case CODEC_BROKEN:
			fail(l, c, "malformed");
			break;
		}
		in = span_sub(in, used, in.n);
	}
	if (c->fd >= 0 && in.n > 0)
		fail(l, c, "unasked");
}

static void
read_answer(struct load *l, struct client *c)
{
	ssize_t n = recv(c->fd, l->room, sizeof l->room, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		c->answered = true;
		take(l, c, (struct span){l->room, (size_t)n});
	} else if (c->waiting) {
		fail(l, c,
		    c->answered ? "truncated"
		    : n == 0	? "closed"
				: "reset");
	} else {
		l->idle++; /* the server's right between two requests */
		hang_up(c);
	}
}

/* ---- the loop --------------------------------------------------------- */

/* How long the loop may sleep: until the next request is due. */
static int
fill_polls(struct load *l, double now)
{
	double next = now + 100;
	size_t i;

	for (i = 0; i < l->n; i++) {
		const struct client *c = &l->clients[i];

		l->polls[i] =
		    (struct pollfd){c->fd, c->connecting ? POLLOUT : POLLIN, 0};
		if (!c->waiting && c->due < next)
			next = c->due;
	}
	l->polls[l->n] =
	    (struct pollfd){l->told_to_end ? -1 : STDIN_FILENO, POLLIN, 0};
	return next <= now ? 0 : (int)(next - now) + 1;
}

static bool
is_busy(const struct load *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->clients[i].waiting)
			return true;
	return false;
}

/* Something happened on a connection. */
static void
see(struct load *l, struct client *c)
{
	if (c->connecting)
		finish_connecting(l, c);
	else
		read_answer(l, c);
}

static void
tend(struct load *l, struct client *c, bool ending)
{
	double now = now_ms();

	if (c->waiting && now - c->began > LATE_MS)
		fail(l, c, c->connecting ? "unconnected" : "late");
	else if (!c->waiting && !ending && c->due <= now)
		ask(l, c);
}

static void
run(struct load *l)
{
	double seen = 0;

	for (;;) {
		double now = now_ms();
		bool ending = l->told_to_end || now >= l->end;
		size_t i;

		if (seen != 0 && now - seen > l->away)
			l->away = now - seen;
		seen = now;
		if (ending && !is_busy(l))
			return;
		if (poll(l->polls, l->n + 1, fill_polls(l, now)) < 0)
			return;
		/* first who was closed, then who asks */
		for (i = 0; i < l->n; i++)
			if (l->polls[i].revents != 0)
				see(l, &l->clients[i]);
		for (i = 0; i < l->n; i++)
			tend(l, &l->clients[i], ending);
		if (l->polls[l->n].revents != 0)
			l->told_to_end = true;
	}
}

/* ---- the sums --------------------------------------------------------- */

static void
print_latency(const struct load *l, const char *name, double share)
{
	double wanted = (double)l->answers * share, sum = 0;
	size_t i;

	for (i = 0; i < BUCKETS - 1; i++) {
		sum += l->latency[i];
		if (sum >= wanted)
			break;
	}
	printf("%s %.1f\n", name, (double)(i + 1) * BUCKET_US / 1000);
}

static void
print_sums(const struct load *l)
{
	printf("requests %lu\nanswers %lu\npages %lu\nchoices %lu\n",
	    l->requests, l->answers, l->pages, l->posts);
	printf("failures %lu\nconnects %lu\nclosed_after_answer %lu\n"
	       "closed_idle %lu\n",
	    l->failures, l->connects, l->last, l->idle);
	print_latency(l, "p50_ms", 0.5);
	print_latency(l, "p90_ms", 0.9);
	print_latency(l, "p99_ms", 0.99);
	print_latency(l, "p999_ms", 0.999);
	printf("slowest_ms %.1f\naway_ms %.1f\n", l->slowest, l->away);
}

static int
read_number(const char *text, uint64_t max, uint64_t *out)
{
	return span_to_u64(span_of(text), 10, max, out) == CONSENT_OK ? 0 : -1;
}

static int
read_arguments(struct load *l, int argc, char **argv)
{
	uint64_t port, n, ms, think, choices;
	size_t i;

	if (argc < 7 || read_number(argv[1], UINT16_MAX, &port) != 0 ||
	    read_number(argv[2], CONNECTIONS_MAX, &n) != 0 ||
	    read_number(argv[3], MS_MAX, &ms) != 0 ||
	    read_number(argv[4], 60000, &think) != 0 ||
	    read_number(argv[5], 1000000, &choices) != 0)
		return -1;
	l->port = (uint16_t)port;
	l->n = n;
	l->think = (double)think;
	l->end = now_ms() + (double)ms;
	l->choices = (unsigned)choices;
	l->paths = argv + 6;
	l->n_paths = (unsigned)argc - 6;
	for (i = 0; i < l->n; i++) {
		l->clients[i].fd = -1;
		l->clients[i].turn = (unsigned)i + 1;
		l->clients[i].due = now_ms() + pause_of(l);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct load *l = calloc(1, sizeof *l);
	size_t i;

	if (l == NULL || read_arguments(l, argc, argv) != 0) {
		(void)fprintf(stderr,
		    "usage: http-load PORT CONNECTIONS MS THINK CHOICES "
		    "PATH...\n");
		free(l);
		return 2;
	}
	run(l);
	print_sums(l);
	for (i = 0; i < l->n; i++)
		hang_up(&l->clients[i]);
	free(l);
	return 0;
}
