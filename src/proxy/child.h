#ifndef CONSENT_PROXY_CHILD_H
#define CONSENT_PROXY_CHILD_H

/*
 * One process of ours, or the place for one: how it is forked, what it is
 * right afterwards, when it is started again and how it is found to hang. For
 * the parent alone, which has no event loop.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "proxy/privilege.h"
#include "proxy/pulse.h"

struct log_room;

enum {
	CHILD_STEADY = 10000, /* ms of life that make up for earlier deaths */
	CHILD_DELAY = 125,    /* ms before the second start; then doubled */
	CHILD_DELAY_MOST = 30000
};

/* What all children have in common. */
struct child_ground {
	/* what the parent blocks and a child does not, but for SIGTERM and
	   SIGHUP: who acts on them opens itself to them then */
	sigset_t waited;
	struct privilege privilege;
	void (*forget)(void *ctx); /* closes what is the parent's alone */
	void *forget_ctx;
	bool harden; /* gives up what no child needs: proxy/sandbox */
};

/* All zero: not running and not wanted. */
struct child {
	const char *role;	/* "worker": its name; static */
	pid_t pid;		/* 0: not running */
	int64_t started;	/* monotonic ms */
	int64_t restart_at;	/* when to start it again; 0: not to */
	unsigned deaths;	/* young ones in a row */
	bool replaced;		/* it was asked to end */
	struct pulse *pulse;	/* borrowed; NULL: it has none */
	int64_t silent_at;	/* when it was first found to hang; 0: not */
	struct log_room *lines; /* what it gathers them in; NULL: nothing */
};

/*
 * Forks. Returns the pid in the parent and 0 in the child, which dies with its
 * parent, has a process group, a name and a role in the log of its own, is
 * open to the signals again, and has changed to the user that the privilege
 * names. -1 when it cannot be had: logged, and due again in a while.
 */
pid_t child_start(struct child *c, const struct child_ground *ground);

/*
 * Writes the lines that c left, tells how it ended (status is that of waitpid)
 * and notes when to start it again: at once, unless it dies young and again,
 * when each time takes twice as long, up to CHILD_DELAY_MOST.
 */
void child_ended(struct child *c, int status);

/* Whether it is time (monotonic ms) to start c again. */
bool child_is_due(const struct child *c, int64_t now);

/* Whether c runs and its pulse has beaten in the last most milliseconds. */
bool child_is_well(const struct child *c, int64_t now, int64_t most);

/*
 * Kills c when its pulse has stopped for most milliseconds. One look does not
 * suffice: after a machine stood still, all pulses are old for a moment.
 */
void child_check(struct child *c, int64_t now, int64_t most);

/* Asks c to end, to be started again at once however young it is. */
void child_replace(struct child *c);

/* Sends a signal if c runs. */
void child_signal(const struct child *c, int sig);

#endif
