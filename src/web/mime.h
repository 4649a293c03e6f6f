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

/* Whether the essence is this one, ASCII case folded. */
bool mime_is(const struct mime *mime, struct span essence);

/* What a browser makes of a body that it shows. */
enum mime_form {
	MIME_OTHER,   /* nothing that loads or runs anything */
	MIME_HTML,    /* text/html */
	MIME_XML,     /* XHTML, SVG and all else that is XML (4.6) */
	MIME_PARTS,   /* multipart/x-mixed-replace: one body after another */
	MIME_PACKED,  /* a page packed in a format that we do not read */
	MIME_UNKNOWN, /* ignored or absent: the bytes tell (7.1) */
	MIME_DOUBTFUL /* browsers differ between HTML and XML */
};

/*
 * The form of a body with this Content-Type (absent: the empty span). Some
 * browsers are laxer than 4.4 and read "text/html oops" as HTML: where either
 * reading makes a page of it, it is one. *mime, if any, gets the parts, or
 * zeros.
 */
enum mime_form mime_form(struct span value, struct mime *mime);

/*
 * What a body of unknown form that begins with these bytes (MIME_SNIFF of
 * them, or all) is: MIME_HTML, MIME_XML or MIME_OTHER (7.1; and what browsers
 * took for a page before there was a standard).
 */
enum mime_form mime_sniff(struct span body);

#endif
