#ifndef CONSENT_CONSENT_STUBS_TAG_H
#define CONSENT_CONSENT_STUBS_TAG_H

/*
 * The script element of stand-ins (libconsent/stubs.h): one script for all
 * vendors (stubs.js), with the names in an attribute, so that a CSP can name
 * its hash. No state.
 */

#include <libconsent/buf.h>
#include <libconsent/policy.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

/* Where the script element is to stand. */
enum stubs_form {
	STUBS_HTML,
	STUBS_SVG, /* inside SVG in HTML */
	STUBS_XML
};

/*
 * Appends the script element for a vendor's names; nonce is of the script that
 * it stands for, or empty. Nothing where the vendor has no names.
 * CONSENT_ENOENT: the program was built without it; CONSENT_ENOMEM,
 * CONSENT_ELIMIT.
 */
int stubs_write(const struct policy_vendor *vendor, enum stubs_form form,
    struct span nonce, struct buf *out) CONSENT_CHECKED;

#endif
