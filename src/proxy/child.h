#ifndef CONSENT_PROXY_CHILD_H
#define CONSENT_PROXY_CHILD_H

/*
 * One process of ours, or the place for one: how it is forked, what it is
 * right afterwards, when it is started again. For the parent alone, which has
 * no event loop.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "proxy/privilege.h"

/* What all children have in common. */
struct child_ground {
	/* what the parent blocks and a child does not, but for SIGTERM: who
	   acts on that opens itself to it then */
	sigset_t waited;
	struct privilege privilege;
	bool harden; /* gives up what no child needs: proxy/sandbox */
};

/* All zero: not running and not wanted. */
struct child {
	pid_t pid;	    /* 0: not running */
	int64_t started;    /* monotonic ms */
	int64_t restart_at; /* when to start it again; 0: not to */
};

/*
 * Forks. Returns the pid in the parent and 0 in the child, which dies with its
 * parent, has a process group, a name and a role in the log of its own, is
 * open to the signals again, and has changed to the user that the privilege
 * names. -1 when it cannot be had: logged, and due again in a while.
 */
pid_t child_start(
    struct child *c, const char *role, const struct child_ground *ground);

/* Tells how a child ended; status is that of waitpid. */
void child_report(const char *role, pid_t pid, int status);

/* Notes that c has ended and when it is started again. */
void child_ended(struct child *c);

/* Whether it is time (monotonic ms) to start c again. */
bool child_is_due(const struct child *c, int64_t now);

/* Asks c to end, to be started again at once however young it is. */
void child_replace(struct child *c);

/* Sends a signal if c runs. */
void child_signal(const struct child *c, int sig);

#endif
