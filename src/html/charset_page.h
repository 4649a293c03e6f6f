#ifndef CONSENT_HTML_CHARSET_PAGE_H
#define CONSENT_HTML_CHARSET_PAGE_H

/*
 * A whole page as it came, made a text that rewriter and walkers read. For
 * tools, which have all of it: the daemon decodes while it streams.
 */

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "web/mime.h"

struct charset_page {
	enum mime_form form; /* MIME_HTML or MIME_XML */
	struct span text;    /* the body, or what was decoded of it */
};

/*
 * Reads a body with the value of its Content-Type, which may be empty. What
 * has to be decoded is appended to wide. CONSENT_ENOENT: it is no page;
 * CONSENT_ECODING: its charset cannot be read; CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int charset_page_read(struct span type, struct span body, struct buf *wide,
    struct charset_page *out) CONSENT_CHECKED;

#endif
