#ifndef CONSENT_CMD_CTL_SEEN_H
#define CONSENT_CMD_CTL_SEEN_H

/*
 * What was seen and no rule names, as `inventory` and `scan` print it: the
 * JSON of the daemon's answer (proxy/inventory_list) or of a census.
 */

#include <jansson.h>

/* Prints a table of the rows, and how many found no room. */
void ctl_seen_print(json_t *seen);

/* Prints a snippet for a policy; CTL_FAILED after a complaint. */
int ctl_seen_propose(const json_t *seen);

#endif
