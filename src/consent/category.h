#ifndef CONSENT_CONSENT_CATEGORY_H
#define CONSENT_CONSENT_CATEGORY_H

/*
 * One category of the policy to decide on: its name with a switch, its purpose
 * and its services. The same on the preferences page and inside the notice,
 * where it must be XML as well. No state.
 */

#include <libconsent/gate.h>

#include "consent/view.h"

/* Writes the category; its switch is off unless it is in granted. */
void category_write(struct markup *m, const struct view *v, unsigned category,
    category_set granted);

#endif
