#include "net/resolver_helper.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

enum {
	HELPER_FD = 3,	     /* the only file beside the standard ones */
	HELPER_REST_MS = 100 /* before one that was killed is replaced */
};

static int
helper_code(int error)
{
	switch (error) {
	case 0:
		return CONSENT_OK;
	case EAI_NONAME:
	case EAI_NODATA:
		return CONSENT_ENOENT;
	default:
		return CONSENT_EIO;
	}
}

static void
helper_look_up(
    const struct resolver_question *question, struct resolver_answer *answer)
{
	const struct addrinfo hints = {
	    .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *list = NULL, *i;
	char port[8];

	(void)snprintf(port, sizeof port, "%u", (unsigned)question->port);
	answer->rc =
	    helper_code(getaddrinfo(question->host, port, &hints, &list));
	if (answer->rc != CONSENT_OK)
		return;
	for (i = list; i != NULL; i = i->ai_next) {
		struct address *to = &answer->list[answer->count];

		if (answer->count == ADDRESS_LIST)
			break;
		if (i->ai_family != AF_INET && i->ai_family != AF_INET6)
			continue;
		memcpy(&to->to, i->ai_addr, i->ai_addrlen);
		to->n = i->ai_addrlen;
		answer->count++;
	}
	freeaddrinfo(list);
	if (answer->count == 0)
		answer->rc = CONSENT_ENOENT;
}

/* The signals of a group are for the process above, which ends this one. */
static void
helper_settle(int fd)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t none;
	size_t i;

	log_set_role("resolver");
	/* where the process above is gone already, its end of fd is closed */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		(void)sigaction(ignored[i], &ignore, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (fd != HELPER_FD && dup2(fd, HELPER_FD) < 0)
		_exit(1);
	if (close_range(HELPER_FD + 1, ~0u, 0) != 0)
		_exit(1);
}

/* Answers until the other end closes; then the process ends. */
static void
helper_answer(void)
{
	struct resolver_question question;
	struct resolver_answer answer;
	ssize_t n;

	for (;;) {
		n = recv(HELPER_FD, &question, sizeof question, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n != (ssize_t)sizeof question)
			_exit(0);
		question.host[ADDRESS_HOST_BYTES] = '\0';
		memset(&answer, 0, sizeof answer);
		answer.id = question.id;
		helper_look_up(&question, &answer);
		if (send(HELPER_FD, &answer, sizeof answer, MSG_NOSIGNAL) < 0)
			_exit(0);
	}
}

/* Ends this process with the one that forked it. */
static void
helper_follow(pid_t above)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != above)
		_exit(1);
}

void
resolver_help(int fd, void (*confine)(void))
{
	const struct timespec pause = {0, HELPER_REST_MS * 1000000L};
	pid_t self, pid;
	int status;

	helper_settle(fd);
	self = getpid();
	for (;;) {
		pid = fork();
		if (pid == 0) {
			helper_follow(self);
			if (confine != NULL)
				confine();
			helper_answer();
		}
		while (
		    pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
		if (pid > 0 && WIFEXITED(status))
			_exit(WEXITSTATUS(status));
		log_warn("resolver.killed", "signal=%d",
		    pid > 0 ? WTERMSIG(status) : 0);
		(void)nanosleep(&pause, NULL); /* no hurry to die again */
	}
}
