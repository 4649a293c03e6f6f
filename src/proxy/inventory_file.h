#ifndef CONSENT_PROXY_INVENTORY_FILE_H
#define CONSENT_PROXY_INVENTORY_FILE_H

/*
 * The file of the inventory, which lets it outlive the daemon: the parent reads
 * it once and writes it now and then, whole or not at all. What stands in it is
 * bad input: a file that is wrong in any place is named, moved aside to
 * NAME.bad and counts for nothing.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/status.h>

struct inventory;
struct policy;
struct proxy_setup;

enum {
	INVENTORY_FILE_BYTES = 4 << 20, /* longest */
	INVENTORY_FILE_MS = 60000	/* between two writes */
};

/* Begins with zeros; fields are the module's own. */
struct inventory_file {
	bool was_read;
	bool is_lost;  /* it could not be written, and that was told */
	int64_t next;  /* write, monotonic ms */
	uint64_t seen; /* sum of the counts that it holds */
};

/*
 * Adds what the file at path holds. CONSENT_ENOENT: there is none;
 * CONSENT_EINVAL: it is wrong; CONSENT_EIO with errno, CONSENT_ELIMIT,
 * CONSENT_ENOMEM. Only with CONSENT_OK anything was added.
 */
int inventory_file_read(
    const char *path, struct inventory *inventory) CONSENT_CHECKED;

/*
 * Writes what no rule of the policy names. CONSENT_EIO with errno: the old
 * file stands; CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int inventory_file_write(const char *path, const struct inventory *inventory,
    const struct policy *policy) CONSENT_CHECKED;

/*
 * For the parent, from time to time: reads the file that the setup names, if
 * any, the first time, and writes it when there is something new, once in
 * INVENTORY_FILE_MS at most.
 */
void inventory_file_tend(struct inventory_file *f, struct inventory *inventory,
    const struct proxy_setup *setup);

/* At the end: writes what is new. */
void inventory_file_end(struct inventory_file *f,
    const struct inventory *inventory, const struct proxy_setup *setup);

#endif
