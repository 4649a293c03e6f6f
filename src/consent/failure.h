#ifndef CONSENT_CONSENT_FAILURE_H
#define CONSENT_CONSENT_FAILURE_H

/*
 * The page that says why a choice was not taken, in the visitor's language and
 * with ways to go on. No state.
 */

#include "consent/view.h"

/* Writes the whole document; why is the text that says so. */
void failure_write(struct markup *m, const struct view *v, enum text_id why,
    const char *return_path);

#endif
