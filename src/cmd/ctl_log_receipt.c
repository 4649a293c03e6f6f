#include "audit/note.h"
#include "audit/receipt.h"
#include "cmd/ctl.h"
#include "cmd/ctl_log_command.h"
#include "cmd/ctl_log_published.h"
#include "cmd/ctl_log_walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static int
complain(uint64_t seq, const char *why)
{
	(void)fprintf(stderr, "consentctl log receipt: entry %" PRIu64 ": %s\n",
	    seq, why);
	return CTL_NO;
}

/* Why there is no receipt of the entry. */
static int
explain(const struct log_call *call, uint64_t seq, int rc)
{
	uint64_t covered = 0, entries = 0;

	if (rc == CONSENT_EDENIED)
		return complain(seq, "it was erased; its hash is all that is "
				     "left of it");
	if (rc == CONSENT_EINVAL)
		return complain(seq, "entry, tiles and checkpoint do not fit "
				     "each other; verify the log");
	if (rc != CONSENT_EBUSY && rc != CONSENT_ENOENT)
		return log_complain(call, rc);
	if (log_count(call, &covered, &entries) != CTL_YES)
		return CTL_FAILED;
	if (covered == 0)
		return complain(seq, "the log has no checkpoint yet");
	if (seq >= entries)
		return complain(seq, "there is no such entry");
	(void)fprintf(stderr,
	    "consentctl log receipt: entry %" PRIu64 ": the checkpoint covers "
	    "the first %" PRIu64 " entries and not this one; the next "
	    "checkpoint will\n",
	    seq, covered);
	return CTL_NO;
}

static int
print_receipt(const struct log_call *call, uint64_t seq)
{
	struct receipt r;
	struct buf out;
	int rc;

	receipt_init(&r);
	buf_init(&out, RECEIPT_BYTES);
	rc = receipt_find(call->dir, seq, &r);
	if (rc == CONSENT_OK)
		rc = receipt_write(&r, &out);
	if (rc == CONSENT_OK)
		printf("%.*s\n", SPAN_ARG(buf_span(&out)));
	receipt_fini(&r);
	buf_fini(&out);
	return rc == CONSENT_OK ? CTL_YES : explain(call, seq, rc);
}

static int
visit(struct log_walk *w, const struct entry *entry, struct span line)
{
	(void)line;
	return print_receipt(w->call, entry->seq);
}

/* The newest choice of a subject, or all of them from the first on. */
static int
print_choices(const struct log_call *call)
{
	struct log_call choices = *call;
	struct log_walk w = {&choices, visit, NULL, 0};
	int code;

	choices.reverse = !call->all;
	choices.limit = call->all ? UINT64_MAX : 1;
	code = log_walk(&w);
	if (code != CTL_YES || w.n > 0)
		return code;
	(void)fputs("consentctl log receipt: the log has no choice of that "
		    "subject\n",
	    stderr);
	return CTL_NO;
}

int
log_receipt(const struct log_call *call)
{
	if (call->filter.fields[LOG_FIELD_SUBJECT].n > 0)
		return print_choices(call);
	return print_receipt(call, call->seq);
}

int
log_checkpoint(const struct log_call *call)
{
	struct merkle_head head;
	struct buf note;
	int dir, code = log_open_dir(call, &dir);

	if (code != CTL_YES)
		return code;
	buf_init(&note, NOTE_BYTES);
	code = log_checkpoint_read(call, dir, &note, &head);
	if (code == CTL_YES)
		printf("%.*s", SPAN_ARG(buf_span(&note)));
	else if (code == CTL_NO)
		(void)fprintf(
		    stderr, "%s: there is no checkpoint\n", call->dir);
	buf_fini(&note);
	(void)close(dir); /* read only: nothing to lose */
	return code;
}
