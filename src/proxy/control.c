#include "proxy/control.h"

#include "base/clock.h"
#include "base/log.h"

#include <libconsent/buf.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum state {
	STATE_FREE,
	STATE_READING,
	STATE_ASKED, /* the order is complete */
	STATE_TAKEN, /* somebody works on it */
	STATE_WRITING
};

struct client {
	enum state state;
	int fd;
	int64_t deadline; /* monotonic ms; 0: the answer is up to us */
	enum control_order order;
	char in[CONTROL_ORDER];
	size_t n;
	struct span rest; /* of the order: in `in` */
	struct buf out;
};

struct control {
	struct client clients[CONTROL_CLIENTS];
};

static const struct span orders[CONTROL_ORDERS] = {
    [CONTROL_RELOAD] = {"reload", 6},
    [CONTROL_STATUS] = {"status", 6},
    [CONTROL_INVENTORY] = {"inventory", 9},
    [CONTROL_ERASE] = {"erase", 5},
    [CONTROL_MODE] = {"mode", 4},
    [CONTROL_KEY] = {"key", 3},
};

struct control *
control_new(void)
{
	struct control *c = calloc(1, sizeof *c);
	size_t i;

	for (i = 0; c != NULL && i < CONTROL_CLIENTS; i++)
		buf_init(&c->clients[i].out, CONTROL_ANSWER);
	return c;
}

/* For good, also where a child that was just forked has a copy still. */
static void
let_go(struct client *client)
{
	(void)shutdown(client->fd, SHUT_RDWR);
	(void)close(client->fd);
	buf_fini(&client->out);
	client->state = STATE_FREE;
}

void
control_free(struct control *c)
{
	size_t i;

	for (i = 0; c != NULL && i < CONTROL_CLIENTS; i++)
		if (c->clients[i].state != STATE_FREE)
			let_go(&c->clients[i]);
	free(c);
}

void
control_forget(struct control *c)
{
	size_t i;

	for (i = 0; i < CONTROL_CLIENTS; i++) {
		if (c->clients[i].state != STATE_FREE)
			(void)close(c->clients[i].fd);
		c->clients[i].state = STATE_FREE;
	}
}

void
control_watch(const struct control *c, int fd, struct pollfd rows[CONTROL_ROWS])
{
	bool room = false;
	size_t i;

	for (i = 0; i < CONTROL_CLIENTS; i++) {
		const struct client *client = &c->clients[i];
		struct pollfd *row = &rows[i + 1];

		*row = (struct pollfd){client->fd, 0, 0};
		if (client->state == STATE_FREE)
			row->fd = -1;
		else if (client->state == STATE_READING)
			row->events = POLLIN;
		else if (client->state == STATE_WRITING)
			row->events = POLLOUT;
		room |= client->state == STATE_FREE;
	}
	rows[0] = (struct pollfd){room ? fd : -1, POLLIN, 0};
}

/* Only root and our own user may say what is done. */
static bool
is_allowed(int fd)
{
	struct ucred who = {.uid = (uid_t)-1};
	socklen_t n = sizeof who;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 &&
	    (who.uid == 0 || who.uid == geteuid()))
		return true;
	log_warn("control.refused", "uid=%ld", (long)who.uid);
	return false;
}

static void
greet(struct client *client, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return; /* gone again, or no descriptor: it waits */
	if (!is_allowed(fd)) {
		(void)close(fd);
		return;
	}
	client->fd = fd;
	client->n = 0;
	client->state = STATE_READING;
	client->deadline = clock_monotonic() + CONTROL_MS;
}

static void
send_some(struct client *client)
{
	struct span rest = buf_span(&client->out);
	ssize_t n =
	    send(client->fd, rest.p, rest.n, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		buf_drain(&client->out, (size_t)n);
	if (n <= 0 || client->out.n == 0)
		let_go(client);
}

static void
answer(struct client *client, struct span text)
{
	if (buf_append(&client->out, text) != CONSENT_OK ||
	    buf_append_byte(&client->out, '\n') != CONSENT_OK) {
		let_go(client);
		return;
	}
	client->state = STATE_WRITING;
	client->deadline = clock_monotonic() + CONTROL_MS;
	send_some(client);
}

/* A line is complete. */
static void
read_order(struct client *client, struct span line)
{
	struct span name = span_cut(&line, ' ');
	unsigned order = 0;

	while (order < CONTROL_ORDERS && !span_equal(name, orders[order]))
		order++;
	/* the last ones take something more */
	if (order == CONTROL_ORDERS ||
	    (order < CONTROL_ERASE && line.p != NULL)) {
		answer(client, SPAN("{\"error\":\"no such order\"}"));
		return;
	}
	client->order = (enum control_order)order;
	client->rest = line;
	client->state = STATE_ASKED;
	client->deadline = 0;
}

static void
receive(struct client *client)
{
	ssize_t n = recv(client->fd, client->in + client->n,
	    sizeof client->in - client->n, MSG_DONTWAIT);
	struct span got;
	size_t end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		let_go(client);
		return;
	}
	client->n += (size_t)n;
	got = (struct span){client->in, client->n};
	end = span_find(got, '\n');
	if (end < got.n)
		read_order(client, span_sub(got, 0, end));
	else if (client->n == sizeof client->in)
		answer(client, SPAN("{\"error\":\"no such order\"}"));
}

/* Acts on one row; who hangs up loses the answer and no more. */
static void
attend(struct client *client, const struct pollfd *row)
{
	if ((row->revents & (POLLERR | POLLHUP | POLLNVAL)) != 0 &&
	    (row->revents & POLLIN) == 0)
		let_go(client);
	else if (client->state == STATE_READING && row->revents != 0)
		receive(client);
	else if (client->state == STATE_WRITING && row->revents != 0)
		send_some(client);
}

void
control_serve(struct control *c, const struct pollfd rows[CONTROL_ROWS])
{
	int64_t now = clock_monotonic();
	struct client *room = NULL;
	size_t i;

	for (i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *client = &c->clients[i];

		if (client->state != STATE_FREE && rows[i + 1].fd >= 0)
			attend(client, &rows[i + 1]);
		if (client->state != STATE_FREE && client->deadline != 0 &&
		    now >= client->deadline)
			let_go(client);
		if (client->state == STATE_FREE)
			room = client;
	}
	if (rows[0].fd >= 0 && rows[0].revents != 0 && room != NULL)
		greet(room, rows[0].fd);
}

bool
control_wants(const struct control *c, enum control_order order)
{
	size_t i;

	for (i = 0; i < CONTROL_CLIENTS; i++)
		if (c->clients[i].state == STATE_ASKED &&
		    c->clients[i].order == order)
			return true;
	return false;
}

size_t
control_take(struct control *c, enum control_order order)
{
	size_t i, n = 0;

	for (i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *client = &c->clients[i];

		if (client->state != STATE_ASKED || client->order != order)
			continue;
		client->state = STATE_TAKEN;
		n++;
	}
	return n;
}

bool
control_take_one(struct control *c, enum control_order order, struct span *rest)
{
	size_t i;

	for (i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *client = &c->clients[i];

		if (client->state != STATE_ASKED || client->order != order)
			continue;
		client->state = STATE_TAKEN;
		*rest = client->rest;
		return true;
	}
	return false;
}

void
control_answer(struct control *c, enum control_order order, struct span text)
{
	size_t i;

	for (i = 0; i < CONTROL_CLIENTS; i++)
		if (c->clients[i].state == STATE_TAKEN &&
		    c->clients[i].order == order)
			answer(&c->clients[i], text);
}
