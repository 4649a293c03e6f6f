#include "cmd/ctl_log_published.h"

#include "audit/checkpoint.h"
#include "audit/publish.h"
#include "audit/store.h"
#include "cmd/ctl.h"
#include "cmd/ctl_log_database.h"
#include "cmd/ctl_log_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
log_open_dir(const struct log_call *call, int *fd)
{
	*fd = open(call->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd >= 0)
		return CTL_YES;
	return log_complain(
	    call, errno == ENOENT ? CONSENT_ENOENT : CONSENT_EIO);
}

int
log_checkpoint_read(const struct log_call *call, int dir, struct buf *note,
    struct merkle_head *head)
{
	struct span origin;
	int rc;

	buf_clear(note);
	rc = store_read(dir, PUBLISH_CHECKPOINT, note);
	if (rc == CONSENT_ENOENT)
		return CTL_NO;
	if (rc == CONSENT_OK)
		rc = checkpoint_peek(buf_span(note), &origin, head);
	if (rc == CONSENT_OK)
		return CTL_YES;
	(void)fprintf(stderr, "%s/%s: %s\n", call->dir, PUBLISH_CHECKPOINT,
	    rc == CONSENT_EINVAL ? "not a checkpoint" : status_text(rc));
	return CTL_FAILED;
}

static int
on_last(struct log_walk *w, const struct entry *entry, struct span line)
{
	uint64_t *entries = w->ctx;

	(void)line;
	*entries = entry->seq + 1;
	return CTL_YES;
}

int
log_count(const struct log_call *call, uint64_t *covered, uint64_t *entries)
{
	struct log_call last = {.command = call->command,
	    .dir = call->dir,
	    .reverse = true,
	    .limit = 1,
	    .filter = {.since = INT64_MIN, .until = INT64_MAX}};
	struct log_walk w = {&last, on_last, entries, 0};
	struct merkle_head head = {.n = 0};
	struct buf note;
	int dir, code;

	*covered = *entries = 0;
	if (call->from[0] != '\0')
		return log_database_count(call, covered, entries);
	code = log_open_dir(call, &dir);
	if (code != CTL_YES)
		return code;
	buf_init(&note, NOTE_BYTES);
	code = log_checkpoint_read(call, dir, &note, &head);
	if (code != CTL_FAILED) {
		*covered = code == CTL_YES ? head.n : 0;
		code = log_walk(&w);
	}
	buf_fini(&note);
	(void)close(dir); /* read only: nothing to lose */
	return code;
}
