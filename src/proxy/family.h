#ifndef CONSENT_PROXY_FAMILY_H
#define CONSENT_PROXY_FAMILY_H

/*
 * The children of the parent: the notary, the workers on their posts, the
 * companion of the demonstration. It starts them, replaces what dies and ends
 * them in order. A post is a worker's place with its channel to the notary; it
 * outlives the worker that stands on it, and a generation of posts is what one
 * configuration runs with. For the parent alone; no event loop.
 */

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <libconsent/status.h>

#include "proxy/listen.h"
#include "proxy/metrics.h"
#include "proxy/privilege.h"
#include "proxy/setup.h"

struct erasure;
struct family;
struct inventory;
struct key_board;
struct key_news;
struct modes;

enum {
	FAMILY_MEMBERS = METRICS_POSTS + 3 /* most children */
};

/* What the parent has and the children use; all borrowed. */
struct family_shared {
	struct metrics *metrics;     /* where all of them count */
	struct inventory *inventory; /* where the workers note */
	struct erasure *erasure;     /* orders something from the notary */
	struct modes *modes; /* the same; tells the workers what holds */
	struct key_board *key_board; /* where the workers find the keys */
	struct key_news *key_news;   /* what the notary logs of them */
	/* ms after which a child whose pulse stopped is killed; 0: 30,000 */
	int64_t patience;
};

/*
 * A family without children, or NULL when memory is short. waited are the
 * signals that the parent keeps blocked and a child does not.
 */
struct family *family_new(
    const sigset_t *waited, const struct family_shared *shared);

/* All children have ended, or die with the parent. */
void family_free(struct family *f);

/* What a configuration brings; borrowed until the next family_enlist. */
struct family_plan {
	const struct proxy_setup *setup;
	const struct listen_set *listeners;
	const struct listen_set *admin;	   /* one address, or none */
	const struct privilege *privilege; /* copied */
	void (*forget)(void *ctx); /* in a child: closes the parent's files */
	void *ctx;		   /* of forget */
};

/*
 * Takes a plan into force: opens posts for its workers, all of them or none,
 * marks those of the generation before as leaving, and lets a notary that runs
 * hand over to one that knows the posts. Workers come to them with family_tend
 * once that one has spoken, which it does when the texts that they show are in
 * the log; or, if it does not come or its log fails, after a moment all the
 * same, which is logged. CONSENT_EBUSY when too
 * many workers still drain or descriptors are short: logged, and nothing has
 * changed.
 */
int family_enlist(
    struct family *f, const struct family_plan *plan) CONSENT_CHECKED;

/*
 * At the start: starts the companion, who answers for us (proxy/admin) and the
 * notary, waits for its first word and starts the workers. CONSENT_EIO, logged,
 * when it does not come: the log cannot be used.
 */
int family_open(struct family *f) CONSENT_CHECKED;

/*
 * What becomes readable when the notary has spoken that new workers wait for;
 * -1: none do.
 */
int family_awaited(const struct family *f);

/*
 * Once the workers in force serve: tells those of an older generation to go.
 * Whether that was done; if not, the old ones go on serving.
 */
bool family_retire(struct family *f);

/*
 * Replaces who was told of keys that have changed, kills what hangs, reaps what
 * has ended, starts again what is due; tells all of it in the metrics.
 */
void family_tend(struct family *f);

/* Whether the notary and a worker on each post in force run and beat. */
bool family_is_well(const struct family *f);

/* A child that runs. */
struct family_member {
	const char *role; /* static */
	int64_t started;  /* monotonic ms */
	pid_t pid;
	bool is_well;	 /* it beats */
	bool is_leaving; /* of an old generation */
};

/* Writes the children that run, at most room; how many they are. */
size_t family_look(
    const struct family *f, struct family_member *out, size_t room);

/* Opens the file of lines about requests anew, for all workers; where it
 * cannot be, which is logged, they go on with the old one. */
void family_reopen(struct family *f);

/* Tells all workers to drain; from now on nobody is replaced. */
void family_stop(struct family *f);

/*
 * Goes on stopping: the workers first, then those that serve them, by SIGKILL
 * when it is late. Whether nobody is left.
 */
bool family_is_gone(struct family *f, bool late);

#endif
