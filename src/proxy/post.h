#ifndef CONSENT_PROXY_POST_H
#define CONSENT_PROXY_POST_H

/*
 * A worker's post: its place among the children, with a channel to the notary
 * whose both ends the parent keeps. It outlives the worker that stands on it.
 * For the parent alone; no event loop.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/status.h>

#include "proxy/child.h"
#include "proxy/setup.h"

enum {
	POST_MOST = 4 * SETUP_WORKERS /* draining workers included */
};

/* All zero: nobody's. */
struct post {
	struct child child;
	bool used;
	bool leaving;	     /* of an old generation: not replaced */
	bool retired;	     /* and told to go */
	unsigned generation; /* counts the configurations */
	size_t slot;	     /* which listening sockets it accepts on */
	int worker_end;	     /* channel to the notary */
	int notary_end;
	struct log_room *access_lines; /* about requests */
	/* by which the parent hands over files that it opened anew */
	int hand, hand_end;
};

/* Whose child leaves a post, and what of it it keeps. */
enum post_keeps {
	POST_KEEPS_NOTHING,
	POST_KEEPS_NOTARY,
	POST_KEEPS_WORKER
};

/* What posts of one generation have in common. */
struct post_plan {
	unsigned generation;
	size_t n;	      /* workers: one for each slot */
	struct pulse *pulses; /* a row for each of the posts */
};

/*
 * Opens n of POST_MOST posts, all of them or none. CONSENT_EBUSY: too many are
 * used, or descriptors are short; logged.
 */
int post_open_all(
    struct post *posts, const struct post_plan *plan) CONSENT_CHECKED;

/* Whether a worker stands on any of POST_MOST posts. */
bool post_any_runs(const struct post *posts);

/* Sends a signal to all of these, or to those of an old generation. */
void post_signal(const struct post *posts, int sig, bool only_leaving);

/* In a child: closes what of the post is none of its own. */
void post_leave(const struct post *post, enum post_keeps keeps);

/*
 * Hands a descriptor to the workers on all POST_MOST posts; one that is full
 * of such does not get it. post_take, in a worker: that descriptor, or -1.
 */
void post_hand(const struct post *posts, int fd);
int post_take(int hand_end);

/* Nobody stands on it any more. */
void post_close(struct post *post);

/* The first of POST_MOST posts that waits for its first worker, or NULL. */
const struct post *post_awaited(const struct post *posts);

/*
 * Waits so many milliseconds at most for the notary to have said something to
 * who is to stand there; whether it has. NULL: it has not.
 */
bool post_hears(const struct post *post, int ms);

#endif
