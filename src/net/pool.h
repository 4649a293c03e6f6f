#ifndef CONSENT_NET_POOL_H
#define CONSENT_NET_POOL_H

/*
 * The connections to one origin (net/peer): opens them to the address that has
 * the fewest, in turn among those that have as many, to those that failed
 * lately (net/health) last. An address that is slow keeps its connections
 * longer and so gets fewer new ones, which plain turns could not see. Keeps
 * the idle ones, the one used last first, as long as their address is one of
 * the origin's and well; hands out their lanes. Opens only when told to, sets
 * no limit, and does not know who waits for lanes: that is net/upstream, which
 * owns it. Memory of the pool is the owner's, a connection's its own.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/status.h>

#include "net/address.h"
#include "net/health.h"

struct lane;
struct link;
struct loop;
struct peer_options;

/* Events come from the loop only; the pool outlives each of them. */
struct pool_owner {
	/* a connection was opened and is idle, or one is gone */
	void (*on_change)(void *ctx);
	/* a lane was released and its connection is idle again */
	void (*on_idle)(void *ctx);
	/* a connection is gone as no address could be reached; on_change
	 * came before */
	void (*on_unreachable)(void *ctx);
};

/* Who uses a pool; owner and options are borrowed as long as it lives. */
struct pool_user {
	const struct pool_owner *owner;
	const struct peer_options *options; /* of the connections */
	void *ctx;
};

/* The numbers are the owner's to read, the rest is the pool's. */
struct pool {
	size_t open;	   /* connections, connecting ones included */
	size_t idle;	   /* of them idle */
	size_t connecting; /* of them not open yet */
	size_t known;	   /* addresses */
	uint64_t opened;   /* connections that came to be, ever */
	uint64_t reused;   /* lanes handed out on a used connection */
	uint64_t failed;   /* attempts to connect that failed */
	uint64_t silent;   /* connections that broke before an answer */

	struct loop *loop;
	struct pool_user user;
	struct address list[ADDRESS_LIST];
	struct health health[ADDRESS_LIST]; /* of each of them */
	size_t next; /* index of the address whose turn it is */
	struct link *links;
	struct link *newest, *oldest; /* of the idle ones */
	bool closing;
};

/* Makes an empty pool without addresses; user is copied, loop is borrowed. */
void pool_init(
    struct pool *pool, struct loop *loop, const struct pool_user *user);

/*
 * Goes to these 1 to ADDRESS_LIST addresses from now on. Connections to others
 * end once they are idle. From the loop.
 */
void pool_locate(struct pool *pool, const struct address *list, size_t count);

/* How many of the addresses rest now. */
size_t pool_resting(const struct pool *pool);

/* Opens one more connection. CONSENT_EIO without sockets, CONSENT_ENOMEM. */
int pool_grow(struct pool *pool) CONSENT_CHECKED;

/* A lane of an idle connection, to be released; NULL when there is none. */
struct lane *pool_take(struct pool *pool);

/* The same, but of a connection that was never used. */
struct lane *pool_take_fresh(struct pool *pool);

/* Closes the connection that was idle longest, if one is. */
void pool_drop_oldest(struct pool *pool);

/*
 * Closes all connections, those in use as well. on_change follows for each;
 * the pool may go when none is open any more.
 */
void pool_close(struct pool *pool);

#endif
