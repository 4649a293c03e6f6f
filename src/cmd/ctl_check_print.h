#ifndef CONSENT_CMD_CTL_CHECK_PRINT_H
#define CONSENT_CMD_CTL_CHECK_PRINT_H

/*
 * Findings for tools, on stdout: as JSON of our own, and as SARIF 2.1.0, the
 * format that code review takes. The findings must be sorted.
 */

#include <libconsent/status.h>

struct findings;

/* A list of objects. CONSENT_EIO, CONSENT_ENOMEM. */
int ctl_check_json(const struct findings *findings) CONSENT_CHECKED;

/* A log of one run. Codes as above. */
int ctl_check_sarif(const struct findings *findings) CONSENT_CHECKED;

#endif
