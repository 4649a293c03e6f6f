#include "net/upstream_impl.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/clock.h"
#include "base/log.h"

void
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
	up->counts.waiting++;
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
	up->counts.waiting--;
}

static void
queue_finish(struct upstream_wait *wait, struct lane *lane, int rc)
{
	upstream_cancel(wait);
	wait->on_ready(wait->ctx, lane, rc);
}

void
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
		up->counts.refused++;
		queue_finish(up->first, NULL, CONSENT_EBUSY);
	}
	upstream_arm(up);
}

/* Addresses. */

/* Goes on with the address that worked, if the name still has it. */
static size_t
find_good(const struct upstream *up, const struct address *list, size_t count)
{
	size_t i;

	if (up->known == 0)
		return 0;
	for (i = 0; i < count; i++)
		if (list[i].n == up->list[up->good].n &&
		    memcmp(&list[i].to, &up->list[up->good].to, list[i].n) == 0)
			return i;
	return 0;
}

static void
on_resolved(void *ctx, int rc, const struct address *list, size_t count)
{
	struct upstream *up = ctx;
	size_t waiting = up->counts.waiting;

	up->resolved = clock_monotonic();
	if (rc == CONSENT_OK) {
		up->good = find_good(up, list, count);
		memcpy(up->list, list, count * sizeof *list);
		up->known = count;
		upstream_wake(up);
		return;
	}
	log_warn("upstream.unresolved", "host=%.*s reason=\"%s\"",
	    SPAN_ARG(up->host), status_text(rc));
	/* old addresses are better than none */
	while (up->known == 0 && waiting-- != 0)
		upstream_fail_first(up, CONSENT_EIO);
}

/* Asks for the addresses of a name when they are not known or not fresh. */
static void
upstream_resolve(struct upstream *up)
{
	int rc;

	if (up->fixed || up->query.resolver != NULL ||
	    (up->known != 0 && up->resolved != 0 &&
		clock_monotonic() - up->resolved < UPSTREAM_RESOLVE_MS))
		return;
	up->query.on_done = on_resolved;
	up->query.ctx = up;
	rc = resolver_ask(up->resolver, &up->query, up->host, up->port);
	if (rc != CONSENT_OK)
		on_resolved(up, rc, NULL, 0);
}

/* Serving. */

/* Hands out what the pool has; whether requests remain without. */
static bool
serve_from_pool(struct upstream *up)
{
	struct upstream_wait *wait = up->first;

	while (wait != NULL && up->counts.idle != 0) {
		struct lane *lane = link_take(up, wait->want);

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
	while (up->connecting < up->counts.waiting) {
		/* what is idle now is of no use to those who wait */
		if (up->counts.open >= up->options.open) {
			(void)link_drop_oldest(up);
			return;
		}
		if (link_open(up) == CONSENT_OK)
			continue;
		if (up->counts.open != 0)
			return;
		upstream_fail_first(up, CONSENT_EIO);
	}
}

static void
upstream_end(struct upstream *up)
{
	if (up->links != NULL)
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
	if (!serve_from_pool(up))
		return;
	upstream_resolve(up);
	if (up->known != 0)
		serve_by_opening(up);
	upstream_arm(up);
}

/* Whether one more request may wait: not counted are those who need not. */
static bool
upstream_has_room(const struct upstream *up)
{
	size_t spare = up->options.open - up->counts.open + up->connecting +
		       up->counts.idle;

	return up->counts.waiting < up->options.queue + spare;
}

int
upstream_get(struct upstream *up, struct upstream_wait *wait)
{
	if (!upstream_has_room(up)) {
		up->counts.refused++;
		return CONSENT_EBUSY;
	}
	wait->deadline = clock_monotonic() + up->options.queue_ms;
	queue_append(up, wait);
	upstream_wake(up);
	return CONSENT_OK;
}

void
upstream_count(const struct upstream *up, struct upstream_counts *out)
{
	*out = up->counts;
}

/* Beginning and end. */

void
upstream_options_init(struct upstream_options *options)
{
	*options = (struct upstream_options){
	    .open = UPSTREAM_OPEN,
	    .idle = UPSTREAM_IDLE,
	    .queue = UPSTREAM_QUEUE,
	    .queue_ms = UPSTREAM_QUEUE_MS,
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
}

/* Finds out where the origin is, as far as its spelling tells. */
static int
upstream_locate(struct upstream *up, struct span text)
{
	struct address_origin origin;
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
		 ? address_from_path(origin.path, &up->list[0])
		 : address_from_ip(origin.host, origin.port, &up->list[0]);
	up->fixed = rc == CONSENT_OK;
	up->known = up->fixed ? 1 : 0;
	if (rc == CONSENT_ENOENT && up->resolver != NULL)
		return CONSENT_OK;
	return rc == CONSENT_OK ? rc : CONSENT_EINVAL;
}

int
upstream_new(struct loop *loop, struct resolver *resolver,
    const struct upstream_options *options, struct upstream **out)
{
	struct upstream *up = calloc(1, sizeof *up);
	int rc;

	if (up == NULL)
		return CONSENT_ENOMEM;
	up->loop = loop;
	up->resolver = resolver;
	upstream_limit(up, options);
	loop_task_init(&up->task, on_task, up);
	rc = upstream_locate(up, options->origin);
	if (rc == CONSENT_OK &&
	    evtimer_assign(&up->timer, loop_base(loop), on_timer, up) != 0)
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
	link_close_all(up);
	upstream_wake(up);
}
