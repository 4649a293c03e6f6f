#include "proxy/post.h"

#include "base/log.h"
#include "base/log_room.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Opens a post for a slot with a channel of its own. */
static struct post *
open_post(struct post *posts, const struct post_plan *plan, size_t slot)
{
	struct post *post = NULL;
	struct log_room *lines;
	int ends[2];
	size_t i;

	for (i = 0; i < POST_MOST && post == NULL; i++)
		if (!posts[i].used)
			post = &posts[i];
	if (post == NULL)
		return NULL;
	lines = log_room_map(1);
	if (lines == NULL ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, ends) != 0) {
		log_room_unmap(lines, 1);
		return NULL;
	}
	*post = (struct post){.used = true,
	    .child = {.role = "worker",
		.pulse = &plan->pulses[post - posts],
		.lines = lines},
	    .generation = plan->generation,
	    .slot = slot,
	    .worker_end = ends[0],
	    .notary_end = ends[1]};
	return post;
}

void
post_close(struct post *post)
{
	(void)close(post->worker_end);
	(void)close(post->notary_end);
	log_room_unmap(post->child.lines, 1);
	post->child.lines = NULL;
	post->used = false;
}

int
post_open_all(struct post *posts, const struct post_plan *plan)
{
	struct post *opened[SETUP_WORKERS];
	size_t slot;

	for (slot = 0; slot < plan->n; slot++) {
		opened[slot] = open_post(posts, plan, slot);
		if (opened[slot] != NULL)
			continue;
		while (slot-- > 0)
			post_close(opened[slot]);
		log_error("server.posts", "reason=\"%s\"", strerror(errno));
		return CONSENT_EBUSY;
	}
	return CONSENT_OK;
}

const struct post *
post_awaited(const struct post *posts)
{
	size_t i;

	for (i = 0; i < POST_MOST; i++)
		if (posts[i].used && !posts[i].leaving &&
		    posts[i].child.pid == 0)
			return &posts[i];
	return NULL;
}

bool
post_hears(const struct post *post, int ms)
{
	struct pollfd at = {.events = POLLIN};

	if (post == NULL)
		return false;
	at.fd = post->worker_end;
	return poll(&at, 1, ms) > 0;
}
