#ifndef CONSENT_NET_UPSTREAM_IMPL_H
#define CONSENT_NET_UPSTREAM_IMPL_H

/*
 * The inside of net/upstream, shared by its two halves: upstream_queue.c has
 * the queue of requests and the addresses, upstream_link.c the connections. For
 * those two files only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event_struct.h>

#include "net/address.h"
#include "net/loop.h"
#include "net/peer.h"
#include "net/resolver.h"
#include "net/upstream.h"

/* One connection: connecting, in use, or idle and then in the pool as well. */
struct link {
	struct upstream *up;
	struct peer *peer;
	struct link *next, *prev;   /* all of them */
	struct link *older, *newer; /* in the pool */
	size_t address;		    /* index of the one it goes to */
	size_t tries;		    /* addresses tried */
	bool open;		    /* connected once */
	bool idle;		    /* in the pool */
};

struct upstream {
	struct loop *loop;
	struct resolver *resolver;
	struct upstream_options options; /* no zeros; origin is in text */
	struct upstream_counts counts;
	struct loop_task task; /* serves the queue; the last one frees */
	struct event timer;    /* for the oldest request */

	/* where the origin is */
	char *text; /* owned copy of options.origin */
	struct span host;
	uint16_t port;
	bool fixed; /* a number or a path: never resolved */
	struct address list[ADDRESS_LIST];
	size_t known; /* addresses in list */
	size_t good;  /* index of the one that worked */
	int64_t resolved;
	struct resolver_query query;

	struct link *links;
	struct link *newest, *oldest; /* of the pool */
	size_t connecting;

	struct upstream_wait *first, *last; /* of the queue */
	bool closing;			    /* upstream_free was called */
};

/* upstream_queue.c */

/* Serves the queue soon. */
void upstream_wake(struct upstream *up);

/* Fails the request that waits longest. From the loop. */
void upstream_fail_first(struct upstream *up, int rc);

/* upstream_link.c */

/* Opens one more connection. CONSENT_EIO without sockets, CONSENT_ENOMEM. */
int link_open(struct upstream *up) CONSENT_CHECKED;

/* A lane for this wish from the pool, NULL when it has none. */
struct lane *link_take(struct upstream *up, enum upstream_want want);

/* Closes the connection that was idle longest; false when none is. */
bool link_drop_oldest(struct upstream *up);

/* Closes all of them; on_closed follows for each. */
void link_close_all(struct upstream *up);

#endif
