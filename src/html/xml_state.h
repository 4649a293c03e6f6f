#ifndef CONSENT_HTML_XML_STATE_H
#define CONSENT_HTML_XML_STATE_H

/*
 * The inside of html/xml: what its files work on. xml.c cuts bytes into pieces
 * and knows where they may stand; xml_element.c decides about elements,
 * xml_sheet.c about style sheets. Inside html/ only.
 */

#include <stdbool.h>

#include "html/rewriter_output.h"
#include "html/rewriting.h"
#include "html/xml_entity.h"
#include "html/xml_names.h"
#include "html/xml_scan.h"

/* What happens to the bytes that come by. */
enum way {
	WAY_KEEP,
	WAY_HOLD, /* a held element's, undecided */
	WAY_DROP
};

/* Where in the document it is (2.1). */
enum part {
	PART_START, /* nothing was seen */
	PART_PROLOG,
	PART_ELEMENT, /* inside the root */
	PART_END
};

struct xml {
	struct rewriter_options options;
	struct rewriter_handler handler;
	void *ctx;
	bool (*fits)(struct span markup); /* xml_fits */
	struct rewriter_output out;
	struct xml_scan scan;
	struct xml_names names;
	struct xml_entities entities;
	enum part part;
	bool is_sheet; /* the root is XSLT: what has no namespace is output */
	bool head_done, body_done;
	bool marked; /* a byte order mark was there */
	enum way way;
	size_t depth;		 /* of the element that is held or dropped */
	struct rewriter_tag tag; /* the tag in question, or the held one */
	struct buf form;	 /* its form for the handler */
	struct buf raw;		 /* the held tag as it goes out */
	struct buf held;	 /* the held content */
	struct buf text, edit;
	struct buf carry; /* an incomplete piece */
	int rc;		  /* the first error */
};

#endif
