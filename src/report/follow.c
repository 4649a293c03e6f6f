#include "report/follow.h"

#include "audit/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ROOM = 1 << 18, /* over twice LAYOUT_LINE */
	PATH = 4096
};

struct follow {
	const char *dir;
	struct follow_place place;
	int fd;		 /* of the segment of place, or -1 */
	size_t from, to; /* the bytes in room that come next */
	char room[ROOM];
};

int
follow_new(const char *dir, struct follow **out)
{
	struct follow *f = malloc(sizeof *f);

	if (f == NULL)
		return CONSENT_ENOMEM;
	memset(f, 0, offsetof(struct follow, room));
	f->dir = dir;
	f->fd = -1;
	*out = f;
	return CONSENT_OK;
}

static void
shut(struct follow *f)
{
	if (f->fd >= 0)
		(void)close(f->fd); /* read only: nothing to lose */
	f->fd = -1;
	f->from = f->to = 0;
}

void
follow_free(struct follow *f)
{
	if (f == NULL)
		return;
	shut(f);
	free(f);
}

struct follow_place
follow_tell(const struct follow *f)
{
	return f->place;
}

void
follow_go(struct follow *f, const struct follow_place *place)
{
	shut(f);
	f->place = *place;
}

struct follow_place
follow_entry(uint64_t seq)
{
	return (struct follow_place){.seq = seq};
}

static void
name_place(const struct follow *f, struct reader_line *line)
{
	memcpy(line->file, LAYOUT_ENTRIES "/", sizeof LAYOUT_ENTRIES);
	layout_segment_name(f->place.first, line->file + sizeof LAYOUT_ENTRIES);
	line->first = f->place.first;
	line->line = f->place.line + 1;
	line->offset = f->place.offset;
}

/* ---- segments --------------------------------------------------------- */

/* The name of the segment that the next entry is in, if it is there. */
static int
find_segment(struct follow *f, uint64_t *first)
{
	char stray[LAYOUT_NAME];
	struct reader *reader = NULL;
	int rc = reader_open(f->dir, &reader, stray);

	/* a file that is no segment may be one on its way to be: it is not ours
	 * to judge, and will be gone or not */
	if (rc == CONSENT_EINVAL || rc == CONSENT_ENOENT)
		rc = CONSENT_EIO;
	if (rc != CONSENT_OK)
		return rc;
	if (reader_segments(reader) == 0)
		rc = CONSENT_ENOENT;
	if (rc == CONSENT_OK) {
		*first =
		    reader_first(reader, reader_find(reader, f->place.seq));
		if (*first > f->place.seq)
			rc = CONSENT_ENOENT;
	}
	reader_close(reader);
	return rc;
}

static int
open_segment(struct follow *f, uint64_t first, struct stat *st)
{
	char name[LAYOUT_SEGMENT], path[PATH];

	layout_segment_name(first, name);
	if ((size_t)snprintf(path, sizeof path, "%s/%s/%s", f->dir,
		LAYOUT_ENTRIES, name) >= sizeof path)
		return CONSENT_EIO;
	f->fd = store_open(AT_FDCWD, path);
	if (f->fd < 0)
		return CONSENT_EIO;
	if (fstat(f->fd, st) != 0) {
		shut(f);
		return CONSENT_EIO;
	}
	return CONSENT_OK;
}

/* Whether the place was told of this very file, and is still within it. */
static bool
is_same_file(
    const struct follow_place *place, uint64_t first, const struct stat *st)
{
	return place->first == first && place->file == (uint64_t)st->st_ino &&
	       place->device == (uint64_t)st->st_dev &&
	       place->offset <= (uint64_t)st->st_size;
}

/* Opens the segment of the next entry; lines before it may come first. */
static int
enter(struct follow *f)
{
	struct follow_place *place = &f->place;
	uint64_t first = 0;
	struct stat st;
	int rc = find_segment(f, &first);

	if (rc == CONSENT_OK)
		rc = open_segment(f, first, &st);
	if (rc != CONSENT_OK)
		return rc;
	if (!is_same_file(place, first, &st)) {
		place->first = first;
		place->device = (uint64_t)st.st_dev;
		place->file = (uint64_t)st.st_ino;
		place->line = place->offset = 0;
	}
	if (lseek(f->fd, (off_t)place->offset, SEEK_SET) < 0) {
		shut(f);
		return CONSENT_EIO;
	}
	return CONSENT_OK;
}

/* ---- lines ------------------------------------------------------------ */

/* Puts more bytes behind those at hand; *n is 0 at the file's end. */
static int
refill(struct follow *f, size_t *n)
{
	ssize_t got;

	memmove(f->room, f->room + f->from, f->to - f->from);
	f->to -= f->from;
	f->from = 0;
	do
		got = read(f->fd, f->room + f->to, ROOM - f->to);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return CONSENT_EIO;
	*n = (size_t)got;
	f->to += *n;
	return CONSENT_OK;
}

/* The next line of the open segment. CONSENT_ENOENT: it has no whole one. */
static int
next_here(struct follow *f, struct reader_line *line, const char **why)
{
	for (;;) {
		size_t more, n = f->to - f->from;
		const char *p = f->room + f->from;
		const char *end = n == 0 ? NULL : memchr(p, '\n', n);
		int rc;

		name_place(f, line);
		if (end != NULL)
			n = (size_t)(end - p);
		if (n > LAYOUT_LINE) {
			*why = "a line that is too long";
			return CONSENT_EINVAL;
		}
		if (end != NULL) {
			line->text = (struct span){p, n};
			f->from += n + 1;
			f->place.offset += n + 1;
			f->place.line++;
			return CONSENT_OK;
		}
		rc = refill(f, &more);
		if (rc != CONSENT_OK)
			return rc;
		if (more == 0)
			return CONSENT_ENOENT;
	}
}

/* The segment has no more lines: the next one may have begun. */
static int
cross(struct follow *f)
{
	uint64_t first = f->place.first;
	int rc;

	shut(f);
	rc = find_segment(f, &first);
	if (rc == CONSENT_OK && first == f->place.first)
		rc = CONSENT_ENOENT;
	return rc;
}

/* The next line, whichever it is; CONSENT_EBUSY: look once more. */
static int
next_line(struct follow *f, struct reader_line *line, const char **why)
{
	bool was_open = f->fd >= 0;
	int rc = was_open ? CONSENT_OK : enter(f);

	if (rc == CONSENT_OK)
		rc = next_here(f, line, why);
	if (rc == CONSENT_ENOENT && f->fd >= 0) {
		/* what was opened before may be another file by now */
		if (was_open)
			shut(f);
		else
			rc = cross(f);
		if (was_open || rc == CONSENT_OK)
			rc = CONSENT_EBUSY;
	}
	return rc;
}

int
follow_next(struct follow *f, struct reader_line *line, const char **why)
{
	int rc;

	do {
		do
			rc = next_line(f, line, why);
		while (rc == CONSENT_EBUSY);
		if (rc != CONSENT_OK) {
			shut(f);
			return rc;
		}
		/* lines that come before the entry were only counted */
	} while (f->place.first + f->place.line <= f->place.seq);
	f->place.seq++;
	return CONSENT_OK;
}
