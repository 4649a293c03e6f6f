#ifndef CONSENT_CONSENT_SITE_SCRIPT_H
#define CONSENT_CONSENT_SITE_SCRIPT_H

/*
 * window.consent for the site's own scripts, and the notice answered without
 * leaving the page: a script in the head of each page. Its text is the same
 * for all, so a CSP can name its hash; what it has to know of the visitor
 * stands in an attribute. Immutable after site_script_new.
 */

#include <libconsent/buf.h>
#include <libconsent/guard.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

struct site_script;

/* What stands at the end of a page that lost nothing (consent.js). */
#define SITE_SCRIPT_WHOLE "<!--consent:whole-->"

/*
 * The script for endpoints below a prefix, which is copied. CONSENT_ENOENT: the
 * program was built without it; CONSENT_ELIMIT: the prefix is too long;
 * CONSENT_EIO, CONSENT_ENOMEM.
 */
int site_script_new(
    const char *prefix, struct site_script **out) CONSENT_CHECKED;

/*
 * Appends the script element for a visitor, whose state is JSON in ASCII;
 * nothing for NULL. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int site_script_write(const struct site_script *script, enum guard_form form,
    struct span state, struct buf *out) CONSENT_CHECKED;

/* The hash-source of its text, as guard_hash. */
const char *site_script_hash(const struct site_script *script);

/* Frees; NULL is nothing. */
void site_script_free(struct site_script *script);

#endif
