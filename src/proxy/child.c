#include "proxy/child.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/log_room.h"
#include "proxy/capability.h"
#include "proxy/sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CHILD_AGAIN = 1000, /* ms between two looks at a pulse that stopped */
	CHILD_STEPS = 9,    /* young deaths until the longest delay */
	CHILD_NAME = 16	    /* of a process, as the kernel keeps it */
};

/* In a child, right after fork: nothing of the parent's signals is left. */
static void
enter(const char *role, const struct child_ground *ground, pid_t parent)
{
	char name[CHILD_NAME];
	sigset_t open = ground->waited;

	log_set_role(role);
	if (ground->forget != NULL)
		ground->forget(ground->forget_ctx);
	if (privilege_drop(&ground->privilege) != CONSENT_OK ||
	    capability_drop() != CONSENT_OK)
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
	(void)sigdelset(&open, SIGHUP);
	(void)sigprocmask(SIG_UNBLOCK, &open, NULL);
}

/* Counts one more young death and sets the time of the next start. */
static void
delay(struct child *c, int64_t now)
{
	int64_t wait = CHILD_DELAY;
	unsigned i;

	for (i = 1; i < c->deaths && wait < CHILD_DELAY_MOST; i++)
		wait *= 2;
	if (wait > CHILD_DELAY_MOST)
		wait = CHILD_DELAY_MOST;
	if (c->deaths == 0)
		wait = 0;
	else if (wait < CHILD_DELAY_MOST || c->deaths == CHILD_STEPS)
		log_warn("child.delayed", "role=%s deaths=%u delay_ms=%lld",
		    c->role, c->deaths, (long long)wait);
	if (c->deaths < CHILD_STEPS + 1)
		c->deaths++;
	c->restart_at = now + wait;
}

pid_t
child_start(struct child *c, const struct child_ground *ground)
{
	pid_t parent = getpid();
	pid_t pid;

	if (c->pulse != NULL)
		pulse_reset(c->pulse);
	pid = fork();
	if (pid == 0) {
		enter(c->role, ground, parent);
		return 0;
	}
	c->started = clock_monotonic();
	c->restart_at = 0;
	c->silent_at = 0;
	c->replaced = false;
	c->pid = pid < 0 ? 0 : pid;
	if (pid < 0) {
		log_error("child.fork", "role=%s reason=\"%s\"", c->role,
		    strerror(errno));
		c->deaths += c->deaths == 0; /* never in a tight loop */
		delay(c, c->started);
	}
	return pid;
}

static void
report(const struct child *c, int status)
{
	long pid = (long)c->pid;

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		log_error("child.killed",
		    "role=%s pid=%ld signal=%d reason=\"it made a system call "
		    "that its sandbox forbids\"",
		    c->role, pid, SIGSYS);
	else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM)
		log_warn("child.killed", "role=%s pid=%ld signal=%d", c->role,
		    pid, WTERMSIG(status));
	else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		log_warn("child.failed", "role=%s pid=%ld code=%d", c->role,
		    pid, WEXITSTATUS(status));
	else /* also one asked to end before it could listen to that */
		log_info("child.ended", "role=%s pid=%ld", c->role, pid);
}

void
child_ended(struct child *c, int status)
{
	int64_t now = clock_monotonic();

	if (c->lines != NULL)
		log_room_empty(c->lines);
	report(c, status);
	c->pid = 0;
	if (now - c->started >= CHILD_STEADY || c->replaced)
		c->deaths = 0;
	delay(c, now);
}

bool
child_is_due(const struct child *c, int64_t now)
{
	return c->pid == 0 && c->restart_at != 0 && c->restart_at <= now;
}

bool
child_is_well(const struct child *c, int64_t now, int64_t most)
{
	int64_t silence;

	if (c->pid == 0)
		return false;
	silence = pulse_silence(c->pulse, now);
	return silence >= 0 && silence <= most;
}

void
child_check(struct child *c, int64_t now, int64_t most)
{
	int64_t silence;

	if (c->pid == 0 || c->pulse == NULL)
		return;
	silence = pulse_silence(c->pulse, now);
	if (silence <= most) {
		c->silent_at = 0;
	} else if (c->silent_at == 0) {
		c->silent_at = now;
	} else if (now - c->silent_at >= CHILD_AGAIN) {
		log_error("child.hung", "role=%s pid=%ld silent_ms=%lld",
		    c->role, (long)c->pid, (long long)silence);
		child_signal(c, SIGKILL);
		c->silent_at = now; /* told again when that does not help */
	}
}

void
child_replace(struct child *c)
{
	c->replaced = true;
	child_signal(c, SIGTERM);
}

void
child_signal(const struct child *c, int sig)
{
	if (c->pid > 0)
		(void)kill(c->pid, sig); /* it may just have ended */
}
