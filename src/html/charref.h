#ifndef CONSENT_HTML_CHARREF_H
#define CONSENT_HTML_CHARREF_H

/*
 * Character references, named and numeric (HTML 13.2.5.72-80, the list of
 * 13.5), and what else the standard does to characters on their way into the
 * tree: newlines are normalised (13.2.3.5), NUL is replaced where the states
 * say so. Reads UTF-8 or any superset of ASCII as bytes, writes references as
 * UTF-8. No state.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

/* Where the characters stand; what is done there. */
enum charref_use {
	CHARREF_DATA,	   /* references; NUL stays */
	CHARREF_RCDATA,	   /* references; NUL is replaced by U+FFFD */
	CHARREF_ATTRIBUTE, /* the same, by the rule for a missing semicolon */
	CHARREF_RAWTEXT,   /* no references; NUL is replaced */
	CHARREF_CDATA	   /* no references; NUL stays */
};

/* One reference resolved; second is 0 but for the few names that make two. */
struct charref {
	uint32_t first;
	uint32_t second;
};

/*
 * Reads the reference at the start of s, which begins with '&', and returns
 * its length; 0 when it is none, and *out is left alone. The end of s counts
 * as the end of the text.
 */
size_t charref_match(struct span s, enum charref_use use, struct charref *out);

/*
 * Appends raw as the tree will have it. A reference that is cut by the end of
 * raw is resolved as if the text ended there: give whole texts.
 * CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int charref_decode(
    struct span raw, enum charref_use use, struct buf *out) CONSENT_CHECKED;

#endif
