#include "report/ship.h"

#include "audit/store.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/utf8.h"
#include "report/migrate.h"
#include "report/pause.h"
#include "report/ship_store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	POLL = 250,	   /* between two looks at the log */
	TOUCH = 10 * 1000, /* between two words that all is well */
	WHY = 512,
	STEPS = 4096 /* entries between two looks whether to stop */
};

/* What comes after a step. */
enum next {
	NEXT_STEP, /* at once */
	NEXT_IDLE, /* all is shipped */
	NEXT_AWAY, /* something is away: wait, longer each time */
	NEXT_STOP,
	NEXT_FAULT,
	NEXT_FAILED
};

struct ship {
	const struct ship_options *options;
	struct ship_store *store;
	struct witness *witness;
	struct witness_head head; /* the newest that was looked at */
	struct merkle_head done;  /* the newest that is in the database */
	char origin[NOTE_NAME];	  /* "" before the first checkpoint */
	bool has_session;	  /* the connection is prepared */
	bool is_placed;		  /* the witness stands where the log does */
	bool has_mark;
	struct ship_rows rows;
	struct buf text;
	struct pause_backoff backoff;
	bool is_waiting;    /* it was told that something is away */
	int64_t touched_at; /* monotonic ms */
	uint64_t sent;	    /* entries, since the start */
};

/* ---- what is told ----------------------------------------------------- */

static enum next
tell_fault(struct ship *s)
{
	const struct witness_fault *fault = witness_fault(s->witness);
	char why[WHY];

	(void)snprintf(why, sizeof why, "%s%sentry %" PRIu64 ": %s",
	    fault->file, fault->file[0] != '\0' ? ": " : "", fault->seq,
	    fault->why);
	log_error("ship.fault",
	    "log=%s file=%s line=%" PRIu64 " entry=%" PRIu64 " reason=\"%s\"",
	    s->origin, fault->file, fault->line, fault->seq, fault->why);
	/* where it can be, the database knows as well */
	if (s->has_session && s->origin[0] != '\0' &&
	    ship_store_fault(s->store, s->origin, why) != CONSENT_OK)
		log_warn("ship.away", "database=%s reason=\"%s\"",
		    database_place(s->options->db),
		    database_why(s->options->db));
	return NEXT_FAULT;
}

static enum next
tell_conflict(struct ship *s, const struct ship_conflict *conflict)
{
	char why[WHY];

	(void)snprintf(why, sizeof why,
	    "entry %" PRIu64 " has the leaf %s in the log and %s here",
	    conflict->seq, conflict->here, conflict->there);
	log_error("ship.alarm",
	    "log=%s entry=%" PRIu64 " leaf_in_log=%s leaf_in_database=%s "
	    "reason=\"the log was written anew\"",
	    s->origin, conflict->seq, conflict->here, conflict->there);
	if (s->has_session &&
	    ship_store_fault(s->store, s->origin, why) != CONSENT_OK)
		log_warn("ship.away", "database=%s reason=\"%s\"",
		    database_place(s->options->db),
		    database_why(s->options->db));
	return NEXT_FAULT;
}

static enum next
tell_failed(const char *reason)
{
	log_error("ship.failed", "reason=\"%s\"", reason);
	return NEXT_FAILED;
}

/* Says once that something is away, until it is back. */
static enum next
tell_away(struct ship *s, const char *what, const char *reason)
{
	if (!s->is_waiting)
		log_warn("ship.away", "%s=%s reason=\"%s\"", what,
		    strcmp(what, "log") == 0 ? s->options->dir
					     : database_place(s->options->db),
		    reason);
	s->is_waiting = true;
	return NEXT_AWAY;
}

static enum next
away_log(struct ship *s, const char *reason)
{
	return tell_away(s, "log", reason);
}

/* The database could not: for now, or for good. */
static enum next
away_database(struct ship *s, int rc)
{
	const char *why = database_why(s->options->db);

	if (rc == CONSENT_EDENIED) {
		log_error("ship.failed", "database=%s reason=\"%s\"",
		    database_place(s->options->db), why);
		return NEXT_FAILED;
	}
	if (rc != CONSENT_EBUSY)
		return tell_failed(status_text(rc));
	s->has_session = false;
	s->is_placed = false;
	return tell_away(s, "database", why);
}

/* What a function of the witness returned other than CONSENT_OK. */
static enum next
judge_witness(struct ship *s, int rc)
{
	if (rc == CONSENT_EDENIED)
		return tell_fault(s);
	if (rc == CONSENT_EIO)
		return away_log(s, errno != 0 ? strerror(errno) : "away");
	return tell_failed(status_text(rc));
}

/* ---- finding the place ------------------------------------------------ */

static enum next
open_session(struct ship *s)
{
	struct database *db = s->options->db;
	uint64_t version = 0;
	char why[WHY];
	int rc = database_connect(db);

	if (rc == CONSENT_OK && s->has_session)
		return NEXT_STEP;
	s->has_session = s->is_placed = false;
	if (rc == CONSENT_OK)
		rc = ship_store_begin(s->store, &version);
	if (rc == CONSENT_EINVAL) {
		(void)snprintf(why, sizeof why,
		    "the tables of the database are of version %" PRIu64
		    ", this program knows %" PRIu64 "%s",
		    version, migrate_known(),
		    version < migrate_known() ? ": run it with --migrate" : "");
		return tell_failed(why);
	}
	if (rc != CONSENT_OK)
		return away_database(s, rc);
	s->has_session = true;
	return NEXT_STEP;
}

/*
 * The log's first entries are not those of the root that the database has:
 * names the first of them that is another one there.
 */
static enum next
find_conflict(struct ship *s, const struct ship_position *position)
{
	struct witness_fault fault = *witness_fault(s->witness);
	struct ship_conflict conflict;
	struct witness_entry line;
	struct ship_leaves leaves;
	uint64_t n;
	int rc;

	witness_restart(s->witness);
	for (n = 0; n < position->shipped; n++) {
		const char *there = leaves.hex[n % SHIP_LEAVES];

		leaves.from = n;
		rc = n % SHIP_LEAVES == 0
			 ? ship_store_leaves(s->store, s->origin, &leaves)
			 : CONSENT_OK;
		if (rc != CONSENT_OK)
			return away_database(s, rc);
		rc = witness_next(s->witness, &line, NULL);
		if (rc != CONSENT_OK)
			return judge_witness(s, rc);
		conflict.seq = n;
		digest_hex(
		    line.leaf.bytes, sizeof line.leaf.bytes, conflict.here);
		memcpy(conflict.there, there, sizeof conflict.there);
		if (there[0] != '\0' && strcmp(conflict.here, there) != 0)
			return tell_conflict(s, &conflict);
	}
	/* the entries are not there any more, or the row was changed */
	log_error("ship.alarm", "log=%s entries=%" PRIu64 " reason=\"%s\"",
	    s->origin, position->head.n, fault.why);
	return NEXT_FAULT;
}

/* Reads the log from its start to where the database stands. */
static enum next
walk_to(struct ship *s, const struct ship_position *position)
{
	const struct merkle_head *before = &position->head;
	struct witness_entry line;
	uint64_t n;

	witness_restart(s->witness);
	for (;;) {
		int rc = CONSENT_OK;

		n = witness_size(s->witness);
		if (n > 0 && n == before->n)
			rc = witness_compare(s->witness, before);
		if (rc == CONSENT_EDENIED)
			return find_conflict(s, position);
		if (n == position->shipped)
			return NEXT_STEP;
		if (n % STEPS == 0 && pause_is_stopped())
			return NEXT_STOP;
		if (rc == CONSENT_OK)
			rc = witness_next(s->witness, &line, NULL);
		if (rc != CONSENT_OK)
			return judge_witness(s, rc);
	}
}

/* The log is shorter than what the database has of it. */
static enum next
tell_shorter(struct ship *s, uint64_t shipped)
{
	char why[WHY];

	(void)snprintf(why, sizeof why,
	    "the log has %" PRIu64 " entries, the database %" PRIu64 " of it",
	    s->head.head.n, shipped);
	log_error("ship.alarm",
	    "log=%s entries=%" PRIu64 " shipped=%" PRIu64
	    " reason=\"the log went back\"",
	    s->origin, s->head.head.n, shipped);
	if (ship_store_fault(s->store, s->origin, why) != CONSENT_OK)
		return NEXT_FAULT; /* it was said above */
	return NEXT_FAULT;
}

/* Asks the database where to go on, and goes there. */
static enum next
find_place(struct ship *s)
{
	struct ship_position position;
	enum next next = NEXT_STEP;
	int rc = ship_store_position(s->store, s->origin, &position);

	if (rc == CONSENT_EINVAL)
		return tell_failed("the row of the log in the database is odd");
	if (rc != CONSENT_OK)
		return away_database(s, rc);
	if (s->head.head.n < position.shipped)
		return tell_shorter(s, position.shipped);
	if (s->has_mark)
		witness_return(s->witness);
	if (!s->has_mark || witness_size(s->witness) != position.shipped)
		next = walk_to(s, &position);
	if (next != NEXT_STEP)
		return next;
	witness_mark(s->witness);
	s->has_mark = s->is_placed = true;
	memset(&s->done, 0, sizeof s->done);
	log_info(
	    "ship.place", "log=%s entry=%" PRIu64, s->origin, position.shipped);
	return NEXT_STEP;
}

/* Looks at the log's checkpoint; it stays a checkpoint of the same log. */
static enum next
look(struct ship *s)
{
	int rc;

	errno = 0;
	rc = witness_look(s->witness, &s->head);
	if (rc == CONSENT_ENOENT)
		return away_log(s, "it has no checkpoint yet");
	if (rc != CONSENT_OK)
		return judge_witness(s, rc);
	if (s->origin[0] == '\0')
		memcpy(s->origin, s->head.origin, sizeof s->origin);
	if (strcmp(s->origin, s->head.origin) == 0)
		return NEXT_STEP;
	log_error(
	    "ship.alarm", "log=%s reason=\"it is another log now\"", s->origin);
	return NEXT_FAULT;
}

/* ---- shipping --------------------------------------------------------- */

/* Reads a policy or notice out of the log into s->text, with a NUL. */
static int
read_text(struct ship *s, const struct ship_text *text)
{
	char path[LAYOUT_TEXT + 16], name[LAYOUT_TEXT], hash[DIGEST_HEX];
	int rc, dir = open(s->options->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return CONSENT_EIO;
	layout_text_name(text->hash, name);
	(void)snprintf(
	    path, sizeof path, "%s/%s", layout_folder(text->kind), name);
	buf_clear(&s->text);
	rc = store_read(dir, path, &s->text);
	(void)close(dir); /* read only: nothing to lose */
	if (rc == CONSENT_OK)
		rc = digest_sha256_hex(buf_span(&s->text), hash);
	if (rc == CONSENT_OK &&
	    (strcmp(hash, text->hash) != 0 || !utf8_is_all(buf_span(&s->text))))
		rc = CONSENT_EDENIED;
	if (rc == CONSENT_OK)
		rc = buf_append_byte(&s->text, '\0');
	if (rc == CONSENT_OK && strlen(s->text.p) + 1 != s->text.n)
		rc = CONSENT_EDENIED;
	return rc;
}

/* Ships the texts that the batch names, before it. */
static enum next
send_texts(struct ship *s)
{
	size_t i;

	for (i = 0; i < s->rows.n_texts; i++) {
		const struct ship_text *text = &s->rows.texts[i];
		int rc = read_text(s, text);

		if (rc == CONSENT_EIO)
			return judge_witness(s, rc);
		if (rc == CONSENT_ENOMEM)
			return tell_failed(status_text(rc));
		if (rc != CONSENT_OK) {
			log_error("ship.fault",
			    "log=%s file=%s/%s.json reason=\"%s\"", s->origin,
			    layout_folder(text->kind), text->hash,
			    rc == CONSENT_ENOENT
				? "the text is missing"
				: "the text does not match its hash");
			return NEXT_FAULT;
		}
		rc = ship_store_text(s->store, text, s->text.p);
		if (rc != CONSENT_OK)
			return away_database(s, rc);
	}
	return NEXT_STEP;
}

/* Fills a batch from the log, at most to the checkpoint. */
static enum next
fill_rows(struct ship *s)
{
	struct witness_entry line;
	struct entry entry;
	int rc = CONSENT_OK;

	ship_rows_begin(&s->rows, witness_size(s->witness));
	while (rc == CONSENT_OK && !ship_rows_is_full(&s->rows) &&
	       witness_size(s->witness) < s->head.head.n) {
		rc = witness_next(s->witness, &line, &entry);
		if (rc != CONSENT_OK)
			return judge_witness(s, rc);
		rc = ship_rows_add(&s->rows, &line, &entry);
	}
	if (rc != CONSENT_OK)
		return tell_failed(status_text(rc));
	/* it was read once more: it must have stayed what was compared */
	if (witness_size(s->witness) == s->head.head.n)
		rc = witness_compare(s->witness, &s->head.head);
	return rc == CONSENT_OK ? NEXT_STEP : judge_witness(s, rc);
}

static enum next
send_rows(struct ship *s)
{
	struct ship_conflict conflict = {.seq = 0};
	bool is_whole = s->rows.to == s->head.head.n;
	enum next next = send_texts(s);
	int rc;

	if (next != NEXT_STEP)
		return next;
	rc = ship_store_send(s->store, s->origin, &s->rows,
	    is_whole ? &s->head : NULL, &conflict);
	if (rc == CONSENT_EINVAL)
		return tell_conflict(s, &conflict);
	if (rc != CONSENT_OK)
		return away_database(s, rc);
	witness_mark(s->witness);
	s->sent += s->rows.to - s->rows.from;
	if (is_whole) {
		s->done = s->head.head;
		s->touched_at = clock_monotonic();
	}
	return NEXT_STEP;
}

/* Something is back that was away. */
static void
tell_back(struct ship *s)
{
	if (s->is_waiting)
		log_info("ship.back", "log=%s", s->origin);
	s->is_waiting = false;
	s->backoff.ms = 0;
}

/* Ships what the checkpoint covers: first all is compared, then it goes. */
static enum next
send_range(struct ship *s)
{
	int rc = witness_check(s->witness, &s->head.head);
	enum next next = NEXT_STEP;

	if (rc != CONSENT_OK)
		return judge_witness(s, rc);
	do {
		next = fill_rows(s);
		if (next == NEXT_STEP)
			next = send_rows(s);
		if (next == NEXT_STEP)
			tell_back(s);
	} while (next == NEXT_STEP && !pause_is_stopped() &&
		 s->done.n < s->head.head.n);
	return next;
}

static bool
is_done(const struct ship *s)
{
	return s->done.n == s->head.head.n &&
	       memcmp(&s->done.root, &s->head.head.root, sizeof s->done.root) ==
		   0 &&
	       clock_monotonic() - s->touched_at < TOUCH;
}

static enum next
step(struct ship *s)
{
	enum next next = open_session(s);

	if (next == NEXT_STEP)
		next = look(s);
	if (next == NEXT_STEP && !s->is_placed)
		next = find_place(s);
	if (next != NEXT_STEP)
		return next;
	if (s->head.head.n < witness_size(s->witness))
		return tell_shorter(s, witness_size(s->witness));
	if (!is_done(s))
		next = send_range(s);
	if (next != NEXT_STEP)
		return next;
	tell_back(s);
	return is_done(s) ? NEXT_IDLE : NEXT_STEP;
}

/* ---- from start to end ------------------------------------------------ */

static enum ship_end
work(struct ship *s)
{
	while (!pause_is_stopped()) {
		switch (step(s)) {
		case NEXT_STEP:
			break;
		case NEXT_IDLE:
			if (s->options->once)
				return SHIP_STOPPED;
			pause_sleep(POLL);
			break;
		case NEXT_AWAY:
			/* what was read but not sent is read again */
			s->is_placed = false;
			if (s->options->once && !pause_is_stopped())
				return SHIP_FAILED;
			pause_sleep(pause_next(&s->backoff));
			break;
		case NEXT_STOP:
			return SHIP_STOPPED;
		case NEXT_FAULT:
			return SHIP_FAULT;
		case NEXT_FAILED:
			return SHIP_FAILED;
		}
	}
	return SHIP_STOPPED;
}

static enum ship_end
run(struct ship *s)
{
	const struct ship_options *options = s->options;
	enum ship_end end;
	int rc = ship_store_new(options->db, &s->store);

	if (rc == CONSENT_OK)
		rc = witness_new(options->dir, options->ring, &s->witness);
	if (rc != CONSENT_OK) {
		(void)tell_failed(status_text(rc));
		return SHIP_FAILED;
	}
	log_info("ship.start", "dir=%s database=%s", options->dir,
	    database_place(options->db));
	if (options->ring == NULL)
		log_warn("ship.unsigned",
		    "reason=\"without --key nothing is said about who wrote "
		    "the log: entries are marked as not verified\"");
	end = work(s);
	if (end == SHIP_STOPPED)
		log_info(
		    "ship.stop", "log=%s sent=%" PRIu64, s->origin, s->sent);
	return end;
}

enum ship_end
ship_run(const struct ship_options *options)
{
	struct ship s;
	enum ship_end end;

	memset(&s, 0, sizeof s);
	s.options = options;
	ship_rows_init(&s.rows);
	buf_init(&s.head.note, NOTE_BYTES + 1);
	buf_init(&s.text, (size_t)LAYOUT_TEXT_BYTES + 1);
	end = run(&s);
	witness_free(s.witness);
	ship_store_free(s.store);
	ship_rows_fini(&s.rows);
	buf_fini(&s.head.note);
	buf_fini(&s.text);
	return end;
}
