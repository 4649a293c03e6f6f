#ifndef CONSENT_UNIT_PROXY_HEARD_H
#define CONSENT_UNIT_PROXY_HEARD_H

/*
 * What one side of the proxy hears, over a plain socket and without waiting.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libconsent/span.h>

enum {
	HEARD_BYTES = 1 << 16 /* most that is kept */
};

/* What one side of the proxy has heard. */
struct heard {
	int fd; /* -1: none */
	size_t n;
	char text[HEARD_BYTES];
};

/* Takes what came, without waiting. */
static inline void
heard_take(struct heard *h)
{
	ssize_t n;

	if (h->fd < 0 || h->n == sizeof h->text)
		return;
	n = recv(h->fd, h->text + h->n, sizeof h->text - h->n, MSG_DONTWAIT);
	if (n > 0)
		h->n += (size_t)n;
}

/* Hangs up. */
static inline void
heard_hang_up(struct heard *h)
{
	if (h->fd >= 0)
		(void)close(h->fd);
	h->fd = -1;
}

/* Where a text begins behind a place; the end when it is not there. */
static inline size_t
heard_find(const struct heard *h, size_t from, const char *text)
{
	struct span rest = {h->text + from, h->n - from};

	return from + span_search(rest, span_of(text));
}

/* Where the last response begins; how many there are. */
static inline size_t
heard_last(const struct heard *h, unsigned *n)
{
	size_t at = heard_find(h, 0, "HTTP/1.1 "), last = at;

	for (*n = 0; at < h->n; ++*n) {
		last = at;
		at = heard_find(h, at + 1, "HTTP/1.1 ");
	}
	return last;
}

/* Whether the response from there on ends as its head says that it does. */
static inline bool
heard_is_whole(const struct heard *h, size_t from)
{
	static const char length[] = "Content-Length: ";
	size_t body = heard_find(h, from, "\r\n\r\n") + 4;
	size_t at = heard_find(h, from, length), n = 0;

	if (body > h->n)
		return false;
	if (at > body) /* "0" may be all of it */
		return heard_find(h, body - 2, "\r\n0\r\n\r\n") + 7 == h->n;
	for (at += sizeof length - 1; h->text[at] != '\r'; at++)
		n = n * 10 + (size_t)(h->text[at] - '0');
	return h->n - body == n;
}

#endif
