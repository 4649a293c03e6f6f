#ifndef CONSENT_NET_LOOP_H
#define CONSENT_NET_LOOP_H

/*
 * What all connections of a process share: the libevent base, one buffer into
 * which every socket is read, and a queue of tasks that run from the loop, so
 * that no callback ever runs nested inside a call of its owner. One thread.
 * A task is embedded in the object that it is about; queueing allocates
 * nothing. Guests are objects that nobody owns any more (a connection that
 * lingers): they end by themselves, or with the loop.
 */

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct loop;

enum {
	/* the shared read buffer: what a slow reader leaves of one read waits
	   in a chain of libevent, which with its head is 32 KiB then */
	LOOP_READ_BYTES = 32 * 1024 - 64
};

struct loop_task {
	void (*run)(void *ctx);
	void *ctx;
	struct loop_task *next, *prev; /* NULL when not queued */
};

/* A loop with its own event base that knows EV_ET. NULL when there is none. */
struct loop *loop_new(void);

/*
 * Runs what is queued, ends the guests, frees the loop. All streams, peers
 * and upstreams have been closed by their owners before. NULL is fine.
 */
void loop_free(struct loop *loop);

/* The base, for events of other modules; belongs to the loop. */
struct event_base *loop_base(struct loop *loop);

/* The read buffer of LOOP_READ_BYTES; its content ends with the callback. */
char *loop_buffer(struct loop *loop);

/* Makes a task that is not queued. */
void loop_task_init(struct loop_task *task, void (*run)(void *ctx), void *ctx);

/*
 * Queues the task: it runs once, soon, from the loop, never inside this call.
 * Queueing it again before that changes nothing.
 */
void loop_defer(struct loop *loop, struct loop_task *task);

/* Takes the task out of the queue or the guests; fine when it is in none. */
void loop_cancel(struct loop_task *task);

/* Lists the task as a guest: it runs when the loop is freed. */
void loop_adopt(struct loop *loop, struct loop_task *task);

/*
 * Whether guests remain: a process that drains waits for them, for a bounded
 * time, so that the last bytes of its answers leave.
 */
bool loop_has_guests(const struct loop *loop);

#endif
