#ifndef CONSENT_WEB_ACCEPT_H
#define CONSENT_WEB_ACCEPT_H

/*
 * What an Accept field (RFC 9110 12.5.1) says of a media type. No state, no
 * allocation.
 */

#include <stdbool.h>

#include <libconsent/span.h>

/*
 * The weight that the field gives to a type by its full name ("text/html"), in
 * thousandths; -1: it does not name it. Wildcards name nothing: they are sent
 * by who takes anything. A weight that is malformed is that of no weight.
 */
int accept_weight(struct span accept, struct span type);

/* Whether a type is named, not excluded, and no lighter than text/html. */
bool accept_prefers(struct span accept, struct span type);

#endif
