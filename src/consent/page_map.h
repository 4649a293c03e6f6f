#ifndef CONSENT_CONSENT_PAGE_MAP_H
#define CONSENT_CONSENT_PAGE_MAP_H

/*
 * Scripts that are no code but tell a browser in JSON what to load: import
 * maps and speculation rules. What is withheld becomes "about:invalid", which
 * neither is ever loaded from; every other byte stays. Rules that may pick any
 * link of the page go whole (consent/page_rules).
 */

#include "consent/page_state.h"
#include "consent/page_table.h"

/*
 * Judges the text of such a script, of kind PAGE_SCRIPT_MAP or _RULES;
 * replacement gets it with what is withheld replaced (REWRITER_EDIT).
 */
enum rewriter_verdict page_map(struct scope *s, enum page_script kind,
    struct span text, struct buf *replacement);

#endif
