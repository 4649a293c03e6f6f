#ifndef CONSENT_HTML_CSS_H
#define CONSENT_HTML_CSS_H

/*
 * Where URLs stand in CSS: a walk over the tokens of CSS Syntax Level 3
 * (section 4) of a whole text, be it a style element's, a style attribute's or
 * an SVG presentation attribute's. Told are url() in both its forms, src(),
 * the string or URL of an @import, strings in image-set(), image() and
 * cross-fade(), and absolute URLs in strings of custom properties, which can
 * get there by var(). Not told is what fetches nothing: comments, other
 * strings, @namespace, bad URLs and bad strings. Nothing is allocated but the
 * caller's scratch, where escapes have to be resolved. No state, no I/O.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	CSS_DEPTH = 64 /* blocks told apart; deeper, every string is told */
};

struct css_url {
	struct span raw;   /* in the text: between quotes or brackets */
	struct span value; /* escapes resolved; in the text or in scratch */
	bool imports;	   /* it is an @import's: a style sheet */
};

/* In the caller's memory; holds no resource. Fields are the module's own. */
struct css_walk {
	struct span text;
	size_t at;
	unsigned char blocks[CSS_DEPTH]; /* open ones */
	size_t depth;
	size_t custom;	 /* depth + 1 of the custom property it is in */
	size_t prelude;	 /* depth + 1 of an at-rule without fetches */
	bool import;	 /* "@import" was the last token, or its "url(" */
	bool may_custom; /* a name of such a property was */
	bool lost;	 /* nested too deep: every string counts */
};

/* Begins a walk over text, which must stay as it is. */
void css_begin(struct css_walk *w, struct span text);

/*
 * Finds the next URL. scratch is appended to where the value had escapes.
 * CONSENT_ENOENT at the end of the text, CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int css_next(struct css_walk *w, struct buf *scratch,
    struct css_url *url) CONSENT_CHECKED;

/* Whether text can hold a URL at all: a look at its bytes, no walk. */
bool css_may_fetch(struct span text);

#endif
