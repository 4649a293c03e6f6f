#include "audit/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	NAME = 128,
	CHUNK = 4096,
	READ = 65536 /* bytes read at a time */
};

mode_t
store_mode(int folder)
{
	struct stat st;

	/* AT_FDCWD is no folder of the log */
	if (folder < 0 || fstat(folder, &st) != 0 ||
	    (st.st_mode & S_IRGRP) == 0)
		return S_IRUSR | S_IWUSR;
	return S_IRUSR | S_IWUSR | S_IRGRP;
}

/* The same for a folder in it. */
static mode_t
folder_mode(int parent)
{
	return (store_mode(parent) & S_IRGRP) != 0 ? 0750 : 0700;
}

int
store_folder(int parent, const char *name, int *fd)
{
	int made = mkdirat(parent, name, folder_mode(parent));
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
store_open(int folder, const char *path)
{
	int fd = openat(
	    folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	(void)close(fd); /* read only: nothing to lose */
	errno = EINVAL;
	return -1;
}

int
store_holds(int folder, const char *name, struct span s)
{
	int rc, fd = store_open(folder, name);

	if (fd < 0)
		return CONSENT_EIO;
	rc = compare(fd, s);
	(void)close(fd); /* read only: nothing to lose */
	return rc;
}

/* Names the temporary file of a name; one of a killed writer is removed. */
static int
drop_hidden(int folder, const char *name, char hidden[NAME])
{
	if ((size_t)snprintf(hidden, NAME, ".%s.tmp", name) >= NAME)
		return CONSENT_EIO;
	return unlinkat(folder, hidden, 0) == 0 || errno == ENOENT
		   ? CONSENT_OK
		   : CONSENT_EIO;
}

int
store_file(int folder, const char *name, struct span s)
{
	char hidden[NAME];
	int fd, rc = drop_hidden(folder, name, hidden);

	if (rc != CONSENT_OK)
		return rc;
	rc = CONSENT_EIO;
	fd = openat(folder, hidden,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    store_mode(folder));
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

/* Opens the folder of a path below folder, made where it is missing. */
static int
open_parent(int folder, const char *path, char name[NAME], int *out)
{
	struct span rest = span_of(path);
	int at = fcntl(folder, F_DUPFD_CLOEXEC, 0);
	int rc = at < 0 ? CONSENT_EIO : CONSENT_OK;

	while (rc == CONSENT_OK) {
		struct span piece = span_cut(&rest, '/');
		int below = -1;

		if (piece.n == 0 || piece.n >= NAME) {
			rc = CONSENT_EIO;
			break;
		}
		memcpy(name, piece.p, piece.n);
		name[piece.n] = '\0';
		if (rest.p == NULL)
			break;
		rc = store_folder(at, name, &below);
		(void)close(at); /* read only: nothing to lose */
		at = below;
	}
	if (rc == CONSENT_OK)
		*out = at;
	else if (at >= 0)
		(void)close(at); /* read only: nothing to lose */
	return rc;
}

/* Writes a file and gives it its name; *fd is still open. */
static int
write_named(int folder, const char *name, struct span s, int *fd)
{
	char hidden[NAME];
	int rc = drop_hidden(folder, name, hidden);

	if (rc != CONSENT_OK)
		return rc;
	*fd = openat(folder, hidden,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    store_mode(folder));
	if (*fd < 0)
		return CONSENT_EIO;
	rc = store_write(*fd, s, 0);
	if (rc == CONSENT_OK && renameat(folder, hidden, folder, name) != 0)
		rc = CONSENT_EIO;
	/* the disk may begin; where it cannot, the sync does all */
	if (rc == CONSENT_OK)
		(void)sync_file_range(*fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	return rc;
}

int
store_batch_add(
    struct store_batch *batch, int folder, const char *path, struct span s)
{
	char name[NAME];
	int rc = CONSENT_OK, at = -1, fd = -1;

	if (batch->n == STORE_BATCH)
		rc = store_batch_end(batch);
	if (rc == CONSENT_OK)
		rc = open_parent(folder, path, name, &at);
	if (rc != CONSENT_OK)
		return rc;
	rc = write_named(at, name, s, &fd);
	if (rc == CONSENT_OK) {
		batch->files[batch->n] = fd;
		batch->folders[batch->n++] = at;
		return rc;
	}
	if (fd >= 0)
		(void)close(fd); /* it is written again */
	(void)close(at);
	return rc;
}

int
store_batch_end(struct store_batch *batch)
{
	int why = 0, rc = CONSENT_OK;
	size_t i;

	for (i = 0; i < batch->n; i++) {
		if (rc == CONSENT_OK && (fsync(batch->files[i]) != 0 ||
					    fsync(batch->folders[i]) != 0)) {
			rc = CONSENT_EIO;
			why = errno;
		}
		if (close(batch->files[i]) != 0 && rc == CONSENT_OK) {
			rc = CONSENT_EIO;
			why = errno;
		}
		(void)close(batch->folders[i]); /* nothing to lose */
	}
	batch->n = 0;
	if (rc != CONSENT_OK)
		errno = why;
	return rc;
}

/* Reads to the end of a file. */
static int
read_all(int fd, struct buf *out)
{
	for (;;) {
		size_t room = out->max - out->n;
		char *at = NULL;
		ssize_t n;
		int rc;

		if (room == 0)
			return CONSENT_ELIMIT;
		room = room < READ ? room : READ;
		rc = buf_reserve(out, room, &at);
		if (rc != CONSENT_OK)
			return rc;
		n = read(fd, at, room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return CONSENT_EIO;
		if (n == 0)
			return CONSENT_OK;
		out->n += (size_t)n;
	}
}

int
store_read(int folder, const char *name, struct buf *out)
{
	int rc, fd = store_open(folder, name);

	if (fd < 0)
		return errno == ENOENT ? CONSENT_ENOENT : CONSENT_EIO;
	rc = read_all(fd, out);
	(void)close(fd); /* read only: nothing to lose */
	return rc;
}

/* Removes the files in a folder. */
static int
remove_files(DIR *listing)
{
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK) {
		const struct dirent *entry;

		errno = 0;
		/* the folder is of this call alone: no rival */
		/* cppcheck-suppress readdirCalled */
		entry = readdir(listing);
		if (entry == NULL)
			return errno == 0 ? CONSENT_OK : CONSENT_EIO;
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    unlinkat(dirfd(listing), entry->d_name, 0) != 0)
			rc = CONSENT_EIO;
	}
	return rc;
}

int
store_remove_folder(int parent, const char *path)
{
	int rc, fd = openat(parent, path,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *listing;

	if (fd < 0)
		return errno == ENOENT ? CONSENT_OK : CONSENT_EIO;
	listing = fdopendir(fd);
	if (listing == NULL) {
		(void)close(fd); /* read only: nothing to lose */
		return CONSENT_EIO;
	}
	rc = remove_files(listing);
	(void)closedir(listing); /* read only: nothing to lose */
	if (rc == CONSENT_OK && unlinkat(parent, path, AT_REMOVEDIR) != 0)
		rc = CONSENT_EIO;
	return rc;
}

/* The folder that a path below folder ends in; *name is the rest. */
static int
open_above(int folder, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char above[NAME] = ".";

	*name = slash == NULL ? path : slash + 1;
	if (slash != NULL && (size_t)(slash - path) >= sizeof above) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (slash != NULL)
		(void)snprintf(
		    above, sizeof above, "%.*s", (int)(slash - path), path);
	return openat(
	    folder, above, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

int
store_remove(int folder, const char *path)
{
	char hidden[NAME];
	const char *name;
	int rc, fd = open_above(folder, path, &name);

	if (fd < 0)
		return errno == ENOENT ? CONSENT_OK : CONSENT_EIO;
	rc = drop_hidden(fd, name, hidden);
	if (rc == CONSENT_OK && unlinkat(fd, name, 0) != 0 && errno != ENOENT)
		rc = CONSENT_EIO;
	if (rc == CONSENT_OK && fsync(fd) != 0)
		rc = CONSENT_EIO;
	(void)close(fd); /* read only: nothing to lose */
	return rc;
}
