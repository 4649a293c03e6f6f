#ifndef CONSENT_REPORT_PAUSE_H
#define CONSENT_REPORT_PAUSE_H

/*
 * Waiting in a program that runs until it is told to stop: SIGTERM and SIGINT
 * are noted and end a sleep at once, what is being done ends in order. The
 * second one ends the program, as without us. One thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/status.h>

/* Takes the two signals, and leaves SIGPIPE to write(2). CONSENT_EIO. */
int pause_begin(void) CONSENT_CHECKED;

/* Whether one of them has come. */
bool pause_is_stopped(void);

/* Sleeps so many ms, or less: until a signal. */
void pause_sleep(int64_t ms);

/* How long to wait between tries, from short to a minute. */
struct pause_backoff {
	int64_t ms; /* the wait before; 0 at first */
};

/*
 * The next wait in ms: twice the last one up to a minute, or by chance as
 * little as half of it, so that many who wait for one thing do not come all at
 * once.
 */
int64_t pause_next(struct pause_backoff *backoff);

#endif
