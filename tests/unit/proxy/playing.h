#ifndef CONSENT_UNIT_PROXY_PLAYING_H
#define CONSENT_UNIT_PROXY_PLAYING_H

/*
 * Plays a script: a client asks over a real connection, exchanges serve it,
 * and an origin on a free port of the loopback says what the script has for
 * it. play_open and play_close stand around all plays of a program.
 */

#include "../net/sockets.h"
#include "heard.h"
#include "script.h"
#include "stage.h"

#include "base/log.h"
#include "net/peer.h"
#include "net/upstream.h"
#include "proxy/exchange.h"

enum {
	PLAY_MS = 5000 /* one that takes longer hangs */
};

static struct {
	struct stage stage;
	const struct script *script;
	struct home home;
	struct home_client from;
	struct peer_options options; /* of the client's peer */
	struct peer *peer;
	int listener;
	struct address at;
	struct heard client, origin;
	size_t act, mark; /* the next act, and where its request begins */
	bool hangs;	  /* the origin, once its half has reached the client */
	bool closed;
} play;

/* Makes what all plays have in common. */
static inline void
play_open(void)
{
	log_set_level(LOG_LEVEL_ERROR);
	stage_open(&play.stage);
	play.stage.f.setup.upgrades[0] = "/socket";
	play.stage.f.setup.n_upgrades = 1;
	play.stage.f.setup.tunnels = 1;
}

/* Frees it. */
static inline void
play_close(void)
{
	stage_close(&play.stage);
}

/* The origin's turn. */
static inline void
play_origin(void)
{
	const struct script_act *act = &play.script->acts[play.act];
	int fd = play.listener < 0 ? -1 : socket_accept(play.listener);

	if (fd >= 0) {
		heard_hang_up(&play.origin);
		play.hangs = false;
		play.origin.fd = fd;
	}
	heard_take(&play.origin);
	if (play.hangs &&
	    (play.script->ends != SCRIPT_CUT || play.client.n > 0)) {
		heard_hang_up(&play.origin);
		play.hangs = false;
		if (play.script->parts)
			(void)shutdown(play.client.fd, SHUT_WR);
	}
	if (play.hangs || play.act == SCRIPT_ACTS || act->wants == NULL ||
	    heard_find(&play.origin, play.mark, act->wants) == play.origin.n)
		return;
	play.act++;
	play.mark = play.origin.n;
	if (play.script->leaves)
		heard_hang_up(&play.client);
	if (act->says != NULL)
		(void)send(
		    play.origin.fd, act->says, strlen(act->says), MSG_NOSIGNAL);
	play.hangs = act->closes;
}

/* peer_owner.on_lane, as a worker has it */
static inline void
play_on_lane(void *ctx, struct peer *peer, struct lane *lane)
{
	(void)ctx;
	(void)peer;
	if (exchange_begin(&play.home, lane, &play.from) != CONSENT_OK)
		return; /* without a handler the lane is closed */
}

/* peer_owner.on_closed */
static inline void
play_on_closed(void *ctx, struct peer *peer)
{
	(void)ctx;
	(void)peer;
	play.peer = NULL;
	play.closed = true;
}

/* The way to the origin. */
static inline int
play_upstream(void)
{
	struct upstream_options options;
	char origin[64];

	(void)snprintf(origin, sizeof origin, "http://127.0.0.1:%u",
	    (unsigned)ntohs(((struct sockaddr_in *)&play.at.to)->sin_port));
	upstream_options_init(&options);
	options.origin = span_of(origin);
	if (play.script->patience > 0)
		options.peer.head_ms = play.script->patience;
	return upstream_new(
	    play.home.loop, NULL, &options, &play.home.upstream);
}

/* The client connects and asks; whether there was memory for it. */
static inline bool
play_begin(void)
{
	static const struct peer_owner owner = {
	    .on_lane = play_on_lane, .on_closed = play_on_closed};
	struct peer_user user = {&owner, &play.options, NULL, PEER_HTTP1};
	int fd[2];

	play.home = play.stage.home;
	play.home.loop = loop_new();
	if (play.home.loop == NULL || play_upstream() != CONSENT_OK)
		return false;
	socket_pair(fd);
	play.client.fd = fd[1];
	peer_options_init(&play.options, PEER_CLIENT);
	(void)snprintf(play.from.text, sizeof play.from.text, "192.0.2.1");
	assert_int_equal(send(fd[1], play.script->asks,
			     strlen(play.script->asks), MSG_NOSIGNAL),
	    strlen(play.script->asks));
	play.peer = peer_accept(play.home.loop, fd[0], &user);
	return play.peer != NULL;
}

/* Turns the loop until the client's connection has ended. */
static inline void
play_through(void)
{
	int64_t deadline = clock_monotonic() + PLAY_MS;

	while (!play.closed) {
		if (clock_monotonic() > deadline)
			fail_msg("it hangs; the client has got: %.*s",
			    (int)play.client.n, play.client.text);
		(void)event_base_loop(
		    loop_base(play.home.loop), EVLOOP_NONBLOCK);
		play_origin();
		heard_take(&play.client);
	}
	heard_take(&play.client);
}

/* Ends both sides; no exchange is left. */
static inline void
play_end(void)
{
	unsigned i;

	upstream_free(play.home.upstream);
	for (i = 0; play.home.loop != NULL && i < 5; i++)
		(void)event_base_loop(
		    loop_base(play.home.loop), EVLOOP_NONBLOCK);
	loop_free(play.home.loop);
	heard_take(&play.client);
	heard_hang_up(&play.client);
	heard_hang_up(&play.origin);
	if (play.listener >= 0)
		(void)close(play.listener);
	assert_int_equal(play.home.live, 0);
	assert_int_equal(play.home.tunnels, 0);
	assert_int_equal(play.home.switched, 0);
}

/* Whether all came that the script shows, on both sides, and no more. */
static inline bool
play_is_right(void)
{
	const struct script *s = play.script;
	size_t i;

	for (i = 0; i < SCRIPT_TEXTS; i++) {
		if (s->shows[i] != NULL &&
		    heard_find(&play.client, 0, s->shows[i]) == play.client.n)
			return false;
		if (s->sends[i] != NULL &&
		    heard_find(&play.origin, 0, s->sends[i]) == play.origin.n)
			return false;
	}
	return heard_find(&play.client, 0, s->hides) == play.client.n;
}

/*
 * Plays all of it; whether it went as written. Whatever happens, an answer
 * that is good and ends as it should is the right one.
 */
static inline bool
play_script(const struct script *s)
{
	unsigned n;
	size_t last;
	bool good, whole;

	play.script = s;
	play.peer = NULL;
	play.closed = false;
	play.hangs = false;
	play.act = play.mark = play.client.n = play.origin.n = 0;
	play.client.fd = play.origin.fd = -1;
	play.listener = socket_listen(&play.at, 8);
	if (s->down) {
		(void)close(play.listener);
		play.listener = -1;
	}
	memset(&play.home, 0, sizeof play.home);
	if (play_begin())
		play_through();
	play_end();
	last = heard_last(&play.client, &n);
	good = heard_find(&play.client, last, "HTTP/1.1 20") == last &&
	       last < play.client.n;
	whole = last < play.client.n && heard_is_whole(&play.client, last);
	if (good && whole && n >= s->answers)
		assert_true(s->ends == SCRIPT_WHOLE && play_is_right());
	return play_is_right() && n == s->answers &&
	       whole == (s->ends != SCRIPT_CUT);
}

#endif
