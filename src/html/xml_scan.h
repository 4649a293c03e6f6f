#ifndef CONSENT_HTML_XML_SCAN_H
#define CONSENT_HTML_XML_SCAN_H

/*
 * Where the pieces of an XML document end. Keeps how far it looked, so that a
 * piece that comes in many small parts is not looked at again and again.
 * Inside html/ only.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>

enum xml_kind {
	XML_TEXT,
	XML_START_TAG, /* "<name ...>" or "<name .../>" */
	XML_END_TAG,
	XML_COMMENT,
	XML_CDATA,
	XML_INSTRUCTION,
	XML_DOCTYPE,
	XML_BROKEN /* nothing that may stand here */
};

struct xml_scan {
	size_t looked; /* bytes of the piece that hold no end of it */
	char quote;    /* of an attribute's value that they end in, or 0 */
};

/*
 * The piece in front of s, which is not empty: its length and *kind; 0 while
 * its end is not there. Text comes in any parts.
 */
size_t xml_scan_next(struct xml_scan *scan, struct span s, enum xml_kind *kind);

#endif
