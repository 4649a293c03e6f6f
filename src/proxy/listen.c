#include "proxy/listen.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	LISTEN_BACKLOG = 1024,
	LISTEN_MODE = 0660 /* of unix sockets: their group may connect */
};

/* Removes a socket file that no process listens on any more. */
static void
remove_stale(const struct listen_address *at)
{
	const struct sockaddr_un *un = (const void *)&at->bound;
	struct stat st;
	int fd;

	if (at->bound.ss_family != AF_UNIX || lstat(un->sun_path, &st) != 0 ||
	    !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const void *)un, at->length) != 0 &&
	    errno == ECONNREFUSED)
		(void)unlink(un->sun_path); /* bind reports what remains */
	(void)close(fd);
}

/* The file of a unix socket gets its mode as it is made, not later. */
static int
bind_to(int fd, const struct listen_address *at)
{
	mode_t mask;
	int rc;

	if (at->bound.ss_family != AF_UNIX)
		return bind(fd, (const void *)&at->bound, at->length);
	mask = umask(0777 & ~LISTEN_MODE);
	rc = bind(fd, (const void *)&at->bound, at->length);
	(void)umask(mask);
	return rc;
}

/*
 * The first socket of an address binds without SO_REUSEPORT, so that a port
 * which another program holds is seen as taken; the option is set afterwards
 * and lets the sockets of the other slots join.
 */
static int
open_one(struct listen_address *at)
{
	bool first = at->n_fds == 0;
	bool inet = at->bound.ss_family != AF_UNIX;
	int on = 1, fd;

	fd = socket(
	    at->bound.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if ((inet && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) !=
			 0) ||
	    (inet && !first &&
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) !=
		    0) ||
	    bind_to(fd, at) != 0 ||
	    (inet && first &&
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) !=
		    0) ||
	    listen(fd, LISTEN_BACKLOG) != 0) {
		int saved = errno;

		(void)close(fd);
		errno = saved;
		return -1;
	}
	at->length = sizeof at->bound;
	(void)getsockname(fd, (void *)&at->bound, &at->length);
	at->fds[at->n_fds++] = fd;
	return 0;
}

static const struct listen_address *
find_address(const struct listen_set *set, const char *text)
{
	size_t i;

	for (i = 0; set != NULL && i < set->n; i++)
		if (strcmp(set->at[i].text, text) == 0)
			return &set->at[i];
	return NULL;
}

static int
open_address(struct listen_address *at, const struct setup_address *want,
    size_t slots, const struct listen_set *previous)
{
	const struct listen_address *kept = find_address(previous, want->text);

	(void)snprintf(at->text, sizeof at->text, "%s", want->text);
	at->bound = want->address;
	at->length = want->length;
	if (want->address.ss_family == AF_UNIX)
		slots = 1;
	if (kept != NULL) {
		*at = *kept;
		if (at->inherited)
			slots = 1;
	}
	if (at->n_fds == 0)
		remove_stale(at);
	while (at->n_fds < slots)
		if (open_one(at) != 0)
			goto failed;
	return CONSENT_OK;
failed:
	log_error("listen.failed", "address=%s reason=\"%s\"", want->text,
	    strerror(errno));
	return CONSENT_EIO;
}

int
listen_open(struct listen_set *out, const struct proxy_setup *setup,
    const struct listen_set *previous)
{
	size_t i;

	memset(out, 0, sizeof *out);
	for (i = 0; i < setup->n_listeners; i++) {
		out->n = i + 1;
		out->at[i].is_tls = setup->listeners[i].tls != NULL;
		if (open_address(&out->at[i], &setup->listeners[i].at,
			setup->workers, previous) != CONSENT_OK) {
			listen_close(out, previous);
			return CONSENT_EIO;
		}
	}
	return CONSENT_OK;
}

int
listen_open_admin(struct listen_set *out, const struct proxy_setup *setup,
    const struct listen_set *previous)
{
	memset(out, 0, sizeof *out);
	if (setup->admin.length == 0)
		return CONSENT_OK;
	out->n = 1;
	if (open_address(&out->at[0], &setup->admin, 1, previous) == CONSENT_OK)
		return CONSENT_OK;
	listen_close(out, previous);
	return CONSENT_EIO;
}

bool
listen_is_for(
    const struct listen_address *at, size_t k, size_t slot, size_t workers)
{
	if (at->n_fds < workers)
		return slot % at->n_fds == k;
	return k % workers == slot;
}

static bool
holds_fd(const struct listen_set *set, int fd)
{
	size_t i, k;

	for (i = 0; set != NULL && i < set->n; i++)
		for (k = 0; k < set->at[i].n_fds; k++)
			if (set->at[i].fds[k] == fd)
				return true;
	return false;
}

void
listen_close(struct listen_set *set, const struct listen_set *kept)
{
	size_t i, k;

	for (i = 0; i < set->n; i++) {
		for (k = 0; k < set->at[i].n_fds; k++)
			if (!holds_fd(kept, set->at[i].fds[k]))
				(void)close(set->at[i].fds[k]);
		if (set->at[i].bound.ss_family == AF_UNIX &&
		    !set->at[i].inherited &&
		    find_address(kept, set->at[i].text) == NULL)
			(void)unlink(
			    ((const struct sockaddr_un *)(const void *)&set
				    ->at[i]
				    .bound)
				->sun_path);
	}
	set->n = 0;
}

int
listen_give(const struct listen_set *set, const struct privilege *p)
{
	size_t i;

	for (i = 0; p->wanted && i < set->n; i++) {
		const struct sockaddr_un *un = (const void *)&set->at[i].bound;

		if (un->sun_family != AF_UNIX || set->at[i].inherited ||
		    lchown(un->sun_path, p->uid, p->gid) == 0)
			continue;
		log_error("listen.failed", "address=%s reason=\"%s\"",
		    set->at[i].text, strerror(errno));
		return CONSENT_EIO;
	}
	return CONSENT_OK;
}

void
listen_url(const struct listen_address *at, char *out, size_t room)
{
	char host[INET6_ADDRSTRLEN] = "";
	const struct sockaddr_in *in = (const void *)&at->bound;
	const struct sockaddr_in6 *in6 = (const void *)&at->bound;
	const char *scheme = at->is_tls ? "https" : "http";

	if (at->bound.ss_family == AF_INET) {
		(void)inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
		(void)snprintf(out, room, "%s://%s:%u/", scheme, host,
		    ntohs(in->sin_port));
	} else if (at->bound.ss_family == AF_INET6) {
		(void)inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof host);
		(void)snprintf(out, room, "%s://[%s]:%u/", scheme, host,
		    ntohs(in6->sin6_port));
	} else {
		(void)snprintf(out, room, "%s", at->text);
	}
}
