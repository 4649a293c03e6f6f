#ifndef CONSENT_PROXY_WORKER_H
#define CONSENT_PROXY_WORKER_H

/*
 * A worker process: accepts connections on its listening sockets, runs one
 * exchange for each request in one event loop, and drains when told. It parses
 * bytes of strangers and owns neither the log nor what signs for it.
 */

#include <signal.h>
#include <stddef.h>

#include <libconsent/status.h>

#include "proxy/setup.h"
#include "proxy/watch.h"

struct key_board;
struct metrics;

enum {
	WORKER_SOCKETS = SETUP_LISTENERS * SETUP_WORKERS,
	WORKER_RETIRE = SIGHUP /* the signal: others serve in its place */
};

/* A socket to accept on, and which of the setup's listeners it is. */
struct worker_socket {
	int fd;
	unsigned listener;
};

/* What the parent hands over; descriptors only. */
struct worker_place {
	size_t n_sockets;
	struct worker_socket sockets[WORKER_SOCKETS];
	int channel;		       /* to the notary */
	struct watch_place watch;      /* how it tells of itself */
	const struct metrics *metrics; /* the names of categories */
	const struct key_board *keys;  /* that count: what checks them */
};

/*
 * Runs until SIGTERM or WORKER_RETIRE and until what was begun has ended or the
 * drain time is over. Retired, it waits longer for idle connections. Returns
 * the exit code: 0, or 1 when it could not start.
 */
int worker_run(const struct proxy_setup *setup,
    const struct worker_place *place) CONSENT_CHECKED;

#endif
