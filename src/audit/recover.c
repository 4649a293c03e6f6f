#include "audit/recover.h"

#include "audit/entry.h"
#include "audit/reader.h"

#include <string.h>

/* The walk over the last segments. */
struct walk {
	struct reader *reader;
	struct recall *recall;
	struct recovery *out;
	bool broken;	      /* a line that is no entry was met */
	uint64_t strict_from; /* offset where entries are read to their ends */
};

/* Remembers what later choices are compared with. */
static int
remember(struct walk *w, struct span line, const struct entry_peek *peek)
{
	struct recall_attempt attempt;
	struct entry entry;
	char hash[RECORD_HASH];
	const char *why;
	int rc;

	if (peek->type == LAYOUT_CHOICE) {
		rc = recall_read(line, peek, &attempt);
		if (rc == CONSENT_OK &&
		    recall_find(w->recall, peek->id) == NULL)
			recall_add(w->recall, &attempt);
		recall_commit(w->recall);
		return rc;
	}
	if (peek->type != LAYOUT_POLICY && peek->type != LAYOUT_NOTICE)
		return CONSENT_OK;
	rc = entry_read(line, &entry, &why);
	if (rc != CONSENT_OK)
		return rc;
	memcpy(hash, entry.hash.p, sizeof hash - 1);
	hash[sizeof hash - 1] = '\0';
	recall_add_text(w->recall, entry.type, hash);
	recall_commit(w->recall);
	return CONSENT_OK;
}

/*
 * Whether a line is all there, whatever it says: a write that was torn leaves
 * half of one, or zeros in it.
 */
static bool
is_whole(struct span line)
{
	size_t i;

	for (i = 0; i < line.n; i++)
		if ((unsigned char)line.p[i] < ' ')
			return false;
	return span_starts(line, SPAN("{\"")) && span_ends(line, SPAN("}"));
}

/* Whether it is an entry of ours; the last ones are read to their ends. */
static bool
is_ours(const struct walk *w, const struct reader_line *line,
    struct entry_peek *peek)
{
	struct entry entry;
	const char *why;

	if (!entry_peek(line->text, peek))
		return false;
	return line->offset < w->strict_from ||
	       entry_read(line->text, &entry, &why) == CONSENT_OK;
}

/*
 * A whole line. Behind a broken one none may follow that is an entry: then the
 * log was damaged, not torn, and cutting would destroy evidence. So it would
 * where a line is whole and none of ours: a later version wrote it.
 */
static int
on_line(struct walk *w, const struct reader_line *line)
{
	struct entry_peek peek;
	bool good = is_ours(w, line, &peek);

	if (!good && is_whole(line->text))
		return CONSENT_EINVAL;
	if (w->broken)
		return good ? CONSENT_EINVAL : CONSENT_OK;
	if (good && peek.seq != w->out->next)
		return CONSENT_EINVAL;
	if (!good) {
		w->broken = true;
		return CONSENT_OK;
	}
	if (w->out->began == 0 && peek.type != LAYOUT_ERASED)
		w->out->began = peek.time;
	w->out->next = peek.seq + 1;
	w->out->size = line->offset + line->text.n + 1;
	return remember(w, line->text, &peek);
}

/* Reads one segment from its start. */
static int
walk_segment(struct walk *w, size_t i)
{
	struct reader_line line;
	enum reader_state state = READER_LINE;
	int rc = CONSENT_OK;

	reader_seek(w->reader, i);
	w->out->first = reader_first(w->reader, i);
	w->out->size = 0;
	w->out->began = 0;
	w->out->next = w->out->first;
	while (rc == CONSENT_OK && state == READER_LINE) {
		rc = reader_next(w->reader, &state, &line);
		if (rc == CONSENT_OK && state == READER_LINE) {
			if (line.first != w->out->first)
				return CONSENT_OK; /* the next segment */
			rc = on_line(w, &line);
		}
	}
	if (rc == CONSENT_OK && state == READER_BROKEN)
		rc = CONSENT_EINVAL;
	return rc;
}

/* The segment to begin with: what was sealed early is short. */
static int
find_start(const struct reader *reader, size_t *out)
{
	size_t i = reader_segments(reader), n = 0;
	uint64_t all = 0, bytes = 0;
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && i > 0 &&
	       (n < 2 || (all < RECOVER_BYTES && n < RECOVER_SEGMENTS))) {
		rc = reader_size(reader, --i, &bytes);
		all += bytes;
		n++;
	}
	*out = i;
	return rc;
}

/* A segment that is not the last one: whole, and the next one follows. */
static int
walk_sealed(struct walk *w, size_t i)
{
	int rc = walk_segment(w, i);

	if (rc == CONSENT_OK &&
	    (w->broken || w->out->next != reader_first(w->reader, i + 1)))
		rc = CONSENT_EINVAL; /* only the last one may end in pieces */
	return rc;
}

int
recover_log(const char *dir, struct recall *recall, struct recovery *out)
{
	struct walk w = {
	    .recall = recall, .out = out, .strict_from = UINT64_MAX};
	char stray[LAYOUT_NAME];
	uint64_t bytes = 0;
	size_t i = 0, k, n;
	int rc = reader_open(dir, &w.reader, stray);

	if (rc != CONSENT_OK)
		return rc;
	memset(out, 0, sizeof *out);
	n = reader_segments(w.reader);
	if (n == 0)
		rc = CONSENT_ENOENT;
	if (rc == CONSENT_OK)
		rc = find_start(w.reader, &i);
	for (k = i; rc == CONSENT_OK && k < n; k++)
		reader_expect(w.reader, k);
	for (; rc == CONSENT_OK && i + 1 < n; i++)
		rc = walk_sealed(&w, i);
	if (rc == CONSENT_OK)
		rc = reader_size(w.reader, n - 1, &bytes);
	w.strict_from = bytes < RECOVER_STRICT ? 0 : bytes - RECOVER_STRICT;
	if (rc == CONSENT_OK)
		rc = walk_segment(&w, n - 1);
	if (rc == CONSENT_OK)
		rc = reader_size(w.reader, n - 1, &bytes);
	if (rc == CONSENT_OK && bytes < out->size)
		rc = CONSENT_EIO;
	if (rc == CONSENT_OK)
		out->cut = bytes - out->size;
	reader_close(w.reader);
	return rc;
}
