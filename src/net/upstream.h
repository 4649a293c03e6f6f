#ifndef CONSENT_NET_UPSTREAM_H
#define CONSENT_NET_UPSTREAM_H

/*
 * The way to the origin: opens connections (net/peer) up to a limit, keeps
 * idle ones in a pool, the one used last first, and hands out a lane for each
 * request. Of more than a few, those stay idle that were needed a moment ago.
 * Who finds no connection waits in a bounded queue for a bounded time. Spreads
 * new connections over the addresses of a name (net/pool), and asks for them
 * again from time to time and at once when none is well. Sends nothing by
 * itself and never retries: lane_is_retryable tells the exchange, which may ask
 * once more with UPSTREAM_FRESH.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "net/peer.h"

struct lane;
struct loop;
struct resolver;
struct upstream;

enum {
	UPSTREAM_OPEN = 256,	     /* default limit of connections */
	UPSTREAM_IDLE = 64,	     /* default: so many may stay idle */
	UPSTREAM_SPARE_MS = 2000,    /* default: the others so long */
	UPSTREAM_QUEUE = 1024,	     /* default limit of waiting requests */
	UPSTREAM_QUEUE_MS = 10000,   /* default longest wait in it */
	UPSTREAM_RESOLVE_MS = 30000, /* addresses of a name count as fresh */
	UPSTREAM_DOUBT_MS = 1000     /* even if none of them is well */
};

enum upstream_want {
	UPSTREAM_ANY,  /* an idle connection or a new one */
	UPSTREAM_FRESH /* a new one only: the request is a second try */
};

struct upstream_options {
	struct span origin;	  /* "http://host:port", "unix:PATH"; copied */
	struct peer_options peer; /* of the connections */
	size_t open, idle, queue; /* limits; 0: the defaults */
	int64_t queue_ms;	  /* 0: the default */
	int64_t spare_ms;	  /* the same; a look at those over idle */
	int64_t resolve_ms;	  /* 0: the default */
};

/* One waiting request; the caller's memory, embedded in its exchange. */
struct upstream_wait {
	/*
	 * CONSENT_OK and a lane, now the callee's until lane_release; or no
	 * lane and CONSENT_EIO: cannot connect; CONSENT_EBUSY: waited too
	 * long for a free connection. From the loop, once.
	 */
	void (*on_ready)(void *ctx, struct lane *lane, int rc);
	void *ctx;
	enum upstream_want want;
	struct upstream *upstream;	   /* NULL when not waiting */
	struct upstream_wait *next, *prev; /* in the queue */
	int64_t deadline;		   /* on the monotonic clock */
};

struct upstream_counts {
	size_t open;	  /* connections, connecting ones included */
	size_t idle;	  /* of them in the pool */
	size_t waiting;	  /* requests in the queue */
	uint64_t opened;  /* connections that came to be, ever */
	uint64_t reused;  /* lanes handed out on a used connection */
	uint64_t failed;  /* attempts to connect that failed */
	uint64_t silent;  /* connections that broke before an answer */
	uint64_t refused; /* requests turned away: queue full or waited */
	size_t known;	  /* addresses */
	size_t resting;	  /* of them */
};

/* Fills in the defaults, with an empty origin. */
void upstream_options_init(struct upstream_options *options);

/*
 * Makes the way to one origin; connects on demand only. resolver is borrowed
 * and may be NULL when the origin is a number or a path. CONSENT_EINVAL for
 * an origin that cannot be read, or a name without a resolver; CONSENT_ENOMEM.
 */
int upstream_new(struct loop *loop, struct resolver *resolver,
    const struct upstream_options *options,
    struct upstream **out) CONSENT_CHECKED;

/*
 * Closes all connections; waiting requests are dropped without an event, lanes
 * in use fail with LANE_IO from the loop. The memory goes when the last lane
 * was released. NULL is fine.
 */
void upstream_free(struct upstream *up);

/*
 * Asks for a lane; wait->on_ready answers. The caller has filled in on_ready,
 * ctx and want. CONSENT_EBUSY when the queue is full: no event follows.
 */
int upstream_get(
    struct upstream *up, struct upstream_wait *wait) CONSENT_CHECKED;

/* Takes the request back; fine when it is not waiting. */
void upstream_cancel(struct upstream_wait *wait);

/*
 * So many of the connections carry tunnels: they are not counted by the limit
 * on connections, so that idle ones leave room for requests.
 */
void upstream_set_tunnels(struct upstream *up, size_t count);

/* The numbers now. */
void upstream_count(const struct upstream *up, struct upstream_counts *out);

#endif
