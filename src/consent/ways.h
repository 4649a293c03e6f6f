#ifndef CONSENT_CONSENT_WAYS_H
#define CONSENT_CONSENT_WAYS_H

/*
 * The two ways on from a page of ours that nobody chooses on. No state.
 */

#include "consent/view.h"

/* Writes them as buttons: to the choices, and back to a "/path". */
void ways_write(
    struct markup *m, const struct view *v, const char *return_path);

/* Writes the one that leads back. */
void ways_write_back(
    struct markup *m, const struct view *v, const char *return_path);

#endif
