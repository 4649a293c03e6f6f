#ifndef CONSENT_CONSENT_PAGE_STUBS_H
#define CONSENT_CONSENT_PAGE_STUBS_H

/*
 * Where a vendor's first script was in a document, its stand-ins go
 * (consent/stubs): a script for a script, so that nothing around it is read
 * otherwise.
 */

#include "consent/page_replace.h"

/*
 * Appends the stand-ins of the vendor whose script this is; nothing where it
 * has none, or the document has them, or no script would run there.
 * CONSENT_ENOENT, CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int page_stubs(
    const struct page_loss_of *loss, struct buf *out) CONSENT_CHECKED;

#endif
