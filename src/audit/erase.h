#ifndef CONSENT_AUDIT_ERASE_H
#define CONSENT_AUDIT_ERASE_H

/*
 * What the parts of an erasure share: the list of entries that are erased and
 * by which entry, the line that one leaves, and the mark in the log's folder
 * that says that an erasure is not carried out yet. docs/LEDGER.md has the
 * order of steps.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#define ERASE_MARK "erasing"

/* An entry that is erased. */
struct erase_target {
	uint64_t seq;
	uint64_t by; /* the erase entry; 0: not written yet */
};

/* In the order of their numbers; all zero: empty. */
struct erase_list {
	struct erase_target *at;
	size_t n, cap;
};

/* Adds one at the end. CONSENT_ENOMEM. */
int erase_list_add(
    struct erase_list *list, struct erase_target target) CONSENT_CHECKED;

/* Adds what the line of an erase entry names. CONSENT_EINVAL, _ENOMEM. */
int erase_list_read(
    struct erase_list *list, struct span line, uint64_t by) CONSENT_CHECKED;

/* Sorts by number, and keeps of equal ones that with the lowest by. */
void erase_list_sort(struct erase_list *list);

/* The index of the first target that is not below seq; n: there is none. */
size_t erase_list_find(const struct erase_list *list, uint64_t seq);

/* Makes it empty and frees what it holds. */
void erase_list_fini(struct erase_list *list);

/*
 * Appends what is left of a line (without its newline) and a newline.
 * CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int erase_line(struct span line, struct erase_target target,
    struct buf *out) CONSENT_CHECKED;

/*
 * Marks the log, whose folder is open as dir: erase entries from number by on
 * may not be carried out yet. Durable. CONSENT_EIO.
 */
int erase_mark(int dir, uint64_t by) CONSENT_CHECKED;

/*
 * Reads the mark; one that cannot be read tells of the whole log.
 * CONSENT_ENOENT: there is none; CONSENT_EIO; CONSENT_ENOMEM.
 */
int erase_marked(int dir, uint64_t *by) CONSENT_CHECKED;

/* Takes the mark away. CONSENT_EIO. */
int erase_unmark(int dir) CONSENT_CHECKED;

#endif
