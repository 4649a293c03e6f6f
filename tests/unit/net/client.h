#ifndef CONSENT_UNIT_NET_CLIENT_H
#define CONSENT_UNIT_NET_CLIENT_H

/*
 * For the tests of the client side: the far side is a client, the user answers
 * it.
 */

#include "lanes.h"
#include "net/peer.h"

enum {
	BULK = 1 << 20
};

/* Gives a user a client over a socketpair, who speaks it. */
static inline void
client_init(struct user *u, enum peer_protocol protocol)
{
	struct peer_user user = {&user_owner, &u->options, u, protocol};
	int fd[2];

	socket_pair(fd);
	socket_shrink(fd[0]);
	socket_shrink(fd[1]);
	u->far.fd = fd[1];
	u->peer = peer_accept(u->h.loop, fd[0], &user);
	assert_non_null(u->peer);
}

/* The same with usual options. */
static inline void
client(struct user *u)
{
	user_init(u, PEER_CLIENT);
	client_init(u, PEER_HTTP1);
}

/* Over TCP, where an end and a reset differ. */
static inline void
client_tcp(struct user *u)
{
	struct peer_user user = {&user_owner, &u->options, u, PEER_HTTP1};
	int near;

	user_init(u, PEER_CLIENT);
	socket_tcp(&near, &u->far.fd);
	u->peer = peer_accept(u->h.loop, near, &user);
	assert_non_null(u->peer);
}

/* Sends a head of this status. */
static inline int
send_head(struct user *u, unsigned status, enum body_kind kind, uint64_t length)
{
	struct head head;
	int rc;

	head_init(&head, NULL);
	assert_int_equal(
	    head_start_response(&head, status, SPAN("")), CONSENT_OK);
	rc = lane_send_head(u->lane, &head, kind, length);
	head_fini(&head);
	return rc;
}

/* A whole answer. */
static inline void
answer(struct user *u, unsigned status, const char *text)
{
	struct span body = span_of(text);

	assert_int_equal(send_head(u, status, BODY_LENGTH, body.n), CONSENT_OK);
	assert_int_equal(lane_send(u->lane, body, SINK_LAST), CONSENT_OK);
}

/* Answers each request with its number, releases when it is sent. */
static inline void
answer_each(struct user *u, const char *event)
{
	char text[16];

	if (strcmp(event, "end") == 0) {
		(void)snprintf(text, sizeof text, "%u", ++u->round);
		answer(u, 200, text);
	} else if (strcmp(event, "sent") == 0) {
		user_release(u);
	}
}

/* Answers with the head already, and lets go of the rest. */
static inline void
answer_early(struct user *u, const char *event)
{
	if (strcmp(event, "head") != 0)
		return;
	answer(u, 403, "no");
	user_release(u);
}

/* A lot of bytes. */
static inline struct span
bulk(void)
{
	static char bytes[BULK];

	memset(bytes, 'b', sizeof bytes);
	return (struct span){bytes, sizeof bytes};
}

#endif
