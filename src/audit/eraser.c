#include "audit/eraser.h"

#include "audit/entry.h"
#include "audit/erase.h"
#include "audit/layout.h"
#include "audit/reader.h"
#include "audit/rewrite.h"
#include "audit/tile.h"
#include "base/clock.h"

#include <libconsent/record.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PIECE = 1 << 20 /* bytes that are looked through in one piece */
};

enum stage {
	IDLE,
	FIND,	 /* which entries */
	ENTER,	 /* say so in the log */
	REWRITE, /* the segments */
	FORGET,	 /* the bundles */
	UNMARK	 /* all is done */
};

struct eraser {
	const char *path;
	struct ledger *ledger;
	int dir, entries;
	enum stage stage;
	/* what is wanted */
	char needle[RECORD_ID + 16]; /* in lines of the subject; "": none */
	int64_t before;
	char why[LAYOUT_NAME];
	/* while it is looked for */
	struct reader *reader; /* NULL: not open */
	uint64_t next;	       /* the entry to be looked at */
	uint64_t opened;       /* the same when reader was opened */
	uint64_t spared;       /* below there is no choice any more */
	bool skipped;	       /* a segment behind us is too young */
	bool more;	       /* there was no room for all */
	/* what was found */
	struct erase_list list;
	size_t at; /* the next one to be entered, rewritten or forgotten */
	struct rewrite *rewrite;      /* NULL: none under way */
	uint64_t limit;		      /* the first entry behind its segment */
	uint64_t seqs[LAYOUT_ERASES]; /* of one erase entry */
	struct eraser_result result;
};

/* ---- what was left ---------------------------------------------------- */

/* Takes up the erase entries from a number on. */
static int
read_entries(struct eraser *e, struct reader *reader, uint64_t from)
{
	enum reader_state state = READER_LINE;
	struct reader_line line;
	int rc = CONSENT_OK;

	reader_seek(reader, reader_find(reader, from));
	while (rc == CONSENT_OK && state == READER_LINE) {
		struct entry_peek peek;

		rc = reader_next(reader, &state, &line);
		if (rc != CONSENT_OK || state != READER_LINE)
			break;
		if (!entry_peek(line.text, &peek))
			rc = CONSENT_EINVAL;
		else if (peek.type == LAYOUT_ERASE && peek.seq >= from)
			rc = erase_list_read(&e->list, line.text, peek.seq);
	}
	return rc;
}

/* Looks for a mark, and what it tells of. */
static int
resume(struct eraser *e)
{
	struct reader *reader = NULL;
	char stray[LAYOUT_NAME];
	uint64_t by = 0;
	int rc = erase_marked(e->dir, &by);

	if (rc == CONSENT_ENOENT)
		return CONSENT_OK;
	if (rc == CONSENT_OK)
		rc = reader_open(e->path, &reader, stray);
	if (rc == CONSENT_OK)
		rc = read_entries(e, reader, by);
	reader_close(reader);
	if (rc != CONSENT_OK)
		return rc;
	erase_list_sort(&e->list);
	e->result.entries = e->list.n;
	e->result.by = e->list.n > 0 ? e->list.at[0].by : 0;
	e->stage = REWRITE;
	return CONSENT_OK;
}

static int
open_folders(struct eraser *e)
{
	e->dir = open(e->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (e->dir < 0)
		return CONSENT_EIO;
	e->entries = openat(e->dir, LAYOUT_ENTRIES,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return e->entries < 0 ? CONSENT_EIO : CONSENT_OK;
}

int
eraser_new(const char *dir, struct ledger *l, struct eraser **out)
{
	struct eraser *e = calloc(1, sizeof *e);
	int rc;

	if (e == NULL)
		return CONSENT_ENOMEM;
	e->path = dir;
	e->ledger = l;
	e->dir = e->entries = -1;
	rc = open_folders(e);
	if (rc == CONSENT_OK)
		rc = resume(e);
	if (rc != CONSENT_OK)
		eraser_free(e);
	else
		*out = e;
	return rc;
}

void
eraser_free(struct eraser *e)
{
	int why = errno;

	if (e == NULL)
		return;
	rewrite_free(e->rewrite);
	reader_close(e->reader);
	erase_list_fini(&e->list);
	if (e->entries >= 0)
		(void)close(e->entries); /* read only: nothing to lose */
	if (e->dir >= 0)
		(void)close(e->dir);
	free(e);
	errno = why;
}

bool
eraser_is_busy(const struct eraser *e)
{
	return e->stage != IDLE;
}

int
eraser_begin(struct eraser *e, const struct eraser_wish *wish)
{
	const char *subject = wish->subject;
	int n;

	if (e->stage != IDLE)
		return CONSENT_EBUSY;
	if (subject != NULL && (strlen(subject) != RECORD_ID - 1 ||
				   strpbrk(subject, "\"\\") != NULL ||
				   strstr(wish->why, subject) != NULL))
		return CONSENT_EINVAL;
	n = snprintf(e->why, sizeof e->why, "%s", wish->why);
	if (n <= 0 || (size_t)n >= sizeof e->why)
		return CONSENT_EINVAL;
	e->needle[0] = '\0';
	if (subject != NULL)
		(void)snprintf(
		    e->needle, sizeof e->needle, ",\"sub\":\"%s\"", subject);
	e->before = wish->before;
	e->next = subject != NULL ? 0 : e->spared;
	e->skipped = e->more = false;
	e->result = (struct eraser_result){.is_over = false};
	e->stage = FIND;
	return CONSENT_OK;
}

/* ---- finding ---------------------------------------------------------- */

static bool
is_for_subject(const struct eraser *e)
{
	return e->needle[0] != '\0';
}

static void
end(struct eraser *e, int status)
{
	reader_close(e->reader);
	e->reader = NULL;
	erase_list_fini(&e->list);
	memset(e->needle, 0, sizeof e->needle);
	e->stage = IDLE;
	e->result.is_over = true;
	e->result.status = status;
}

/* All was looked at that had to be. */
static void
end_search(struct eraser *e)
{
	reader_close(e->reader);
	e->reader = NULL;
	e->at = 0;
	if (e->list.n > 0)
		e->stage = ENTER;
	else
		end(e, CONSENT_OK);
}

/* A segment is behind us and all of it is old. True: its choices go now. */
static bool
end_segment(struct eraser *e)
{
	if (!e->skipped)
		e->spared = e->next;
	return e->list.n > 0;
}

/*
 * Goes to the next segment, because one entry of this one is young. Later ones
 * may be old all the same: clocks are set back. False: it was the last.
 */
static bool
skip_segment(struct eraser *e, uint64_t first)
{
	size_t i = reader_find(e->reader, first) + 1;

	erase_list_fini(&e->list);
	e->skipped = true;
	if (i >= reader_segments(e->reader))
		return false;
	reader_seek(e->reader, i);
	e->next = reader_first(e->reader, i);
	return true;
}

static bool
is_young(const struct eraser *e, const struct entry_peek *peek)
{
	return !is_for_subject(e) && peek->type != LAYOUT_ERASED &&
	       peek->time >= e->before;
}

/*
 * Looks at a line. *ends when the search ends before it: it is of another
 * segment than what was found, or there is no room.
 */
static int
judge(struct eraser *e, const struct reader_line *line, bool *ends)
{
	struct erase_target target = {.seq = e->next};
	struct entry_peek peek;

	if (!entry_peek(line->text, &peek) || peek.seq != e->next)
		return CONSENT_EINVAL;
	e->more = e->list.n == ERASER_MOST;
	*ends = e->more;
	if (!is_for_subject(e) && line->line == 1)
		*ends |= end_segment(e);
	if (!*ends && is_young(e, &peek)) {
		*ends = !skip_segment(e, line->first);
		return CONSENT_OK;
	}
	if (*ends)
		return CONSENT_OK;
	e->next++;
	if (peek.type != LAYOUT_CHOICE ||
	    (is_for_subject(e) &&
		span_search(line->text, span_of(e->needle)) == line->text.n))
		return CONSENT_OK;
	return erase_list_add(&e->list, target);
}

/* Opens the log anew where it is to be read on. */
static int
open_reader(struct eraser *e)
{
	char stray[LAYOUT_NAME];
	int rc = reader_open(e->path, &e->reader, stray);

	e->opened = e->next;
	if (rc == CONSENT_OK)
		reader_seek(e->reader, reader_find(e->reader, e->next));
	return rc;
}

/* The end of what was there when the log was opened: more came since. */
static int
end_reading(struct eraser *e)
{
	bool stands = e->next == e->opened;

	reader_close(e->reader);
	e->reader = NULL;
	return stands ? CONSENT_EINVAL : CONSENT_OK; /* lines are missing */
}

/* Reads on, up to what is committed now. */
static int
find(struct eraser *e)
{
	enum reader_state state = READER_LINE;
	struct reader_line line;
	bool ends = false;
	size_t bytes = 0;
	int rc = e->reader == NULL ? open_reader(e) : CONSENT_OK;

	while (rc == CONSENT_OK && !ends && bytes < PIECE) {
		ends = e->next == ledger_next(e->ledger);
		if (ends)
			break;
		rc = reader_next(e->reader, &state, &line);
		if (rc == CONSENT_OK && state != READER_LINE)
			return end_reading(e);
		if (rc != CONSENT_OK)
			break;
		bytes += line.text.n;
		if (line.first + line.line - 1 >= e->next)
			rc = judge(e, &line, &ends);
	}
	if (rc == CONSENT_OK && ends)
		end_search(e);
	return rc;
}

/* ---- erasing ---------------------------------------------------------- */

/* Says in the log what goes, as much as one entry holds. */
static int
enter(struct eraser *e)
{
	struct entry_fact fact = {
	    .type = LAYOUT_ERASE, .entries = e->seqs, .why = e->why};
	struct ledger_place place;
	size_t left = e->list.n - e->at, i;
	int rc = CONSENT_OK;

	if (e->at == 0)
		rc = erase_mark(e->dir, ledger_next(e->ledger));
	fact.n_entries = left < LAYOUT_ERASES ? left : LAYOUT_ERASES;
	for (i = 0; i < fact.n_entries; i++)
		e->seqs[i] = e->list.at[e->at + i].seq;
	if (rc == CONSENT_OK)
		rc = ledger_append(e->ledger, &fact, &place);
	if (rc == CONSENT_OK)
		rc = ledger_commit(e->ledger);
	else
		ledger_rollback(e->ledger);
	if (rc != CONSENT_OK)
		return rc;
	if (e->result.entries == 0)
		e->result.by = place.seq;
	e->result.entries += fact.n_entries;
	for (i = 0; i < fact.n_entries; i++)
		e->list.at[e->at++].by = place.seq;
	if (e->at < e->list.n)
		return CONSENT_OK;
	e->at = 0;
	e->stage = REWRITE;
	return CONSENT_OK;
}

/* Finds the segment of the next target. */
static int
begin_segment(struct eraser *e)
{
	struct reader *reader = NULL;
	char stray[LAYOUT_NAME];
	size_t i;
	int rc = reader_open(e->path, &reader, stray);

	if (rc != CONSENT_OK)
		return rc;
	i = reader_find(reader, e->list.at[e->at].seq);
	/* the last one is being written: it holds no target */
	if (i + 1 >= reader_segments(reader))
		rc = CONSENT_EINVAL;
	if (rc == CONSENT_OK) {
		e->limit = reader_first(reader, i + 1);
		rc = rewrite_new(
		    e->entries, reader_first(reader, i), &e->list, &e->rewrite);
	}
	reader_close(reader);
	return rc;
}

static int
rewrite(struct eraser *e)
{
	bool done = false;
	int rc = CONSENT_OK;

	if (e->at == e->list.n) {
		e->at = 0;
		e->stage = FORGET;
		return CONSENT_OK;
	}
	if (e->rewrite == NULL)
		return begin_segment(e);
	rc = rewrite_step(e->rewrite, &done);
	if (rc == CONSENT_OK && !done)
		return rc;
	rewrite_free(e->rewrite);
	e->rewrite = NULL;
	if (rc == CONSENT_OK)
		e->at = erase_list_find(&e->list, e->limit);
	return rc;
}

/* Takes the bundle of the next target away. */
static int
forget(struct eraser *e)
{
	uint64_t bundle;
	int rc;

	if (e->at == e->list.n) {
		e->stage = UNMARK;
		return CONSENT_OK;
	}
	bundle = e->list.at[e->at].seq / TILE_WIDTH;
	rc = ledger_forget(e->ledger, bundle);
	if (rc == CONSENT_OK)
		e->at = erase_list_find(&e->list, (bundle + 1) * TILE_WIDTH);
	return rc;
}

/* Done; there may be more than found room, or another old segment. */
static int
unmark(struct eraser *e)
{
	int rc = erase_unmark(e->dir);
	bool goes_on = e->why[0] != '\0' && (e->more || !is_for_subject(e));

	if (rc != CONSENT_OK)
		return rc;
	if (!goes_on) {
		end(e, CONSENT_OK);
		return rc;
	}
	erase_list_fini(&e->list);
	e->more = false;
	e->stage = FIND;
	return rc;
}

static int
do_piece(struct eraser *e)
{
	switch (e->stage) {
	case FIND:
		return find(e);
	case ENTER:
		return enter(e);
	case REWRITE:
		return rewrite(e);
	case FORGET:
		return forget(e);
	case UNMARK:
		return unmark(e);
	case IDLE:
		break;
	}
	return CONSENT_OK;
}

/* A piece failed: what can be done again will be. */
static void
on_failure(struct eraser *e, int rc)
{
	int why = errno;

	rewrite_free(e->rewrite);
	e->rewrite = NULL;
	reader_close(e->reader);
	e->reader = NULL;
	if (rc != CONSENT_EIO && rc != CONSENT_ENOMEM &&
	    (e->stage == FIND || (e->stage == ENTER && e->at == 0))) {
		/* one too many does no harm */
		if (erase_unmark(e->dir) != CONSENT_OK)
			why = errno;
		end(e, rc);
	}
	errno = why;
}

int
eraser_go_on(struct eraser *e, int64_t ms, struct eraser_result *out)
{
	int64_t until = clock_monotonic() + ms;
	int rc = CONSENT_OK;

	e->result.is_over = false;
	do
		rc = do_piece(e);
	while (
	    rc == CONSENT_OK && e->stage != IDLE && clock_monotonic() < until);
	if (rc != CONSENT_OK)
		on_failure(e, rc);
	*out = e->result;
	return rc;
}
