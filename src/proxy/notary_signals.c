#include "proxy/notary_signals.h"

#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

int
notary_watch_signals(struct notary_signals *s)
{
	sigset_t mask, stop;

	/* SIGXFSZ: a limit on files is an error of write, not the end */
	if (sigemptyset(&mask) != 0 || sigaddset(&mask, SIGTERM) != 0 ||
	    sigaddset(&mask, SIGINT) != 0 || sigaddset(&mask, SIGXFSZ) != 0 ||
	    sigprocmask(SIG_BLOCK, &mask, &s->old) != 0)
		return CONSENT_EIO;
	(void)sigemptyset(&stop); /* cannot fail: done above */
	(void)sigaddset(&stop, SIGTERM);
	s->fd = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->fd < 0 ? CONSENT_EIO : CONSENT_OK;
}

void
notary_unwatch_signals(struct notary_signals *s)
{
	const struct timespec now = {0, 0};
	sigset_t ours;

	if (s->fd < 0)
		return;
	(void)close(s->fd); /* nothing is written to it */
	(void)sigemptyset(&ours);
	(void)sigaddset(&ours, SIGTERM);
	(void)sigaddset(&ours, SIGXFSZ);
	while (sigtimedwait(&ours, NULL, &now) > 0)
		continue;
	(void)sigprocmask(SIG_SETMASK, &s->old, NULL);
}
