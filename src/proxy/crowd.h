#ifndef CONSENT_PROXY_CROWD_H
#define CONSENT_PROXY_CROWD_H

/*
 * Counts the connections of each address, so that none has more than its
 * share. An address is the key of a home_client: of IPv6 its first 64 bits,
 * which is what one household has. Remembers those that have a connection and
 * nobody else; what it keeps is bounded by the connections that there are.
 */

#include <stddef.h>

#include <libconsent/status.h>

enum {
	CROWD_KEY = 16 /* bytes of the key */
};

struct crowd;
struct crowd_household;

/* The place of one connection; the caller's memory, zero when it has none. */
struct crowd_seat {
	struct crowd_household *household;
};

/*
 * Makes one where each address may have most connections, 0 being no limit.
 * CONSENT_ENOMEM.
 */
int crowd_new(size_t most, struct crowd **out) CONSENT_CHECKED;

/* Frees it; all seats have been left. NULL is fine. */
void crowd_free(struct crowd *crowd);

/*
 * Counts one more connection of that address and takes a free seat.
 * CONSENT_EBUSY when it has its share already, CONSENT_ENOMEM; the seat stays
 * free then.
 */
int crowd_enter(struct crowd *crowd, const unsigned char key[CROWD_KEY],
    struct crowd_seat *seat) CONSENT_CHECKED;

/* Gives the seat back, for another address or for good; fine when it is free.
 */
void crowd_leave(struct crowd *crowd, struct crowd_seat *seat);

#endif
