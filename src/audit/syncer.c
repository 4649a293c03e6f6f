#include "audit/syncer.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct syncer {
	pthread_t thread;
	pthread_mutex_t lock; /* for all below */
	pthread_cond_t wake;  /* there is something to do */
	pthread_cond_t idle;  /* it is done */
	bool asked, ends;
	int fd;
	int rc, why; /* of the last time; errno */
};

static void *
run(void *ctx)
{
	struct syncer *s = ctx;
	int fd, rc, why;

	(void)pthread_mutex_lock(&s->lock);
	for (;;) {
		while (!s->asked && !s->ends)
			(void)pthread_cond_wait(&s->wake, &s->lock);
		if (!s->asked)
			break;
		fd = s->fd;
		(void)pthread_mutex_unlock(&s->lock);
		rc = fdatasync(fd) == 0 ? CONSENT_OK : CONSENT_EIO;
		why = errno;
		(void)pthread_mutex_lock(&s->lock);
		s->rc = rc;
		s->why = why;
		s->asked = false;
		(void)pthread_cond_signal(&s->idle);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}

static void
discard(struct syncer *s)
{
	(void)pthread_cond_destroy(&s->idle);
	(void)pthread_cond_destroy(&s->wake);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

int
syncer_new(struct syncer **out)
{
	struct syncer *s = calloc(1, sizeof *s);

	if (s == NULL)
		return CONSENT_ENOMEM;
	/* of plain ones none of these fails */
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->wake, NULL);
	(void)pthread_cond_init(&s->idle, NULL);
	if (pthread_create(&s->thread, NULL, run, s) != 0) {
		discard(s);
		return CONSENT_ENOMEM;
	}
	*out = s;
	return CONSENT_OK;
}

void
syncer_free(struct syncer *s)
{
	if (s == NULL)
		return;
	(void)pthread_mutex_lock(&s->lock);
	s->ends = true;
	(void)pthread_cond_signal(&s->wake);
	(void)pthread_mutex_unlock(&s->lock);
	(void)pthread_join(s->thread, NULL);
	discard(s);
}

void
syncer_begin(struct syncer *s, int fd)
{
	(void)pthread_mutex_lock(&s->lock);
	s->fd = fd;
	s->asked = true;
	(void)pthread_cond_signal(&s->wake);
	(void)pthread_mutex_unlock(&s->lock);
}

int
syncer_end(struct syncer *s)
{
	int rc;

	(void)pthread_mutex_lock(&s->lock);
	while (s->asked)
		(void)pthread_cond_wait(&s->idle, &s->lock);
	rc = s->rc;
	errno = s->why;
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}
