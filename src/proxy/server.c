#include "proxy/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/version.h"
#include "proxy/notary.h"
#include "proxy/worker.h"

#include <libconsent/notice.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	SERVER_POSTS = 4 * SETUP_WORKERS, /* workers, draining ones included */
	SERVER_YOUNG = 1000,  /* ms: a child that died younger is delayed */
	SERVER_TICK = 200,    /* ms between looks at deadlines */
	SERVER_READY = 10000, /* ms the notary has for its first word */
	SERVER_ECHO = 20,     /* ms between two signals that are one */
	SERVER_GRACE = 2000,  /* ms after the drain time before SIGKILL */
	SERVER_NAME = 16      /* of a process, as the kernel keeps it */
};

/* A process of ours, or the place for one. */
struct child {
	pid_t pid;	    /* 0: not running */
	int64_t started;    /* monotonic ms */
	int64_t restart_at; /* when to start it again; 0: not to */
};

/* A worker's post: it outlives the worker that stands on it. */
struct post {
	struct child child;
	bool used;
	bool leaving;	     /* of an old generation: not replaced */
	unsigned generation; /* counts the reloads */
	size_t slot;	     /* which listening sockets it accepts on */
	int worker_end; /* channel to the notary; the parent keeps both ends */
	int notary_end;
};

struct server {
	const struct server_host *host;
	struct proxy_setup *setup;
	struct listen_set sets[2];
	struct listen_set *listeners; /* in force; one of the two sets */
	unsigned generation;	      /* of the setup in force */
	struct post posts[SERVER_POSTS];
	struct child notary, companion;
	int companion_stop; /* its other end ends when we do; -1 */
	sigset_t signals;   /* those that the parent waits for */
	bool stopping;
	int64_t kill_at; /* monotonic ms; 0: not set */
};

/* In a child, right after fork: nothing of the parent's signals is left. */
static void
enter_child(const struct server *s, const char *role, pid_t parent)
{
	char name[SERVER_NAME];

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setpgid(0, 0); /* Ctrl-C is for the parent, which drains us */
	/* what ps and top show: a name cut short is still one */
	(void)snprintf(name, sizeof name, "consentd-%s", role);
	(void)prctl(PR_SET_NAME, name);
	if (getppid() != parent)
		_exit(1); /* the parent went before we could tell */
	(void)sigprocmask(SIG_UNBLOCK, &s->signals, NULL);
	log_set_role(role);
}

/* Forks; returns the pid in the parent, 0 in the child, -1 logged. */
static pid_t
start_child(struct server *s, struct child *c, const char *role)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid == 0) {
		enter_child(s, role, parent);
		return 0;
	}
	c->started = clock_monotonic();
	c->restart_at = pid < 0 ? c->started + SERVER_YOUNG : 0;
	c->pid = pid < 0 ? 0 : pid;
	if (pid < 0)
		log_error("child.fork", "role=%s reason=\"%s\"", role,
		    strerror(errno));
	return pid;
}

/* The notary's process: tells it the texts that choices may name. */
static int
run_notary(const struct proxy_setup *setup, const int *channels, size_t n)
{
	const struct policy_facts *policy = policy_facts(setup->policy);
	struct notary_text policies[1] = {{policy->hash, policy->text}};
	struct notary_text notices[NOTICE_LANGUAGES];
	char node[HOST_NAME_MAX + 1] = "";
	struct notary_options options = {.directory = setup->log_directory,
	    .node = node,
	    .version = CONSENT_VERSION,
	    .ring = setup->ring,
	    .token = &setup->token,
	    .channels = channels,
	    .n_channels = n,
	    .stop_fd = -1,
	    .per_minute = setup->choices_per_minute,
	    .policies = policies,
	    .n_policies = 1,
	    .notices = notices,
	    .n_notices = notice_count(setup->notices)};
	size_t i;

	for (i = 0; i < options.n_notices; i++) {
		const struct notice_facts *facts =
		    notice_facts(notice_at(setup->notices, i));

		notices[i] = (struct notary_text){facts->hash, facts->bundle};
	}
	(void)gethostname(node, sizeof node - 1); /* "" when it fails */
	return notary_run(&options);
}

/* In a child that serves nobody: a socket is closed when all have closed it. */
static void
close_listeners(const struct server *s)
{
	size_t i, k;

	for (i = 0; i < s->listeners->n; i++)
		for (k = 0; k < s->listeners->at[i].n_fds; k++)
			(void)close(s->listeners->at[i].fds[k]);
}

static void
start_notary(struct server *s)
{
	int ends[SERVER_POSTS];
	size_t n = 0, i;

	if (start_child(s, &s->notary, "notary") != 0)
		return;
	close_listeners(s);
	for (i = 0; i < SERVER_POSTS; i++) {
		if (!s->posts[i].used)
			continue;
		ends[n++] = s->posts[i].notary_end;
		(void)close(s->posts[i].worker_end);
	}
	_exit(run_notary(s->setup, ends, n));
}

static void
start_worker(struct server *s, struct post *post)
{
	struct worker_place place = {.channel = post->worker_end};
	size_t i, k;

	if (start_child(s, &post->child, "worker") != 0)
		return;
	for (i = 0; i < s->listeners->n; i++) {
		struct listen_address *at = &s->listeners->at[i];
		size_t mine = post->slot < at->n_fds ? post->slot : 0;

		for (k = 0; k < at->n_fds; k++)
			if (k == mine)
				place.listeners[place.n_listeners++] =
				    at->fds[k];
			else
				(void)close(at->fds[k]);
	}
	for (i = 0; i < SERVER_POSTS; i++) {
		if (!s->posts[i].used)
			continue;
		(void)close(s->posts[i].notary_end);
		if (&s->posts[i] != post)
			(void)close(s->posts[i].worker_end);
	}
	_exit(worker_run(s->setup, &place));
}

static void
start_companion(struct server *s)
{
	int ends[2];

	if (s->setup->companion == NULL || pipe(ends) != 0)
		return;
	if (start_child(s, &s->companion, "companion") == 0) {
		(void)close(ends[1]);
		close_listeners(s);
		_exit(s->setup->companion(s->setup->companion_ctx, ends[0]));
	}
	(void)close(ends[0]);
	s->companion_stop = ends[1];
}

/* Opens a post for a slot with a channel of its own. */
static struct post *
open_post(struct server *s, size_t slot)
{
	struct post *post = NULL;
	int ends[2];
	size_t i;

	for (i = 0; i < SERVER_POSTS && post == NULL; i++)
		if (!s->posts[i].used)
			post = &s->posts[i];
	if (post == NULL ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, ends) != 0)
		return NULL;
	*post = (struct post){.used = true,
	    .generation = s->generation,
	    .slot = slot,
	    .worker_end = ends[0],
	    .notary_end = ends[1]};
	return post;
}

static void
close_post(struct post *post)
{
	(void)close(post->worker_end);
	(void)close(post->notary_end);
	post->used = false;
}

/* Opens posts for all slots of the setup: all of them or none. */
static int
open_posts(struct server *s)
{
	struct post *opened[SETUP_WORKERS];
	size_t slot;

	for (slot = 0; slot < s->setup->workers; slot++) {
		opened[slot] = open_post(s, slot);
		if (opened[slot] != NULL)
			continue;
		while (slot-- > 0)
			close_post(opened[slot]);
		log_error("server.posts", "reason=\"%s\"", strerror(errno));
		return CONSENT_EBUSY;
	}
	return CONSENT_OK;
}

static void
start_workers(struct server *s)
{
	size_t i;

	for (i = 0; i < SERVER_POSTS; i++)
		if (s->posts[i].used && !s->posts[i].leaving &&
		    s->posts[i].child.pid == 0)
			start_worker(s, &s->posts[i]);
}

static void
signal_workers(struct server *s, int sig, bool only_leaving)
{
	size_t i;

	for (i = 0; i < SERVER_POSTS; i++) {
		struct post *post = &s->posts[i];

		if (post->used && post->child.pid > 0 &&
		    (post->leaving || !only_leaving))
			(void)kill(post->child.pid, sig);
	}
}

/* Notes when and whether a dead child is started again. */
static void
plan_restart(const struct server *s, struct child *c)
{
	int64_t now = clock_monotonic();

	c->pid = 0;
	if (s->stopping)
		return;
	c->restart_at =
	    now - c->started < SERVER_YOUNG ? now + SERVER_YOUNG : now;
}

static void
report_exit(const char *role, pid_t pid, int status)
{
	if (WIFSIGNALED(status))
		log_warn("child.killed", "role=%s pid=%ld signal=%d", role,
		    (long)pid, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_warn("child.failed", "role=%s pid=%ld code=%d", role,
		    (long)pid, WEXITSTATUS(status));
	else
		log_info("child.ended", "role=%s pid=%ld", role, (long)pid);
}

static void
on_child_exit(struct server *s, pid_t pid, int status)
{
	size_t i;

	if (pid == s->notary.pid) {
		report_exit("notary", pid, status);
		plan_restart(s, &s->notary);
		return;
	}
	if (pid == s->companion.pid) {
		report_exit("companion", pid, status);
		plan_restart(s, &s->companion);
		return;
	}
	for (i = 0; i < SERVER_POSTS; i++) {
		struct post *post = &s->posts[i];

		if (!post->used || post->child.pid != pid)
			continue;
		report_exit("worker", pid, status);
		plan_restart(s, &post->child);
		if (post->leaving || s->stopping)
			close_post(post);
		return;
	}
}

static void
reap_children(struct server *s)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		on_child_exit(s, pid, status);
}

static bool
is_due(const struct child *c, int64_t now)
{
	return c->pid == 0 && c->restart_at != 0 && c->restart_at <= now;
}

static void
restart_post(struct server *s, struct post *post)
{
	if (post->leaving)
		close_post(post);
	else
		start_worker(s, post);
}

static void
restart_due(struct server *s)
{
	int64_t now = clock_monotonic();
	size_t i;

	if (s->stopping)
		return;
	if (is_due(&s->notary, now))
		start_notary(s);
	if (is_due(&s->companion, now)) {
		(void)close(s->companion_stop);
		start_companion(s);
	}
	for (i = 0; i < SERVER_POSTS; i++)
		if (s->posts[i].used && is_due(&s->posts[i].child, now))
			restart_post(s, &s->posts[i]);
}

/* Waits until the notary has said its first word to the first worker. */
static int
await_notary(struct server *s)
{
	struct pollfd first = {.fd = s->posts[0].worker_end, .events = POLLIN};
	int64_t until = clock_monotonic() + SERVER_READY;

	while (s->notary.pid > 0 && clock_monotonic() < until) {
		if (poll(&first, 1, SERVER_TICK) > 0)
			return CONSENT_OK;
		reap_children(s);
	}
	log_error("server.start", "reason=\"the consent log is not writable\"");
	return CONSENT_EIO;
}

/* Marks the posts of the generation in force, or takes the marks back. */
static void
mark_leaving(struct server *s, bool leaving)
{
	size_t i;

	for (i = 0; i < SERVER_POSTS; i++)
		if (s->posts[i].used && s->posts[i].generation == s->generation)
			s->posts[i].leaving = leaving;
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

	if (s->host->load(s->host->ctx, &next) != CONSENT_OK) {
		log_error("reload.refused", "reason=configuration");
		return;
	}
	if (listen_open(opened, next, previous) != CONSENT_OK) {
		s->host->unload(s->host->ctx, next);
		log_error("reload.refused", "reason=listen");
		return;
	}
	mark_leaving(s, true);
	s->generation++;
	s->setup = next;
	if (open_posts(s) != CONSENT_OK) {
		s->generation--;
		mark_leaving(s, false);
		s->setup = old;
		listen_close(opened, previous);
		s->host->unload(s->host->ctx, next);
		log_error("reload.refused", "reason=busy");
		return;
	}
	s->listeners = opened;
	listen_close(previous, opened);
	start_workers(s);
	signal_workers(s, SIGTERM, true);
	if (s->notary.pid > 0)
		(void)kill(s->notary.pid, SIGTERM);
	s->host->unload(s->host->ctx, old);
	log_info("reload.done", "workers=%u", next->workers);
}

static bool
has_workers(const struct server *s)
{
	size_t i;

	for (i = 0; i < SERVER_POSTS; i++)
		if (s->posts[i].used && s->posts[i].child.pid > 0)
			return true;
	return false;
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
	signal_workers(s, SIGTERM, false);
	listen_close(s->listeners, NULL); /* who comes now is refused */
}

/* Goes on stopping: workers first, then those that serve them. */
static bool
is_stopped(struct server *s)
{
	bool late = clock_monotonic() >= s->kill_at;

	if (has_workers(s)) {
		if (late)
			signal_workers(s, SIGKILL, false);
		return false;
	}
	if (s->companion_stop >= 0) {
		(void)close(s->companion_stop);
		s->companion_stop = -1;
	}
	if (s->notary.pid > 0)
		(void)kill(s->notary.pid, late ? SIGKILL : SIGTERM);
	if (s->companion.pid > 0 && late)
		(void)kill(s->companion.pid, SIGKILL);
	return s->notary.pid == 0 && s->companion.pid == 0;
}

static void
wait_for_signal(struct server *s)
{
	struct timespec tick = {0, SERVER_TICK * 1000000L};
	int sig = sigtimedwait(&s->signals, NULL, &tick);

	if (sig == SIGHUP && !s->stopping)
		reload(s);
	else if (sig == SIGTERM || sig == SIGINT)
		begin_stop(s);
}

/* Everything up to the first request: 0, or the exit code. */
static int
start_all(struct server *s)
{
	if (s->host->load(s->host->ctx, &s->setup) != CONSENT_OK)
		return 2;
	if (listen_open(s->listeners, s->setup, NULL) != CONSENT_OK ||
	    open_posts(s) != CONSENT_OK)
		return 1;
	start_companion(s);
	start_notary(s);
	if (await_notary(s) != CONSENT_OK)
		return 1;
	start_workers(s);
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

int
server_run(const struct server_host *host)
{
	struct server *s = calloc(1, sizeof *s);
	int code;

	if (s == NULL)
		return 1;
	s->host = host;
	s->companion_stop = -1;
	s->listeners = &s->sets[0];
	ignore_pipe();
	(void)sigemptyset(&s->signals);
	(void)sigaddset(&s->signals, SIGCHLD);
	(void)sigaddset(&s->signals, SIGHUP);
	(void)sigaddset(&s->signals, SIGTERM);
	(void)sigaddset(&s->signals, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &s->signals, NULL);
	log_set_role("parent");
	code = start_all(s);
	if (code != 0 && s->setup != NULL)
		begin_stop(s);
	while (s->setup != NULL && !(s->stopping && is_stopped(s))) {
		wait_for_signal(s);
		reap_children(s);
		restart_due(s);
	}
	listen_close(s->listeners, NULL);
	if (s->setup != NULL) {
		host->unload(host->ctx, s->setup);
		log_info("server.stopped", "code=%d", code);
	}
	free(s);
	return code;
}
