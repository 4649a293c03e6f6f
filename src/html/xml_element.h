#ifndef CONSENT_HTML_XML_ELEMENT_H
#define CONSENT_HTML_XML_ELEMENT_H

/*
 * What becomes of each element of an XML document, by what its handler says.
 * Inside html/ only.
 */

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "html/xml_state.h"

/*
 * Passes on, holds or drops what neither begins nor ends an element.
 * CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int xml_pass(struct xml *x, struct span raw) CONSENT_CHECKED;

/*
 * Takes a start tag. CONSENT_ELIMIT where it may not stand or is not
 * well-formed; CONSENT_ENOMEM; what the sink or a callback returned.
 */
int xml_start_tag(struct xml *x, struct span raw) CONSENT_CHECKED;

/* Takes an end tag; as above. */
int xml_end_tag(struct xml *x, struct span raw) CONSENT_CHECKED;

#endif
