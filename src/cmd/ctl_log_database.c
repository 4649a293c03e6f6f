#include "cmd/ctl_log_database.h"

#include "base/clock.h"
#include "base/digest.h"
#include "cmd/ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	SUBJECTS =
	    LOG_VALUES * 32 /* room for all subjects that are asked for */
};

/* A walk while it goes. */
struct state {
	const struct log_database_walk *walk;
	struct database *db;
	uint64_t n; /* entries that were shown */
	int code;
	char origin[LAYOUT_NAME]; /* of the row at hand */
};

static int
complain(const struct log_call *call, const char *what, const char *why)
{
	(void)fprintf(
	    stderr, "consentctl log %s: %s: %s\n", call->command, what, why);
	return CTL_FAILED;
}

/* ---- the connection --------------------------------------------------- */

int
log_database_open(const struct log_call *call, struct database **out)
{
	struct database *db = NULL;
	int rc = database_new(call->from, "consentctl", &db);

	if (rc != CONSENT_OK)
		return complain(call, "--from",
		    rc == CONSENT_EINVAL ? "no address that libpq can read"
					 : status_text(rc));
	rc = database_connect(db);
	if (rc == CONSENT_OK)
		rc = database_ask(
		    db, "SET TIME ZONE 'UTC'; SET bytea_output = 'hex'", NULL);
	if (rc == CONSENT_OK) {
		*out = db;
		return CTL_YES;
	}
	(void)complain(call, database_place(db), database_why(db));
	database_free(db);
	return CTL_FAILED;
}

/* ---- rows ------------------------------------------------------------- */

/* A row is wrong: CONSENT_EDENIED, which ends the stream. */
static int
blame(struct state *s, struct span seq, const char *why)
{
	uint64_t number = 0;

	if (span_to_u64(seq, 10, LAYOUT_SEQ_MAX, &number) != CONSENT_OK)
		why = "a row without a number";
	(void)fprintf(
	    stderr, "%s: entry %" PRIu64 ": %s\n", s->origin, number, why);
	s->code = CTL_FAILED;
	return CONSENT_EDENIED;
}

/* Keeps the name of the row's log, made fit for terminals. */
static void
keep_origin(struct state *s, struct span name)
{
	size_t i, n = name.n < sizeof s->origin ? name.n : sizeof s->origin - 1;

	for (i = 0; i < n; i++)
		s->origin[i] =
		    name.p[i] > 0x20 && name.p[i] < 0x7f ? name.p[i] : '?';
	s->origin[n] = '\0';
}

/* Whether the row's line is the entry that its leaf and number are of. */
static const char *
check_row(
    struct span seq, struct span leaf, struct span line, struct entry *out)
{
	char hex[DIGEST_HEX];
	struct merkle_hash hash;
	uint64_t number;
	const char *why = "";
	bool erased;

	if (entry_read(line, out, &why) != CONSENT_OK)
		return why;
	if (span_to_u64(seq, 10, LAYOUT_SEQ_MAX, &number) != CONSENT_OK ||
	    number != out->seq)
		return "its line has another number";
	if (entry_leaf(line, &hash, &erased) != CONSENT_OK)
		return "its line has no leaf";
	digest_hex(hash.bytes, sizeof hash.bytes, hex);
	return span_equal(leaf, span_of(hex)) ? NULL
					      : "its line has another leaf";
}

static int
on_row(void *ctx, const struct database *db)
{
	struct state *s = ctx;
	const struct log_call *call = s->walk->call;
	struct span seq = database_value(db, 0, 1);
	struct span line = database_value(db, 0, 3);
	struct entry entry;
	const char *why;

	keep_origin(s, database_value(db, 0, 0));
	why = check_row(seq, database_value(db, 0, 2), line, &entry);
	if (why != NULL)
		return blame(s, seq, why);
	if (!log_filter_passes(&call->filter, &entry))
		return CONSENT_OK;
	if (s->n == call->limit)
		return CONSENT_ELIMIT; /* enough */
	s->code = s->walk->on_entry(s->walk->ctx, s->origin, &entry, line);
	s->n++;
	return s->code == CTL_YES ? CONSENT_OK : CONSENT_EDENIED;
}

/* ---- the question ----------------------------------------------------- */

/* A time for the database, or NULL where it is out of range. */
static const char *
spell_time(int64_t when, int64_t none, char text[CLOCK_TEXT])
{
	if (when == none)
		return NULL;
	clock_format(when, text);
	return text;
}

/* The subjects that are asked for as an array, or NULL: all. */
static const char *
spell_subjects(const struct log_values *values, char text[SUBJECTS])
{
	size_t i, at = 0;

	if (values->n == 0)
		return NULL;
	for (i = 0; i < values->n; i++) {
		int n = snprintf(text + at, SUBJECTS - at, "%c\"%.*s\"",
		    i == 0 ? '{' : ',', SPAN_ARG(values->values[i]));

		if (n < 0 || (size_t)n + 2 > SUBJECTS - at)
			return NULL; /* then all are looked at */
		at += (size_t)n;
	}
	text[at++] = '}';
	text[at] = '\0';
	return text;
}

static int
stream(struct state *s)
{
	const struct log_call *call = s->walk->call;
	const struct log_filter *filter = &call->filter;
	char since[CLOCK_TEXT], until[CLOCK_TEXT], subjects[SUBJECTS];
	const char *const texts[] = {call->log,
	    spell_time(filter->since, INT64_MIN, since),
	    spell_time(filter->until, INT64_MAX, until),
	    spell_subjects(&filter->fields[LOG_FIELD_SUBJECT], subjects)};
	struct database_values values = {sizeof texts / sizeof texts[0], texts};

	/* the other filters are ours: there must be one place for them */
#define WHAT                                                                   \
	"SELECT log, seq, encode(leaf, 'hex'), line FROM entries "             \
	"WHERE ($1::text IS NULL OR log = $1) "                                \
	"AND ($2::timestamptz IS NULL OR time >= $2::timestamptz) "            \
	"AND ($3::timestamptz IS NULL OR time < $3::timestamptz) "             \
	"AND ($4::text[] IS NULL OR sub = ANY($4::text[])) "                   \
	"ORDER BY log, seq"
	return database_stream(
	    s->db, call->reverse ? WHAT " DESC" : WHAT, &values, on_row, s);
#undef WHAT
}

int
log_database_walk(const struct log_database_walk *walk)
{
	struct state s = {.walk = walk, .code = CTL_YES};
	int rc, code = log_database_open(walk->call, &s.db);

	if (code != CTL_YES)
		return code;
	rc = stream(&s);
	if (rc != CONSENT_OK && rc != CONSENT_ELIMIT && s.code == CTL_YES)
		s.code = complain(
		    walk->call, database_place(s.db), database_why(s.db));
	database_free(s.db);
	return s.code;
}

int
log_database_count(
    const struct log_call *call, uint64_t *covered, uint64_t *entries)
{
	const char *const texts[] = {call->log};
	struct database_values values = {1, texts};
	struct database *db = NULL;
	int rc, code = log_database_open(call, &db);

	if (code != CTL_YES)
		return code;
	rc = database_ask(db,
	    "SELECT coalesce(sum(size), 0), coalesce(sum(shipped), 0) "
	    "FROM logs WHERE $1::text IS NULL OR origin = $1",
	    &values);
	if (rc != CONSENT_OK)
		code = complain(call, database_place(db), database_why(db));
	else if (database_number(db, 0, 0, covered) != CONSENT_OK ||
		 database_number(db, 0, 1, entries) != CONSENT_OK)
		code =
		    complain(call, database_place(db), "no number of entries");
	database_free(db);
	return code;
}

int
log_database_text(struct database *db, enum layout_type kind, const char *hash,
    struct buf *out)
{
	const char *const texts[] = {hash, layout_type_name(kind)};
	struct database_values values = {2, texts};
	int rc = database_ask(db,
	    "SELECT body FROM texts WHERE hash = $1 AND kind = $2", &values);

	buf_clear(out);
	if (rc == CONSENT_EBUSY || rc == CONSENT_EDENIED)
		return CONSENT_EIO;
	if (rc != CONSENT_OK)
		return rc;
	if (database_rows(db) == 0)
		return CONSENT_ENOENT;
	return buf_append(out, database_value(db, 0, 0));
}
