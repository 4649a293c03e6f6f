#ifndef CONSENT_AUDIT_ERASER_H
#define CONSENT_AUDIT_ERASER_H

/*
 * Erases choices from a log that is being written: those of one subject, or
 * all in segments that are old. First erase entries that name them, durable;
 * then the segments are written anew without them, and their bundles taken
 * away. All of it in small pieces between which the writer goes on; what was
 * interrupted is found by a mark beside the log and completed. One at a time.
 */

#include <stdbool.h>
#include <stdint.h>

#include "audit/ledger.h"

#include <libconsent/status.h>

struct eraser;

enum {
	ERASER_MOST = 1 << 18 /* entries found before they are erased */
};

/* What is to be erased; texts are copied. */
struct eraser_wish {
	const char *subject; /* its choices; NULL: the rest counts */
	int64_t before;	     /* ms: all of segments that are older */
	const char *why;     /* for the log */
};

/* What came of it. */
struct eraser_result {
	bool is_over;	  /* the last wish was fulfilled, or given up */
	int status;	  /* then: 0, or why it was given up */
	uint64_t entries; /* that were erased */
	uint64_t by;	  /* the first erase entry that says so */
};

/*
 * An eraser for a ledger whose directory is dir; both are borrowed. Reads what
 * an earlier one has left: then it is busy. CONSENT_EINVAL: the log is
 * damaged; CONSENT_EIO; CONSENT_ENOMEM.
 */
int eraser_new(
    const char *dir, struct ledger *l, struct eraser **out) CONSENT_CHECKED;

/* Frees; what is not done waits for the next one. NULL is nothing. */
void eraser_free(struct eraser *e);

/* Whether there is something to do. */
bool eraser_is_busy(const struct eraser *e);

/*
 * Begins. CONSENT_EBUSY: something else is at work; CONSENT_EINVAL: no
 * subject, or a reason that has no place in the log, or names the subject.
 */
int eraser_begin(
    struct eraser *e, const struct eraser_wish *wish) CONSENT_CHECKED;

/*
 * Goes on for about so many milliseconds. Nothing that the ledger took may be
 * uncommitted. CONSENT_EIO, CONSENT_ENOMEM: call it again later;
 * CONSENT_EINVAL: the log is damaged, and where nothing was erased yet the wish
 * is given up.
 */
int eraser_go_on(
    struct eraser *e, int64_t ms, struct eraser_result *out) CONSENT_CHECKED;

#endif
