#include "proxy/service.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

/* ---- sockets ---------------------------------------------------------- */

/* Whether two addresses are the same place to connect to. */
static bool
is_same(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;
	const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;
	const struct sockaddr_un *au = (const void *)a, *bu = (const void *)b;

	if (a->ss_family != b->ss_family)
		return false;
	switch (a->ss_family) {
	case AF_INET:
		return a4->sin_port == b4->sin_port &&
		       a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	case AF_INET6:
		return a6->sin6_port == b6->sin6_port &&
		       memcmp(&a6->sin6_addr, &b6->sin6_addr,
			   sizeof a6->sin6_addr) == 0;
	case AF_UNIX:
		return strncmp(au->sun_path, bu->sun_path,
			   sizeof au->sun_path) == 0;
	default:
		return false;
	}
}

/* The configured address that a socket is bound to, or NULL. */
static const struct setup_address *
find_wanted(
    const struct proxy_setup *setup, const struct sockaddr_storage *bound)
{
	size_t i;

	for (i = 0; i < setup->n_listeners; i++)
		if (is_same(&setup->listeners[i].at.address, bound))
			return &setup->listeners[i].at;
	return NULL;
}

static int
refuse_socket(const struct listen_address *at, int fd, const char *why)
{
	char where[SERVICE_STATUS] = "?";

	if (at->length != 0)
		listen_url(at, where, sizeof where);
	log_error("listen.inherited", "fd=%d address=%s reason=\"%s\"", fd,
	    where, why);
	return CONSENT_EINVAL;
}

/* Takes one socket into the set. */
static int
take_socket(struct listen_set *out, const struct proxy_setup *setup, int fd)
{
	struct listen_address *at = &out->at[out->n];
	const struct setup_address *wanted;

	memset(at, 0, sizeof *at);
	if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
		return refuse_socket(at, fd, "not a listening stream socket");
	at->length = sizeof at->bound;
	if (getsockname(fd, (void *)&at->bound, &at->length) != 0)
		return refuse_socket(at, fd, strerror(errno));
	if (at->bound.ss_family == AF_UNIX)
		(void)snprintf(at->text, sizeof at->text, "unix:%.*s",
		    (int)sizeof at->text - 6,
		    ((const struct sockaddr_un *)(const void *)&at->bound)
			->sun_path);
	if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return refuse_socket(at, fd, strerror(errno));
	wanted = find_wanted(setup, &at->bound);
	if (wanted == NULL)
		return refuse_socket(
		    at, fd, "no address of listen in the configuration");
	(void)snprintf(at->text, sizeof at->text, "%s", wanted->text);
	at->inherited = true;
	at->fds[at->n_fds++] = fd;
	at->n_live = at->n_fds;
	out->n++;
	return CONSENT_OK;
}

int
service_sockets(struct listen_set *out, const struct proxy_setup *setup)
{
	int n = sd_listen_fds(1), i, rc = CONSENT_OK;

	out->n = 0;
	if (n > SETUP_LISTENERS) {
		log_error("listen.inherited",
		    "sockets=%d reason=\"more than there can be\"", n);
		return CONSENT_EINVAL;
	}
	/* all of them are looked at, so that all mistakes are told at once */
	for (i = 0; i < n; i++)
		if (sd_is_socket(SD_LISTEN_FDS_START + i, AF_UNSPEC, 0, -1) <
			0 ||
		    take_socket(out, setup, SD_LISTEN_FDS_START + i) !=
			CONSENT_OK)
			rc = CONSENT_EINVAL;
	return rc;
}

/* ---- news ------------------------------------------------------------- */

void
service_ready(const char *status)
{
	/* without systemd there is nobody to tell; that is no mistake */
	(void)sd_notifyf(0, "READY=1\nSTATUS=%.*s", SERVICE_STATUS, status);
}

void
service_reloading(void)
{
	/* by the clock of systemd, and not before it asked: rounded up */
	(void)sd_notifyf(0,
	    "RELOADING=1\nMONOTONIC_USEC=%" PRId64
	    "\nSTATUS=Takes a new configuration",
	    (clock_monotonic() + 1) * 1000);
}

void
service_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1\nSTATUS=Lets requests end");
}

int64_t
service_watchdog(void)
{
	uint64_t microseconds = 0;

	if (sd_watchdog_enabled(0, &microseconds) <= 0)
		return 0;
	return (int64_t)(microseconds / 1000);
}

void
service_alive(void)
{
	(void)sd_notify(0, "WATCHDOG=1");
}
