#include "cmd/ctl_log_walk.h"

#include "audit/entry.h"
#include "cmd/ctl.h"
#include "cmd/ctl_log_database.h"
#include "cmd/ctl_log_filter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* a clock that jumps back less than this hides no entry */
	JUMP = 24 * 60 * 60 * 1000,
	SEGMENT_MAX = 1 << 30 /* largest segment that is read backward */
};

int
log_complain(const struct log_call *call, int rc)
{
	(void)fprintf(stderr, "consentctl log %s: %s: %s\n", call->command,
	    call->dir,
	    rc == CONSENT_ENOENT ? "there is no log here" : status_text(rc));
	return CTL_FAILED;
}

static int
complain_line(const struct reader_line *line, const char *why)
{
	(void)fprintf(
	    stderr, "%s:%" PRIu64 ": %s\n", line->file, line->line, why);
	return CTL_FAILED;
}

int
log_open(const struct log_call *call, struct reader **out)
{
	char stray[LAYOUT_NAME];
	int rc = reader_open(call->dir, out, stray);

	if (rc == CONSENT_OK)
		return CTL_YES;
	if (rc != CONSENT_EINVAL)
		return log_complain(call, rc);
	(void)fprintf(
	    stderr, "%s/%s: not a segment of the log\n", LAYOUT_ENTRIES, stray);
	return CTL_FAILED;
}

int
log_read_line(const struct reader_line *line, struct entry *out)
{
	const char *why;

	if (entry_read(line->text, out, &why) == CONSENT_OK)
		return CTL_YES;
	return complain_line(line, why);
}

/* Whether the front of a line alone keeps it out. */
static bool
is_out_of_time(const struct log_filter *filter, struct span line)
{
	struct entry_peek peek;

	if (filter->since == INT64_MIN && filter->until == INT64_MAX)
		return false;
	if (!entry_peek(line, &peek) || peek.type == LAYOUT_ERASED)
		return false; /* reading it will tell */
	return peek.time < filter->since || peek.time >= filter->until;
}

static int
walk_line(struct log_walk *w, const struct reader_line *line)
{
	const struct log_filter *filter = &w->call->filter;
	struct entry entry;
	int code;

	if (!log_filter_may_pass(filter, line->text) ||
	    is_out_of_time(filter, line->text))
		return CTL_YES;
	code = log_read_line(line, &entry);
	if (code != CTL_YES || !log_filter_passes(filter, &entry))
		return code;
	code = w->visit(w, &entry, line->text);
	w->n++;
	return code;
}

/*
 * Reads the next line. CTL_YES with *state READER_LINE or READER_END, which
 * the unfinished line of a writer at work is, too.
 */
static int
next_line(const struct log_walk *w, struct reader *reader,
    struct reader_line *line, enum reader_state *state)
{
	int rc = reader_next(reader, state, line);

	if (rc != CONSENT_OK)
		return log_complain(w->call, rc);
	if (*state == READER_PARTIAL && reader_is_live(reader))
		*state = READER_END;
	if (*state == READER_LINE || *state == READER_END)
		return CTL_YES;
	return complain_line(line, "not a whole line");
}

/* The time of a segment's first entry that has one. */
static bool
segment_time(struct reader *reader, size_t i, int64_t *out)
{
	enum reader_state state;
	struct reader_line line;
	struct entry_peek peek;

	for (reader_seek(reader, i);;) {
		if (reader_next(reader, &state, &line) != CONSENT_OK ||
		    state != READER_LINE || !entry_peek(line.text, &peek) ||
		    line.first != reader_first(reader, i))
			return false;
		if (peek.type == LAYOUT_ERASED)
			continue;
		*out = peek.time;
		return true;
	}
}

/* Sets the segments that may hold entries of the time that is asked for. */
static void
choose_segments(const struct log_filter *filter, struct reader *reader,
    size_t *from, size_t *to)
{
	int64_t when;
	size_t i;

	*from = 0;
	*to = reader_segments(reader);
	for (i = 1; filter->since != INT64_MIN && i < *to; i++)
		if (segment_time(reader, i, &when) &&
		    when < filter->since - JUMP)
			*from = i;
	for (i = *to; filter->until != INT64_MAX && i-- > *from + 1;)
		if (segment_time(reader, i, &when) &&
		    when >= filter->until + JUMP)
			*to = i;
}

/* Whether the walk is over before the line. */
static bool
is_over(const struct log_walk *w, struct reader *reader, size_t to,
    const struct reader_line *line)
{
	return w->n >= w->call->limit ||
	       (to < reader_segments(reader) &&
		   line->first >= reader_first(reader, to));
}

static int
walk_forward(struct log_walk *w, struct reader *reader)
{
	struct reader_line line;
	enum reader_state state;
	size_t from, to;
	int code = CTL_YES;

	choose_segments(&w->call->filter, reader, &from, &to);
	reader_seek(reader, from);
	while (code == CTL_YES) {
		code = next_line(w, reader, &line, &state);
		if (code != CTL_YES || state == READER_END ||
		    is_over(w, reader, to, &line))
			break;
		code = walk_line(w, &line);
	}
	return code;
}

/* The lines of one segment, to be walked from the end. */
struct backward {
	struct buf text;
	size_t *starts;
	size_t n, cap;
};

static int
keep(struct backward *b, struct span text)
{
	if (b->n == b->cap) {
		size_t cap = b->cap == 0 ? 1024 : b->cap * 2;
		size_t *more = realloc(b->starts, cap * sizeof *more);

		if (more == NULL)
			return CONSENT_ENOMEM;
		b->starts = more;
		b->cap = cap;
	}
	b->starts[b->n++] = b->text.n;
	return buf_append(&b->text, text);
}

/* Takes in segment i, whose file is named in *line then. */
static int
keep_segment(const struct log_walk *w, struct reader *reader, size_t i,
    struct backward *b)
{
	struct reader_line line;
	enum reader_state state;
	int rc, code;

	buf_clear(&b->text);
	b->n = 0;
	for (reader_seek(reader, i);;) {
		code = next_line(w, reader, &line, &state);
		if (code != CTL_YES || state == READER_END ||
		    line.first != reader_first(reader, i))
			return code;
		rc = keep(b, line.text);
		if (rc != CONSENT_OK)
			return log_complain(w->call, rc);
	}
}

static int
walk_kept(struct log_walk *w, const struct backward *b, uint64_t first)
{
	struct reader_line line = {.first = first};
	size_t i, end = b->text.n;
	int code = CTL_YES;

	memcpy(line.file, LAYOUT_ENTRIES "/", sizeof LAYOUT_ENTRIES);
	layout_segment_name(first, line.file + sizeof LAYOUT_ENTRIES);
	for (i = b->n; code == CTL_YES && i-- > 0;) {
		if (w->n >= w->call->limit)
			break;
		line.line = i + 1;
		line.text = span_sub(
		    buf_span(&b->text), b->starts[i], end - b->starts[i]);
		end = b->starts[i];
		code = walk_line(w, &line);
	}
	return code;
}

static int
walk_backward(struct log_walk *w, struct reader *reader)
{
	struct backward b = {.n = 0};
	int code = CTL_YES;
	size_t i, from;

	buf_init(&b.text, SEGMENT_MAX);
	choose_segments(&w->call->filter, reader, &from, &i);
	while (code == CTL_YES && i-- > from && w->n < w->call->limit) {
		code = keep_segment(w, reader, i, &b);
		if (code == CTL_YES)
			code = walk_kept(w, &b, reader_first(reader, i));
	}
	free(b.starts);
	buf_fini(&b.text);
	return code;
}

/* A walk over entries that come from a database. */
struct far {
	struct log_walk *w;
	bool has_heads;		  /* each log begins with its name */
	char origin[LAYOUT_NAME]; /* of the entry before */
};

static int
on_entry(
    void *ctx, const char *origin, const struct entry *entry, struct span line)
{
	struct far *far = ctx;
	int code;

	if (far->has_heads && strcmp(far->origin, origin) != 0)
		printf("%s\n", origin);
	(void)snprintf(far->origin, sizeof far->origin, "%s", origin);
	code = far->w->visit(far->w, entry, line);
	far->w->n++;
	return code;
}

static int
walk_far(struct log_walk *w)
{
	const struct log_call *call = w->call;
	struct far far = {.w = w,
	    .has_heads = strcmp(call->command, "list") == 0 && !call->json &&
			 call->log == NULL};
	struct log_database_walk walk = {call, on_entry, &far};

	return log_database_walk(&walk);
}

int
log_walk(struct log_walk *w)
{
	struct reader *reader = NULL;
	int code;

	if (w->call->from[0] != '\0')
		return walk_far(w);
	code = log_open(w->call, &reader);
	if (code == CTL_YES)
		code = w->call->reverse ? walk_backward(w, reader)
					: walk_forward(w, reader);
	reader_close(reader);
	return code;
}

int
log_find(const struct log_call *call, struct reader *reader, uint64_t seq,
    struct reader_line *line)
{
	enum reader_state state;
	struct entry_peek peek;

	if (reader_segments(reader) == 0)
		return CTL_NO;
	reader_seek(reader, reader_find(reader, seq));
	for (;;) {
		int rc = reader_next(reader, &state, line);

		if (rc != CONSENT_OK)
			return log_complain(call, rc);
		if (state != READER_LINE)
			return CTL_NO;
		if (entry_peek(line->text, &peek) && peek.seq == seq)
			return CTL_YES;
	}
}
