#include "audit/reader.h"

#include "audit/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ROOM = 1 << 18 /* read at a time; over twice LAYOUT_LINE */
};

struct reader {
	int dir;
	uint64_t *firsts; /* the segments in order */
	size_t n_firsts;
	size_t current;	 /* index of the segment that is open */
	int fd;		 /* of it, or -1 */
	uint64_t line;	 /* lines handed out of it */
	uint64_t offset; /* in it, of the byte at from */
	size_t from, to; /* the bytes in room not handed out */
	bool at_end;	 /* of this segment */
	char room[ROOM];
};

static int
fail(int error)
{
	if (error == ENOMEM)
		return CONSENT_ENOMEM;
	return error == ENOENT ? CONSENT_ENOENT : CONSENT_EIO;
}

static int
compare_firsts(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int
add_first(struct reader *r, uint64_t first)
{
	uint64_t *more;

	if (r->n_firsts == READER_SEGMENTS)
		return CONSENT_ELIMIT;
	if ((r->n_firsts & (r->n_firsts - 1)) == 0) {
		size_t n = r->n_firsts == 0 ? 1 : r->n_firsts * 2;

		more = realloc(r->firsts, n * sizeof *more);
		if (more == NULL)
			return CONSENT_ENOMEM;
		r->firsts = more;
	}
	r->firsts[r->n_firsts++] = first;
	return CONSENT_OK;
}

static int
add_segment(struct reader *r, const char *name, char stray[LAYOUT_NAME])
{
	uint64_t first;
	size_t i;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return CONSENT_OK;
	/* left over when a writer was killed; the segment itself is there */
	if (layout_is_draft(span_of(name)))
		return CONSENT_OK;
	if (layout_segment_first(span_of(name), &first) == CONSENT_OK)
		return add_first(r, first);
	for (i = 0; name[i] != '\0' && i + 1 < LAYOUT_NAME; i++)
		stray[i] = name[i];
	for (stray[i] = '\0'; i-- > 0;)
		if (stray[i] < 0x20 || stray[i] > 0x7e)
			stray[i] = '?'; /* it goes to terminals */
	return CONSENT_EINVAL;
}

static int
list_segments(struct reader *r, char stray[LAYOUT_NAME])
{
	int rc = CONSENT_OK;
	DIR *folder = NULL;
	int fd = openat(r->dir, LAYOUT_ENTRIES,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 || (folder = fdopendir(fd)) == NULL) {
		rc = fail(errno);
		if (fd >= 0)
			(void)close(fd); /* read only: nothing to lose */
		return rc;
	}
	while (rc == CONSENT_OK) {
		const struct dirent *entry;

		errno = 0;
		/* the folder is of this call alone: no rival */
		/* cppcheck-suppress readdirCalled */
		entry = readdir(folder);
		if (entry == NULL) {
			rc = errno == 0 ? CONSENT_OK : CONSENT_EIO;
			break;
		}
		rc = add_segment(r, entry->d_name, stray);
	}
	(void)closedir(folder); /* read only: nothing to lose */
	if (r->n_firsts > 0)
		qsort(
		    r->firsts, r->n_firsts, sizeof *r->firsts, compare_firsts);
	return rc;
}

int
reader_open(const char *dir, struct reader **out, char stray[LAYOUT_NAME])
{
	struct reader *r = malloc(sizeof *r);
	int rc;

	if (r == NULL)
		return CONSENT_ENOMEM;
	memset(r, 0, offsetof(struct reader, room));
	r->fd = -1;
	r->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = r->dir < 0 ? fail(errno) : list_segments(r, stray);
	if (rc == CONSENT_OK)
		*out = r;
	else
		reader_close(r);
	return rc;
}

void
reader_close(struct reader *r)
{
	if (r == NULL)
		return;
	if (r->fd >= 0)
		(void)close(r->fd); /* read only: nothing to lose */
	if (r->dir >= 0)
		(void)close(r->dir);
	free(r->firsts);
	free(r);
}

/* Makes segment i the current one, at its start; no file is opened yet. */
static void
enter(struct reader *r, size_t i)
{
	if (r->fd >= 0)
		(void)close(r->fd); /* read only: nothing to lose */
	r->fd = -1;
	r->current = i;
	r->line = 0;
	r->offset = 0;
	r->from = r->to = 0;
	r->at_end = false;
}

size_t
reader_segments(const struct reader *r)
{
	return r->n_firsts;
}

void
reader_seek(struct reader *r, size_t i)
{
	enter(r, i < r->n_firsts ? i : r->n_firsts);
}

size_t
reader_find(const struct reader *r, uint64_t seq)
{
	size_t low = 0, high = r->n_firsts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->firsts[middle] <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? low - 1 : 0;
}

uint64_t
reader_first(const struct reader *r, size_t i)
{
	return r->firsts[i];
}

/* The segment's name from the log's directory. */
static void
name_segment(const struct reader *r, size_t i, char path[READER_FILE])
{
	memcpy(path, LAYOUT_ENTRIES "/", sizeof LAYOUT_ENTRIES);
	layout_segment_name(r->firsts[i], path + sizeof LAYOUT_ENTRIES);
}

int
reader_size(const struct reader *r, size_t i, uint64_t *out)
{
	char path[READER_FILE];
	struct stat st;

	name_segment(r, i, path);
	if (fstatat(r->dir, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return fail(errno);
	*out = (uint64_t)st.st_size;
	return CONSENT_OK;
}

void
reader_expect(const struct reader *r, size_t i)
{
	char path[READER_FILE];
	int fd;

	name_segment(r, i, path);
	fd = store_open(r->dir, path);
	if (fd < 0)
		return; /* who reads it will say why */
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED); /* a hint */
	(void)close(fd);
}

static int
open_segment(struct reader *r)
{
	char path[READER_FILE];

	name_segment(r, r->current, path);
	r->fd = store_open(r->dir, path);
	return r->fd < 0 ? fail(errno) : CONSENT_OK;
}

/* Puts more bytes behind those that are there. */
static int
refill(struct reader *r)
{
	ssize_t n;

	if (r->from > 0)
		memmove(r->room, r->room + r->from, r->to - r->from);
	r->to -= r->from;
	r->from = 0;
	do
		n = read(r->fd, r->room + r->to, ROOM - r->to);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return CONSENT_EIO;
	r->at_end = n == 0;
	r->to += (size_t)n;
	return CONSENT_OK;
}

/* Drops the n next bytes from what is at hand. */
static void
consume(struct reader *r, size_t n)
{
	r->from += n;
	r->offset += n;
}

static void
place(const struct reader *r, struct reader_line *line)
{
	name_segment(r, r->current, line->file);
	line->first = r->firsts[r->current];
	line->line = r->line + 1;
	line->offset = r->offset;
}

/* Skips bytes up to a newline, which is *found, or to the segment's end. */
static int
skip_long(struct reader *r, bool *found)
{
	for (;;) {
		size_t n = r->to - r->from;
		int rc;

		*found = memchr(r->room + r->from, '\n', n) != NULL;
		if (*found || r->at_end)
			return CONSENT_OK;
		consume(r, n);
		rc = refill(r);
		if (rc != CONSENT_OK)
			return rc;
	}
}

/* Bytes that are no line: the log's unfinished end, or a fault. */
static int
judge_rest(struct reader *r, enum reader_state *state)
{
	bool found = false;
	int rc = skip_long(r, &found);

	if (rc != CONSENT_OK)
		return rc;
	*state = !found && r->current + 1 == r->n_firsts ? READER_PARTIAL
							 : READER_BROKEN;
	return CONSENT_OK;
}

/* Looks for the next line in the current segment; END when it has no more. */
static int
next_here(struct reader *r, enum reader_state *state, struct reader_line *line)
{
	for (;;) {
		size_t n = r->to - r->from;
		const char *p = r->room + r->from;
		const char *end = n == 0 ? NULL : memchr(p, '\n', n);
		int rc;

		place(r, line);
		line->text = (struct span){p, n};
		if (end != NULL && (size_t)(end - p) <= LAYOUT_LINE) {
			*state = READER_LINE;
			line->text.n = (size_t)(end - p);
			consume(r, line->text.n + 1);
			r->line++;
			return CONSENT_OK;
		}
		if (n > LAYOUT_LINE || (r->at_end && n > 0))
			return judge_rest(r, state);
		*state = READER_END;
		if (r->at_end)
			return CONSENT_OK;
		rc = refill(r);
		if (rc != CONSENT_OK)
			return rc;
	}
}

int
reader_next(
    struct reader *r, enum reader_state *state, struct reader_line *line)
{
	int rc = CONSENT_OK;

	*state = READER_END;
	while (r->current < r->n_firsts) {
		if (r->fd < 0)
			rc = open_segment(r);
		if (rc == CONSENT_OK)
			rc = next_here(r, state, line);
		if (rc != CONSENT_OK || *state != READER_END)
			return rc;
		enter(r, r->current + 1);
	}
	return CONSENT_OK;
}

bool
reader_is_live(const struct reader *r)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	int fd = store_open(r->dir, LAYOUT_LOCK);
	bool live;

	if (fd < 0)
		return false;
	/* asks who would be in the way without taking the lock */
	live = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	(void)close(fd); /* read only: nothing to lose */
	return live;
}

static int
read_text(int fd, struct buf *out)
{
	for (;;) {
		char *room;
		ssize_t n;
		int rc = buf_reserve(out, 1 << 14, &room);

		if (rc != CONSENT_OK)
			return rc;
		n = read(fd, room, 1 << 14);
		if (n < 0 && errno != EINTR)
			return CONSENT_EIO;
		if (n == 0)
			return CONSENT_OK;
		if (n > 0)
			out->n += (size_t)n;
	}
}

int
reader_text(const struct reader *r, enum layout_type kind, const char *hash,
    struct buf *out)
{
	char name[LAYOUT_TEXT], path[LAYOUT_TEXT + 16];
	int fd, rc;

	layout_text_name(hash, name);
	if (snprintf(path, sizeof path, "%s/%s", layout_folder(kind), name) < 0)
		return CONSENT_EIO;
	fd = store_open(r->dir, path);
	if (fd < 0)
		return fail(errno);
	buf_clear(out);
	rc = read_text(fd, out);
	(void)close(fd); /* read only: nothing to lose */
	return rc;
}
