#ifndef CONSENT_CMD_CTL_DIFF_H
#define CONSENT_CMD_CTL_DIFF_H

/*
 * What changes between two policies, in words for a pull request and as JSON.
 */

#include <stdbool.h>

struct difference;

/*
 * diff [--json] OLD NEW: CTL_YES where nothing changes, CTL_NO where
 * something does.
 */
int ctl_diff(int argc, char **argv);

/*
 * Prints d to stdout as Markdown that reads well as it is; in colour where
 * that is asked for.
 */
void ctl_diff_print(const struct difference *d, bool colour);

/*
 * Whether a fact that changed is told by a vendor that came, went or moved,
 * so that it needs no word of its own; what is "cookie" or "storage", a tab
 * and the name.
 */
bool ctl_diff_is_told(const struct difference *d, const char *what);

#endif
