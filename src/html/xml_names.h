#ifndef CONSENT_HTML_XML_NAMES_H
#define CONSENT_HTML_XML_NAMES_H

/*
 * The open elements of an XML document and what prefixes mean inside them
 * (Namespaces in XML 1.0). Bounded; owns its copies. Inside html/ only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	XML_DEPTH_MAX = 2048,	 /* open elements; browsers stop by 5000 */
	XML_BINDINGS_MAX = 256,	 /* prefixes bound at once */
	XML_NAMES_BYTES = 131072 /* of all open names and prefixes */
};

enum xml_space {
	XML_NONE,
	XML_HTML,
	XML_SVG,
	XML_MATHML,
	XML_XLINK,
	XML_XML,
	XML_XSLT,
	XML_OTHER
};

struct xml_binding {
	uint32_t at, n; /* of the prefix in text */
	uint32_t depth; /* of the element that says so */
	enum xml_space space;
};

struct xml_names {
	struct buf text;
	size_t depth;
	size_t n_bindings;
	uint32_t elements[XML_DEPTH_MAX]; /* where each begins in text */
	uint32_t ends[XML_DEPTH_MAX];	  /* and where its name ends */
	struct xml_binding bindings[XML_BINDINGS_MAX];
};

/* A name with its prefix (perhaps empty) apart. */
struct xml_name {
	struct span prefix, local;
};

/* Nothing is open. */
void xml_names_init(struct xml_names *names);

/* Frees what names hold. */
void xml_names_fini(struct xml_names *names);

/* "p:n" in two; CONSENT_ELIMIT for what Namespaces does not allow. */
int xml_name_split(struct span name, struct xml_name *out) CONSENT_CHECKED;

/*
 * Opens an element, so that its bindings can follow. CONSENT_ELIMIT past a
 * ceiling, CONSENT_ENOMEM.
 */
int xml_names_open(struct xml_names *names, struct span name) CONSENT_CHECKED;

/* What uri says that prefix means, in the newest element. As open. */
int xml_names_bind(struct xml_names *names, struct span prefix,
    struct span uri) CONSENT_CHECKED;

/* What a prefix means; XML_NONE for the empty one when nothing binds it. */
enum xml_space xml_names_space(
    const struct xml_names *names, struct span prefix);

/* Whether an element of this local name is open. */
bool xml_names_has(const struct xml_names *names, struct span local);

/* Closes the newest element. CONSENT_ELIMIT if that has another name. */
int xml_names_close(struct xml_names *names, struct span name) CONSENT_CHECKED;

#endif
