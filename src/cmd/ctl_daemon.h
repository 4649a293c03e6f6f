#ifndef CONSENT_CMD_CTL_DAEMON_H
#define CONSENT_CMD_CTL_DAEMON_H

/*
 * The way from a command to the running daemon: its control socket, one order
 * and its answer. What is wrong is said on stderr.
 */

#include <jansson.h>

#include <libconsent/span.h>

enum {
	CTL_DAEMON_PATH = 4096
};

/*
 * Reads `control` from the configuration in file, whatever else is wrong with
 * it: the daemon is to say that. CTL_YES, CTL_NO, CTL_FAILED.
 */
int ctl_daemon_find(const char *file, char path[CTL_DAEMON_PATH]);

/*
 * Gives an order, a line with its end. CTL_YES and the answer, to be let go;
 * CTL_NO: the daemon refused it; CTL_FAILED: it could not be asked.
 */
int ctl_daemon_order(const char *path, struct span line, json_t **answer);

/* The text of that name in an answer, "-" where there is none; borrowed. */
const char *ctl_daemon_text(const json_t *answer, const char *name);

#endif
