#include "audit/rewrite.h"

#include "audit/entry.h"
#include "audit/layout.h"
#include "audit/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct rewrite {
	int entries;
	const struct erase_list *list;
	uint64_t first;
	size_t at;	  /* in the list: the next target */
	uint64_t seq;	  /* of the next line */
	int from, to;	  /* the segment and its draft; -1: not open */
	uint64_t written; /* bytes of the draft */
	bool changed;	  /* it differs from the segment */
	struct buf in, out;
};

/* Whether there is room for the draft, and for the log to go on meanwhile. */
static bool
has_room(const struct rewrite *r)
{
	struct statvfs disk;
	struct stat st;

	if (fstat(r->from, &st) != 0 || fstatvfs(r->entries, &disk) != 0)
		return true; /* then the disk will tell */
	if ((uint64_t)disk.f_bavail * disk.f_frsize >=
	    (uint64_t)st.st_size + REWRITE_SPARE)
		return true;
	errno = ENOSPC;
	return false;
}

static int
open_both(struct rewrite *r)
{
	char name[LAYOUT_SEGMENT], draft[LAYOUT_DRAFT];

	layout_segment_name(r->first, name);
	layout_draft_name(r->first, draft);
	r->from = store_open(r->entries, name);
	if (r->from < 0)
		return CONSENT_EIO;
	/* one is left over when a writer was killed */
	if (unlinkat(r->entries, draft, 0) != 0 && errno != ENOENT)
		return CONSENT_EIO;
	if (!has_room(r))
		return CONSENT_EIO;
	r->to = openat(r->entries, draft,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    store_mode(r->entries));
	return r->to < 0 ? CONSENT_EIO : CONSENT_OK;
}

int
rewrite_new(int entries, uint64_t first, const struct erase_list *list,
    struct rewrite **out)
{
	struct rewrite *r = calloc(1, sizeof *r);
	int rc;

	if (r == NULL)
		return CONSENT_ENOMEM;
	r->entries = entries;
	r->list = list;
	r->first = r->seq = first;
	r->at = erase_list_find(list, first);
	r->from = r->to = -1;
	buf_init(&r->in, (size_t)REWRITE_PIECE + LAYOUT_LINE + 1);
	/* what is left of a line may be longer than the line */
	buf_init(&r->out, (size_t)4 * REWRITE_PIECE);
	rc = open_both(r);
	if (rc != CONSENT_OK)
		rewrite_free(r);
	else
		*out = r;
	return rc;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* what counts was synced before */
	*fd = -1;
}

void
rewrite_free(struct rewrite *r)
{
	char draft[LAYOUT_DRAFT];
	int why = errno;

	if (r == NULL)
		return;
	layout_draft_name(r->first, draft);
	if (r->to >= 0)
		(void)unlinkat(r->entries, draft, 0); /* the next one does */
	close_fd(&r->from);
	close_fd(&r->to);
	buf_fini(&r->in);
	buf_fini(&r->out);
	free(r);
	errno = why;
}

static int
take_line(struct rewrite *r, struct span line)
{
	const struct erase_list *list = r->list;
	struct entry_peek peek;
	int rc;

	if (r->at == list->n || list->at[r->at].seq != r->seq) {
		r->seq++;
		line.n++; /* the newline is there */
		return buf_append(&r->out, line);
	}
	if (!entry_peek(line, &peek) || peek.seq != r->seq)
		return CONSENT_EINVAL;
	if (peek.type == LAYOUT_ERASED) { /* done before */
		line.n++;
		rc = buf_append(&r->out, line);
	} else {
		rc = erase_line(line, list->at[r->at], &r->out);
		r->changed = true;
	}
	r->seq++;
	r->at++;
	return rc;
}

/* Takes all whole lines that were read. */
static int
take_lines(struct rewrite *r)
{
	struct span rest = buf_span(&r->in);
	int rc = CONSENT_OK;
	size_t n;

	while (rc == CONSENT_OK && (n = span_find(rest, '\n')) < rest.n) {
		rc = take_line(r, span_sub(rest, 0, n));
		rest = span_sub(rest, n + 1, rest.n);
	}
	if (rc == CONSENT_OK && rest.n > LAYOUT_LINE)
		rc = CONSENT_EINVAL;
	buf_drain(&r->in, r->in.n - rest.n);
	return rc;
}

static int
write_out(struct rewrite *r)
{
	struct span bytes = buf_span(&r->out);
	int rc = store_write(r->to, bytes, r->written);

	if (rc == CONSENT_OK && fdatasync(r->to) != 0)
		rc = CONSENT_EIO;
	r->written += bytes.n;
	buf_clear(&r->out);
	return rc;
}

/* The draft is whole: it takes the segment's place, if that is not as good. */
static int
finish(struct rewrite *r)
{
	char name[LAYOUT_SEGMENT], draft[LAYOUT_DRAFT];

	if (r->in.n > 0)
		return CONSENT_EINVAL; /* a line without its end */
	layout_segment_name(r->first, name);
	layout_draft_name(r->first, draft);
	if (r->changed) {
		if (fsync(r->to) != 0 ||
		    renameat(r->entries, draft, r->entries, name) != 0)
			return CONSENT_EIO;
		close_fd(&r->to); /* there is no draft any more */
	}
	/* where nothing changed, a try before may not have come so far */
	return fsync(r->entries) == 0 ? CONSENT_OK : CONSENT_EIO;
}

int
rewrite_step(struct rewrite *r, bool *done)
{
	char *room;
	ssize_t n;
	int rc = buf_reserve(&r->in, REWRITE_PIECE, &room);

	*done = false;
	if (rc != CONSENT_OK)
		return rc;
	do
		n = read(r->from, room, REWRITE_PIECE);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return CONSENT_EIO;
	*done = n == 0;
	if (n == 0)
		return finish(r);
	r->in.n += (size_t)n;
	rc = take_lines(r);
	return rc == CONSENT_OK ? write_out(r) : rc;
}
