#ifndef CONSENT_CONSENT_SCRIPT_H
#define CONSENT_CONSENT_SCRIPT_H

/*
 * The scripts that are built into the program: their texts, and how a
 * Content-Security-Policy names one, by its hash (CSP3 2.3.1).
 */

#include <libconsent/buf.h>
#include <libconsent/csp.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

/*
 * Appends the text of a script, a function that is still to be called; name is
 * that of its file. CONSENT_ENOENT: the program was built without it;
 * CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int script_write(struct span name, struct buf *out) CONSENT_CHECKED;

/*
 * The hash-source of a script's text without the quotes, such as
 * "sha256-...=". CONSENT_EIO: no SHA-256; CONSENT_ENOMEM.
 */
int script_hash(struct span text, char hash[CSP_HASH]) CONSENT_CHECKED;

#endif
