#include "audit/press.h"

#include "audit/publish.h"

#include <libconsent/buf.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct press {
	pthread_t thread;
	bool is_alone;	      /* there is no thread: the owner does its work */
	pthread_mutex_t lock; /* for all below but publisher and taken */
	pthread_cond_t wake;  /* there is something to do */
	pthread_cond_t idle;  /* it is done */
	bool asked, busy, ends;
	struct buf pending; /* lines that nobody has looked at */
	int rc, why;	    /* of the last time; errno */
	uint64_t published;
	/* of the thread while it is busy, else of the owner */
	struct publisher *publisher;
	struct buf taken;
};

/* Adds the lines that were taken, and publishes. */
static int
add_taken(struct press *press)
{
	struct span rest = buf_span(&press->taken);
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && rest.n > 0)
		rc = publisher_add(press->publisher, span_cut(&rest, '\n'));
	buf_clear(&press->taken);
	return rc;
}

/* Takes what is pending; the lock is held. */
static void
take(struct press *press)
{
	struct buf empty = press->taken;

	press->taken = press->pending;
	press->pending = empty;
}

static void
work(struct press *press)
{
	int rc, why;

	take(press);
	press->asked = false;
	press->busy = true;
	(void)pthread_mutex_unlock(&press->lock);
	rc = add_taken(press);
	if (rc == CONSENT_OK)
		rc = publisher_publish(press->publisher);
	why = errno;
	(void)pthread_mutex_lock(&press->lock);
	press->busy = false;
	press->rc = rc;
	press->why = why;
	press->published = publisher_published(press->publisher);
	(void)pthread_cond_broadcast(&press->idle);
}

static void *
run(void *ctx)
{
	struct press *press = ctx;

	(void)pthread_mutex_lock(&press->lock);
	while (!press->ends) {
		if (press->asked)
			work(press);
		else
			(void)pthread_cond_wait(&press->wake, &press->lock);
	}
	(void)pthread_mutex_unlock(&press->lock);
	return NULL;
}

int
press_new(struct publisher *p, struct press **out)
{
	struct press *press = calloc(1, sizeof *press);

	if (press == NULL)
		return CONSENT_ENOMEM;
	press->publisher = p;
	press->published = publisher_published(p);
	buf_init(&press->pending, PUBLISH_BACKLOG);
	buf_init(&press->taken, PUBLISH_BACKLOG);
	/* of plain ones none of these fails */
	(void)pthread_mutex_init(&press->lock, NULL);
	(void)pthread_cond_init(&press->wake, NULL);
	(void)pthread_cond_init(&press->idle, NULL);
	/* where no thread may be made, commits wait for what is published */
	press->is_alone = pthread_create(&press->thread, NULL, run, press) != 0;
	*out = press;
	return CONSENT_OK;
}

void
press_free(struct press *press)
{
	if (press == NULL)
		return;
	(void)pthread_mutex_lock(&press->lock);
	press->ends = true;
	(void)pthread_cond_signal(&press->wake);
	(void)pthread_mutex_unlock(&press->lock);
	if (!press->is_alone)
		(void)pthread_join(press->thread, NULL);
	(void)pthread_cond_destroy(&press->idle);
	(void)pthread_cond_destroy(&press->wake);
	(void)pthread_mutex_destroy(&press->lock);
	publisher_close(press->publisher);
	buf_fini(&press->pending);
	buf_fini(&press->taken);
	free(press);
}

int
press_add(struct press *press, struct span lines)
{
	int rc;

	(void)pthread_mutex_lock(&press->lock);
	rc = buf_append(&press->pending, lines);
	(void)pthread_mutex_unlock(&press->lock);
	return rc;
}

void
press_begin(struct press *press)
{
	(void)pthread_mutex_lock(&press->lock);
	press->asked = true;
	if (press->is_alone)
		work(press);
	else
		(void)pthread_cond_signal(&press->wake);
	(void)pthread_mutex_unlock(&press->lock);
}

/* What came of the last time; the lock is held. */
static int
outcome(const struct press *press)
{
	errno = press->why;
	return press->rc;
}

bool
press_is_done(struct press *press, int *rc)
{
	bool done;

	(void)pthread_mutex_lock(&press->lock);
	done = !press->asked && !press->busy;
	if (done)
		*rc = outcome(press);
	(void)pthread_mutex_unlock(&press->lock);
	return done;
}

int
press_wait(struct press *press)
{
	int rc;

	(void)pthread_mutex_lock(&press->lock);
	while (press->asked || press->busy)
		(void)pthread_cond_wait(&press->idle, &press->lock);
	rc = outcome(press);
	(void)pthread_mutex_unlock(&press->lock);
	return rc;
}

uint64_t
press_published(struct press *press)
{
	uint64_t n;

	(void)pthread_mutex_lock(&press->lock);
	n = press->published;
	(void)pthread_mutex_unlock(&press->lock);
	return n;
}

void
press_forget(struct press *press, uint64_t bundle)
{
	int rc;

	(void)pthread_mutex_lock(&press->lock);
	while (press->asked || press->busy)
		(void)pthread_cond_wait(&press->idle, &press->lock);
	/* the bundle may be among what waits */
	take(press);
	rc = add_taken(press);
	if (rc != CONSENT_OK)
		press->rc = rc;
	publisher_forget(press->publisher, bundle);
	(void)pthread_mutex_unlock(&press->lock);
}
