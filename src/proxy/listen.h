#ifndef CONSENT_PROXY_LISTEN_H
#define CONSENT_PROXY_LISTEN_H

/*
 * The listening sockets of the parent: for each address one socket a worker
 * slot (SO_REUSEPORT), opened and kept here, so that a socket and the
 * connections queued on it outlive the worker that accepted from it. Unix
 * sockets have one for all slots, with mode 0660. No event loop.
 *
 * A reload to fewer workers keeps the sockets that are open, and their queues:
 * to close one would reset who waits in it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <libconsent/status.h>

#include "proxy/privilege.h"
#include "proxy/setup.h"

struct listen_address {
	char text[128];		       /* as configured: what it is known by */
	struct sockaddr_storage bound; /* with the port that was picked */
	socklen_t length;
	bool is_tls;
	mode_t mode;	/* of the file of a unix socket; 0: LISTEN_MODE */
	bool inherited; /* one socket for all slots, whose file is not ours */
	size_t n_fds;
	size_t n_live; /* of them listen: the first ones */
	int fds[SETUP_WORKERS];
};

struct listen_set {
	size_t n;
	struct listen_address at[SETUP_LISTENERS];
};

/*
 * Opens what setup asks for into *out, which holds nothing yet. Sockets of an
 * address that previous (may be NULL) has open are taken over: *out then holds
 * the same descriptors. Sockets that are added to those do not listen before
 * listen_join: what queued on them would be reset if all this came to nothing.
 * CONSENT_EIO when an address cannot be had; the reason is logged and what was
 * newly opened is closed again.
 */
int listen_open(struct listen_set *out, const struct proxy_setup *setup,
    const struct listen_set *previous) CONSENT_CHECKED;

/* The same for one socket on the admin address, if setup has one. */
int listen_open_admin(struct listen_set *out, const struct proxy_setup *setup,
    const struct listen_set *previous) CONSENT_CHECKED;

/* The same for the control socket, whose file is for our own user alone. */
int listen_open_control(struct listen_set *out, const struct proxy_setup *setup,
    const struct listen_set *previous) CONSENT_CHECKED;

/*
 * All sockets of the set listen from now on: it will be served. One that
 * cannot is logged and closed, and the others of its address serve all.
 */
void listen_join(struct listen_set *set);

/*
 * Whether the worker of a slot accepts on socket number k of an address: each
 * worker has one socket or more; a socket that stands alone is for all.
 */
bool listen_is_for(
    const struct listen_address *at, size_t k, size_t slot, size_t workers);

/* Closes what set holds and kept (may be NULL) does not. */
void listen_close(struct listen_set *set, const struct listen_set *kept);

/* In a child that serves nobody on them: closes its copies of all. */
void listen_leave(const struct listen_set *set);

/*
 * Gives the files of unix sockets to the user of p, if one is wanted.
 * CONSENT_EIO, logged, when that fails.
 */
int listen_give(
    const struct listen_set *set, const struct privilege *p) CONSENT_CHECKED;

/* Writes where an address answers, "https://127.0.0.1:8443/", to out. */
void listen_url(const struct listen_address *at, char *out, size_t room);

#endif
