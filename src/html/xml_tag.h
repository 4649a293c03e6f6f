#ifndef CONSENT_HTML_XML_TAG_H
#define CONSENT_HTML_XML_TAG_H

/*
 * A start tag of XML in the form that handlers know: as a tag of HTML with the
 * names that the tree has, whatever prefixes the document uses, and references
 * resolved; and a handler's edit of that form turned back into XML. Inside
 * html/ only.
 */

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "html/rewriting.h"
#include "html/xml_entity.h"
#include "html/xml_names.h"

enum {
	XML_ATTRIBUTES_MAX = 256
};

/* What a tag is read with. */
struct xml_scope {
	struct xml_names *names;
	const struct xml_entities *entities;
};

/*
 * Reads raw, "<name ...>" whole, opens its element and its bindings in the
 * scope, and fills tag: its raw form is written to form, which must be empty
 * and stay as long. *space says what the element is where tag cannot.
 * CONSENT_ELIMIT where raw is not well-formed or past a ceiling;
 * CONSENT_ENOMEM.
 */
int xml_tag_read(const struct xml_scope *scope, struct span raw,
    struct rewriter_tag *tag, struct buf *form) CONSENT_CHECKED;

/* What raw's element is; its own bindings count. Status as above. */
int xml_tag_space(const struct xml_scope *scope, struct span raw,
    enum xml_space *space) CONSENT_CHECKED;

/*
 * Appends edit, a form that a handler made of the one of raw, as XML.
 * CONSENT_EINVAL when it is anything but one tag of the same name.
 */
int xml_tag_write(const struct xml_scope *scope, struct span raw,
    struct span edit, struct buf *out) CONSENT_CHECKED;

/* Appends text with what means something in XML escaped. */
int xml_escape(struct span text, struct buf *out) CONSENT_CHECKED;

/* The name of a start or end tag as it stands. */
struct span xml_tag_name(struct span raw);

#endif
