#ifndef CONSENT_HTML_XML_ENTITY_H
#define CONSENT_HTML_XML_ENTITY_H

/*
 * What a document type declaration says that matters, and references resolved
 * by it (XML 1.0, 2.8 and 4). Harmless entities, plain text without markup,
 * are known; a declaration that could bring markup or attributes of its own
 * from elsewhere (parameter entities, external ones, values with markup,
 * default values of attributes) is refused. Inside html/ only.
 */

#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	XML_DOCTYPE_MAX = 16384, /* bytes of a declaration */
	XML_ENTITIES_MAX = 64
};

struct xml_entities {
	size_t n;
	struct {
		size_t name, name_n, value, value_n; /* in text */
	} rows[XML_ENTITIES_MAX];
	struct buf text;
};

/* None are declared. */
void xml_entities_init(struct xml_entities *entities);

/* Frees what entities hold. */
void xml_entities_fini(struct xml_entities *entities);

/*
 * The length of the declaration in front of s, which begins with "<!DOCTYPE";
 * 0 when more is needed.
 */
size_t xml_doctype_length(struct span s);

/*
 * Reads a whole declaration. CONSENT_ELIMIT for one that is refused or not
 * well-formed, CONSENT_ENOMEM.
 */
int xml_doctype_read(
    struct xml_entities *entities, struct span raw) CONSENT_CHECKED;

/*
 * Appends raw with its references resolved: those of XML, those declared, and
 * the names of HTML, which browsers know for some types. CONSENT_ELIMIT for
 * others, CONSENT_ENOMEM.
 */
int xml_decode(const struct xml_entities *entities, struct span raw,
    struct buf *out) CONSENT_CHECKED;

#endif
