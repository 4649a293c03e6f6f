#ifndef CONSENT_PROXY_CHOICE_H
#define CONSENT_PROXY_CHOICE_H

/*
 * POST PREFIX/choice: from a form to a record, from the record to the log, and
 * only then to a token. A choice from another site is refused; when the log
 * cannot be written, what grants more changes nothing and what narrows takes
 * effect all the same: it fails toward privacy.
 */

#include <libconsent/span.h>

#include "proxy/call.h"
#include "proxy/refusal.h"

struct choice;

/*
 * Takes a complete form. READY: refused, the answer says why. WAIT: *choice
 * waits for the notary; call->done follows. call must outlive it.
 */
enum call_result choice_start(
    const struct call *call, struct span form, struct choice **choice);

/* Frees; a choice that waits is logged all the same. NULL is nothing. */
void choice_free(struct choice *choice);

#endif
