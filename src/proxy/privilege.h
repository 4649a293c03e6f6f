#ifndef CONSENT_PROXY_PRIVILEGE_H
#define CONSENT_PROXY_PRIVILEGE_H

/*
 * The user that all processes but the parent run as. The parent looks the
 * names up and makes ready what that user writes; a child changes to it right
 * after fork, for good. No event loop.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <libconsent/status.h>

enum {
	PRIVILEGE_GROUPS = 64 /* most groups of a user */
};

struct privilege {
	bool wanted;	  /* false: children stay who the parent is */
	const char *user; /* its name, for messages; borrowed */
	uid_t uid;
	gid_t gid;
	size_t n_groups; /* supplementary ones, gid among them */
	gid_t groups[PRIVILEGE_GROUPS];
};

/*
 * Looks user and group up (NULL: no change; the user's own group). What we are
 * already is no change either. CONSENT_ENOENT: no such name; CONSENT_EDENIED:
 * it is root, or we are not root and cannot change; CONSENT_ELIMIT: too many
 * groups. Each is logged.
 */
int privilege_find(
    const char *user, const char *group, struct privilege *out) CONSENT_CHECKED;

/*
 * Makes the folder path with what is missing above it, owned by that user, and
 * tries as that user whether it can be written. Nothing is tried where no
 * change is wanted: the log mends itself when the disk does. CONSENT_EIO or
 * CONSENT_EDENIED, logged with the folder.
 */
int privilege_prepare(
    const struct privilege *p, const char *path) CONSENT_CHECKED;

/*
 * Changes this process to that user and makes sure that there is no way back.
 * CONSENT_EDENIED, logged: the process must end, for it may be anybody.
 */
int privilege_drop(const struct privilege *p) CONSENT_CHECKED;

#endif
