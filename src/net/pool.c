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

/* Closes the idle ones to an address; ADDRESS_LIST: to none any more. */
static void
drop_idle(struct pool *pool, size_t address)
{
	struct link *l, *older;

	for (l = pool->newest; l != NULL; l = older) {
		older = l->older;
		if (l->address != address)
			continue;
		idle_remove(l);
		peer_close(l->peer);
	}
}

/* Addresses. */

/* A link to an address that is none of the origin's any more. */
static bool
is_lost(const struct link *l)
{
	return l->address == ADDRESS_LIST;
}

/* Links know their addresses by where these stood in the old list. */
static void
move_links(struct pool *pool, const size_t to[ADDRESS_LIST])
{
	struct link *l;

	for (l = pool->links; l != NULL; l = l->next) {
		uint32_t tried = 0;
		size_t i;

		for (i = 0; i < ADDRESS_LIST; i++)
			if ((l->tried >> i & 1) && to[i] != ADDRESS_LIST)
				tried |= (uint32_t)1 << to[i];
		l->tried = tried;
		if (!is_lost(l))
			l->address = to[l->address];
	}
}

void
pool_locate(struct pool *pool, const struct address *list, size_t count)
{
	struct health health[ADDRESS_LIST] = {{0}};
	size_t to[ADDRESS_LIST], i;

	for (i = 0; i < ADDRESS_LIST; i++)
		to[i] = ADDRESS_LIST;
	for (i = 0; i < count; i++) {
		size_t was = find_address(pool, &list[i]);

		if (was == pool->known)
			continue; /* new, and well as far as we know */
		health[i] = pool->health[was];
		to[was] = i;
	}
	memcpy(pool->health, health, sizeof health);
	memcpy(pool->list, list, count * sizeof *list);
	pool->known = count;
	move_links(pool, to);
	drop_idle(pool, ADDRESS_LIST);
}

size_t
pool_resting(const struct pool *pool)
{
	int64_t now = clock_monotonic();
	size_t i, n = 0;

	for (i = 0; i < pool->known; i++)
		n += health_is_resting(&pool->health[i], now) ? 1 : 0;
	return n;
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

/* Health is told when it changes. */
static void
note_answer(const struct link *l)
{
	struct pool *pool = l->pool;
	char text[ADDRESS_TEXT];

	if (is_lost(l) || !health_recover(&pool->health[l->address]))
		return;
	address_format(&pool->list[l->address], text);
	log_info("upstream.back", "address=%s", text);
}

static void
note_failure(const struct link *l, const char *why)
{
	struct pool *pool = l->pool;
	char text[ADDRESS_TEXT];

	if (is_lost(l))
		return;
	if (health_fail(&pool->health[l->address], clock_monotonic())) {
		address_format(&pool->list[l->address], text);
		log_warn("upstream.resting", "address=%s why=%s", text, why);
	}
	/* while another does, what is open to this one is not to be trusted */
	if (pool_resting(pool) < pool->known)
		drop_idle(pool, l->address);
}

static void
on_answer(void *ctx, struct peer *peer)
{
	(void)peer;
	note_answer(ctx);
}

static void
on_silent(void *ctx, struct peer *peer)
{
	struct link *l = ctx;

	(void)peer;
	if (l->pool->closing)
		return;
	l->pool->silent++;
	note_failure(l, "silent");
}

static void
on_open(void *ctx, struct peer *peer)
{
	struct link *l = ctx;
	struct pool *pool = l->pool;

	l->open = true;
	pool->connecting--;
	pool->opened++;
	if (is_lost(l)) {
		peer_close(peer); /* its end is told as any other */
		return;
	}
	idle_push(l);
	pool->user.owner->on_change(pool->user.ctx);
}

static void
on_idle(void *ctx, struct peer *peer)
{
	struct link *l = ctx;
	struct pool *pool = l->pool;

	if (l->idle)
		return;
	if (is_lost(l)) {
		peer_close(peer);
		return;
	}
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

	pool->failed++;
	note_failure(l, "unreachable");
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
    .on_answer = on_answer,
    .on_silent = on_silent,
    .on_idle = on_idle,
    .on_closed = on_closed,
};

/* How many connections each address has. */
static void
count_load(const struct pool *pool, unsigned load[ADDRESS_LIST])
{
	const struct link *l;

	memset(load, 0, ADDRESS_LIST * sizeof *load);
	for (l = pool->links; l != NULL; l = l->next)
		if (!is_lost(l))
			load[l->address]++;
}

static int
link_try(struct link *l)
{
	struct pool *pool = l->pool;
	const struct peer_user user = {
	    &link_owner, pool->user.options, l, PEER_HTTP1};
	unsigned load[ADDRESS_LIST];
	struct health_choice choice = {.list = pool->health,
	    .load = load,
	    .count = pool->known,
	    .first = pool->next};
	int64_t now = clock_monotonic();

	count_load(pool, load);
	/* an address may be of a family that this machine has not */
	for (;;) {
		size_t at;

		choice.tried = l->tried;
		at = health_choose(&choice, now);
		if (at == pool->known)
			break;
		l->address = at;
		l->tried |= (uint32_t)1 << at;
		l->peer = peer_open(pool->loop, &pool->list[at], &user);
		if (l->peer == NULL)
			continue;
		pool->next = at + 1;
		health_try(&pool->health[at], now);
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
