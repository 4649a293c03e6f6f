#include "proxy/child.h"

#include "base/clock.h"
#include "base/log.h"
#include "proxy/sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CHILD_YOUNG = 1000, /* ms: one that died younger is delayed */
	CHILD_NAME = 16	    /* of a process, as the kernel keeps it */
};

/* In a child, right after fork: nothing of the parent's signals is left. */
static void
enter(const char *role, const struct child_ground *ground, pid_t parent)
{
	char name[CHILD_NAME];
	sigset_t open = ground->waited;

	log_set_role(role);
	if (privilege_drop(&ground->privilege) != CONSENT_OK)
		_exit(1);
	if (ground->harden && sandbox_harden() != CONSENT_OK)
		_exit(1);
	/* after the change of user, which takes this back */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setpgid(0, 0); /* Ctrl-C is for the parent, which drains us */
	/* what ps and top show: a name cut short is still one */
	(void)snprintf(name, sizeof name, "consentd-%s", role);
	(void)prctl(PR_SET_NAME, name);
	if (getppid() != parent)
		_exit(1); /* the parent went before we could tell */
	/* a stop that comes before the child can act on it waits for that */
	(void)sigdelset(&open, SIGTERM);
	(void)sigprocmask(SIG_UNBLOCK, &open, NULL);
}

pid_t
child_start(
    struct child *c, const char *role, const struct child_ground *ground)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid == 0) {
		enter(role, ground, parent);
		return 0;
	}
	c->started = clock_monotonic();
	c->restart_at = pid < 0 ? c->started + CHILD_YOUNG : 0;
	c->pid = pid < 0 ? 0 : pid;
	if (pid < 0)
		log_error("child.fork", "role=%s reason=\"%s\"", role,
		    strerror(errno));
	return pid;
}

void
child_report(const char *role, pid_t pid, int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		log_error("child.killed",
		    "role=%s pid=%ld signal=%d reason=\"it made a system call "
		    "that its sandbox forbids\"",
		    role, (long)pid, SIGSYS);
	else if (WIFSIGNALED(status))
		log_warn("child.killed", "role=%s pid=%ld signal=%d", role,
		    (long)pid, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_warn("child.failed", "role=%s pid=%ld code=%d", role,
		    (long)pid, WEXITSTATUS(status));
	else
		log_info("child.ended", "role=%s pid=%ld", role, (long)pid);
}

void
child_ended(struct child *c)
{
	int64_t now = clock_monotonic();

	c->pid = 0;
	c->restart_at =
	    now - c->started < CHILD_YOUNG ? now + CHILD_YOUNG : now;
}

bool
child_is_due(const struct child *c, int64_t now)
{
	return c->pid == 0 && c->restart_at != 0 && c->restart_at <= now;
}

void
child_replace(struct child *c)
{
	c->started = 0;
	child_signal(c, SIGTERM);
}

void
child_signal(const struct child *c, int sig)
{
	if (c->pid > 0)
		(void)kill(c->pid, sig); /* it may just have ended */
}
