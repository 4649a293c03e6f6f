#include "report/pause.h"

#include "base/digest.h"

#include <poll.h>
#include <signal.h>
#include <string.h>

enum {
	SHORTEST = 250,
	LONGEST = 60 * 1000
};

/* the one thing that a signal's handler may touch */
static volatile sig_atomic_t stopped;

static void
on_signal(int number)
{
	(void)number;
	stopped = 1;
}

int
pause_begin(void)
{
	struct sigaction stop, none;

	memset(&stop, 0, sizeof stop);
	memset(&none, 0, sizeof none);
	stop.sa_handler = on_signal;
	/* the default comes back: who asks twice means it */
	stop.sa_flags = (int)SA_RESETHAND | SA_RESTART;
	none.sa_handler = SIG_IGN;
	stopped = 0;
	if (sigaction(SIGTERM, &stop, NULL) != 0 ||
	    sigaction(SIGINT, &stop, NULL) != 0 ||
	    sigaction(SIGPIPE, &none, NULL) != 0)
		return CONSENT_EIO;
	return CONSENT_OK;
}

bool
pause_is_stopped(void)
{
	return stopped != 0;
}

void
pause_sleep(int64_t ms)
{
	struct timespec wait = {
	    .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	sigset_t both, before;

	(void)sigemptyset(&both); /* these fail for unknown signals only */
	(void)sigaddset(&both, SIGTERM);
	(void)sigaddset(&both, SIGINT);
	/* none may come between the look and the sleep */
	if (sigprocmask(SIG_BLOCK, &both, &before) != 0)
		return;
	if (!stopped)
		(void)ppoll(NULL, 0, &wait, &before); /* a signal ends it */
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

int64_t
pause_next(struct pause_backoff *backoff)
{
	uint16_t chance = 0;

	if (backoff->ms == 0)
		backoff->ms = SHORTEST;
	else if (backoff->ms < LONGEST)
		backoff->ms *= 2;
	if (backoff->ms > LONGEST)
		backoff->ms = LONGEST;
	if (digest_random(&chance, sizeof chance) != CONSENT_OK)
		chance = UINT16_MAX / 2; /* then without chance */
	return backoff->ms / 2 + backoff->ms * chance / UINT16_MAX / 2;
}
