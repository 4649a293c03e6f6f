#ifndef CONSENT_PROXY_EDITION_H
#define CONSENT_PROXY_EDITION_H

/*
 * A short name for all that makes pages what they are and does not hang on the
 * visitor: the software to its last source file, policy, guard, sites and
 * notices. Pages of one edition are alike on every node; another edition may
 * make other bytes of the same page, and entity tags say so.
 */

#include <libconsent/status.h>

#include "proxy/setup.h"

/*
 * Names the edition of a setup that is complete but for it. CONSENT_ENOMEM,
 * CONSENT_ELIMIT.
 */
int edition_write(
    const struct proxy_setup *setup, char out[SETUP_EDITION]) CONSENT_CHECKED;

#endif
