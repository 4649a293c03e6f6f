#ifndef CONSENT_AUDIT_STORE_H
#define CONSENT_AUDIT_STORE_H

/*
 * The few file operations of the log's writer, each complete or failed, with
 * what it takes to survive a loss of power. Descriptors are the caller's.
 * CONSENT_EIO means that errno tells why.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	STORE_BATCH = 64 /* files that are synced together */
};

/*
 * The mode of a new file in folder: its owner's alone, and readable by the
 * group, or by who an access list names, where the folder is.
 */
mode_t store_mode(int folder);

/*
 * Opens folder name below parent (AT_FDCWD will do), making it with mode 0700,
 * or 0750 where the parent is a folder that its group may read, and fsync of
 * parent when it is missing. Never through a symbolic link. CONSENT_EIO.
 */
int store_folder(int parent, const char *name, int *fd) CONSENT_CHECKED;

/*
 * Opens the regular file at a path below folder (AT_FDCWD will do) to read it:
 * never through a symbolic link at its end, and without waiting where a FIFO
 * was put. The descriptor, or -1 with errno; EINVAL: it is no regular file.
 */
int store_open(int folder, const char *path);

/* Writes all of s at an offset. CONSENT_EIO: any part may be written. */
int store_write(int fd, struct span s, uint64_t offset) CONSENT_CHECKED;

/* Whether file name in folder holds exactly s. CONSENT_EIO when not. */
int store_holds(int folder, const char *name, struct span s) CONSENT_CHECKED;

/*
 * Makes file name in folder hold s: hidden temporary file, fsync, rename,
 * fsync of the folder. CONSENT_EIO: the old state stands.
 */
int store_file(int folder, const char *name, struct span s) CONSENT_CHECKED;

/*
 * Files that become durable together: the first sync commits what the file
 * system has of all of them, and the others find little left to do.
 */
struct store_batch {
	int files[STORE_BATCH], folders[STORE_BATCH];
	size_t n;
};

/*
 * Makes the file at a path below folder hold s, by way of a temporary file;
 * its folders are made where they are missing. It counts when store_batch_end
 * says so; after a loss of power before that it may hold anything. CONSENT_EIO.
 */
int store_batch_add(struct store_batch *batch, int folder, const char *path,
    struct span s) CONSENT_CHECKED;

/*
 * Syncs all files and their folders, and empties the batch. CONSENT_EIO: any
 * of them may not be on the disk.
 */
int store_batch_end(struct store_batch *batch) CONSENT_CHECKED;

/*
 * Appends what file name in folder holds to out. CONSENT_ENOENT; CONSENT_ELIMIT
 * when it is more than out may hold; CONSENT_EIO; CONSENT_ENOMEM.
 */
int store_read(int folder, const char *name, struct buf *out) CONSENT_CHECKED;

/*
 * Removes the file at a path below folder, and what a killed writer may have
 * left of it, and makes that last, with what was removed beside it before.
 * What is not there is no failure. CONSENT_EIO.
 */
int store_remove(int folder, const char *path) CONSENT_CHECKED;

/*
 * Removes the folder at a path below parent with the files in it, but no
 * folders. CONSENT_EIO: some or all of it may be left.
 */
int store_remove_folder(int parent, const char *path) CONSENT_CHECKED;

#endif
