#include "proxy/access_out.h"

#include "base/log.h"
#include "base/log_room.h"
#include "proxy/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Of daemon (3), informational (6): 3 * 8 + 6, see RFC 3164 4.1.1. */
#define SYSLOG_PRIORITY "<30>"
#define SYSLOG_SOCKET "/dev/log"

static const struct access_plan to_log = {.to = ACCESS_LOG};
static struct access_user user = {.plan = &to_log, .fd = -1};
static unsigned passed; /* requests since the last that had a line */

int
access_open(const struct access_plan *plan, int *fd)
{
	*fd = -1;
	if (plan->to == ACCESS_STDOUT)
		*fd = STDOUT_FILENO;
	else if (plan->to == ACCESS_FILE)
		*fd = open(plan->file,
		    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
			O_NOCTTY,
		    0640);
	else if (plan->to == ACCESS_SYSLOG)
		*fd = socket(
		    AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	else
		return CONSENT_OK;
	if (*fd >= 0)
		return CONSENT_OK;
	log_error("access.failed", "file=%s reason=\"%s\"",
	    plan->file == NULL ? "-" : plan->file, strerror(errno));
	return CONSENT_EIO;
}

void
access_close(const struct access_plan *plan, int fd)
{
	if (fd >= 0 && plan->to != ACCESS_STDOUT)
		(void)close(fd); /* what it held was written, or lost */
}

void
access_join(const struct access_user *with)
{
	user = with == NULL ? (struct access_user){.plan = &to_log, .fd = -1}
			    : *with;
	passed = 0;
}

const struct access_plan *
access_joined(void)
{
	return user.plan;
}

bool
access_is_due(void)
{
	if (++passed < user.plan->sample)
		return false;
	passed = 0;
	return true;
}

/* ---- writing ---------------------------------------------------------- */

/* One datagram; what is before the line has at most 23 bytes. */
static bool
send_line(int fd, const char *path, struct span line)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	char text[ACCESS_DATAGRAM + 1];
	int n =
	    snprintf(text, sizeof text, SYSLOG_PRIORITY "consentd[%ld]: %.*s",
		(long)getpid(), SPAN_ARG(line));

	if (n < 0 || (size_t)n >= sizeof text ||
	    strlen(path) >= sizeof to.sun_path)
		return false;
	memcpy(to.sun_path, path, strlen(path) + 1);
	return sendto(fd, text, (size_t)n, MSG_NOSIGNAL,
		   (const struct sockaddr *)&to, sizeof to) == n;
}

static void
lose(struct span lines)
{
	uint64_t n = 0;

	while (lines.p != NULL) {
		(void)span_cut(&lines, '\n');
		n += lines.p != NULL;
	}
	metrics_add(METRIC_ACCESS_LOST, n);
}

static void
send_all(int fd, const char *path, struct span lines)
{
	while (lines.n > 0) {
		struct span line = span_cut(&lines, '\n');

		if (!send_line(fd, path, line))
			metrics_add(METRIC_ACCESS_LOST, 1);
	}
}

static void
write_all(int fd, struct span lines)
{
	while (lines.n > 0) {
		ssize_t n = write(fd, lines.p, lines.n);

		if (n <= 0) {
			lose(lines);
			return;
		}
		lines = span_sub(lines, (size_t)n, lines.n);
	}
}

void
access_rescue(const struct access_plan *plan, int fd, struct log_room *room)
{
	struct span lines = log_room_lines(room);

	if (plan->to == ACCESS_SYSLOG)
		send_all(
		    fd, plan->file == NULL ? SYSLOG_SOCKET : plan->file, lines);
	else if (fd >= 0)
		write_all(fd, lines);
	log_room_clear(room);
}

void
access_flush(void)
{
	if (user.room != NULL)
		access_rescue(user.plan, user.fd, user.room);
}

void
access_add(struct span line)
{
	if (user.room == NULL)
		return;
	if (log_room_lines(user.room).n == 0)
		user.on_line(user.ctx);
	if (log_room_keep(user.room, line))
		return;
	access_flush();
	(void)log_room_keep(user.room, line); /* it is empty: there is room */
}

void
access_renew(int fd)
{
	access_flush();
	access_close(user.plan, user.fd);
	user.fd = fd;
}
