#ifndef CONSENT_CONSENT_SHEET_H
#define CONSENT_CONSENT_SHEET_H

/*
 * The style sheet of all that consent/notice renders: the one that is built in
 * (conf/notices/notice.css), or the operator's own in its place.
 */

#include <libconsent/buf.h>
#include <libconsent/status.h>

enum {
	SHEET_MAX = 1 << 18 /* bytes */
};

/*
 * Appends notice.css of the directory, or the built-in one when there is no
 * directory or no such file. CONSENT_EIO, CONSENT_ELIMIT, CONSENT_ENOMEM,
 * CONSENT_ENOENT.
 */
int sheet_load(const char *directory, struct buf *out) CONSENT_CHECKED;

struct findings;

/*
 * Whether a sheet that is not ours keeps to what visitors are promised: it
 * imports nothing and fetches from no other host. Findings say what not, by
 * its line; name is where it is from. CONSENT_EINVAL, CONSENT_ENOMEM.
 */
int sheet_check(struct span text, const char *name,
    struct findings *findings) CONSENT_CHECKED;

#endif
