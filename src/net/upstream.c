#include "net/upstream.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/pool.h"
#include "net/resolver.h"

struct upstream {
	struct loop *loop;
	struct resolver *resolver;
	struct upstream_options options; /* no zeros; origin is in text */
	struct loop_task task; /* serves the queue; the last one frees */
	struct event timer;    /* for the oldest request */
	struct event spare;    /* while more are idle than may stay so */
	size_t unneeded;       /* least that were idle since it was set */
	struct pool pool;

	/* where the origin is */
	char *text; /* owned copy of options.origin */
	struct span host;
	uint16_t port;
	bool fixed; /* a number or a path: never resolved */
	int64_t resolved;
	bool doubt; /* none of the addresses could be reached */
	struct resolver_query query;

	struct upstream_wait *first, *last; /* of the queue */
	size_t waiting;			    /* requests in it */
	size_t tunnels;			    /* connections beyond the limit */
	uint64_t refused;		    /* requests turned away */
	bool closing;			    /* upstream_free was called */
};

/* Serves the queue soon. */
static void
upstream_wake(struct upstream *up)
{
	loop_defer(up->loop, &up->task);
}

/* The queue. */

static void
queue_append(struct upstream *up, struct upstream_wait *wait)
{
	wait->upstream = up;
	wait->next = NULL;
	wait->prev = up->last;
	if (up->last != NULL)
		up->last->next = wait;
	else
		up->first = wait;
	up->last = wait;
	up->waiting++;
}

void
upstream_cancel(struct upstream_wait *wait)
{
	struct upstream *up = wait->upstream;

	if (up == NULL)
		return;
	if (wait->prev != NULL)
		wait->prev->next = wait->next;
	else
		up->first = wait->next;
	if (wait->next != NULL)
		wait->next->prev = wait->prev;
	else
		up->last = wait->prev;
	wait->upstream = NULL;
	up->waiting--;
}

static void
queue_finish(struct upstream_wait *wait, struct lane *lane, int rc)
{
	upstream_cancel(wait);
	wait->on_ready(wait->ctx, lane, rc);
}

/* Fails the request that waits longest. From the loop. */
static void
upstream_fail_first(struct upstream *up, int rc)
{
	if (up->first != NULL)
		queue_finish(up->first, NULL, rc);
}

static void
upstream_arm(struct upstream *up)
{
	struct timeval tv;
	int64_t wait;

	if (up->first == NULL || evtimer_pending(&up->timer, NULL))
		return;
	wait = up->first->deadline - clock_monotonic();
	if (wait < 1)
		wait = 1;
	tv.tv_sec = (time_t)(wait / 1000);
	tv.tv_usec = (suseconds_t)(wait % 1000 * 1000);
	(void)evtimer_add(&up->timer, &tv); /* without it requests just wait */
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct upstream *up = arg;
	int64_t now = clock_monotonic();

	(void)fd;
	(void)what;
	while (up->first != NULL && up->first->deadline <= now) {
		up->refused++;
		queue_finish(up->first, NULL, CONSENT_EBUSY);
	}
	upstream_arm(up);
}

/* Addresses. */

static void
on_resolved(void *ctx, int rc, const struct address *list, size_t count)
{
	struct upstream *up = ctx;
	size_t waiting = up->waiting;

	up->resolved = clock_monotonic();
	up->doubt = false;
	if (rc == CONSENT_OK) {
		pool_locate(&up->pool, list, count);
		upstream_wake(up);
		return;
	}
	log_warn("upstream.unresolved", "host=%.*s reason=\"%s\"",
	    SPAN_ARG(up->host), status_text(rc));
	/* old addresses are better than none */
	while (up->pool.known == 0 && waiting-- != 0)
		upstream_fail_first(up, CONSENT_EIO);
}

/* Whether the addresses of a name are known, and as good as they get. */
static bool
is_located(const struct upstream *up)
{
	const struct pool *pool = &up->pool;
	int64_t age = clock_monotonic() - up->resolved;

	if (pool->known == 0 || up->resolved == 0 ||
	    age >= up->options.resolve_ms)
		return false;
	/* a name may have moved; but there is no use in asking all the time */
	return age < UPSTREAM_DOUBT_MS ||
	       !(up->doubt || pool_resting(pool) == pool->known);
}

/* Asks for the addresses of a name when they are not known or not fresh. */
static void
upstream_resolve(struct upstream *up)
{
	int rc;

	if (up->fixed || up->query.resolver != NULL || is_located(up))
		return;
	up->query.on_done = on_resolved;
	up->query.ctx = up;
	rc = resolver_ask(up->resolver, &up->query, up->host, up->port);
	if (rc != CONSENT_OK)
		on_resolved(up, rc, NULL, 0);
}

/* Serving. */

static struct lane *
take_lane(struct upstream *up, enum upstream_want want)
{
	struct lane *lane = want == UPSTREAM_FRESH ? pool_take_fresh(&up->pool)
						   : pool_take(&up->pool);

	if (up->pool.idle < up->unneeded)
		up->unneeded = up->pool.idle;
	return lane;
}

/* Hands out what the pool has; whether requests remain without. */
static bool
serve_from_pool(struct upstream *up)
{
	struct upstream_wait *wait = up->first;

	while (wait != NULL && up->pool.idle != 0) {
		struct lane *lane = take_lane(up, wait->want);

		if (lane == NULL) {
			wait = wait->next;
			continue;
		}
		queue_finish(wait, lane, CONSENT_OK);
		wait = up->first; /* the callee may have changed the queue */
	}
	return up->first != NULL;
}

/* Opens a connection for each request that has none coming. */
static void
serve_by_opening(struct upstream *up)
{
	while (up->pool.connecting < up->waiting) {
		/* what is idle now is of no use to those who wait */
		if (up->pool.open >= up->options.open + up->tunnels) {
			pool_drop_oldest(&up->pool);
			return;
		}
		if (pool_grow(&up->pool) == CONSENT_OK)
			continue;
		if (up->pool.open != 0)
			return;
		upstream_fail_first(up, CONSENT_EIO);
	}
}

static void
upstream_end(struct upstream *up)
{
	if (up->pool.open != 0)
		return;
	loop_cancel(&up->task);
	free(up->text);
	free(up);
}

static void
on_task(void *arg)
{
	struct upstream *up = arg;

	if (up->closing) {
		upstream_end(up);
		return;
	}
	if (up->first != NULL)
		upstream_resolve(up);
	if (!serve_from_pool(up))
		return;
	if (up->pool.known != 0)
		serve_by_opening(up);
	upstream_arm(up);
}

/* Whether one more request may wait: not counted are those who need not. */
static bool
upstream_has_room(const struct upstream *up)
{
	size_t most = up->options.open + up->tunnels;
	size_t spare = up->pool.connecting + up->pool.idle;

	/* a tunnel that has ended leaves its connection for a moment */
	if (most > up->pool.open)
		spare += most - up->pool.open;
	return up->waiting < up->options.queue + spare;
}

int
upstream_get(struct upstream *up, struct upstream_wait *wait)
{
	if (!upstream_has_room(up)) {
		up->refused++;
		return CONSENT_EBUSY;
	}
	wait->deadline = clock_monotonic() + up->options.queue_ms;
	queue_append(up, wait);
	upstream_wake(up);
	return CONSENT_OK;
}

void
upstream_set_tunnels(struct upstream *up, size_t count)
{
	up->tunnels = count;
	upstream_wake(up); /* there may be room for who waits */
}

void
upstream_count(const struct upstream *up, struct upstream_counts *out)
{
	const struct pool *pool = &up->pool;

	*out = (struct upstream_counts){
	    .open = pool->open,
	    .idle = pool->idle,
	    .waiting = up->waiting,
	    .opened = pool->opened,
	    .reused = pool->reused,
	    .failed = pool->failed,
	    .silent = pool->silent,
	    .refused = up->refused,
	    .known = pool->known,
	    .resting = pool_resting(pool),
	};
}

/* Idle connections. */

/* Looks again later, if more are idle than may stay so. */
static void
spare_arm(struct upstream *up)
{
	const int64_t ms = up->options.spare_ms;
	const struct timeval tv = {
	    (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};

	if (up->closing || up->pool.idle <= up->options.idle ||
	    evtimer_pending(&up->spare, NULL))
		return;
	up->unneeded = up->pool.idle;
	(void)evtimer_add(&up->spare, &tv); /* without it they just stay */
}

/*
 * A crowd of requests lets all its connections fall idle at once, and takes
 * them again: only those that were idle all the time are too many.
 */
static void
on_spare(evutil_socket_t fd, short what, void *arg)
{
	struct upstream *up = arg;

	(void)fd;
	(void)what;
	for (; up->unneeded > up->options.idle; up->unneeded--)
		if (up->pool.idle > up->options.idle)
			pool_drop_oldest(&up->pool);
	spare_arm(up);
}

/* Events of the pool. */

static void
on_change(void *ctx)
{
	upstream_wake(ctx);
}

static void
on_idle(void *ctx)
{
	struct upstream *up = ctx;

	spare_arm(up);
	upstream_wake(up);
}

static void
on_unreachable(void *ctx)
{
	struct upstream *up = ctx;

	up->doubt = true;
	upstream_fail_first(up, CONSENT_EIO);
	if (!up->closing)
		upstream_resolve(up);
}

static const struct pool_owner upstream_pool_owner = {
    .on_change = on_change,
    .on_idle = on_idle,
    .on_unreachable = on_unreachable,
};

/* Beginning and end. */

void
upstream_options_init(struct upstream_options *options)
{
	*options = (struct upstream_options){
	    .open = UPSTREAM_OPEN,
	    .idle = UPSTREAM_IDLE,
	    .queue = UPSTREAM_QUEUE,
	    .queue_ms = UPSTREAM_QUEUE_MS,
	    .spare_ms = UPSTREAM_SPARE_MS,
	    .resolve_ms = UPSTREAM_RESOLVE_MS,
	};
	peer_options_init(&options->peer, PEER_ORIGIN);
}

/* Takes the limits over, defaults in place of zeros. */
static void
upstream_limit(struct upstream *up, const struct upstream_options *options)
{
	up->options = *options;
	if (up->options.open == 0)
		up->options.open = UPSTREAM_OPEN;
	if (up->options.idle == 0)
		up->options.idle = UPSTREAM_IDLE;
	if (up->options.queue == 0)
		up->options.queue = UPSTREAM_QUEUE;
	if (up->options.queue_ms == 0)
		up->options.queue_ms = UPSTREAM_QUEUE_MS;
	if (up->options.spare_ms == 0)
		up->options.spare_ms = UPSTREAM_SPARE_MS;
	if (up->options.resolve_ms == 0)
		up->options.resolve_ms = UPSTREAM_RESOLVE_MS;
}

/* Finds out where the origin is, as far as its spelling tells. */
static int
upstream_locate(struct upstream *up, struct span text)
{
	struct address_origin origin;
	struct address at;
	int rc;

	up->text = malloc(text.n + 1);
	if (up->text == NULL)
		return CONSENT_ENOMEM;
	if (text.n != 0)
		memcpy(up->text, text.p, text.n);
	up->options.origin = (struct span){up->text, text.n};
	rc = address_parse_origin(up->options.origin, &origin);
	if (rc != CONSENT_OK)
		return rc;
	up->host = origin.host;
	up->port = origin.port;
	rc = origin.path.n != 0
		 ? address_from_path(origin.path, &at)
		 : address_from_ip(origin.host, origin.port, &at);
	up->fixed = rc == CONSENT_OK;
	if (up->fixed)
		pool_locate(&up->pool, &at, 1);
	if (rc == CONSENT_ENOENT && up->resolver != NULL)
		return CONSENT_OK;
	return rc == CONSENT_OK ? rc : CONSENT_EINVAL;
}

int
upstream_new(struct loop *loop, struct resolver *resolver,
    const struct upstream_options *options, struct upstream **out)
{
	struct upstream *up = calloc(1, sizeof *up);
	struct pool_user user;
	int rc;

	if (up == NULL)
		return CONSENT_ENOMEM;
	up->loop = loop;
	up->resolver = resolver;
	upstream_limit(up, options);
	user = (struct pool_user){&upstream_pool_owner, &up->options.peer, up};
	pool_init(&up->pool, loop, &user);
	loop_task_init(&up->task, on_task, up);
	rc = upstream_locate(up, options->origin);
	if (rc == CONSENT_OK &&
	    (evtimer_assign(&up->timer, loop_base(loop), on_timer, up) != 0 ||
		evtimer_assign(&up->spare, loop_base(loop), on_spare, up) != 0))
		rc = CONSENT_ENOMEM;
	if (rc != CONSENT_OK) {
		free(up->text);
		free(up);
		return rc;
	}
	upstream_resolve(up); /* a name is known when the first one asks */
	*out = up;
	return CONSENT_OK;
}

void
upstream_free(struct upstream *up)
{
	if (up == NULL)
		return;
	up->closing = true;
	while (up->first != NULL)
		upstream_cancel(up->first);
	resolver_cancel(&up->query);
	(void)evtimer_del(&up->timer);
	(void)evtimer_del(&up->spare);
	pool_close(&up->pool);
	upstream_wake(up);
}
