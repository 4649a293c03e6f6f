#ifndef CONSENT_PROXY_NOTARY_RECEIPTS_H
#define CONSENT_PROXY_NOTARY_RECEIPTS_H

/*
 * The notary's answers to who asks for a receipt. A question about an entry
 * that no checkpoint covers yet waits for the next one, which comes within
 * a second. Of fixed size.
 */

#include <stdbool.h>

#include "proxy/notary_log.h"
#include "proxy/notary_wire.h"

enum {
	NOTARY_RECEIPTS = 64 /* most questions that wait */
};

struct notary_receipts;

/* None that wait yet. CONSENT_ENOMEM. */
int notary_receipts_new(struct notary_receipts **out) CONSENT_CHECKED;

/*
 * Takes a question that came over a channel; with a status it is answered with
 * that. False when there is no room: whoever asks waits in vain.
 */
bool notary_receipts_take(struct notary_receipts *r, int fd,
    const struct wire_question *question, int status);

/* Answers all that can be answered now, and drops those that are too old. */
void notary_receipts_answer(
    struct notary_receipts *r, const struct notary_log *log);

/* Frees; NULL is nothing. */
void notary_receipts_free(struct notary_receipts *r);

#endif
