#include "net/upstream_impl.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"

/* The pool. */

static void
pool_push(struct link *l)
{
	struct upstream *up = l->up;

	assert(!l->idle);
	l->idle = true;
	l->newer = NULL;
	l->older = up->newest;
	if (up->newest != NULL)
		up->newest->newer = l;
	else
		up->oldest = l;
	up->newest = l;
	up->counts.idle++;
}

static void
pool_remove(struct link *l)
{
	struct upstream *up = l->up;

	if (!l->idle)
		return;
	if (l->newer != NULL)
		l->newer->older = l->older;
	else
		up->newest = l->older;
	if (l->older != NULL)
		l->older->newer = l->newer;
	else
		up->oldest = l->newer;
	l->idle = false;
	up->counts.idle--;
}

struct lane *
link_take(struct upstream *up, enum upstream_want want)
{
	struct link *l = up->newest;

	while (l != NULL) {
		struct link *older = l->older;
		uint64_t served = peer_served(l->peer);
		struct lane *lane = NULL;

		if (want == UPSTREAM_ANY || served == 0)
			lane = peer_lane(l->peer);
		if (lane != NULL) {
			pool_remove(l);
			up->counts.reused += served != 0 ? 1 : 0;
			return lane;
		}
		l = older;
	}
	return NULL;
}

bool
link_drop_oldest(struct upstream *up)
{
	struct link *l = up->oldest;

	if (l == NULL)
		return false;
	pool_remove(l);
	peer_close(l->peer);
	return true;
}

/* Connections. */

static void
link_free(struct link *l)
{
	struct upstream *up = l->up;

	pool_remove(l);
	if (l->next != NULL)
		l->next->prev = l->prev;
	if (l->prev != NULL)
		l->prev->next = l->next;
	else
		up->links = l->next;
	up->counts.open--;
	free(l);
	upstream_wake(up);
}

static void
on_open(void *ctx, struct peer *peer)
{
	struct link *l = ctx;

	(void)peer;
	l->open = true;
	l->up->connecting--;
	l->up->counts.opened++;
	if (l->address < l->up->known)
		l->up->good = l->address;
	pool_push(l);
	upstream_wake(l->up);
}

static void
on_idle(void *ctx, struct peer *peer)
{
	struct link *l = ctx;
	struct upstream *up = l->up;

	(void)peer;
	if (l->idle)
		return;
	pool_push(l);
	if (up->counts.idle > up->options.idle && up->first == NULL)
		(void)link_drop_oldest(up); /* there is one */
	upstream_wake(up);
}

/* Goes on to the next address that can be tried at all. CONSENT_EIO. */
static int link_try(struct link *l);

/* An attempt to connect failed: the next address, or nothing more to try. */
static void
link_fail(struct link *l)
{
	struct upstream *up = l->up;
	char text[ADDRESS_TEXT] = "";

	up->counts.failed++;
	if (l->address < up->known)
		address_format(&up->list[l->address], text);
	log_warn("upstream.unreachable", "address=%s", text);
	l->tries++;
	if (link_try(l) == CONSENT_OK)
		return;
	up->connecting--;
	up->resolved = 0; /* a name may have moved */
	link_free(l);
	upstream_fail_first(up, CONSENT_EIO);
}

static void
on_closed(void *ctx, struct peer *peer)
{
	struct link *l = ctx;

	(void)peer;
	l->peer = NULL;
	if (l->open || l->up->closing) {
		if (!l->open)
			l->up->connecting--;
		link_free(l);
	} else {
		link_fail(l);
	}
}

static const struct peer_owner link_owner = {
    .on_open = on_open,
    .on_idle = on_idle,
    .on_closed = on_closed,
};

static int
link_try(struct link *l)
{
	struct upstream *up = l->up;
	const struct peer_user user = {&link_owner, &up->options.peer, l};

	/* an address may be of a family that this machine has not */
	for (; l->tries < up->known; l->tries++) {
		l->address = (up->good + l->tries) % up->known;
		l->peer = peer_open(up->loop, &up->list[l->address], &user);
		if (l->peer != NULL)
			return CONSENT_OK;
	}
	return CONSENT_EIO;
}

int
link_open(struct upstream *up)
{
	struct link *l = calloc(1, sizeof *l);

	if (l == NULL)
		return CONSENT_ENOMEM;
	l->up = up;
	if (link_try(l) != CONSENT_OK) {
		free(l);
		return CONSENT_EIO;
	}
	l->next = up->links;
	if (up->links != NULL)
		up->links->prev = l;
	up->links = l;
	up->connecting++;
	up->counts.open++;
	return CONSENT_OK;
}

void
link_close_all(struct upstream *up)
{
	struct link *l;

	for (l = up->links; l != NULL; l = l->next) {
		pool_remove(l);
		peer_close(l->peer);
	}
}
