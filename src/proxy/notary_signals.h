#ifndef CONSENT_PROXY_NOTARY_SIGNALS_H
#define CONSENT_PROXY_NOTARY_SIGNALS_H

/*
 * Signals while the notary runs: SIGTERM is read from a descriptor, SIGINT is
 * left to the parent, and a limit on files is an error of write.
 */

#include <signal.h>

#include <libconsent/status.h>

struct notary_signals {
	int fd;	      /* readable: stop; -1: not watched */
	sigset_t old; /* what was blocked before */
};

/* Begins to watch. CONSENT_EIO. */
int notary_watch_signals(struct notary_signals *s) CONSENT_CHECKED;

/*
 * Gives the caller its signals back, but for those that were meant for us;
 * nothing where fd is -1.
 */
void notary_unwatch_signals(struct notary_signals *s);

#endif
