#include "cmd/ctl_daemon.h"

#include "base/clock.h"
#include "cmd/ctl.h"
#include "net/address.h"

#include <libconsent/buf.h>
#include <libconsent/findings.h>
#include <libconsent/setting.h>
#include <libconsent/settings.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	DAEMON_WAIT = 120000, /* ms until the daemon has answered */
	DAEMON_BYTES = 2 << 20
};

int
ctl_daemon_find(const char *file, char path[CTL_DAEMON_PATH])
{
	const struct setting *s = NULL;
	struct settings *settings = NULL;
	const char *slash = strrchr(file, '/'), *text = NULL;
	struct findings findings;
	int n = -1, rc;

	findings_init(&findings);
	rc = settings_load(file, &findings, &settings);
	if (rc == CONSENT_OK)
		s = setting_member(settings_root(settings), "control");
	if (s != NULL)
		text = setting_string(s);
	if (text != NULL && text[0] != '\0') {
		/* a path counts from the folder of the file */
		int folder = text[0] == '/' || slash == NULL
				 ? 0
				 : (int)(slash - file) + 1;

		n = snprintf(
		    path, CTL_DAEMON_PATH, "%.*s%s", folder, file, text);
	}
	if (rc != CONSENT_OK)
		findings_print(&findings, stderr);
	findings_fini(&findings);
	settings_free(settings);
	if (rc != CONSENT_OK)
		return rc == CONSENT_EINVAL ? CTL_NO : CTL_FAILED;
	if (n > 0 && n < CTL_DAEMON_PATH)
		return CTL_YES;
	(void)fprintf(stderr,
	    "consentctl: %s has no `control`: name the socket by --socket\n",
	    file);
	return CTL_FAILED;
}

/* A connection to the socket, or -1 with errno. */
static int
open_socket(const char *path)
{
	struct address to;
	int fd, why;

	if (address_from_path(span_of(path), &to) != CONSENT_OK) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, &to.to.any, to.n) == 0)
		return fd;
	why = errno;
	if (fd >= 0)
		(void)close(fd);
	errno = why;
	return -1;
}

/* Reads up to the end, for so long as the daemon may take. */
static int
receive(int fd, struct buf *out)
{
	int64_t until = clock_monotonic() + DAEMON_WAIT;
	struct pollfd at = {fd, POLLIN, 0};

	for (;;) {
		int64_t left = until - clock_monotonic();
		char *room;
		ssize_t n;

		if (left <= 0 || poll(&at, 1, (int)left) < 0)
			return CONSENT_EIO;
		if (buf_reserve(out, 4096, &room) != CONSENT_OK)
			return CONSENT_ELIMIT;
		n = recv(fd, room, 4096, MSG_DONTWAIT);
		if (n == 0)
			return CONSENT_OK;
		if (n > 0)
			out->n += (size_t)n;
		else if (errno != EAGAIN && errno != EINTR)
			return CONSENT_EIO;
	}
}

/* Says what became of an order; the exit code for it. */
static int
complain(const char *path, const char *why, int code)
{
	(void)fprintf(stderr, "consentctl: %s: %s\n", path, why);
	return code;
}

int
ctl_daemon_order(const char *path, struct span line, json_t **answer)
{
	int fd = open_socket(path), rc = CTL_YES;
	json_t *got = NULL;
	const char *error;
	struct buf text;

	if (fd < 0)
		return complain(path, strerror(errno), CTL_FAILED);
	buf_init(&text, DAEMON_BYTES);
	if (send(fd, line.p, line.n, MSG_NOSIGNAL) == (ssize_t)line.n &&
	    receive(fd, &text) == CONSENT_OK)
		got = json_loadb(text.p, text.n, 0, NULL);
	(void)close(fd);
	buf_fini(&text);
	error = json_string_value(json_object_get(got, "error"));
	if (got == NULL)
		rc = complain(path, "the daemon gave no answer", CTL_FAILED);
	else if (error != NULL)
		rc = complain(path, error, CTL_NO);
	if (rc == CTL_YES)
		*answer = got;
	else
		json_decref(got);
	return rc;
}

const char *
ctl_daemon_text(const json_t *answer, const char *name)
{
	const char *text = json_string_value(json_object_get(answer, name));

	return text == NULL ? "-" : text;
}
