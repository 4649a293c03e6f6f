#ifndef CONSENT_CONF_CHECK_LOOK_H
#define CONSENT_CONF_CHECK_LOOK_H

/*
 * The look of the notice: whether what is configured has the contrasts that
 * WCAG 2.2 asks for and leaves every page its way back to the choices.
 */

#include <libconsent/look.h>

struct check;
struct config_look;

/* Reports colours, font, logo and control that cannot be. */
void check_look(struct check *c);

/* The same as what notices are made from; borrows the strings. */
struct notice_look check_look_of(const struct config_look *look);

#endif
