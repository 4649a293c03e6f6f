#ifndef CONSENT_WEB_MIME_H
#define CONSENT_WEB_MIME_H

/*
 * Media types as browsers read them (WHATWG MIME Sniffing): the parts of a
 * Content-Type, and whether a browser will take a body for a page. Borrowed
 * spans, no allocation, no I/O.
 */

#include <stdbool.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	MIME_SNIFF = 1445 /* bytes of a body that a browser looks at */
};

struct mime {
	struct span essence; /* "text/html", in the case it came in */
	struct span charset; /* the first charset, unquoted; or empty */
};

/*
 * Parses a field value (4.4); of several, divided by commas, the last that can
 * be read counts, as in Fetch (extract a MIME type): join fields by ", ".
 * CONSENT_EINVAL: browsers ignore it.
 */
int mime_parse(struct span value, struct mime *out) CONSENT_CHECKED;

/* Whether a browser parses it as a page: text/html, application/xhtml+xml. */
bool mime_is_html(const struct mime *mime);

/* Whether the essence is this one, ASCII case folded. */
bool mime_is(const struct mime *mime, struct span essence);

/*
 * Whether a browser ignores this Content-Type (absent: the empty span) and
 * looks at the body instead: absent, malformed, unknown/unknown and such (7.2).
 */
bool mime_is_unknown(struct span value);

/*
 * Whether a body of unknown type that begins with these bytes (MIME_SNIFF of
 * them, or all) is taken for a page (7.1).
 */
bool mime_sniffs_html(struct span body);

#endif
