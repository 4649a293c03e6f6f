#include "net/resolver.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/loop.h"
#include "net/resolver_helper.h"

struct resolver {
	struct loop *loop;
	struct event io;		     /* while there is a helper */
	struct event timer;		     /* for the oldest question */
	pid_t pid;			     /* of the helper; 0: none */
	int fd;				     /* to it; -1: none */
	struct resolver_query *first, *last; /* questions, oldest first */
	size_t count;			     /* of questions */
	uint32_t id;			     /* of the last one */
	void (*confine)(void);		     /* in the helper; or NULL */
};

/* The list of open questions. */

static void
query_append(struct resolver *r, struct resolver_query *query)
{
	query->resolver = r;
	query->next = NULL;
	query->prev = r->last;
	if (r->last != NULL)
		r->last->next = query;
	else
		r->first = query;
	r->last = query;
	r->count++;
}

void
resolver_cancel(struct resolver_query *query)
{
	struct resolver *r = query->resolver;

	if (r == NULL)
		return;
	if (query->prev != NULL)
		query->prev->next = query->next;
	else
		r->first = query->next;
	if (query->next != NULL)
		query->next->prev = query->prev;
	else
		r->last = query->prev;
	query->resolver = NULL;
	r->count--;
}

static void
query_finish(
    struct resolver_query *query, int rc, const struct resolver_answer *answer)
{
	resolver_cancel(query);
	query->on_done(query->ctx, rc, answer == NULL ? NULL : answer->list,
	    answer == NULL ? 0 : answer->count);
}

static void
resolver_arm(struct resolver *r)
{
	struct timeval tv;
	int64_t wait;

	if (r->first == NULL || evtimer_pending(&r->timer, NULL))
		return;
	wait = r->first->deadline - clock_monotonic();
	if (wait < 1)
		wait = 1;
	tv.tv_sec = (time_t)(wait / 1000);
	tv.tv_usec = (suseconds_t)(wait % 1000 * 1000);
	(void)evtimer_add(&r->timer, &tv); /* without it questions just wait */
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *r = arg;
	int64_t now = clock_monotonic();

	(void)fd;
	(void)what;
	while (r->first != NULL && r->first->deadline <= now)
		query_finish(r->first, CONSENT_EIO, NULL);
	resolver_arm(r);
}

/* The helper. */

static void
helper_end(struct resolver *r)
{
	if (r->pid == 0)
		return;
	(void)event_del(&r->io);
	(void)close(r->fd);
	r->fd = -1;
	/*
	 * It may be in the middle of a question, and has nothing to lose. Who
	 * may not signal it may not wait either: it ends with this process.
	 */
	while (kill(r->pid, SIGKILL) == 0 && waitpid(r->pid, NULL, 0) < 0 &&
	       errno == EINTR)
		continue;
	r->pid = 0;
}

/* Whether an answer is one that the helper can have meant. */
static bool
answer_is_sound(const struct resolver_answer *answer)
{
	uint32_t i;

	if (answer->rc != CONSENT_OK)
		return answer->count == 0;
	if (answer->count == 0 || answer->count > ADDRESS_LIST)
		return false;
	for (i = 0; i < answer->count; i++) {
		const struct address *a = &answer->list[i];
		bool v4 =
		    a->to.any.sa_family == AF_INET && a->n == sizeof a->to.v4;
		bool v6 =
		    a->to.any.sa_family == AF_INET6 && a->n == sizeof a->to.v6;

		if (!v4 && !v6)
			return false;
	}
	return true;
}

static void
resolver_take(struct resolver *r, const struct resolver_answer *answer)
{
	struct resolver_query *query = r->first;

	while (query != NULL && query->id != answer->id)
		query = query->next;
	if (query != NULL)
		query_finish(query, answer->rc, answer);
}

/* Without a helper no question is answered; the next one starts another. */
static void
resolver_lose(struct resolver *r)
{
	uint32_t newest = r->id;

	log_warn("resolver.lost", "pid=%ld", (long)r->pid);
	helper_end(r);
	while (r->first != NULL && r->first->id <= newest)
		query_finish(r->first, CONSENT_EIO, NULL);
}

static void
on_answer(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *r = arg;
	struct resolver_answer answer;
	ssize_t n;

	(void)what;
	n = recv(fd, &answer, sizeof answer, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n == (ssize_t)sizeof answer && answer_is_sound(&answer))
		resolver_take(r, &answer);
	else
		resolver_lose(r);
}

static int
helper_start(struct resolver *r)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) != 0)
		return CONSENT_EIO;
	r->pid = fork();
	if (r->pid == 0)
		resolver_help(fd[1], r->confine);
	(void)close(fd[1]);
	r->fd = fd[0];
	if (r->pid > 0 && evutil_make_socket_nonblocking(fd[0]) == 0 &&
	    event_assign(&r->io, loop_base(r->loop), fd[0],
		EV_READ | EV_PERSIST, on_answer, r) == 0 &&
	    event_add(&r->io, NULL) == 0)
		return CONSENT_OK;
	if (r->pid > 0) {
		helper_end(r);
		return CONSENT_EIO;
	}
	(void)close(fd[0]);
	r->fd = -1;
	r->pid = 0;
	return CONSENT_EIO;
}

struct resolver *
resolver_new(struct loop *loop, void (*confine)(void))
{
	struct resolver *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->loop = loop;
	r->fd = -1;
	r->confine = confine;
	if (evtimer_assign(&r->timer, loop_base(loop), on_timer, r) != 0 ||
	    helper_start(r) != CONSENT_OK) {
		free(r);
		return NULL;
	}
	return r;
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	while (r->first != NULL)
		resolver_cancel(r->first);
	(void)evtimer_del(&r->timer);
	helper_end(r);
	free(r);
}

int
resolver_ask(struct resolver *r, struct resolver_query *query, struct span host,
    uint16_t port)
{
	struct resolver_question question = {.port = port};

	if (host.n == 0 || host.n > ADDRESS_HOST_BYTES ||
	    span_find(host, '\0') < host.n)
		return CONSENT_EINVAL;
	if (r->count == RESOLVER_QUERIES)
		return CONSENT_EBUSY;
	if (r->pid == 0 && helper_start(r) != CONSENT_OK)
		return CONSENT_EIO;
	question.id = ++r->id;
	memcpy(question.host, host.p, host.n);
	if (send(r->fd, &question, sizeof question, MSG_NOSIGNAL) < 0)
		return errno == EAGAIN ? CONSENT_EBUSY : CONSENT_EIO;
	query->id = question.id;
	query->deadline = clock_monotonic() + RESOLVER_MS;
	query_append(r, query);
	resolver_arm(r);
	return CONSENT_OK;
}
