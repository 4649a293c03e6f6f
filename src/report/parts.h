#ifndef CONSENT_REPORT_PARTS_H
#define CONSENT_REPORT_PARTS_H

/*
 * The parts of the report, in their order; each writes sections of its own.
 * Those that read texts return what kept them from it.
 */

#include "report/page.h"

/* What it is about, and what was checked. */
void parts_scope(struct page *p);

/* Choices by day, act, language, policy, signal and way. */
int parts_choices(struct page *p) CONSENT_CHECKED;

/* What was withheld, in sums. */
void parts_enforcement(struct page *p);

/* Policies and notices, and what changed from one to the next. */
int parts_history(struct page *p) CONSENT_CHECKED;

/* Keys, incidents, erasures, starts and stops. */
void parts_events(struct page *p);

/* How to repeat the check, and what the words mean. */
void parts_steps(struct page *p);

#endif
