#include "audit/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	NAME = 128,
	CHUNK = 4096
};

int
store_folder(int parent, const char *name, int *fd)
{
	int made = mkdirat(parent, name, 0700);
	int up, rc = CONSENT_OK;

	if (made != 0 && errno != EEXIST)
		return CONSENT_EIO;
	*fd = openat(
	    parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0)
		return CONSENT_EIO;
	if (made != 0)
		return CONSENT_OK;
	/* ".." and not parent, which may be AT_FDCWD */
	up = openat(*fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (up < 0 || fsync(up) != 0)
		rc = CONSENT_EIO;
	if (up >= 0)
		(void)close(up); /* read only: nothing to lose */
	if (rc != CONSENT_OK) {
		(void)close(*fd);
		*fd = -1;
	}
	return rc;
}

int
store_write(int fd, struct span s, uint64_t offset)
{
	while (s.n > 0) {
		ssize_t n = pwrite(fd, s.p, s.n, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return CONSENT_EIO;
		s = span_sub(s, (size_t)n, s.n);
		offset += (uint64_t)n;
	}
	return CONSENT_OK;
}

static int
compare(int fd, struct span s)
{
	char chunk[CHUNK];

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof chunk);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || (size_t)n > s.n)
			return CONSENT_EIO;
		if (n == 0)
			return s.n == 0 ? CONSENT_OK : CONSENT_EIO;
		if (memcmp(s.p, chunk, (size_t)n) != 0)
			return CONSENT_EIO;
		s = span_sub(s, (size_t)n, s.n);
	}
}

int
store_holds(int folder, const char *name, struct span s)
{
	int rc, fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return CONSENT_EIO;
	rc = compare(fd, s);
	(void)close(fd); /* read only: nothing to lose */
	return rc;
}

int
store_file(int folder, const char *name, struct span s)
{
	char hidden[NAME];
	int fd, rc = CONSENT_EIO;

	if ((size_t)snprintf(hidden, sizeof hidden, ".%s.tmp", name) >=
	    sizeof hidden)
		return CONSENT_EIO;
	/* one is left over when a writer was killed */
	if (unlinkat(folder, hidden, 0) != 0 && errno != ENOENT)
		return CONSENT_EIO;
	fd = openat(folder, hidden,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return CONSENT_EIO;
	if (store_write(fd, s, 0) == CONSENT_OK && fsync(fd) == 0)
		rc = CONSENT_OK;
	if (close(fd) != 0)
		rc = CONSENT_EIO;
	if (rc == CONSENT_OK && renameat(folder, hidden, folder, name) != 0)
		rc = CONSENT_EIO;
	if (rc != CONSENT_OK) {
		int why = errno;

		(void)unlinkat(folder, hidden, 0); /* the next try does, too */
		errno = why;
		return rc;
	}
	return fsync(folder) == 0 ? CONSENT_OK : CONSENT_EIO;
}
