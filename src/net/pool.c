#include "net/pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/health.h"
#include "net/peer.h"

/* One connection: connecting, in use, or idle. */
struct link {
	struct pool *pool;
	struct peer *peer;
	struct link *next, *prev;   /* all of them */
	struct link *older, *newer; /* the idle ones */
	size_t address;		    /* index of the one it goes to */
	uint32_t tried;		    /* a bit for each address */
	bool open;		    /* connected once */
	bool idle;
};

void
pool_init(struct pool *pool, struct loop *loop, const struct pool_user *user)
{
	*pool = (struct pool){.loop = loop, .user = *user};
}

/* Where an address is in the list of the pool; known when it is not. */
static size_t
find_address(const struct pool *pool, const struct address *a)
{
	size_t i;

	for (i = 0; i < pool->known; i++)
		if (pool->list[i].n == a->n &&
		    memcmp(&pool->list[i].to, &a->to, a->n) == 0)
			break;
	return i;
}

void
pool_locate(struct pool *pool, const struct address *list, size_t count)
{
	struct health health[ADDRESS_LIST] = {{0}};
	size_t good = 0, i;

	for (i = 0; i < count; i++) {
		size_t was = find_address(pool, &list[i]);

		if (was == pool->known)
			continue; /* new, and well as far as we know */
		health[i] = pool->health[was];
		if (was == pool->good)
			good = i;
	}
	pool->good = good;
	memcpy(pool->health, health, sizeof health);
	memcpy(pool->list, list, count * sizeof *list);
	pool->known = count;
}

/* The idle ones. */

static void
idle_push(struct link *l)
{
	struct pool *pool = l->pool;

	assert(!l->idle);
	l->idle = true;
	l->newer = NULL;
	l->older = pool->newest;
	if (pool->newest != NULL)
		pool->newest->newer = l;
	else
		pool->oldest = l;
	pool->newest = l;
	pool->idle++;
}

static void
idle_remove(struct link *l)
{
	struct pool *pool = l->pool;

	if (!l->idle)
		return;
	if (l->newer != NULL)
		l->newer->older = l->older;
	else
		pool->newest = l->older;
	if (l->older != NULL)
		l->older->newer = l->newer;
	else
		pool->oldest = l->newer;
	l->idle = false;
	pool->idle--;
}

/* Its lane; NULL when the connection is at its end, as we shall hear. */
static struct lane *
link_take(struct link *l)
{
	uint64_t served = peer_served(l->peer);
	struct lane *lane = peer_lane(l->peer);

	if (lane == NULL)
		return NULL;
	idle_remove(l);
	l->pool->reused += served != 0 ? 1 : 0;
	return lane;
}

struct lane *
pool_take(struct pool *pool)
{
	struct lane *lane = NULL;
	struct link *l;

	for (l = pool->newest; l != NULL && lane == NULL; l = l->older)
		lane = link_take(l);
	return lane;
}

struct lane *
pool_take_fresh(struct pool *pool)
{
	struct lane *lane = NULL;
	struct link *l;

	for (l = pool->newest; l != NULL && lane == NULL; l = l->older)
		if (peer_served(l->peer) == 0)
			lane = link_take(l);
	return lane;
}

void
pool_drop_oldest(struct pool *pool)
{
	struct link *l = pool->oldest;

	if (l == NULL)
		return;
	idle_remove(l);
	peer_close(l->peer);
}

/* Connections. */

static void
link_free(struct link *l)
{
	struct pool *pool = l->pool;

	idle_remove(l);
	if (l->next != NULL)
		l->next->prev = l->prev;
	if (l->prev != NULL)
		l->prev->next = l->next;
	else
		pool->links = l->next;
	pool->open--;
	free(l);
	pool->user.owner->on_change(pool->user.ctx);
}

/* Health is told when it changes; the list may have changed meanwhile. */
static void
note_reached(const struct link *l)
{
	struct pool *pool = l->pool;
	char text[ADDRESS_TEXT];

	if (l->address >= pool->known)
		return;
	pool->good = l->address;
	if (!health_recover(&pool->health[l->address]))
		return;
	address_format(&pool->list[l->address], text);
	log_info("upstream.back", "address=%s", text);
}

static void
note_unreachable(const struct link *l)
{
	struct pool *pool = l->pool;
	char text[ADDRESS_TEXT];

	pool->failed++;
	if (l->address >= pool->known ||
	    !health_fail(&pool->health[l->address], clock_monotonic()))
		return;
	address_format(&pool->list[l->address], text);
	log_warn("upstream.unreachable", "address=%s", text);
}

static void
on_open(void *ctx, struct peer *peer)
{
	struct link *l = ctx;
	struct pool *pool = l->pool;

	(void)peer;
	l->open = true;
	pool->connecting--;
	pool->opened++;
	note_reached(l);
	idle_push(l);
	pool->user.owner->on_change(pool->user.ctx);
}

static void
on_idle(void *ctx, struct peer *peer)
{
	struct link *l = ctx;
	struct pool *pool = l->pool;

	(void)peer;
	if (l->idle)
		return;
	idle_push(l);
	pool->user.owner->on_idle(pool->user.ctx);
}

/* Goes on to the next address that can be tried at all. CONSENT_EIO. */
static int link_try(struct link *l);

/* An attempt to connect failed: the next address, or nothing more to try. */
static void
link_fail(struct link *l)
{
	struct pool *pool = l->pool;

	note_unreachable(l);
	if (link_try(l) == CONSENT_OK)
		return;
	pool->connecting--;
	link_free(l);
	pool->user.owner->on_unreachable(pool->user.ctx);
}

static void
on_closed(void *ctx, struct peer *peer)
{
	struct link *l = ctx;

	(void)peer;
	l->peer = NULL;
	if (l->open || l->pool->closing) {
		if (!l->open)
			l->pool->connecting--;
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
	struct pool *pool = l->pool;
	const struct peer_user user = {&link_owner, pool->user.options, l};

	struct health_choice choice = {
	    .list = pool->health, .count = pool->known, .first = pool->good};
	int64_t now = clock_monotonic();

	/* an address may be of a family that this machine has not */
	for (;;) {
		choice.tried = l->tried;
		l->address = health_choose(&choice, now);
		if (l->address == pool->known)
			break;
		l->tried |= (uint32_t)1 << l->address;
		l->peer = peer_open(pool->loop, &pool->list[l->address], &user);
		if (l->peer != NULL)
			return CONSENT_OK;
	}
	return CONSENT_EIO;
}

int
pool_grow(struct pool *pool)
{
	struct link *l = calloc(1, sizeof *l);

	if (l == NULL)
		return CONSENT_ENOMEM;
	l->pool = pool;
	if (link_try(l) != CONSENT_OK) {
		free(l);
		return CONSENT_EIO;
	}
	l->next = pool->links;
	if (pool->links != NULL)
		pool->links->prev = l;
	pool->links = l;
	pool->connecting++;
	pool->open++;
	return CONSENT_OK;
}

void
pool_close(struct pool *pool)
{
	struct link *l;

	pool->closing = true;
	for (l = pool->links; l != NULL; l = l->next) {
		idle_remove(l);
		peer_close(l->peer);
	}
}
