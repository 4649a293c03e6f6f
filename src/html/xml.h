#ifndef CONSENT_HTML_XML_H
#define CONSENT_HTML_XML_H

/*
 * Rewrites one XML document as it streams by: XHTML, SVG and whatever else a
 * browser shows as a tree of nodes (XML 1.0, fifth edition; Namespaces). The
 * sister of html/rewriter with the same handler, whose tags come with the
 * names that the tree has, prefixes resolved. What is not well-formed, where a
 * browser would stop, and what could bring markup from elsewhere is not passed
 * on: xml_write returns CONSENT_ELIMIT and latches, and the caller cuts the
 * page.
 *
 * Differences from HTML: DROP_TAG counts as DROP_ELEMENT; HOLD is for script
 * and style; noscript is ordinary content; a PI xml-stylesheet is asked about
 * as a link (text/xsl: as a script). Only elements of HTML, SVG and MathML are
 * asked about. An edit that is more than a changed tag drops the element, and
 * so does a replacement that is no XML, or of another namespace than HTML's
 * where it does not say so itself.
 * head() and body() are for XHTML whose default namespace it is, and must give
 * what xml_fits.
 */

#include <libconsent/sink.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "html/rewriter.h"

struct xml;

/*
 * A rewriter of XML that writes to out. Options and handler are copied, ctx is
 * borrowed until xml_free. NULL when there is no memory.
 */
struct xml *xml_new(const struct rewriter_options *options,
    const struct rewriter_handler *handler, void *ctx, struct sink out);

/*
 * Takes the next bytes (ASCII-compatible); x is the struct xml, as void so
 * that it serves as a sink's write. CONSENT_ELIMIT, CONSENT_ENOMEM, what the
 * sink or a callback returned; the first error latches.
 */
int xml_write(void *x, struct span bytes, enum sink_mark mark) CONSENT_CHECKED;

/* Frees x; NULL is a no-op. Writes nothing. */
void xml_free(struct xml *x);

/* Whether markup is well-formed content of an element. */
bool xml_fits(struct span markup);

#endif
