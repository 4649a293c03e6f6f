#ifndef CONSENT_PROXY_TONGUE_H
#define CONSENT_PROXY_TONGUE_H

/*
 * Takes the form by which a visitor chooses the language that we speak: a
 * cookie keeps it, and the page that the form was on is shown anew. It says
 * nothing of consent, is recorded nowhere and remembered by nobody else.
 */

#include <libconsent/span.h>

#include "proxy/call.h"

/*
 * Fills the call's answer: a cookie and the way back for a posted form with
 * lang=TAG and perhaps return=/path; a refusal for another site's, for what is
 * no form, and for a language that there is no text in.
 */
void tongue_take(const struct call *call, struct span form);

#endif
