#include "proxy/worker.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/address.h"
#include "net/entrance.h"
#include "net/lane.h"
#include "net/loop.h"
#include "net/peer.h"
#include "net/resolver.h"
#include "net/upstream.h"
#include "proxy/ballot.h"
#include "proxy/client.h"
#include "proxy/connections.h"
#include "proxy/counted.h"
#include "proxy/crowd.h"
#include "proxy/exchange.h"
#include "proxy/home.h"
#include "proxy/key_board.h"
#include "proxy/memo.h"
#include "proxy/metrics.h"
#include "proxy/prelude.h"
#include "proxy/sandbox.h"
#include "proxy/watch.h"

#include <libconsent/seal.h>

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	WORKER_ACCEPTS = 64,	 /* connections taken in one go */
	WORKER_REST_US = 100000, /* pause when descriptors run out */
	WORKER_TICK_US = 50000,	 /* between looks while draining */
	/* ms on an idle connection: at the end, when all wait for us, and
	   after a reload, when nobody does */
	WORKER_STOP_IDLE = 500,
	WORKER_RETIRE_IDLE = 5000,
	WORKER_TURNS = 64,   /* connections looked at for an idle one */
	WORKER_SPARE = 16,   /* one part of so many is kept free */
	WORKER_LOG_MS = 1000 /* between two lines about a crowd */
};

/* One connection of a client. */
struct caller {
	struct worker *worker;
	struct entrance *entrance; /* until there is a peer */
	struct peer *peer;
	struct home_client client;
	struct crowd_seat seat;
	bool shed;		    /* told to go, for others to come */
	struct caller *next, *prev; /* the last to begin a request first */
};

/* One listening socket. */
struct port {
	struct worker *worker;
	const struct setup_listener *listener;
	struct event *accept;
};

struct worker {
	const struct proxy_setup *setup;
	struct loop *loop;
	struct home home;
	struct resolver *resolver;
	struct peer_options options; /* of clients' connections */
	size_t n_ports;
	struct port ports[WORKER_SOCKETS];
	struct event *term, *retire, *rest, *tick;
	struct watch *watch;
	bool draining;
	int64_t drain_idle;    /* ms on a connection, while draining */
	bool full;	       /* no more clients: one has to go first */
	bool resting;	       /* no more descriptors: let some time pass */
	bool short_of_files;   /* since the last client that was let in */
	struct caller callers; /* head of a ring */
	struct crowd *crowd;   /* those of each address */
	uint64_t crowded;      /* clients refused for it, */
	int64_t crowded_at;    /* and when that was told last */
};

/* The ring of callers. */

static void
ring_add(struct worker *w, struct caller *caller)
{
	caller->next = w->callers.next;
	caller->prev = &w->callers;
	caller->next->prev = caller;
	w->callers.next = caller;
	thrift_note(&w->home.opens, ++w->home.open);
}

static void
ring_remove(struct worker *w, struct caller *caller)
{
	caller->prev->next = caller->next;
	caller->next->prev = caller->prev;
	w->home.open--;
}

static void
ring_renew(struct worker *w, struct caller *caller)
{
	ring_remove(w, caller);
	ring_add(w, caller);
}

/* How many clients there may be. */

/* Accepts, or does not for the time being. */
static void
set_accepting(struct worker *w)
{
	bool on = !w->draining && !w->full && !w->resting;
	size_t i;

	for (i = 0; i < w->n_ports; i++) {
		if (on)
			(void)event_add(w->ports[i].accept, NULL);
		else
			(void)event_del(w->ports[i].accept);
	}
}

/*
 * Lets the connection go that is without a request longest, as far as a short
 * look tells. It still answers a request that is on its way (peer_drain).
 */
static void
shed_idle(struct worker *w)
{
	unsigned n;

	for (n = 0; n < WORKER_TURNS && n < w->home.open; n++) {
		struct caller *caller = w->callers.prev;

		ring_renew(w, caller); /* each gets its turn */
		if (caller->peer == NULL || caller->shed ||
		    !peer_is_idle(caller->peer))
			continue;
		caller->shed = true;
		peer_drain(caller->peer, WORKER_STOP_IDLE);
		return;
	}
}

/* Comes back after a moment. */
static void
arm_rest(struct worker *w)
{
	static const struct timeval pause = {0, WORKER_REST_US};

	(void)event_add(w->rest, &pause);
}

/* One more client was let in: makes room before there is none left. */
static void
note_arrival(struct worker *w)
{
	size_t most = w->setup->connections;

	w->short_of_files = false;
	if (w->home.open + most / WORKER_SPARE > most)
		shed_idle(w);
	if (w->home.open < most || w->full || w->draining)
		return;
	log_warn("worker.full", "connections=%zu", w->home.open);
	w->full = true;
	set_accepting(w);
	arm_rest(w);
}

static void
note_departure(struct worker *w)
{
	if (!w->full || w->home.open >= w->setup->connections)
		return;
	w->full = false;
	set_accepting(w);
}

/* No descriptor is left: stop asking for a moment instead of spinning. */
static void
rest_accepting(struct worker *w)
{
	if (!w->short_of_files)
		log_warn("worker.accept", "reason=\"%s\"", strerror(errno));
	w->short_of_files = true;
	w->resting = true;
	set_accepting(w);
	arm_rest(w);
}

static void
on_rested(evutil_socket_t fd, short what, void *ctx)
{
	struct worker *w = ctx;

	(void)fd;
	(void)what;
	if (w->full || w->short_of_files)
		shed_idle(w);
	w->resting = false;
	set_accepting(w);
	if (w->full)
		arm_rest(w);
}

/* Counts a caller for its address; false when that has its share already. */
static bool
take_seat(struct caller *caller)
{
	struct worker *w = caller->worker;
	int64_t now;

	crowd_leave(w->crowd, &caller->seat);
	/* a proxy in front has many visitors; a unix socket has no address */
	if (caller->client.is_trusted || !caller->client.has_address)
		return true;
	if (crowd_enter(w->crowd, caller->client.key, &caller->seat) ==
	    CONSENT_OK)
		return true;
	w->crowded++;
	now = clock_monotonic();
	if (w->crowded_at == 0 || now - w->crowded_at >= WORKER_LOG_MS) {
		log_warn("worker.crowded", "refused=%llu",
		    (unsigned long long)w->crowded);
		w->crowded_at = now;
	}
	return false;
}

/* The callers' events. */

static void
on_lane(void *ctx, struct peer *peer, struct lane *lane)
{
	struct caller *caller = ctx;

	(void)peer;
	ring_renew(caller->worker, caller);
	/* without a handler the lane is closed: nothing is served unseen */
	if (exchange_begin(&caller->worker->home, lane, &caller->client) !=
	    CONSENT_OK)
		log_error("worker.memory", "%s", "");
}

/* A connection was closed before it became one of HTTP. */
static void
count_refusal(const char *why)
{
	metrics_add(
	    METRIC_REFUSED + names_find(NAMES_OF_REFUSALS, span_of(why)), 1);
}

static void
caller_free(struct caller *caller)
{
	struct worker *w = caller->worker;

	ring_remove(w, caller);
	metrics_set(METRIC_OPEN, w->home.open);
	crowd_leave(w->crowd, &caller->seat);
	free(caller);
	note_departure(w);
}

static void
on_closed(void *ctx, struct peer *peer)
{
	(void)peer;
	caller_free(ctx);
}

static const struct peer_owner caller_owner = {
    .on_lane = on_lane,
    .on_closed = on_closed,
};

/* The entrance's events. */

static const char *
on_client(void *ctx, const struct network_address *client, uint16_t port)
{
	struct caller *caller = ctx;

	(void)port;
	client_name_address(&caller->client, caller->worker->setup, client);
	return take_seat(caller) ? NULL : "address-limit";
}

static void
on_peer(void *ctx, struct peer *peer)
{
	struct caller *caller = ctx;

	caller->entrance = NULL;
	caller->peer = peer;
	if (caller->worker->draining)
		peer_drain(peer, caller->worker->drain_idle);
}

static void
on_refused(void *ctx, const char *why)
{
	struct caller *caller = ctx;

	log_info("entrance.refused", "why=%s", why);
	count_refusal(why);
	caller_free(caller);
}

static const struct entrance_owner entrance_owner = {
    .on_client = on_client,
    .on_peer = on_peer,
    .on_refused = on_refused,
};

/* Straight to the peer, or by the entrance; false without memory. */
static bool
let_in(struct caller *caller, const struct setup_listener *at, int fd)
{
	struct worker *w = caller->worker;
	struct peer_user user = {
	    &caller_owner, &w->options, caller, PEER_HTTP1};
	const struct entrance_options options = {
	    .proxy_protocol = at->proxy_protocol,
	    .http2 = at->http2,
	    .tls = at->tls,
	};
	const struct entrance_user mine = {
	    &entrance_owner, caller, &options, &user};

	if (entrance_is_needed(&options))
		caller->entrance = entrance_open(w->loop, fd, &mine);
	else
		caller->peer = peer_accept(w->loop, fd, &user);
	return caller->entrance != NULL || caller->peer != NULL;
}

static void
serve_caller(const struct port *port, evutil_socket_t fd,
    const struct sockaddr_storage *from)
{
	struct worker *w = port->worker;
	struct caller *caller = calloc(1, sizeof *caller);

	if (caller == NULL) {
		(void)evutil_closesocket(fd);
		return;
	}
	caller->worker = w;
	client_name(&caller->client, w->setup, from);
	caller->client.is_tls = port->listener->tls != NULL;
	if (port->listener->proxy_protocol && !caller->client.is_trusted) {
		log_info("entrance.refused", "why=%s", "untrusted");
		count_refusal("untrusted");
		(void)evutil_closesocket(fd);
		free(caller);
		return;
	}
	if (!take_seat(caller)) {
		count_refusal("address-limit");
		(void)evutil_closesocket(fd);
		free(caller);
		return;
	}
	if (!let_in(caller, port->listener, fd)) {
		crowd_leave(w->crowd, &caller->seat);
		free(caller);
		return;
	}
	ring_add(w, caller);
	metrics_add(METRIC_ACCEPTED, 1);
	metrics_set(METRIC_OPEN, w->home.open);
	note_arrival(w);
}

/* Takes what waits, up to a share; whether more may wait. */
static bool
accept_share(const struct port *port, evutil_socket_t fd)
{
	unsigned n;

	for (n = 0; n < WORKER_ACCEPTS; n++) {
		struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
		socklen_t length = sizeof from;
		int got;

		if (port->worker->full && !port->worker->draining)
			return false;
		got = accept4(fd, (struct sockaddr *)&from, &length,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (got >= 0) {
			serve_caller(port, got, &from);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			rest_accepting(port->worker);
		if (errno != EINTR && errno != ECONNABORTED)
			return false;
	}
	return true;
}

static void
on_accept(evutil_socket_t fd, short what, void *ctx)
{
	(void)what;
	(void)accept_share(ctx, fd); /* the loop comes back for the rest */
}

/*
 * Takes what waits and closes our copies of the sockets. A successor has its
 * own; without one the kernel must neither queue more nor choose a socket that
 * nobody looks at.
 */
static void
stop_accepting(struct worker *w)
{
	size_t i;

	for (i = 0; i < w->n_ports; i++) {
		struct event *accept = w->ports[i].accept;
		evutil_socket_t fd = event_get_fd(accept);

		while (accept_share(&w->ports[i], fd))
			continue; /* what still waits is reset by close */
		event_free(accept);
		(void)close(fd);
	}
	w->n_ports = 0;
	(void)event_del(w->rest);
}

static void
end_loop(struct worker *w)
{
	(void)event_base_loopbreak(loop_base(w->loop));
}

static void
on_tick(evutil_socket_t fd, short what, void *ctx)
{
	struct worker *w = ctx;

	(void)fd;
	(void)what;
	if (w->callers.next == &w->callers && w->home.live == 0 &&
	    ballot_pending(w->home.ballot) == 0 && !loop_has_guests(w->loop))
		end_loop(w);
}

/* No more connections; those that are here get their last answers. */
static void
begin_draining(struct worker *w)
{
	struct timeval tick = {0, WORKER_TICK_US};
	struct timeval most = {w->setup->timeouts.drain / 1000,
	    w->setup->timeouts.drain % 1000 * 1000};

	w->draining = true;
	stop_accepting(w);
	log_info("worker.draining", "drain_ms=%lld",
	    (long long)w->setup->timeouts.drain);
	(void)event_add(w->tick, &tick);
	(void)event_base_loopexit(loop_base(w->loop), &most);
}

/*
 * A connection that nothing is asked on has so long to ask once more: its
 * client may be about to, and one that asks is told to come anew. The end
 * comes half the drain time before all ends.
 */
static void
drain(struct worker *w, int64_t idle_ms)
{
	struct caller *caller;

	w->drain_idle = idle_ms;
	if (w->setup->timeouts.drain / 2 < idle_ms)
		w->drain_idle = w->setup->timeouts.drain / 2;
	if (!w->draining)
		begin_draining(w);
	for (caller = w->callers.next; caller != &w->callers;
	     caller = caller->next)
		if (caller->peer != NULL)
			peer_drain(caller->peer, w->drain_idle);
}

static void
on_term(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	drain(ctx, WORKER_STOP_IDLE);
}

static void
on_retire(evutil_socket_t fd, short what, void *ctx)
{
	struct worker *w = ctx;

	(void)fd;
	(void)what;
	if (!w->draining)
		drain(w, WORKER_RETIRE_IDLE);
}

/* Both are blocked (how: SIG_BLOCK) but while they can be acted on. */
static void
mask_stop(int how)
{
	sigset_t stop;

	(void)sigemptyset(&stop);
	(void)sigaddset(&stop, SIGTERM);
	(void)sigaddset(&stop, WORKER_RETIRE);
	(void)sigprocmask(how, &stop, NULL);
}

static int
open_events(struct worker *w, const struct worker_place *place)
{
	struct event_base *base = loop_base(w->loop);
	size_t i;

	w->term = evsignal_new(base, SIGTERM, on_term, w);
	w->retire = evsignal_new(base, WORKER_RETIRE, on_retire, w);
	w->rest = evtimer_new(base, on_rested, w);
	w->tick = event_new(base, -1, EV_PERSIST, on_tick, w);
	if (w->term == NULL || w->retire == NULL || w->rest == NULL ||
	    w->tick == NULL || event_add(w->term, NULL) != 0 ||
	    event_add(w->retire, NULL) != 0)
		return CONSENT_ENOMEM;
	mask_stop(SIG_UNBLOCK);
	for (i = 0; i < place->n_sockets; i++) {
		struct port *port = &w->ports[i];

		port->worker = w;
		port->listener =
		    &w->setup->listeners[place->sockets[i].listener];
		port->accept = event_new(base, place->sockets[i].fd,
		    EV_READ | EV_PERSIST, on_accept, port);
		if (port->accept == NULL || event_add(port->accept, NULL) != 0)
			return CONSENT_ENOMEM;
		w->n_ports++;
	}
	return CONSENT_OK;
}

static int
open_upstream(struct worker *w)
{
	struct upstream_options options;

	if (w->setup->upstream == NULL)
		return CONSENT_OK;
	connections_to_origin(w->setup, &options);
	return upstream_new(w->loop, w->resolver, &options, &w->home.upstream);
}

/* In the helper that looks names up. */
static void
confine_resolver(void)
{
	if (sandbox_enter(SANDBOX_RESOLVER, NULL) != CONSENT_OK)
		_exit(1);
}

static int
open_resolver(struct worker *w)
{
	w->resolver =
	    resolver_new(w->loop, w->setup->sandbox ? confine_resolver : NULL);
	return w->resolver == NULL ? CONSENT_ENOMEM : CONSENT_OK;
}

static int
worker_open(struct worker *w, const struct worker_place *place)
{
	const struct proxy_setup *setup = w->setup;
	const struct ballot_options waiting = {0};
	int rc;

	w->callers.next = w->callers.prev = &w->callers;
	w->loop = loop_new();
	if (w->loop == NULL)
		return CONSENT_ENOMEM;
	w->home.setup = setup;
	w->home.loop = w->loop;
	counted_find(place->metrics, policy_facts(setup->policy),
	    w->home.counted, w->home.vendors);
	connections_of_clients(setup, &w->options);
	/* the notary signs, not we, nor the helper that is forked next */
	note_ring_fini(setup->note_ring);
	seal_ring_clear(setup->ring, seal_ring_algorithm(setup->ring));
	rc = naming_start(&w->home.names);
	if (rc == CONSENT_OK)
		rc = open_resolver(w);
	if (rc == CONSENT_OK)
		rc = crowd_new(setup->address_connections, &w->crowd);
	if (rc == CONSENT_OK)
		rc = open_upstream(w);
	if (rc == CONSENT_OK)
		rc = ballot_new(loop_base(w->loop), place->channel, &waiting,
		    &w->home.ballot);
	if (rc == CONSENT_OK)
		rc = token_checker_new(
		    setup->ring, &setup->token, &w->home.checker);
	key_board_join(place->keys, setup->ring, w->home.checker);
	if (rc == CONSENT_OK)
		rc = memo_new(setup->memo_bytes, &w->home.memo);
	if (rc == CONSENT_OK)
		rc = preludes_new(&w->home.preludes);
	if (rc == CONSENT_OK)
		rc = open_events(w, place);
	/* nothing is opened any more: no file, no library, no process */
	if (rc == CONSENT_OK && setup->sandbox)
		rc = sandbox_enter(SANDBOX_WORKER, NULL);
	if (rc == CONSENT_OK)
		rc = watch_new(&w->home, &place->watch, &w->watch);
	return rc;
}

static void
worker_close(struct worker *w)
{
	struct caller *caller, *next;

	for (caller = w->callers.next; caller != &w->callers; caller = next) {
		next = caller->next;
		if (caller->peer != NULL) {
			peer_close(caller->peer);
			continue;
		}
		entrance_close(caller->entrance);
		caller_free(caller);
	}
	if (w->loop != NULL)
		(void)event_base_loop(loop_base(w->loop),
		    EVLOOP_NONBLOCK); /* the closed ones say goodbye */
	watch_free(w->watch);
	ballot_free(w->home.ballot);
	upstream_free(w->home.upstream);
	resolver_free(w->resolver);
	token_checker_free(w->home.checker);
	preludes_free(w->home.preludes);
	if (w->home.live == 0) /* else the process ends with what they hold */
		memo_free(w->home.memo);
	stop_accepting(w);
	crowd_free(w->crowd);
	mask_stop(SIG_BLOCK); /* told twice to drain: done already */
	event_free(w->term);
	event_free(w->retire);
	event_free(w->rest);
	event_free(w->tick);
	loop_free(w->loop);
}

int
worker_run(const struct proxy_setup *setup, const struct worker_place *place)
{
	struct worker *w = calloc(1, sizeof *w);
	int rc;

	if (w == NULL)
		return 1;
	w->setup = setup;
	rc = worker_open(w, place);
	if (rc != CONSENT_OK) {
		log_error("worker.start", "reason=\"%s\"", status_text(rc));
		return 1; /* the process ends: the kernel cleans up */
	}
	log_info("worker.started", "%s", "");
	(void)event_base_dispatch(loop_base(w->loop));
	worker_close(w);
	free(w);
	return 0;
}
