#ifndef CONSENT_CONSENT_DATA_URL_H
#define CONSENT_CONSENT_DATA_URL_H

/*
 * The text inside URLs that carry their own content, so that consent/gate can
 * judge it like an inline script: data: (WHATWG Fetch 6) and javascript:. TAB,
 * LF and CR, which are none of a URL, may still be in it. No state, no I/O.
 */

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "web/mime.h"

enum {
	DATA_URL_MAX = 2 << 20 /* longest text that is decoded */
};

/*
 * Appends the body of a data: URL; rest is what follows "data:".
 * CONSENT_EINVAL: no comma, or not base64 where that was promised: a browser
 * gets a network error. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int data_url_body(struct span rest, struct buf *out) CONSENT_CHECKED;

/*
 * The same as text of UTF-8, whatever its charset; out must be empty. *form is
 * what a frame makes of its type. CONSENT_ECODING: what reads it is not known.
 */
int data_url_text(
    struct span rest, enum mime_form *form, struct buf *out) CONSENT_CHECKED;

/* Appends text with its percent escapes decoded. _ENOMEM, _ELIMIT. */
int data_url_unescape(struct span text, struct buf *out) CONSENT_CHECKED;

#endif
