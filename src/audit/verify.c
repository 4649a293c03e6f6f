#include "audit/verify.h"

#include "audit/entry.h"
#include "audit/erase.h"
#include "audit/idset.h"
#include "audit/named.h"
#include "audit/publish.h"
#include "audit/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	STEP = 4096 /* entries between two tellings of how far it is */
};

/* What one entry is checked against. */
struct verifier {
	int dir;
	const struct verify_options *options;
	struct reader *reader;
	struct published *published;
	struct verify_result *out;
	struct idset ids;     /* of all entries */
	struct named named;   /* policies and notices */
	struct idset erased;  /* tombstones: their number to its `by` */
	uint64_t n_unclaimed; /* tombstones that no erase entry named yet */
	uint64_t pending;     /* erase entries from here on are not done yet */
	int64_t time;	      /* of the entry before */
	bool is_stopped; /* by the entry before: nothing may follow unsigned */
	uint64_t all;	 /* bytes of all segments */
	uint64_t before; /* of those behind us */
};

/* Fills in the fault; returns what a fault returns. */
static int
blame(struct verifier *v, const struct reader_line *line, const char *why)
{
	struct published_fault *fault = &v->out->fault;

	(void)snprintf(fault->file, sizeof fault->file, "%s", line->file);
	fault->line = line->line;
	fault->seq = v->out->entries;
	(void)snprintf(fault->why, sizeof fault->why, "%s", why);
	return CONSENT_EDENIED;
}

/* What audit/named has found. */
static int
blame_text(struct verifier *v, const struct reader_line *line, int rc)
{
	return rc == CONSENT_EDENIED ? blame(v, line, v->named.why) : rc;
}

/* The spelling under which a tombstone waits for its erase entry. */
static struct span
number_text(uint64_t seq, char text[24])
{
	(void)snprintf(text, 24, "%" PRIu64, seq);
	return span_of(text);
}

static int
check_erased(struct verifier *v, const struct entry *entry)
{
	char text[24];

	v->out->erased++;
	v->n_unclaimed++;
	return idset_add(&v->erased, number_text(entry->seq, text), entry->by);
}

/* Each entry that is said to be erased must be a tombstone that says so. */
static int
check_erase(struct verifier *v, const struct reader_line *line,
    const struct entry *entry)
{
	struct span list = entry->entries;
	uint64_t by = 0, seq;

	while (form_next_seq(&list, &seq)) {
		char text[24];
		int rc = idset_find(&v->erased, number_text(seq, text), &by);

		if (rc == CONSENT_ENOENT && entry->seq >= v->pending) {
			v->out->pending++;
			continue;
		}
		if (rc == CONSENT_ENOENT)
			return blame(v, line, "an entry that is still there");
		if (rc != CONSENT_OK)
			return rc;
		if (by == entry->seq)
			v->n_unclaimed--;
		else if (by > entry->seq)
			return blame(v, line, "an entry erased by another");
	}
	return CONSENT_OK;
}

static int
check_by_type(struct verifier *v, const struct reader_line *line,
    const struct entry *entry)
{
	if (entry->type == LAYOUT_CHOICE) {
		v->out->choices++;
		return blame_text(v, line, named_check(&v->named, entry));
	}
	if (entry->type == LAYOUT_POLICY || entry->type == LAYOUT_NOTICE)
		return blame_text(
		    v, line, named_add(&v->named, v->reader, entry));
	if (entry->type == LAYOUT_ERASE)
		return check_erase(v, line, entry);
	if (entry->type == LAYOUT_ERASED)
		return check_erased(v, entry);
	return CONSENT_OK;
}

static int
check_entry(struct verifier *v, const struct reader_line *line,
    const struct entry *entry)
{
	int rc;

	if (entry->seq != v->out->entries)
		return blame(v, line, "the number does not follow");
	if (line->line == 1 && line->first != entry->seq)
		return blame(v, line, "not the number in the file's name");
	if (entry->type != LAYOUT_ERASED) {
		rc = idset_add(&v->ids, entry->id, entry->seq);
		if (rc == CONSENT_EBUSY)
			return blame(v, line, "an id that was used before");
		if (rc != CONSENT_OK)
			return rc;
		if (entry->time < v->time)
			v->out->backward++;
		v->time = entry->time;
	}
	return check_by_type(v, line, entry);
}

static int
check_line(struct verifier *v, const struct reader_line *line)
{
	struct entry entry;
	const char *why;
	int rc = entry_read(line->text, &entry, &why);

	if (rc == CONSENT_EINVAL)
		return blame(v, line, why);
	if (rc != CONSENT_OK)
		return rc;
	rc = check_entry(v, line, &entry);
	if (rc == CONSENT_OK)
		rc = published_add(v->published, line, entry.by);
	if (rc == CONSENT_OK)
		v->out->entries++;
	v->is_stopped =
	    entry.type == LAYOUT_STOP && span_equal(entry.what, SPAN("notary"));
	return rc;
}

/* ---- the end ---------------------------------------------------------- */

/* What a checkpoint covers must be there. */
static int
check_size(struct verifier *v, const struct reader_line *end, uint64_t n,
    const char *whose)
{
	char why[PUBLISHED_WHY];

	if (v->out->entries >= n)
		return CONSENT_OK;
	(void)snprintf(why, sizeof why,
	    "the end was cut off: %s covers %" PRIu64 " entries", whose, n);
	return blame(v, end, why);
}

/*
 * Whoever stops a log publishes all of it. What is behind the checkpoint was
 * written by somebody who was killed, or who did not get that far.
 */
static int
check_cover(struct verifier *v)
{
	const struct published_heads *h = &v->out->heads;
	struct reader_line file = {.file = PUBLISH_CHECKPOINT};
	char why[PUBLISHED_WHY];

	if (v->out->is_live)
		return CONSENT_OK;
	if (!h->has_newest && v->options->ring != NULL)
		return blame(v, &file, "there is none: nothing is signed");
	if (!h->has_newest || !v->is_stopped || h->newest.n >= v->out->entries)
		return CONSENT_OK;
	(void)snprintf(why, sizeof why,
	    "it does not cover the last %" PRIu64
	    " entries, and the log was stopped: an older one, or their "
	    "publishing failed",
	    v->out->entries - h->newest.n);
	return blame(v, &file, why);
}

/* The last segment must be the one that was read to its end. */
static int
check_segments(struct verifier *v)
{
	struct reader_line end = {.file = LAYOUT_ENTRIES "/"};
	size_t n = reader_segments(v->reader);

	if (n == 0 || reader_first(v->reader, n - 1) <= v->out->entries)
		return CONSENT_OK;
	layout_segment_name(
	    reader_first(v->reader, n - 1), end.file + sizeof LAYOUT_ENTRIES);
	return blame(v, &end, "a segment that does not follow");
}

/*
 * Bytes without a newline: an entry that is being written, or was when its
 * writer was killed. Only where a checkpoint says what must be there are the
 * two told from an end that was cut off.
 */
static int
check_partial(struct verifier *v, const struct reader_line *line)
{
	const struct published_heads *h = &v->out->heads;

	if (!v->out->is_live &&
	    (!h->has_newest || h->newest.n > v->out->entries))
		return blame(v, line, "the last line is not complete");
	v->out->unfinished = line->text.n;
	return CONSENT_OK;
}

/* Tombstones whose erase entry a writer at work has put behind our end. */
static uint64_t
n_later(const struct verifier *v)
{
	return v->out->is_live ? idset_count(&v->erased, v->out->entries) : 0;
}

/* What stands behind the last whole line. */
static int
check_end(
    struct verifier *v, enum reader_state state, const struct reader_line *line)
{
	const struct published_heads *h = &v->out->heads;
	struct reader_line all = {.file = LAYOUT_ENTRIES}, end = *line;
	int rc = CONSENT_OK;

	if (state == READER_BROKEN)
		return blame(v, line, "not a line that ends in time");
	if (state == READER_PARTIAL)
		rc = check_partial(v, line);
	if (rc == CONSENT_OK)
		rc = check_segments(v);
	if (rc == CONSENT_OK && h->has_kept)
		rc = check_size(v, &end, h->kept.n, "the kept checkpoint");
	if (rc == CONSENT_OK && h->has_newest)
		rc = check_size(v, &end, h->newest.n, "the checkpoint");
	if (rc == CONSENT_OK && v->n_unclaimed > n_later(v))
		rc = blame(v, &all, "erased entries that no entry explains");
	if (rc == CONSENT_OK)
		rc = published_end(v->published);
	return rc == CONSENT_OK ? check_cover(v) : rc;
}

/* ---- the whole -------------------------------------------------------- */

/* Says how far it is. */
static void
tell(struct verifier *v, const struct reader_line *line)
{
	const struct verify_options *o = v->options;

	if (o->on_progress != NULL && v->out->entries % STEP == 0)
		o->on_progress(o->ctx, v->before + line->offset, v->all);
}

/* Counts the bytes of all segments that are wholly behind a line. */
static int
count_bytes(const struct reader *reader, uint64_t before, uint64_t *out)
{
	size_t i;
	int rc = CONSENT_OK;

	for (*out = 0, i = 0; rc == CONSENT_OK && i < reader_segments(reader);
	     i++) {
		uint64_t size = 0;

		if (reader_first(reader, i) >= before)
			break;
		rc = reader_size(reader, i, &size);
		*out += size;
	}
	return rc;
}

static int
check_lines(struct verifier *v)
{
	enum reader_state state = READER_LINE;
	struct reader_line line = {.file = LAYOUT_ENTRIES};
	int rc;

	for (;;) {
		rc = reader_next(v->reader, &state, &line);
		if (rc != CONSENT_OK)
			return rc;
		if (state != READER_LINE)
			return check_end(v, state, &line);
		if (line.line == 1)
			rc = count_bytes(v->reader, line.first, &v->before);
		if (rc == CONSENT_OK)
			rc = check_line(v, &line);
		if (rc != CONSENT_OK)
			return rc;
		tell(v, &line);
	}
}

/* The entries are opened last: they are ahead of all that is published. */
static int
open_log(struct verifier *v, const char *dir)
{
	struct reader_line line = {.line = 0};
	char stray[LAYOUT_NAME] = "";
	bool marked;
	int rc;

	v->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (v->dir < 0)
		return errno == ENOENT ? CONSENT_ENOENT : CONSENT_EIO;
	rc = published_open(v->dir, v->options->ring, v->options->kept,
	    &v->published, &v->out->fault);
	if (rc != CONSENT_OK)
		return rc;
	v->out->heads = *published_heads(v->published);
	rc = erase_marked(v->dir, &v->pending);
	if (rc != CONSENT_OK && rc != CONSENT_ENOENT)
		return rc;
	marked = rc == CONSENT_OK;
	rc = reader_open(dir, &v->reader, stray);
	if (rc == CONSENT_EINVAL) {
		rc = blame(v, &line, "not a segment of the log");
		(void)snprintf(v->out->fault.file, sizeof v->out->fault.file,
		    "%s/%.200s", LAYOUT_ENTRIES, stray);
	}
	if (rc != CONSENT_OK)
		return rc;
	v->out->segments = reader_segments(v->reader);
	v->out->is_live = reader_is_live(v->reader);
	/* what is not even published can be erased while it is read */
	if (v->out->is_live && v->pending > v->out->heads.newest.n)
		v->pending = v->out->heads.newest.n;
	published_spare(v->published, v->pending, marked);
	return count_bytes(v->reader, UINT64_MAX, &v->all);
}

static int
init_sets(struct verifier *v)
{
	int rc = idset_init(&v->ids);

	if (rc == CONSENT_OK)
		rc = named_init(&v->named);
	if (rc == CONSENT_OK)
		rc = idset_init(&v->erased);
	return rc;
}

static void
fini(struct verifier *v)
{
	published_close(v->published);
	reader_close(v->reader);
	if (v->dir >= 0)
		(void)close(v->dir); /* read only: nothing to lose */
	idset_fini(&v->ids);
	named_fini(&v->named);
	idset_fini(&v->erased);
}

static int
run(const char *dir, const struct verify_options *options,
    struct verify_result *out)
{
	struct verifier v = {.dir = -1,
	    .options = options,
	    .out = out,
	    .pending = UINT64_MAX,
	    .time = INT64_MIN};
	int rc;

	memset(out, 0, sizeof *out);
	rc = init_sets(&v);
	if (rc == CONSENT_OK)
		rc = open_log(&v, dir);
	if (rc == CONSENT_OK)
		rc = check_lines(&v);
	/* one that came meanwhile is in the way, too */
	if (v.reader != NULL)
		out->is_live = out->is_live || reader_is_live(v.reader);
	fini(&v);
	return rc;
}

int
verify_run(const char *dir, const struct verify_options *options,
    struct verify_result *out)
{
	static const struct verify_options none = {.ring = NULL};
	int rc;

	if (options == NULL)
		options = &none;
	rc = run(dir, options, out);
	/* entries may have been erased while they were read */
	if (rc == CONSENT_EDENIED && out->is_live)
		rc = run(dir, options, out);
	return rc;
}
