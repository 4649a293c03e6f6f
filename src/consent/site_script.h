#ifndef CONSENT_CONSENT_SITE_SCRIPT_H
#define CONSENT_CONSENT_SITE_SCRIPT_H

/*
 * PREFIX/consent.js: window.consent for the site's own scripts, and the notice
 * answered without leaving the page. One file of the site's own origin, the
 * same for all; what it has to know of the visitor stands in an attribute of
 * the element that loads it. Immutable after site_script_new.
 */

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

struct site_script;

/* What stands at the end of a page that lost nothing (consent.js). */
#define SITE_SCRIPT_WHOLE "<!--consent:whole-->"

/*
 * The script below a prefix. CONSENT_ENOENT: the program was built without it;
 * CONSENT_ELIMIT: the prefix is too long; CONSENT_EIO, CONSENT_ENOMEM.
 */
int site_script_new(
    const char *prefix, struct site_script **out) CONSENT_CHECKED;

/*
 * Appends the script element; state is JSON in ASCII. Good for HTML and, where
 * the default namespace is XHTML's, for XML. Nothing for NULL. CONSENT_ENOMEM,
 * CONSENT_ELIMIT.
 */
int site_script_write(const struct site_script *script, struct span state,
    struct buf *out) CONSENT_CHECKED;

/* Its text; lives as long as the script. */
struct span site_script_text(const struct site_script *script);

/*
 * Its hash-source without the quotes (CSP3 2.3.1), which the element names as
 * its integrity; lives as long as the script.
 */
const char *site_script_hash(const struct site_script *script);

/* Frees; NULL is nothing. */
void site_script_free(struct site_script *script);

#endif
