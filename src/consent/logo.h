#ifndef CONSENT_CONSENT_LOGO_H
#define CONSENT_CONSENT_LOGO_H

/*
 * The site's small picture beside the notice's words and on our own pages. No
 * state.
 */

#include "consent/markup.h"

/*
 * Writes the picture at a path of the site, after its origin; nothing when
 * path is NULL. For the eye alone: the words beside it say whose it is. XML
 * as well.
 */
void logo_write(struct markup *m, const char *origin, const char *path);

#endif
