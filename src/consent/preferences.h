#ifndef CONSENT_CONSENT_PREFERENCES_H
#define CONSENT_CONSENT_PREFERENCES_H

/*
 * The preferences page: the visitor's state, a switch for each category that
 * needs consent, its services, and the four things that can be done. Works
 * without script. No state.
 */

#include <libconsent/gate.h>
#include <libconsent/record.h>

#include "consent/view.h"

/* The id of the visitor's state on the page, and of what withdraws. */
#define PREFERENCES_STATE "consent-state"

struct preferences {
	const struct gate *gate;     /* NULL: nobody in particular */
	const struct record *record; /* of a valid token, or NULL */
	const char *return_path;     /* "/path" */
	const char *status;	     /* what came of a choice, or NULL */
	const char *entry;	     /* number of the entry that a choice just
					became, in digits; or NULL */
};

/* Writes the whole document. */
void preferences_write(
    struct markup *m, const struct view *v, const struct preferences *p);

#endif
