#ifndef CONSENT_CONF_CHECK_H
#define CONSENT_CONF_CHECK_H

/*
 * What a table cannot say about a configuration: whether addresses, origins,
 * names and paths mean something, and go together. Completes what follows
 * from them. Does no I/O.
 */

#include <libconsent/status.h>

#include "conf/schema.h"

struct findings;
struct setting;

/*
 * Checks config, just read from root, and completes it: listeners, sites in
 * their one spelling, workers, the token's options, the log's name. All
 * mistakes go into findings. CONSENT_EINVAL when there is one, CONSENT_ENOMEM.
 */
int config_check(struct config *config, const struct setting *root,
    const char *folder, struct findings *findings) CONSENT_CHECKED;

#endif
