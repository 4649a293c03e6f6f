#ifndef CONSENT_PROXY_WATCH_H
#define CONSENT_PROXY_WATCH_H

/*
 * What a worker tells of itself, twice a second from its loop: that it turns
 * (proxy/pulse), what it has open (proxy/metrics), what it withheld
 * (proxy/sums, kept here for all exchanges of the home), and whether the origin
 * can be reached. Requests show that by themselves; when there were none for a
 * while a connection is opened and closed again, so that a site whose origin
 * was away is found ready once it is back, with no visitor sent to try. Gives
 * the system memory back that a burst took (proxy/thrift). What one turn of the
 * loop has to say in the log is written together.
 */

#include <libconsent/status.h>

#include "proxy/pulse.h"

struct home;
struct log_room;
struct watch;

enum {
	WATCH_ORIGIN_MS = 5000,	   /* for so long an answer of it counts */
	WATCH_ORIGIN_BAD_MS = 1000 /* between tries while it is away */
};

/* What a worker tells by; all borrowed but access_fd. */
struct watch_place {
	struct pulse *pulse;	       /* beaten from the loop */
	struct log_room *lines;	       /* where its lines wait for each other */
	struct log_room *access_lines; /* and those about requests */
	int access_fd;		       /* where these go, or -1 */
	int hand_end;		       /* by which another comes: proxy/post */
};

/*
 * Begins; all is borrowed until watch_free. Lines of base/log and those about
 * requests wait in their rooms from now on, until the loop has had its turn.
 * CONSENT_ENOMEM.
 */
int watch_new(struct home *home, const struct watch_place *place,
    struct watch **out) CONSENT_CHECKED;

/* Ends; NULL is nothing. */
void watch_free(struct watch *w);

/* The origin has answered, or a connection to it came to be. */
void watch_origin_good(void);

/* It could not be reached. */
void watch_origin_bad(void);

#endif
