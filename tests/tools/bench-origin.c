/*
 * The site behind the proxies that are compared, as cheap as can be:
 *	bench-origin FOLDER
 * Listens on loopback, prints its port, and serves the files of FOLDER over
 * keep-alive connections of HTTP/1.1 until standard input ends:
 *	/same/NAME	always the same bytes
 *	/fresh/NAME	other bytes each time, of the same length: a number
 *			stands in each place that the file has for one (PLACE),
 *			a gzip file gets a time in its head
 *	/nonce/NAME	a number in the first such place alone
 * Where there is NAME.gz too, those who accept gzip get that. A target may be
 * a whole URL: a proxy may take this for another proxy.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <libconsent/span.h>

#define PLACE "@@@@@@@@@@@@@@@@"

enum {
	FILES = 64,
	PLACES = 8192, /* of one file */
	NAME_BYTES = 256,
	HEAD_BYTES = 4096,
	EVENTS = 256,
	BACKLOG = 4096
};

struct file {
	char name[NAME_BYTES];
	char *bytes;
	size_t n;
	size_t places[PLACES];
	size_t n_places;
	bool is_gzip;
	char head[256];
	size_t head_n;
};

struct client {
	int fd;
	char in[HEAD_BYTES];
	size_t in_n;
	const char *out; /* what is left of a body */
	size_t out_n;
	char *own; /* a body made for this answer, ours to free */
};

struct origin {
	struct file files[FILES];
	size_t n_files;
	unsigned long long number;
	int epoll, listener;
};

static void
die(const char *what)
{
	(void)fprintf(stderr, "bench-origin: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- files ------------------------------------------------------------ */

static const char *
type_of(const char *name)
{
	if (strstr(name, ".html") != NULL)
		return "text/html; charset=utf-8";
	if (strstr(name, ".jpg") != NULL)
		return "image/jpeg";
	return "application/octet-stream";
}

static void
find_places(struct file *f)
{
	struct span rest = {f->bytes, f->n};
	size_t at;

	while (f->n_places < PLACES &&
	       (at = span_search(rest, SPAN(PLACE))) < rest.n) {
		f->places[f->n_places++] = f->n - rest.n + at;
		rest = span_sub(rest, at + sizeof PLACE - 1, rest.n);
	}
}

static void
read_file(struct file *f, const char *path, const char *name)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat s;

	if (fd < 0 || fstat(fd, &s) != 0)
		die(path);
	f->n = (size_t)s.st_size;
	f->bytes = malloc(f->n + 1);
	if (f->bytes == NULL || read(fd, f->bytes, f->n) != (ssize_t)f->n)
		die(path);
	(void)close(fd);
	(void)snprintf(f->name, sizeof f->name, "%s", name);
	f->is_gzip = span_ends(span_of(name), SPAN(".gz"));
	if (!f->is_gzip)
		find_places(f);
	f->head_n = (size_t)snprintf(f->head, sizeof f->head,
	    "HTTP/1.1 200 OK\r\nDate: Sat, 01 Jan 2028 00:00:00 GMT\r\n"
	    "Content-Type: %s\r\n%sContent-Length: %zu\r\n\r\n",
	    type_of(name),
	    f->is_gzip ? "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n"
		       : "",
	    f->n);
}

static void
read_folder(struct origin *o, const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	char path[4096];

	if (dir == NULL)
		die(folder);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' || o->n_files == FILES)
			continue;
		(void)snprintf(
		    path, sizeof path, "%s/%s", folder, entry->d_name);
		read_file(&o->files[o->n_files++], path, entry->d_name);
	}
	(void)closedir(dir);
}

static const struct file *
find_file(const struct origin *o, struct span name, bool takes_gzip)
{
	const struct file *found = NULL;
	size_t i;

	for (i = 0; i < o->n_files; i++) {
		const struct file *f = &o->files[i];
		struct span own = span_of(f->name);

		if (span_equal(own, name) && found == NULL)
			found = f;
		else if (takes_gzip && f->is_gzip && own.n == name.n + 3 &&
			 span_starts(own, name))
			return f;
	}
	return found;
}

/* ---- answers ---------------------------------------------------------- */

static void
hang_up(struct client *c)
{
	(void)close(c->fd);
	free(c->own);
	free(c);
}

/* A copy of the file with numbers in so many of its places. */
static char *
renew(struct origin *o, const struct file *f, size_t places)
{
	char *copy = malloc(f->n + 1), digits[sizeof PLACE];
	size_t i;

	if (copy == NULL)
		die("no memory");
	memcpy(copy, f->bytes, f->n);
	(void)snprintf(digits, sizeof digits, "%016llu", ++o->number);
	for (i = 0; i < places && i < f->n_places; i++)
		memcpy(copy + f->places[i], digits, sizeof PLACE - 1);
	if (f->is_gzip && f->n > 8) /* MTIME, RFC 1952 2.3 */
		memcpy(copy + 4, &o->number, 4);
	return copy;
}

/* Writes what is left; false when the connection is lost. */
static bool
flush(struct origin *o, struct client *c)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
	ssize_t n;

	while (c->out_n > 0) {
		n = send(c->fd, c->out, c->out_n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN) {
			event.events = EPOLLOUT;
			break;
		}
		if (n < 0)
			return false;
		c->out += n;
		c->out_n -= (size_t)n;
	}
	if (c->out_n == 0) {
		free(c->own);
		c->own = NULL;
	}
	return epoll_ctl(o->epoll, EPOLL_CTL_MOD, c->fd, &event) == 0;
}

static bool
write_answer(struct origin *o, struct client *c, const struct file *f)
{
	struct iovec parts[2] = {
	    {(void *)(uintptr_t)f->head, f->head_n}, {NULL, f->n}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t n;

	c->out = c->own != NULL ? c->own : f->bytes;
	parts[1].iov_base = (void *)(uintptr_t)c->out;
	n = sendmsg(c->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	/* a head is taken whole: nothing is before it on the connection */
	if (n < (ssize_t)f->head_n)
		return false;
	c->out += (size_t)n - f->head_n;
	c->out_n = f->n - ((size_t)n - f->head_n);
	if (c->out_n > 0)
		return flush(o, c);
	free(c->own);
	c->own = NULL;
	return true;
}

static bool
refuse(const struct client *c)
{
	struct span text =
	    SPAN("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");

	return send(c->fd, text.p, text.n, MSG_NOSIGNAL | MSG_DONTWAIT) ==
	       (ssize_t)text.n;
}

/* Answers the request whose head this is. */
static bool
answer(struct origin *o, struct client *c, struct span head)
{
	struct span target = span_sub(head, span_find(head, ' ') + 1, head.n);
	bool takes_gzip = span_search(head, SPAN("gzip")) < head.n;
	const struct file *f;
	struct span mode;

	target = span_sub(target, 0, span_find(target, ' '));
	if (span_starts(target, SPAN("http://"))) {
		target = span_sub(target, 7, target.n);
		target = span_sub(target, span_find(target, '/'), target.n);
	}
	(void)span_cut(&target, '/');
	mode = span_cut(&target, '/');
	f = find_file(o, target, takes_gzip);
	if (f == NULL)
		return refuse(c);
	if (span_equal(mode, SPAN("fresh")))
		c->own = renew(o, f, PLACES);
	else if (span_equal(mode, SPAN("nonce")))
		c->own = renew(o, f, 1);
	return write_answer(o, c, f);
}

/* Reads requests and answers those that are whole. */
static bool
serve(struct origin *o, struct client *c)
{
	ssize_t n =
	    recv(c->fd, c->in + c->in_n, sizeof c->in - c->in_n, MSG_DONTWAIT);
	struct span in;
	size_t end;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return false;
	c->in_n += (size_t)n;
	in = (struct span){c->in, c->in_n};
	end = span_search(in, SPAN("\r\n\r\n"));
	if (end == in.n)
		return c->in_n < sizeof c->in;
	c->in_n = 0; /* none of the proxies sends another before the answer */
	return answer(o, c, span_sub(in, 0, end));
}

/* ---- the loop --------------------------------------------------------- */

static void
accept_client(struct origin *o)
{
	struct epoll_event event = {.events = EPOLLIN};
	struct client *c;
	int fd = accept4(o->listener, NULL, NULL, SOCK_CLOEXEC), on = 1;

	if (fd < 0)
		return;
	c = calloc(1, sizeof *c);
	if (c == NULL)
		die("no memory");
	c->fd = fd;
	event.data.ptr = c;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (epoll_ctl(o->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
		die("epoll");
}

static void
run(struct origin *o)
{
	struct epoll_event events[EVENTS];
	int n, i;

	for (;;) {
		n = epoll_wait(o->epoll, events, EVENTS, -1);
		for (i = 0; i < n; i++) {
			struct client *c = events[i].data.ptr;

			if (c == NULL)
				return; /* standard input ended */
			if (events[i].data.ptr == o)
				accept_client(o);
			else if (!(c->out_n > 0 ? flush(o, c) : serve(o, c)))
				hang_up(c);
		}
	}
}

static void
open_listener(struct origin *o)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = o};
	socklen_t n = sizeof address;

	o->epoll = epoll_create1(EPOLL_CLOEXEC);
	o->listener =
	    socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (o->epoll < 0 || o->listener < 0 ||
	    bind(o->listener, (struct sockaddr *)&address, n) != 0 ||
	    listen(o->listener, BACKLOG) != 0 ||
	    getsockname(o->listener, (struct sockaddr *)&address, &n) != 0 ||
	    epoll_ctl(o->epoll, EPOLL_CTL_ADD, o->listener, &event) != 0)
		die("listen");
	event.data.ptr = NULL;
	if (epoll_ctl(o->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0)
		die("standard input must be a pipe");
	(void)printf("%u\n", ntohs(address.sin_port));
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	static struct origin o;
	struct rlimit files;

	if (argc != 2) {
		(void)fputs("usage: bench-origin FOLDER\n", stderr);
		return 2;
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	read_folder(&o, argv[1]);
	open_listener(&o);
	run(&o);
	return 0;
}
