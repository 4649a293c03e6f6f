#include "proxy/post.h"

#include "base/log.h"
#include "base/log_room.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static int
open_pair(int ends[2])
{
	return socketpair(
	    AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends);
}

/* Opens a post for a slot with a channel of its own. */
static struct post *
open_post(struct post *posts, const struct post_plan *plan, size_t slot)
{
	struct post *post = NULL;
	struct log_room *lines;
	int ends[2], hands[2];
	size_t i;

	for (i = 0; i < POST_MOST && post == NULL; i++)
		if (!posts[i].used)
			post = &posts[i];
	if (post == NULL)
		return NULL;
	lines = log_room_map(2);
	if (lines == NULL || open_pair(ends) != 0) {
		log_room_unmap(lines, 2);
		return NULL;
	}
	if (open_pair(hands) != 0) {
		log_room_unmap(lines, 2);
		(void)close(ends[0]);
		(void)close(ends[1]);
		return NULL;
	}
	*post = (struct post){.used = true,
	    .child = {.role = "worker",
		.pulse = &plan->pulses[post - posts],
		.lines = lines},
	    .generation = plan->generation,
	    .slot = slot,
	    .worker_end = ends[0],
	    .notary_end = ends[1],
	    .access_lines = lines + 1,
	    .hand = hands[0],
	    .hand_end = hands[1]};
	return post;
}

bool
post_any_runs(const struct post *posts)
{
	size_t i;

	for (i = 0; i < POST_MOST; i++)
		if (posts[i].used && posts[i].child.pid > 0)
			return true;
	return false;
}

void
post_signal(const struct post *posts, int sig, bool only_leaving)
{
	size_t i;

	for (i = 0; i < POST_MOST; i++)
		if (posts[i].used && (posts[i].leaving || !only_leaving))
			child_signal(&posts[i].child, sig);
}

void
post_leave(const struct post *post, enum post_keeps keeps)
{
	if (keeps != POST_KEEPS_NOTARY)
		(void)close(post->notary_end);
	if (keeps != POST_KEEPS_WORKER) {
		(void)close(post->worker_end);
		(void)close(post->hand_end);
	}
	(void)close(post->hand);
}

void
post_hand(const struct post *posts, int fd)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec byte = {(char[]){'f'}, 1};
	struct msghdr message = {.msg_iov = &byte,
	    .msg_iovlen = 1,
	    .msg_control = control.room,
	    .msg_controllen = sizeof control.room};
	struct cmsghdr *rights = &control.align;
	size_t i;

	memset(&control, 0, sizeof control);
	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(rights), &fd, sizeof fd);
	for (i = 0; i < POST_MOST; i++)
		if (posts[i].used &&
		    sendmsg(posts[i].hand, &message, MSG_NOSIGNAL) < 0)
			log_warn("access.unhanded", "reason=\"%s\"",
			    strerror(errno));
}

int
post_take(int hand_end)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	char byte;
	struct iovec into = {&byte, 1};
	struct msghdr message = {.msg_iov = &into,
	    .msg_iovlen = 1,
	    .msg_control = control.room,
	    .msg_controllen = sizeof control.room};
	const struct cmsghdr *rights;
	int fd = -1;

	if (recvmsg(hand_end, &message, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	rights = CMSG_FIRSTHDR(&message);
	if (rights != NULL && rights->cmsg_level == SOL_SOCKET &&
	    rights->cmsg_type == SCM_RIGHTS &&
	    rights->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(rights), sizeof fd);
	return fd;
}

void
post_close(struct post *post)
{
	(void)close(post->worker_end);
	(void)close(post->notary_end);
	(void)close(post->hand);
	(void)close(post->hand_end);
	log_room_unmap(post->child.lines, 2);
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
