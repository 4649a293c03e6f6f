#ifndef CONSENT_AUDIT_FORM_H
#define CONSENT_AUDIT_FORM_H

/*
 * The members of each type of entry, in their order, and what values each may
 * have. Writer and reader both ask here, so the log takes nothing that could
 * not be read back. Pure: looks at a JSON value, keeps nothing.
 */

#include "audit/layout.h"

#include <jansson.h>

/*
 * Whether an entry has exactly the members of its type, in order, with good
 * values. NULL when it has, and *type is set; else why not, static.
 */
const char *form_check(const json_t *entry, enum layout_type *type);

#endif
