#include "trial/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
	READING_PIECE = 65536
};

/* Appends what comes next; *n is how much, 0 at the end. */
static int
read_piece(int fd, struct buf *out, ssize_t *n)
{
	char *room;
	size_t left = out->max - out->n;
	size_t want = left < READING_PIECE ? left : READING_PIECE;
	char beyond;
	int rc;

	if (left == 0) {
		*n = read(fd, &beyond, 1);
		return *n > 0 ? CONSENT_ELIMIT : CONSENT_OK;
	}
	rc = buf_reserve(out, want, &room);
	if (rc != CONSENT_OK)
		return rc;
	*n = read(fd, room, want);
	if (*n > 0)
		out->n += (size_t)*n;
	return CONSENT_OK;
}

static int
read_all(int fd, struct buf *out)
{
	ssize_t n;
	int rc;

	do {
		rc = read_piece(fd, out, &n);
	} while (rc == CONSENT_OK && (n > 0 || (n < 0 && errno == EINTR)));
	return rc == CONSENT_OK && n < 0 ? CONSENT_EIO : rc;
}

int
reading_file(const char *path, struct buf *out)
{
	int fd, rc, error;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, out);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return CONSENT_EIO;
	rc = read_all(fd, out);
	error = errno;
	(void)close(fd); /* only read from */
	errno = error;
	return rc;
}
