#include "net/loop.h"

#include <assert.h>
#include <stdlib.h>

#include <event2/event.h>
#include <event2/event_struct.h>

enum {
	/* rounds of tasks queued by tasks before sockets get their turn */
	LOOP_ROUNDS = 16
};

struct loop {
	struct event_base *base;
	struct event wake;
	struct loop_task queue;	  /* heads of circular lists */
	struct loop_task running; /* what one round still has to run */
	struct loop_task guests;
	unsigned rounds; /* since the sockets had their turn */
	bool awake;	 /* the wake event is on its way */
	bool inside;	 /* a round is running */
	char buffer[LOOP_READ_BYTES];
};

static void
list_init(struct loop_task *head)
{
	head->next = head->prev = head;
}

static bool
list_is_empty(const struct loop_task *head)
{
	return head->next == head;
}

static void
list_append(struct loop_task *head, struct loop_task *task)
{
	task->next = head;
	task->prev = head->prev;
	head->prev->next = task;
	head->prev = task;
}

static void
list_move(struct loop_task *from, struct loop_task *to)
{
	while (!list_is_empty(from)) {
		struct loop_task *task = from->next;

		loop_cancel(task);
		list_append(to, task);
	}
}

/* Runs the tasks of a list until it is empty. */
static void
list_run(struct loop_task *head)
{
	while (!list_is_empty(head)) {
		struct loop_task *task = head->next;

		loop_cancel(task);
		task->run(task->ctx);
	}
}

static void
loop_wake(struct loop *loop)
{
	static const struct timeval soon = {0, 0};

	if (loop->awake)
		return;
	loop->awake = true;
	if (!loop->inside)
		loop->rounds = 0;
	/* libevent runs an active event before it looks at sockets again */
	if (loop->rounds++ < LOOP_ROUNDS || evtimer_add(&loop->wake, &soon))
		event_active(&loop->wake, EV_TIMEOUT, 0);
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;

	(void)fd;
	(void)what;
	loop->awake = false;
	loop->inside = true;
	list_move(&loop->queue, &loop->running);
	list_run(&loop->running);
	loop->inside = false;
}

static struct event_base *
base_new(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config == NULL)
		return NULL;
	if (event_config_require_features(
		config, EV_FEATURE_ET | EV_FEATURE_EARLY_CLOSE) == 0 &&
	    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0)
		base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

struct loop *
loop_new(void)
{
	struct loop *loop = calloc(1, sizeof *loop);

	if (loop == NULL)
		return NULL;
	list_init(&loop->queue);
	list_init(&loop->running);
	list_init(&loop->guests);
	loop->base = base_new();
	if (loop->base == NULL ||
	    event_assign(&loop->wake, loop->base, -1, 0, on_wake, loop) != 0) {
		if (loop->base != NULL)
			event_base_free(loop->base);
		free(loop);
		return NULL;
	}
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	list_run(&loop->queue);
	list_run(&loop->guests);
	list_run(&loop->queue);
	(void)event_del(&loop->wake); /* cannot fail for a timer */
	event_base_free(loop->base);
	free(loop);
}

struct event_base *
loop_base(struct loop *loop)
{
	return loop->base;
}

char *
loop_buffer(struct loop *loop)
{
	return loop->buffer;
}

void
loop_task_init(struct loop_task *task, void (*run)(void *ctx), void *ctx)
{
	*task = (struct loop_task){.run = run, .ctx = ctx};
}

void
loop_defer(struct loop *loop, struct loop_task *task)
{
	if (task->next != NULL)
		return;
	list_append(&loop->queue, task);
	loop_wake(loop);
}

void
loop_cancel(struct loop_task *task)
{
	if (task->next == NULL)
		return;
	task->next->prev = task->prev;
	task->prev->next = task->next;
	task->next = task->prev = NULL;
}

void
loop_adopt(struct loop *loop, struct loop_task *task)
{
	assert(task->next == NULL);
	list_append(&loop->guests, task);
}

bool
loop_has_guests(const struct loop *loop)
{
	return !list_is_empty(&loop->guests);
}
