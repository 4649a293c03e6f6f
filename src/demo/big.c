#include "demo/big.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include <stdlib.h>

enum {
	BIG_PIECE = 64 * 1024
};

/* A body of /demo/big under way; freed when the last piece has gone. */
struct big {
	struct evhttp_request *request;
	struct event *next; /* breaks the recursion of evhttp's callbacks */
	uint64_t left;
};

static void
big_free(struct big *big)
{
	if (big == NULL)
		return;
	if (big->next != NULL)
		event_free(big->next);
	free(big);
}

static void
on_big_closed(struct evhttp_connection *connection, void *ctx)
{
	(void)connection;
	big_free(ctx);
}

static void
on_big_sent(struct evhttp_connection *connection, void *ctx)
{
	struct big *big = ctx;

	(void)connection;
	event_active(big->next, EV_TIMEOUT, 1);
}

static void
big_step(evutil_socket_t fd, short what, void *ctx)
{
	static const char piece[BIG_PIECE];
	struct big *big = ctx;
	struct evbuffer *body;
	size_t n;

	(void)fd;
	(void)what;
	n = big->left < BIG_PIECE ? (size_t)big->left : (size_t)BIG_PIECE;
	body = n > 0 ? evbuffer_new() : NULL;
	if (body == NULL ||
	    evbuffer_add_reference(body, piece, n, NULL, NULL) < 0) {
		/* all is sent, or memory ends and the answer stays short */
		evhttp_connection_set_closecb(
		    evhttp_request_get_connection(big->request), NULL, NULL);
		evhttp_send_reply_end(big->request);
		big_free(big);
	} else {
		big->left -= n;
		evhttp_send_reply_chunk_with_cb(
		    big->request, body, on_big_sent, big);
	}
	if (body != NULL)
		evbuffer_free(body);
}

void
big_start(struct event_base *base, struct evhttp_request *request, uint64_t n)
{
	struct big *big;

	big = calloc(1, sizeof *big);
	if (big != NULL)
		big->next = event_new(base, -1, 0, big_step, big);
	if (big == NULL || big->next == NULL) {
		big_free(big);
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
		return;
	}
	big->request = request;
	big->left = n;
	evhttp_connection_set_closecb(
	    evhttp_request_get_connection(request), on_big_closed, big);
	evhttp_send_reply_start(request, HTTP_OK, NULL);
	event_active(big->next, EV_TIMEOUT, 1);
}
