#ifndef CONSENT_CONSENT_PAGE_RULES_H
#define CONSENT_CONSENT_PAGE_RULES_H

/*
 * Speculation rules that pick among the links of the page ("source":
 * "document") rather than name URLs: which links those are is not known while
 * the page streams by, so the rules themselves are judged.
 */

#include "consent/page_state.h"

/*
 * Whether no rule in text, which is JSON, can pick a link to another host: each
 * asks for links that match a path of the site. False where that is in doubt.
 */
bool page_rules_stay_here(const struct scope *s, struct span text);

#endif
