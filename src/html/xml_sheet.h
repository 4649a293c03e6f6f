#ifndef CONSENT_HTML_XML_SHEET_H
#define CONSENT_HTML_XML_SHEET_H

/*
 * Processing instructions of an XML document; xml-stylesheet among them, which
 * fetches like an element of HTML. Inside html/ only.
 */

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "html/xml_state.h"

/*
 * Takes a processing instruction. CONSENT_ELIMIT where it may not stand or is
 * not well-formed; CONSENT_ENOMEM; what the sink returned.
 */
int xml_instruction(struct xml *x, struct span raw) CONSENT_CHECKED;

#endif
