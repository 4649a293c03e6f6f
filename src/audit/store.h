#ifndef CONSENT_AUDIT_STORE_H
#define CONSENT_AUDIT_STORE_H

/*
 * The few file operations of the log's writer, each complete or failed, with
 * what it takes to survive a loss of power. Descriptors are the caller's.
 * CONSENT_EIO means that errno tells why.
 */

#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

/*
 * Opens folder name below parent (AT_FDCWD will do), making it with mode 0700
 * and fsync of parent when it is missing. Never through a symbolic link.
 * CONSENT_EIO.
 */
int store_folder(int parent, const char *name, int *fd) CONSENT_CHECKED;

/* Writes all of s at an offset. CONSENT_EIO: any part may be written. */
int store_write(int fd, struct span s, uint64_t offset) CONSENT_CHECKED;

/* Whether file name in folder holds exactly s. CONSENT_EIO when not. */
int store_holds(int folder, const char *name, struct span s) CONSENT_CHECKED;

/*
 * Makes file name in folder hold s: hidden temporary file, fsync, rename,
 * fsync of the folder. CONSENT_EIO: the old state stands.
 */
int store_file(int folder, const char *name, struct span s) CONSENT_CHECKED;

#endif
