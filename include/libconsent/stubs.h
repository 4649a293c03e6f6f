#ifndef CONSENT_CONSENT_STUBS_H
#define CONSENT_CONSENT_STUBS_H

/*
 * Stand-ins for the functions of a vendor whose script was taken out of a
 * page, so that the page's own code can go on calling them: they do nothing,
 * answer with something that can be asked anything, and call back whom they
 * are given. A page (libconsent/page.h) puts them in by itself; here is what
 * the site's Content-Security-Policy has to know of them. No state.
 */

#include <stdbool.h>

#include <libconsent/csp.h>
#include <libconsent/gate.h>
#include <libconsent/status.h>

CONSENT_BEGIN

/* Whether a page of this visitor may get some. */
bool stubs_may_stand(const struct gate *gate);

/*
 * The hash-source of the script's text. CONSENT_ENOENT: the library was built
 * without it; CONSENT_EIO, CONSENT_ENOMEM.
 */
int stubs_hash(char hash[CSP_HASH]) CONSENT_CHECKED;

CONSENT_END

#endif
