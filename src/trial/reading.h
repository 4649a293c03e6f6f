#ifndef CONSENT_TRIAL_READING_H
#define CONSENT_TRIAL_READING_H

/*
 * Reads what is named on a command line: a file, or stdin for "-".
 */

#include <libconsent/buf.h>
#include <libconsent/status.h>

/*
 * Appends all of a file to out. CONSENT_EIO: it cannot be read, errno tells
 * why; CONSENT_ELIMIT: it is longer than out may be; CONSENT_ENOMEM.
 */
int reading_file(const char *path, struct buf *out) CONSENT_CHECKED;

#endif
