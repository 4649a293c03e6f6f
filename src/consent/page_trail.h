#ifndef CONSENT_CONSENT_PAGE_TRAIL_H
#define CONSENT_CONSENT_PAGE_TRAIL_H

/*
 * Text that reads otherwise where bytes pair to characters: html/charset_trail
 * says how. A charset may be declared or guessed, so each way is asked.
 */

#include "consent/page_state.h"
#include "html/charset_trail.h"

/*
 * A URL that is not withheld as its bytes stand, as each encoding pairs them:
 * what one of these withholds, else read, what was said of it. Counts nothing.
 */
struct gate_verdict page_trail_url(
    struct scope *s, struct span text, struct gate_verdict read);

#endif
