#ifndef CONSENT_CONSENT_CHANGES_H
#define CONSENT_CONSENT_CHANGES_H

/*
 * What a visitor who answered before is asked again, by name. No state.
 */

#include <libconsent/gate.h>

#include "consent/view.h"

/*
 * Writes a list of the categories that need an answer and have none, behind
 * the text that says why.
 */
void changes_write(struct markup *m, const struct view *v, enum text_id why,
    const struct gate *gate);

#endif
