#ifndef CONSENT_PROXY_DOORS_H
#define CONSENT_PROXY_DOORS_H

/*
 * All sockets that one configuration listens on: those for visitors, for who
 * watches and for who gives orders. For the parent.
 */

#include "proxy/listen.h"
#include "proxy/setup.h"

struct doors {
	struct listen_set visitors;
	struct listen_set admin;   /* one address, or none */
	struct listen_set control; /* likewise */
};

/*
 * Opens what setup asks for, or takes it over from what was open before. NULL,
 * or what could not be had; nothing is open then but for that.
 */
const char *doors_open(struct doors *d, const struct proxy_setup *setup,
    const struct doors *before);

/* Closes what d holds and kept (may be NULL) does not. */
void doors_shut(struct doors *d, const struct doors *kept);

#endif
