#include "audit/store.h"
#include "cmd/ctl.h"
#include "cmd/ctl_log_command.h"
#include "cmd/ctl_log_filter.h"
#include "cmd/ctl_log_print.h"
#include "cmd/ctl_log_published.h"
#include "cmd/ctl_log_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	PAUSE = 200 * 1000 * 1000, /* ns between two looks */
	KEPT_MAX = 1 << 30	   /* bytes of entries that wait to be shown */
};

/* Where the log was read to. */
struct place {
	int dir, fd;   /* the segment's, or -1 */
	uint64_t next; /* the number of the next entry */
	/* the last line; offset is where the next one begins */
	struct reader_line line;
	char room[2 * (LAYOUT_LINE + 1)];
};

/* The last entries, the newest first. */
struct kept {
	const struct place *place;
	struct buf text;
	size_t *ends;
	size_t n, cap;
};

static volatile sig_atomic_t stopped;

static void
on_stop(int number)
{
	(void)number;
	stopped = 1;
}

static int
keep(struct log_walk *w, const struct entry *entry, struct span line)
{
	struct kept *kept = w->ctx;
	int rc;

	if (entry->seq >= kept->place->next) {
		w->n--; /* it came after the look at the end: not counted */
		return CTL_YES;
	}
	if (kept->n == kept->cap) {
		size_t cap = kept->cap == 0 ? 64 : kept->cap * 2;
		size_t *more = realloc(kept->ends, cap * sizeof *more);

		if (more == NULL)
			return log_complain(w->call, CONSENT_ENOMEM);
		kept->ends = more;
		kept->cap = cap;
	}
	rc = buf_append(&kept->text, line);
	if (rc != CONSENT_OK)
		return log_complain(w->call, rc);
	kept->ends[kept->n++] = kept->text.n;
	return CTL_YES;
}

static int
show(const struct log_call *call, const struct reader_line *line)
{
	struct entry entry;

	if (log_read_line(line, &entry) != CTL_YES)
		return CTL_FAILED;
	if (!log_filter_passes(&call->filter, &entry))
		return CTL_YES;
	if (call->json)
		printf("%.*s\n", SPAN_ARG(line->text));
	else
		log_print_line(&entry);
	return CTL_YES;
}

/* Shows what was kept, the oldest first. */
static int
show_kept(const struct log_call *call, const struct kept *kept)
{
	struct reader_line line = {.line = 0}; /* read once already */
	size_t i;
	int code = CTL_YES;

	for (i = kept->n; code == CTL_YES && i-- > 0;) {
		size_t from = i == 0 ? 0 : kept->ends[i - 1];

		line.text =
		    span_sub(buf_span(&kept->text), from, kept->ends[i] - from);
		code = show(call, &line);
	}
	return code;
}

/* ---- following -------------------------------------------------------- */

/* Opens the segment that begins with the next entry, if it is there. */
static int
open_next(const struct log_call *call, struct place *place)
{
	char path[READER_FILE] = LAYOUT_ENTRIES "/";
	int fd;

	layout_segment_name(place->next, path + sizeof LAYOUT_ENTRIES);
	fd = store_open(place->dir, path);
	if (fd < 0)
		return errno == ENOENT ? CTL_YES
				       : log_complain(call, CONSENT_EIO);
	if (place->fd >= 0)
		(void)close(place->fd); /* read only: nothing to lose */
	place->fd = fd;
	memcpy(place->line.file, path, sizeof path);
	place->line.line = place->line.offset = 0;
	return CTL_YES;
}

/* Takes the next whole line out of what was read; false: there is none. */
static bool
take_line(struct place *place, struct span *rest)
{
	size_t n = span_find(*rest, '\n');

	if (n == rest->n)
		return false;
	place->line.text = span_sub(*rest, 0, n);
	place->line.line++;
	place->line.offset += n + 1;
	place->next++;
	*rest = span_sub(*rest, n + 1, rest->n);
	return true;
}

/* Shows the whole lines that have come; *n is the bytes that were read. */
static int
look(const struct log_call *call, struct place *place, ssize_t *n)
{
	struct span rest;
	int code = CTL_YES;

	*n = 0;
	if (place->fd < 0)
		return CTL_YES;
	*n = pread(place->fd, place->room, sizeof place->room,
	    (off_t)place->line.offset);
	if (*n < 0)
		return log_complain(call, CONSENT_EIO);
	rest = (struct span){place->room, (size_t)*n};
	while (code == CTL_YES && take_line(place, &rest))
		code = show(call, &place->line);
	if (code == CTL_YES && rest.n > LAYOUT_LINE) {
		(void)fprintf(stderr, "%s:%" PRIu64 ": not a whole line\n",
		    place->line.file, place->line.line + 1);
		return CTL_FAILED;
	}
	if (rest.n == (size_t)*n)
		*n = *n == 0 ? 0 : 1; /* it has begun, and no more */
	return code;
}

/* Shows what comes until it is told to stop. */
static int
follow(const struct log_call *call, struct place *place)
{
	const struct timespec pause = {.tv_nsec = PAUSE};
	int code = CTL_YES;

	while (code == CTL_YES && !stopped) {
		uint64_t before = place->next;
		ssize_t n;

		code = look(call, place, &n);
		if (code == CTL_YES && n == 0)
			code = open_next(call, place);
		if (fflush(stdout) != 0)
			break; /* finish() says why */
		if (place->next == before)
			(void)nanosleep(&pause, NULL);
	}
	return code;
}

/* Finds the end of the last whole line. */
static int
find_end(const struct log_call *call, struct place *place)
{
	struct reader *reader = NULL;
	struct reader_line line;
	enum reader_state state = READER_END;
	size_t n;
	int rc, code = log_open(call, &reader);

	if (code != CTL_YES)
		return code;
	n = reader_segments(reader);
	place->next = n == 0 ? 0 : reader_first(reader, n - 1);
	code = open_next(call, place);
	reader_seek(reader, n == 0 ? 0 : n - 1);
	do {
		rc = reader_next(reader, &state, &line);
		if (rc != CONSENT_OK)
			code = log_complain(call, rc);
		else if (state == READER_LINE) {
			place->next++;
			place->line.line = line.line;
			place->line.offset = line.offset + line.text.n + 1;
		}
	} while (code == CTL_YES && state == READER_LINE);
	reader_close(reader);
	return code;
}

static void
catch_stop(void)
{
	struct sigaction action = {.sa_handler = on_stop};

	(void)sigemptyset(&action.sa_mask); /* neither can fail */
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

static int
tail(const struct log_call *call, struct place *place)
{
	struct log_call backward = *call;
	struct kept kept = {.place = place};
	struct log_walk w = {&backward, keep, &kept, 0};
	int code;

	backward.reverse = true;
	buf_init(&kept.text, KEPT_MAX);
	code = log_walk(&w);
	if (code == CTL_YES)
		code = show_kept(call, &kept);
	free(kept.ends);
	buf_fini(&kept.text);
	return code;
}

int
log_tail(const struct log_call *call)
{
	struct place *place = calloc(1, sizeof *place);
	int code;

	if (place == NULL)
		return log_complain(call, CONSENT_ENOMEM);
	place->fd = -1;
	code = log_open_dir(call, &place->dir);
	if (code == CTL_YES) {
		catch_stop();
		code = find_end(call, place);
		if (code == CTL_YES)
			code = tail(call, place);
		if (code == CTL_YES && call->follow)
			code = follow(call, place);
		(void)close(place->dir); /* read only: nothing to lose */
	}
	if (place->fd >= 0)
		(void)close(place->fd);
	free(place);
	return code;
}
