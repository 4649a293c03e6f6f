#ifndef CONSENT_CONSENT_PAGE_CODE_H
#define CONSENT_CONSENT_PAGE_CODE_H

/*
 * Code that stands in the page: inline scripts and event handlers, judged by
 * the texts that rules name.
 */

#include "consent/page_state.h"

/*
 * Judges code, as it stands and with its pieces put together, and counts it;
 * whether it stays. *verdict is what the gate said.
 */
bool page_code(
    struct page *page, struct span text, struct gate_verdict *verdict);

/*
 * Appends code with the pieces of its strings joined ("a" + "b") and escapes
 * resolved (%3C, \x3c, \u003c, \/), so that a text can be found that is put
 * together at run time. *changed says whether that is something else.
 * CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int page_code_plain(
    struct span text, struct buf *out, bool *changed) CONSENT_CHECKED;

#endif
