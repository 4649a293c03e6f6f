#ifndef CONSENT_REPORT_REPORT_H
#define CONSENT_REPORT_REPORT_H

/*
 * A consent log as one page that people read, on the screen and on paper: what
 * was checked, choices, what was withheld, the history of policies, notices
 * and keys, incidents, erasures, and how to repeat the check. The page asks
 * nobody for anything and has no script. All text of the log is escaped. Reads
 * nothing but by read_text, keeps no visitor.
 */

#include "report/facts.h"

#include <libconsent/buf.h>
#include <libconsent/status.h>

enum {
	REPORT_BYTES = 256 << 20 /* largest page */
};

/*
 * Appends the page. CONSENT_ENOMEM, CONSENT_ELIMIT, CONSENT_EIO, what
 * read_text returned.
 */
int report_write(const struct report *report, struct buf *out) CONSENT_CHECKED;

#endif
