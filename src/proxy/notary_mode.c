#include "proxy/notary_mode.h"

#include "base/log.h"
#include "proxy/mode_wire.h"
#include "proxy/notary_log.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

static bool
is_note(const struct mode_note *note, ssize_t n)
{
	return n == (ssize_t)sizeof *note && note->magic == MODE_WIRE_NOTE &&
	       note->version == MODE_WIRE_VERSION &&
	       note->what[sizeof note->what - 1] == '\0' &&
	       note->why[sizeof note->why - 1] == '\0';
}

/* Durable when it returns CONSENT_OK. */
static int
write_entry(struct notary_log *log, const struct mode_note *note, uint64_t *seq)
{
	struct entry_fact fact = {
	    .type = note->begins != 0 ? LAYOUT_START : LAYOUT_STOP,
	    .what = note->what,
	    .why = note->why};
	struct ledger_place place;
	int rc;

	if (!log->is_ready)
		return CONSENT_EIO;
	rc = ledger_append(log->ledger, &fact, &place);
	if (rc == CONSENT_OK)
		rc = notary_log_commit(log);
	if (rc == CONSENT_OK)
		*seq = place.seq;
	return rc;
}

static void
answer(int fd, struct notary_log *log, const struct mode_note *note)
{
	struct mode_report report;

	memset(&report, 0, sizeof report);
	report.magic = MODE_WIRE_REPORT;
	report.version = MODE_WIRE_VERSION;
	report.number = note->number;
	report.status = write_entry(log, note, &report.seq);
	if (report.status != CONSENT_OK)
		log_error("notary.mode_failed", "reason=\"%s\"",
		    status_text(report.status));
	if (send(fd, &report, sizeof report, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_warn(
		    "notary.mode_unheard", "reason=\"%s\"", strerror(errno));
}

void
notary_mode_take(int fd, struct notary_log *log)
{
	struct mode_note note;
	ssize_t n;

	if (fd <= 0)
		return;
	for (;;) {
		n = recv(fd, &note, sizeof note, MSG_DONTWAIT | MSG_TRUNC);
		if (n <= 0)
			return;
		if (is_note(&note, n))
			answer(fd, log, &note);
		else
			log_warn("notary.malformed", "bytes=%zd", n);
	}
}
