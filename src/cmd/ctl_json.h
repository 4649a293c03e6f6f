#ifndef CONSENT_CMD_CTL_JSON_H
#define CONSENT_CMD_CTL_JSON_H

/* What commands of consentctl print for programs. */

#include <jansson.h>

#include <libconsent/span.h>

/*
 * Prints value and a newline, and lets go of it. Returns rc, CTL_FAILED where
 * value is NULL or cannot be printed.
 */
int ctl_json_print(json_t *value, int rc);

/* Text as a JSON string; bytes that are no UTF-8 become "?". */
json_t *ctl_json_span(struct span text);

#endif
