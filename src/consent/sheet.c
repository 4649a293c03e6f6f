#include "consent/sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/embedded.h"

enum {
	PATH_BYTES = 4096,
	READ_BYTES = 16384
};

static int
load_built_in(struct buf *out)
{
	const struct embedded_file *file = embedded_find(
	    embedded_notices, embedded_notices_count, SPAN("notice.css"));

	return file == NULL ? CONSENT_ENOENT
			    : buf_append(out, embedded_span(file));
}

static int
read_all(int fd, struct buf *out)
{
	char *room;
	ssize_t n;
	int rc;

	for (;;) {
		rc = buf_reserve(out, READ_BYTES, &room);
		if (rc != CONSENT_OK)
			return rc;
		n = read(fd, room, READ_BYTES);
		if (n == 0)
			return CONSENT_OK;
		if (n > 0)
			out->n += (size_t)n;
		else if (errno != EINTR)
			return CONSENT_EIO;
	}
}

int
sheet_load(const char *directory, struct buf *out)
{
	char path[PATH_BYTES];
	int fd, n, rc;

	if (directory == NULL)
		return load_built_in(out);
	n = snprintf(path, sizeof path, "%s/notice.css", directory);
	if (n < 0 || (size_t)n >= sizeof path)
		return CONSENT_ELIMIT;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? load_built_in(out) : CONSENT_EIO;
	rc = read_all(fd, out);
	(void)close(fd); /* only read from */
	return rc;
}
