#include "audit/verify.h"
#include "base/clock.h"
#include "base/digest.h"
#include "cmd/ctl.h"
#include "cmd/ctl_log_command.h"
#include "cmd/ctl_log_database.h"
#include "cmd/ctl_log_key.h"
#include "cmd/ctl_log_progress.h"
#include "cmd/ctl_log_published.h"
#include "cmd/ctl_log_walk.h"
#include "report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the page is made of. */
struct making {
	const struct log_call *call;
	struct summary summary;
	struct verify_result result;
	struct note_ring ring;
	struct reader *reader; /* of the texts, or */
	struct database *db;   /* with --from */
	struct buf checkpoint;
	struct buf page;
	struct report report;
	char key[NOTE_VKEY];
};

static int
complain(const char *file, int error)
{
	(void)fprintf(
	    stderr, "consentctl log report: %s: %s\n", file, strerror(error));
	return CTL_FAILED;
}

static int
on_text(void *ctx, enum layout_type kind, struct span hash, struct buf *out)
{
	const struct making *m = ctx;
	char wanted[DIGEST_HEX], found[DIGEST_HEX];
	int rc;

	if (hash.n + 1 != sizeof wanted)
		return CONSENT_EDENIED;
	memcpy(wanted, hash.p, hash.n);
	wanted[hash.n] = '\0';
	rc = m->db != NULL ? log_database_text(m->db, kind, wanted, out)
			   : reader_text(m->reader, kind, wanted, out);
	if (rc == CONSENT_OK)
		rc = digest_sha256_hex(buf_span(out), found);
	if (rc == CONSENT_OK && memcmp(wanted, found, sizeof found) != 0)
		rc = CONSENT_EDENIED;
	return rc;
}

/* Whether an entry is told although it is older than what is asked for. */
static bool
is_lasting(const struct entry *entry)
{
	return entry->type == LAYOUT_POLICY || entry->type == LAYOUT_NOTICE ||
	       entry->type == LAYOUT_KEY;
}

static int
add(struct making *m, const struct entry *entry, struct span line)
{
	int64_t since = m->call->filter.since;
	int rc = CONSENT_OK;

	if (since == INT64_MIN ||
	    (entry->type != LAYOUT_ERASED && entry->time >= since))
		rc = summary_add(&m->summary, entry, line);
	else if (is_lasting(entry))
		rc = summary_keep(&m->summary, entry, line);
	return rc == CONSENT_OK ? CTL_YES : log_complain(m->call, rc);
}

static int
visit(struct log_walk *w, const struct entry *entry, struct span line)
{
	return add(w->ctx, entry, line);
}

static int
visit_row(
    void *ctx, const char *origin, const struct entry *entry, struct span line)
{
	(void)origin;
	return add(ctx, entry, line);
}

/* Counts; a log that is broken is told of as far as it can be read. */
static int
count(struct making *m)
{
	struct log_call all = *m->call;
	struct log_walk w = {&all, visit, m, 0};
	int code;

	all.filter.since = INT64_MIN;
	code = log_walk(&w);
	if (code == CTL_FAILED && m->report.verdict == REPORT_BROKEN && w.n > 0)
		return CTL_YES;
	return code;
}

/* The same of all logs of a database; what they share is told by time. */
static int
count_rows(struct making *m)
{
	struct log_call all = *m->call;
	const struct log_database_walk walk = {&all, visit_row, m};
	int code;

	all.filter.since = INT64_MIN;
	code = log_database_walk(&walk);
	summary_sort_events(&m->summary);
	m->report.verdict = REPORT_UNCHECKED;
	return code;
}

static int
check(struct making *m)
{
	struct log_progress progress;
	struct verify_options options = {
	    .on_progress = log_progress_tell, .ctx = &progress};
	int rc;

	if (m->call->key != NULL) {
		if (log_key_read(m->call, &m->ring) != CTL_YES)
			return CTL_FAILED;
		options.ring = &m->ring;
	}
	log_progress_begin(&progress);
	rc = verify_run(m->call->dir, &options, &m->result);
	log_progress_end(&progress);
	if (rc != CONSENT_OK && rc != CONSENT_EDENIED)
		return log_complain(m->call, rc);
	m->report.verdict = REPORT_INNER;
	if (rc == CONSENT_EDENIED)
		m->report.verdict = REPORT_BROKEN;
	else if (options.ring != NULL && m->result.heads.has_newest)
		m->report.verdict = REPORT_SIGNED;
	if (m->ring.n > 0) {
		note_key_write(m->ring.keys[m->ring.n - 1], m->key);
		m->report.key = span_of(m->key);
	}
	return CTL_YES;
}

static int
read_checkpoint(struct making *m)
{
	struct merkle_head head = {.n = 0};
	int dir, code = log_open_dir(m->call, &dir);

	if (code != CTL_YES)
		return code;
	code = log_checkpoint_read(m->call, dir, &m->checkpoint, &head);
	(void)close(dir); /* read only: nothing to lose */
	/* one that cannot be read is a fault of the log, not of ours */
	if (code == CTL_YES)
		m->report.checkpoint = buf_span(&m->checkpoint);
	return m->report.verdict == REPORT_BROKEN || code != CTL_FAILED
		   ? CTL_YES
		   : code;
}

static int
write_all(int fd, struct span s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		s = span_sub(s, (size_t)n, s.n);
	}
	return 0;
}

static int
write_file(const struct making *m)
{
	const char *file = m->call->output;
	int fd, error = 0;

	if (strcmp(file, "-") == 0) {
		/* what does not reach stdout is looked for at the end */
		(void)fwrite(m->page.p, 1, m->page.n, stdout);
		return CTL_YES;
	}
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return complain(file, errno);
	if (write_all(fd, buf_span(&m->page)) != 0)
		error = errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	return error == 0 ? CTL_YES : complain(file, error);
}

static int
write_page(struct making *m)
{
	int rc;

	summary_sort(&m->summary);
	m->report.title = m->call->title;
	m->report.dir = m->db != NULL ? database_place(m->db) : m->call->dir;
	m->report.made = clock_now();
	m->report.since = m->call->filter.since;
	m->report.until = m->call->filter.until;
	m->report.summary = &m->summary;
	m->report.result = m->db != NULL ? NULL : &m->result;
	m->report.read_text = on_text;
	m->report.ctx = m;
	rc = report_write(&m->report, &m->page);
	return rc == CONSENT_OK ? write_file(m) : log_complain(m->call, rc);
}

/* Reads and checks a directory. */
static int
read_log(struct making *m)
{
	int code = log_open(m->call, &m->reader);

	if (code == CTL_YES)
		code = check(m);
	if (code == CTL_YES)
		code = read_checkpoint(m);
	return code == CTL_YES ? count(m) : code;
}

static int
read_database(struct making *m)
{
	int code = log_database_open(m->call, &m->db);

	return code == CTL_YES ? count_rows(m) : code;
}

static int
make(struct making *m)
{
	int rc = summary_init(&m->summary, SUMMARY_DAY);
	int code = rc == CONSENT_OK ? CTL_YES : log_complain(m->call, rc);

	if (code == CTL_YES)
		code =
		    m->call->from[0] != '\0' ? read_database(m) : read_log(m);
	if (code == CTL_YES)
		code = write_page(m);
	if (code != CTL_YES || m->report.verdict != REPORT_BROKEN)
		return code;
	(void)fprintf(stderr,
	    "consentctl log report: the log does not hold, the page says "
	    "where\n");
	return CTL_NO;
}

static int
complain_option(const char *why)
{
	(void)fprintf(stderr, "consentctl log report: %s\n", why);
	return CTL_FAILED;
}

int
log_report(const struct log_call *call)
{
	struct making *m;
	int code;

	if (call->output == NULL)
		return complain_option("give -o FILE");
	if (call->from[0] != '\0' && call->key != NULL)
		return complain_option(
		    "a database is not verified; --key is for a directory");
	m = calloc(1, sizeof *m);
	if (m == NULL)
		return log_complain(call, CONSENT_ENOMEM);
	m->call = call;
	buf_init(&m->checkpoint, NOTE_BYTES);
	buf_init(&m->page, REPORT_BYTES);
	code = make(m);
	reader_close(m->reader);
	database_free(m->db);
	note_ring_fini(&m->ring);
	summary_fini(&m->summary);
	buf_fini(&m->checkpoint);
	buf_fini(&m->page);
	free(m);
	return code;
}
