#ifndef CONSENT_CONSENT_PAGE_COUNT_H
#define CONSENT_CONSENT_PAGE_COUNT_H

/*
 * What a page's gate said, counted; and what becomes of it by the policy.
 */

#include "consent/page_state.h"

/* Counts a verdict; whether the thing stays. */
bool page_settle(struct page *page, struct gate_verdict verdict);

/*
 * The same of a script, whose text also fits an essential rule: beside, or
 * NULL. Such a mixed script is counted apart.
 */
bool page_settle_script(struct page *page, struct gate_verdict verdict,
    const struct policy_rule *beside);

/* What stands in the place of what this verdict withheld. */
enum policy_action page_action(
    const struct page *page, struct gate_verdict verdict);

/* Counts what is withheld because it cannot be judged. */
void page_doubt(struct page *page);

#endif
