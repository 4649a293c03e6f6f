#ifndef CONSENT_WEB_STRUCTURED_H
#define CONSENT_WEB_STRUCTURED_H

/*
 * Structured fields (RFC 9651) read strictly: dictionaries, lists and inner
 * lists, member by member, as spans into the text. Several lines of one field
 * are one text, joined by ", ". Nothing is allocated; no I/O.
 */

#include <stdbool.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

/* One member; all spans borrow from the text. */
struct structured {
	struct span key;	/* of a dictionary, else empty */
	struct span value;	/* an item or inner list; empty: just a key */
	struct span parameters; /* from the first ";", or empty */
	struct span whole;	/* all of these */
};

/*
 * Cuts the next member off the front of a dictionary (3.2) or list (3.1).
 * CONSENT_ENOENT at the end, CONSENT_EINVAL where the text is none: then the
 * whole field means nothing to a browser.
 */
int structured_dictionary(
    struct span *rest, struct structured *out) CONSENT_CHECKED;
int structured_list(struct span *rest, struct structured *out) CONSENT_CHECKED;

/* Whether a value is an inner list, and its members one by one (3.1.1). */
bool structured_is_inner(struct span value);

/*
 * Opens an inner list: its members without the brackets, for
 * structured_inner.
 */
struct span structured_open(struct span value);

/* Cuts the next member off an opened inner list; results as above. */
int structured_inner(struct span *rest, struct structured *out) CONSENT_CHECKED;

/*
 * The text of a string item (3.3.3), in out where it had escapes, else in the
 * value. CONSENT_EINVAL: another kind of item; CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int structured_string(
    struct span value, struct buf *out, struct span *text) CONSENT_CHECKED;

#endif
