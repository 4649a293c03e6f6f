#include "proxy/listen.h"

#include "base/log.h"
#include "net/address.h"

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
	LISTEN_MODE = 0660, /* of unix sockets: their group may connect */
	LISTEN_OWN = 0600   /* of the control socket */
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
	mask = umask(0777 & ~(at->mode == 0 ? LISTEN_MODE : at->mode));
	rc = bind(fd, (const void *)&at->bound, at->length);
	(void)umask(mask);
	return rc;
}

static int
set_option(int fd, int option)
{
	int on = 1;

	return setsockopt(fd, SOL_SOCKET, option, &on, sizeof on);
}

/*
 * The first socket of an address binds without SO_REUSEPORT, so that a port
 * which another program holds is seen as taken; the option is set afterwards
 * and lets the sockets of the other slots join. A port that is ours already,
 * with another host, is shared from the start.
 */
static int
prepare_socket(int fd, const struct listen_address *at, bool shared)
{
	if (at->bound.ss_family == AF_UNIX)
		return bind_to(fd, at);
	if (set_option(fd, SO_REUSEADDR) != 0 ||
	    (shared && set_option(fd, SO_REUSEPORT) != 0) ||
	    bind_to(fd, at) != 0)
		return -1;
	return shared ? 0 : set_option(fd, SO_REUSEPORT);
}

/* Opens one more socket of an address; it is bound and does not listen. */
static int
open_one(struct listen_address *at, bool shared)
{
	int fd = socket(
	    at->bound.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (prepare_socket(fd, at, shared || at->n_fds > 0) != 0) {
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

/* From now on the kernel gives connections to all sockets of an address. */
static int
start_listening(struct listen_address *at)
{
	for (; at->n_live < at->n_fds; at->n_live++)
		if (listen(at->fds[at->n_live], LISTEN_BACKLOG) != 0)
			return -1;
	return 0;
}

static unsigned
port_of(const struct sockaddr_storage *a)
{
	if (a->ss_family == AF_INET)
		return ((const struct sockaddr_in *)(const void *)a)->sin_port;
	if (a->ss_family == AF_INET6)
		return ((const struct sockaddr_in6 *)(const void *)a)
		    ->sin6_port;
	return 0;
}

/* Whether we listen on the port of an address already. */
static bool
holds_port(const struct listen_set *set, const struct sockaddr_storage *want)
{
	size_t i;

	for (i = 0; set != NULL && port_of(want) != 0 && i < set->n; i++)
		if (port_of(&set->at[i].bound) == port_of(want))
			return true;
	return false;
}

/*
 * Where set holds an address, passing over the first skip: with port 0 an
 * address may be there several times.
 */
static const struct listen_address *
find_address(const struct listen_set *set, const char *text, size_t skip)
{
	size_t i;

	for (i = 0; set != NULL && i < set->n; i++)
		if (strcmp(set->at[i].text, text) == 0 && skip-- == 0)
			return &set->at[i];
	return NULL;
}

/* How many addresses before number n have the text of that one. */
static size_t
count_before(const struct proxy_setup *setup, size_t n)
{
	size_t i, many = 0;

	for (i = 0; i < n; i++)
		many += strcmp(setup->listeners[i].at.text,
			    setup->listeners[n].at.text) == 0;
	return many;
}

/* An address to have, and how many sockets for it. */
struct wanted {
	const struct setup_address *at;
	size_t slots;
	size_t skip; /* count_before */
};

static int
open_address(struct listen_address *at, const struct wanted *wanted,
    const struct listen_set *previous)
{
	const struct setup_address *want = wanted->at;
	const struct listen_address *kept =
	    find_address(previous, want->text, wanted->skip);
	bool shared = holds_port(previous, &want->address);
	size_t slots = wanted->slots;

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
		if (open_one(at, shared) != 0)
			goto failed;
	/* what joins sockets that are served waits: see listen_join */
	if (kept == NULL && start_listening(at) != 0)
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
		const struct wanted wanted = {&setup->listeners[i].at,
		    setup->workers, count_before(setup, i)};

		out->n = i + 1;
		if (open_address(&out->at[i], &wanted, previous) !=
		    CONSENT_OK) {
			listen_close(out, previous);
			return CONSENT_EIO;
		}
		out->at[i].is_tls = setup->listeners[i].tls != NULL;
	}
	return CONSENT_OK;
}

int
listen_open_admin(struct listen_set *out, const struct proxy_setup *setup,
    const struct listen_set *previous)
{
	const struct wanted wanted = {&setup->admin, 1, 0};

	memset(out, 0, sizeof *out);
	if (setup->admin.length == 0)
		return CONSENT_OK;
	out->n = 1;
	if (open_address(&out->at[0], &wanted, previous) == CONSENT_OK)
		return CONSENT_OK;
	listen_close(out, previous);
	return CONSENT_EIO;
}

void
listen_join(struct listen_set *set)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		struct listen_address *at = &set->at[i];

		if (start_listening(at) == 0)
			continue;
		log_error("listen.failed", "address=%s reason=\"%s\"", at->text,
		    strerror(errno));
		while (at->n_fds > at->n_live) /* the others serve all */
			(void)close(at->fds[--at->n_fds]);
	}
}

int
listen_open_control(struct listen_set *out, const struct proxy_setup *setup,
    const struct listen_set *previous)
{
	struct setup_address want;
	const struct wanted wanted = {&want, 1, 0};
	struct address local;

	memset(out, 0, sizeof *out);
	memset(&want, 0, sizeof want);
	if (setup->control == NULL)
		return CONSENT_OK;
	if (address_from_path(span_of(setup->control), &local) != CONSENT_OK)
		return CONSENT_EIO;
	memcpy(&want.address, &local.to, local.n);
	want.length = local.n;
	(void)snprintf(
	    want.text, sizeof want.text, "control:%s", setup->control);
	out->n = 1;
	out->at[0].mode = LISTEN_OWN;
	if (open_address(&out->at[0], &wanted, previous) == CONSENT_OK)
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
		    find_address(kept, set->at[i].text, 0) == NULL)
			(void)unlink(
			    ((const struct sockaddr_un *)(const void *)&set
				    ->at[i]
				    .bound)
				->sun_path);
	}
	set->n = 0;
}

void
listen_leave(const struct listen_set *set)
{
	size_t i, k;

	for (i = 0; i < set->n; i++)
		for (k = 0; k < set->at[i].n_fds; k++)
			(void)close(set->at[i].fds[k]);
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
