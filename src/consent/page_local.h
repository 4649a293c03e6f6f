#ifndef CONSENT_CONSENT_PAGE_LOCAL_H
#define CONSENT_CONSENT_PAGE_LOCAL_H

/*
 * URLs that bring their own text along, javascript: and data:, judged by what
 * a browser would do with that text.
 */

#include "consent/page_state.h"
#include "consent/page_table.h"

/* Where such a URL stands. */
struct page_local {
	struct scope *scope;
	const struct rewriter_tag *tag;
	enum page_use use; /* what its text is to be */
};

/*
 * Judges and counts a URL of kind URL_LOCAL; whether it stays. *verdict is
 * what decided, of no category where the text holds what is withheld.
 */
bool page_local(const struct page_local *where, const struct url *url,
    struct gate_verdict *verdict);

#endif
