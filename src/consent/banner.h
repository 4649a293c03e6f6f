#ifndef CONSENT_CONSENT_BANNER_H
#define CONSENT_CONSENT_BANNER_H

/*
 * What goes into the site's own pages: the notice while a visitor is to be
 * asked, the small control afterwards, and what stands for embeds. The same
 * bytes for every visitor of one view. No state.
 */

#include "consent/view.h"

/* Writes the notice: a labelled region that blocks nothing. */
void banner_write(struct markup *m, const struct view *v);

/* Writes the control that reopens the choices. */
void banner_write_control(struct markup *m, const struct view *v);

/*
 * Writes what stands in the box of an embed that waits for consent: "{vendor}"
 * stands in it for who shows the embed, and from "{once}" to "{/once}" there is
 * the link that shows it once, with "{embed}" for what that is (embed_query).
 */
void banner_write_box(struct markup *m, const struct view *v);

#endif
