#ifndef CONSENT_CONSENT_STUBS_H
#define CONSENT_CONSENT_STUBS_H

/*
 * Stand-ins for the functions of a vendor whose script was taken out of a
 * page, so that the page's own code can go on calling them: they do nothing,
 * answer with something that can be asked anything, and call back whom they
 * are given. One script for all vendors (stubs.js), with the names in an
 * attribute, so that a CSP can name its hash. No state.
 */

#include <stdbool.h>

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/policy.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "consent/script.h"

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

/* Whether a page of this visitor may get some. */
bool stubs_may_stand(const struct gate *gate);

/* The hash-source of the script's text. CONSENT_ENOENT as above; CONSENT_EIO,
 * CONSENT_ENOMEM. */
int stubs_hash(char hash[SCRIPT_HASH]) CONSENT_CHECKED;

#endif
