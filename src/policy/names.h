#ifndef CONSENT_POLICY_NAMES_H
#define CONSENT_POLICY_NAMES_H

/* What values of a policy are called where it is written. All is static. */

#include <libconsent/policy.h>

/* "report" or "enforce". */
const char *policy_mode_name(enum policy_mode mode);

/* "placeholder" or "neutralise"; NULL for POLICY_REMOVE, the usual. */
const char *policy_action_name(enum policy_action action);

/* Of bit number i of enum policy_method, i below POLICY_METHODS: "GET". */
const char *policy_method_name(unsigned i);

#endif
