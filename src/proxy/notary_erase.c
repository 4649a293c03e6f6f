#include "proxy/notary_erase.h"

#include "base/clock.h"
#include "base/log.h"
#include "proxy/erasure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum {
	DAY_MS = 86400 * 1000,
	PATIENT_MS = 60000 /* between tries that would help little */
};

void
notary_erase_init(struct notary_erase *ne, int fd)
{
	memset(ne, 0, sizeof *ne);
	ne->fd = fd;
}

int
notary_erase_fd(const struct notary_erase *ne)
{
	if (ne->fd == 0 || ne->eraser == NULL || eraser_is_busy(ne->eraser))
		return -1;
	return ne->fd;
}

static void
note_failure(struct notary_erase *ne, int rc)
{
	/* a full disk is not to be filled again and again */
	int64_t wait = notary_log_may_heal(rc) && errno != ENOSPC
			   ? NOTARY_LOG_RETRY_MS
			   : PATIENT_MS;

	if (!ne->fails)
		log_error("notary.erase_failed", "reason=\"%s\" errno=\"%s\"",
		    status_text(rc), strerror(errno));
	ne->fails = true;
	ne->again_at = clock_monotonic() + wait;
}

/* ---- orders ----------------------------------------------------------- */

static void
answer(struct notary_erase *ne, int status, const struct eraser_result *result)
{
	struct erasure_report report;

	if (!ne->ordered)
		return;
	ne->ordered = false;
	memset(&report, 0, sizeof report);
	report.magic = ERASURE_REPORT;
	report.version = ERASURE_VERSION;
	report.number = ne->number;
	report.status = status;
	if (result != NULL) {
		report.entries = result->entries;
		report.by = result->by;
	}
	if (send(ne->fd, &report, sizeof report, MSG_DONTWAIT | MSG_NOSIGNAL) <
	    0)
		log_warn(
		    "notary.erase_unheard", "reason=\"%s\"", strerror(errno));
}

static bool
is_order(const struct erasure_order *order, ssize_t n)
{
	return n == (ssize_t)sizeof *order && order->magic == ERASURE_ORDER &&
	       order->version == ERASURE_VERSION &&
	       order->subject[sizeof order->subject - 1] == '\0' &&
	       order->why[sizeof order->why - 1] == '\0';
}

static void
take_order(struct notary_erase *ne)
{
	struct erasure_order order;
	struct eraser_wish wish = {.subject = order.subject, .why = order.why};
	ssize_t n;
	int rc;

	n = recv(ne->fd, &order, sizeof order, MSG_DONTWAIT | MSG_TRUNC);
	if (n <= 0)
		return;
	if (!is_order(&order, n)) {
		log_warn("notary.malformed", "bytes=%zd", n);
		return;
	}
	ne->ordered = true;
	ne->number = order.number;
	rc = eraser_begin(ne->eraser, &wish);
	if (rc != CONSENT_OK)
		answer(ne, rc, NULL);
}

/* ---- what is old ------------------------------------------------------ */

static void
retain(struct notary_erase *ne, unsigned days)
{
	char why[48];
	struct eraser_wish wish = {
	    .before = clock_now() - (int64_t)days * DAY_MS, .why = why};

	(void)snprintf(why, sizeof why, "retention of %u days", days);
	ne->retain_at = clock_monotonic() + DAY_MS;
	if (eraser_begin(ne->eraser, &wish) != CONSENT_OK)
		note_failure(ne, CONSENT_EBUSY); /* never: nothing is at work */
}

/* ---- life ------------------------------------------------------------- */

static bool
open_eraser(struct notary_erase *ne, const struct notary_log *log)
{
	int rc = eraser_new(log->options->directory, log->ledger, &ne->eraser);

	if (rc != CONSENT_OK)
		note_failure(ne, rc);
	else if (eraser_is_busy(ne->eraser))
		log_info("notary.erase_resumed", "%s", "");
	return rc == CONSENT_OK;
}

static void
go_on(struct notary_erase *ne, struct notary_log *log)
{
	uint64_t next = ledger_next(log->ledger);
	struct eraser_result result;
	int rc = eraser_go_on(ne->eraser, NOTARY_ERASE_MS, &result);
	int why = errno;

	if (ledger_next(log->ledger) != next)
		notary_log_touch(log);
	errno = why;
	if (rc != CONSENT_OK)
		note_failure(ne, rc);
	else
		ne->fails = false;
	if (result.is_over && result.entries > 0)
		log_info("notary.erased", "entries=%llu by=%llu",
		    (unsigned long long)result.entries,
		    (unsigned long long)result.by);
	if (result.is_over)
		answer(ne, result.status, &result);
	else if (rc != CONSENT_OK && !notary_log_may_heal(rc))
		answer(ne, rc, NULL);
}

void
notary_erase_tick(struct notary_erase *ne, struct notary_log *log)
{
	unsigned days = log->options->retain_days;

	if (!log->is_ready || clock_monotonic() < ne->again_at)
		return;
	ne->again_at = 0;
	if (ne->eraser == NULL && !open_eraser(ne, log))
		return;
	if (notary_erase_fd(ne) >= 0)
		take_order(ne);
	if (!eraser_is_busy(ne->eraser) && days > 0 &&
	    clock_monotonic() >= ne->retain_at)
		retain(ne, days);
	if (eraser_is_busy(ne->eraser))
		go_on(ne, log);
}

int64_t
notary_erase_wait(const struct notary_erase *ne, const struct notary_log *log)
{
	int64_t now = clock_monotonic(), at = ne->again_at;

	if (!log->is_ready)
		return -1; /* it has not begun */
	if (at == 0 && ne->eraser != NULL && !eraser_is_busy(ne->eraser)) {
		if (log->options->retain_days == 0)
			return -1;
		at = ne->retain_at;
	}
	return at > now ? at - now : 0;
}

void
notary_erase_stop(struct notary_erase *ne)
{
	answer(ne, CONSENT_EBUSY, NULL);
	eraser_free(ne->eraser);
	ne->eraser = NULL;
}
