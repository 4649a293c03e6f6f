#include "proxy/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "proxy/family.h"
#include "proxy/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum {
	SERVER_TICK = 200,  /* ms between looks at deadlines */
	SERVER_ECHO = 20,   /* ms between two signals that are one */
	SERVER_GRACE = 2000 /* ms after the drain time before SIGKILL */
};

/* What the parent waits for: the rows of its table of descriptors. */
enum {
	WATCH_SIGNALS,
	WATCH_ROWS = 4 /* room */
};

struct server {
	const struct server_host *host;
	struct proxy_setup *setup;
	struct listen_set sets[2];
	struct listen_set *listeners; /* in force; one of the two sets */
	struct family *family;
	sigset_t signals; /* those that the parent waits for */
	struct pollfd watched[WATCH_ROWS];
	nfds_t n_watched;
	bool stopping;
	int64_t kill_at; /* monotonic ms; 0: not set */
};

/* Makes all ready that setup needs before a child can run with it. */
static int
prepare(const struct proxy_setup *setup, struct privilege *privilege)
{
	int rc = privilege_find(setup->user, setup->group, privilege);

	if (rc == CONSENT_OK)
		rc = privilege_prepare(privilege, setup->log_directory);
	return rc;
}

/*
 * Takes a new configuration into force: new workers on the same sockets, old
 * ones drain, the notary is replaced between two messages. Nothing changes
 * unless all of it can be had.
 */
static void
reload(struct server *s)
{
	struct proxy_setup *next = NULL, *old = s->setup;
	struct listen_set *previous = s->listeners;
	struct listen_set *opened = &s->sets[previous == &s->sets[0]];
	struct privilege privilege;
	struct family_plan plan = {
	    .listeners = opened, .privilege = &privilege};

	if (s->host->load(s->host->ctx, &next) != CONSENT_OK) {
		log_error("reload.refused", "reason=configuration");
		return;
	}
	if (prepare(next, &privilege) != CONSENT_OK) {
		s->host->unload(s->host->ctx, next);
		log_error("reload.refused", "reason=user");
		return;
	}
	if (listen_open(opened, next, previous) != CONSENT_OK) {
		s->host->unload(s->host->ctx, next);
		log_error("reload.refused", "reason=listen");
		return;
	}
	plan.setup = next;
	if (listen_give(opened, &privilege) != CONSENT_OK ||
	    family_enlist(s->family, &plan) != CONSENT_OK) {
		listen_close(opened, previous);
		s->host->unload(s->host->ctx, next);
		log_error("reload.refused", "reason=busy");
		return;
	}
	s->setup = next;
	s->listeners = opened;
	listen_close(previous, opened);
	family_start_workers(s->family);
	family_retire(s->family);
	s->host->unload(s->host->ctx, old);
	log_info("reload.done", "workers=%u", next->workers);
}

/*
 * One stop may come as two signals, to us and to our group: what follows on
 * its heels is no second one.
 */
static void
swallow_echo(void)
{
	struct timespec moment = {0, SERVER_ECHO * 1000000L};
	sigset_t stops;

	(void)sigemptyset(&stops);
	(void)sigaddset(&stops, SIGTERM);
	(void)sigaddset(&stops, SIGINT);
	(void)sigtimedwait(&stops, NULL, &moment); /* mostly there is none */
}

static void
begin_stop(struct server *s)
{
	if (s->stopping) { /* once more, and meant so: at once */
		s->kill_at = clock_monotonic();
		return;
	}
	swallow_echo();
	log_info("server.stopping", "%s", "");
	s->stopping = true;
	s->kill_at =
	    clock_monotonic() + s->setup->timeouts.drain + SERVER_GRACE;
	family_stop(s->family);
	listen_close(s->listeners, NULL); /* who comes now is refused */
}

static void
on_signal(struct server *s)
{
	struct signalfd_siginfo got;

	if (read(s->watched[WATCH_SIGNALS].fd, &got, sizeof got) !=
	    (ssize_t)sizeof got)
		return;
	if (got.ssi_signo == SIGHUP && !s->stopping)
		reload(s);
	else if (got.ssi_signo == SIGTERM || got.ssi_signo == SIGINT)
		begin_stop(s);
}

/* The one place where the parent sleeps. */
static void
wait_for_work(struct server *s)
{
	if (poll(s->watched, s->n_watched, SERVER_TICK) <= 0)
		return;
	if (s->watched[WATCH_SIGNALS].revents != 0)
		on_signal(s);
}

/* Everything up to the first request: 0, or the exit code. */
static int
start_all(struct server *s)
{
	struct privilege privilege;
	struct family_plan plan = {
	    .listeners = s->listeners, .privilege = &privilege};

	if (s->host->load(s->host->ctx, &s->setup) != CONSENT_OK)
		return 2;
	plan.setup = s->setup;
	if (s->setup->sandbox)
		sandbox_survey();
	if (prepare(s->setup, &privilege) != CONSENT_OK ||
	    listen_open(s->listeners, s->setup, NULL) != CONSENT_OK ||
	    listen_give(s->listeners, &privilege) != CONSENT_OK ||
	    family_enlist(s->family, &plan) != CONSENT_OK ||
	    family_open(s->family) != CONSENT_OK)
		return 1;
	family_start_workers(s->family);
	s->host->started(s->host->ctx, s->listeners);
	return 0;
}

/* A peer that goes away is an error code of write, not a signal. */
static void
ignore_pipe(void)
{
	struct sigaction ignore;

	memset(&ignore, 0, sizeof ignore);
	ignore.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

/* From here on the signals are read from a descriptor. */
static int
watch_signals(struct server *s)
{
	int fd;

	(void)sigemptyset(&s->signals);
	(void)sigaddset(&s->signals, SIGCHLD);
	(void)sigaddset(&s->signals, SIGHUP);
	(void)sigaddset(&s->signals, SIGTERM);
	(void)sigaddset(&s->signals, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &s->signals, NULL);
	fd = signalfd(-1, &s->signals, SFD_CLOEXEC | SFD_NONBLOCK);
	s->watched[WATCH_SIGNALS] = (struct pollfd){fd, POLLIN, 0};
	s->n_watched = WATCH_SIGNALS + 1;
	return fd < 0 ? CONSENT_EIO : CONSENT_OK;
}

static int
run(struct server *s)
{
	int code = start_all(s);

	if (code != 0 && s->setup != NULL)
		begin_stop(s);
	while (s->setup != NULL &&
	       !(s->stopping && family_is_gone(s->family,
				    clock_monotonic() >= s->kill_at))) {
		wait_for_work(s);
		family_tend(s->family);
	}
	listen_close(s->listeners, NULL);
	if (s->setup != NULL) {
		s->host->unload(s->host->ctx, s->setup);
		log_info("server.stopped", "code=%d", code);
	}
	return code;
}

int
server_run(const struct server_host *host)
{
	struct server *s = calloc(1, sizeof *s);
	int code = 1;

	if (s == NULL)
		return 1;
	s->host = host;
	s->listeners = &s->sets[0];
	ignore_pipe();
	log_set_role("parent");
	if (watch_signals(s) == CONSENT_OK)
		s->family = family_new(&s->signals);
	if (s->family != NULL)
		code = run(s);
	else
		log_error("server.start", "reason=\"%s\"", strerror(errno));
	if (s->watched[WATCH_SIGNALS].fd >= 0)
		(void)close(s->watched[WATCH_SIGNALS].fd);
	family_free(s->family);
	free(s);
	return code;
}
