#ifndef CONSENT_PROXY_CONTROL_H
#define CONSENT_PROXY_CONTROL_H

/*
 * The parent's side of the control socket: takes orders of one line from
 * processes of root or of our own user, and gives each one answer. Never
 * blocks; few clients at a time, each with a deadline and a few bytes. What
 * the orders do is the server's business.
 */

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>

struct control;

enum {
	CONTROL_CLIENTS = 8,		    /* at a time; the others wait */
	CONTROL_ROWS = CONTROL_CLIENTS + 1, /* of poll: the socket first */
	CONTROL_ORDER = 256,		    /* longest order, its end too */
	CONTROL_MS = 5000, /* to send it, or to take an answer */
	CONTROL_ANSWER = 2 << 20
};

enum control_order {
	CONTROL_RELOAD,
	CONTROL_STATUS,
	CONTROL_INVENTORY,
	CONTROL_ERASE, /* with a subject, and why */
	CONTROL_MODE,  /* with what proxy/mode reads, or nothing */
	CONTROL_KEY,   /* the same of proxy/key_desk */
	CONTROL_ORDERS
};

/* Without clients; NULL without memory. */
struct control *control_new(void);

/* Closes all clients; NULL is nothing. */
void control_free(struct control *c);

/* In a child: closes its copies, of which the clients see nothing. */
void control_forget(struct control *c);

/* Fills CONTROL_ROWS rows of poll; fd is the listening socket, or -1. */
void control_watch(
    const struct control *c, int fd, struct pollfd rows[CONTROL_ROWS]);

/*
 * Does what the rows tell, after poll or without it: accepts, reads, writes,
 * ends who is late.
 */
void control_serve(struct control *c, const struct pollfd rows[CONTROL_ROWS]);

/* Whether a client with that order was not taken yet. */
bool control_wants(const struct control *c, enum control_order order);

/*
 * Takes all clients with that order that were not taken yet; they wait for
 * control_answer. How many they are.
 */
size_t control_take(struct control *c, enum control_order order);

/*
 * Takes one of them alone, and what stood behind the order, "" for nothing;
 * that lives until the answer. Whether there was one.
 */
bool control_take_one(
    struct control *c, enum control_order order, struct span *rest);

/* Answers all that were taken with that order. The text is copied. */
void control_answer(
    struct control *c, enum control_order order, struct span text);

#endif
